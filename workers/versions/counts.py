"""What a version amounts to, counted while its rows are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Counts:
    """What a version amounts to, counted while it is written; goes over a kill as JSON."""

    records: int = 0
    votes: int = 0
    digest: int = 0
    splits: Counter[str] = field(default_factory=Counter)
    rounds: Counter[str] = field(default_factory=Counter)
    voters: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    abstained: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    learned: Counter[str] = field(default_factory=Counter)
    adjudicated: Counter[str] = field(default_factory=Counter)
    audits: Counter[str] = field(default_factory=Counter)
    confidence: dict[str, float] = field(default_factory=dict)
    guidelines: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, json: Mapping[str, Any]) -> Counts:
        """The inverse of `vars`, also through JSON."""
        found = cls(**json)
        for name, value in json.items():
            if isinstance(value, dict) and name not in ("voters", "labels", "confidence"):
                setattr(found, name, Counter(value))
        found.labels = {name: Counter(labels) for name, labels in json["labels"].items()}
        return found
