"""One entry of the history of a dataset: what was said or decided, when, and what it replaced.

Where the history is kept, and how an entry is stored there, is `plugin.store.history`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

START = "0-0"
"""The position before the first entry."""


@dataclass(frozen=True)
class Entry:
    """One entry of the history. `id` is given by the history when it is appended."""

    kind: str
    record: str = ""
    annotator: int | None = None
    status: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    replaced: dict[str, Any] = field(default_factory=dict)
    at: int = 0
    extra: dict[str, Any] = field(default_factory=dict)
    id: str = ""

    @property
    def seen_at(self) -> int:
        """When we saw it, in ms since the epoch."""
        return int(self.id.split("-")[0])

    def filed(self, entry_id: str) -> Entry:
        """The same entry with its id."""
        return replace(self, id=entry_id)
