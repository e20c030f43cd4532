"""What was thought of reviewed records just before they were decided: read of their history once, and kept.

A report asks for it with every change, and the entries that tell it may lie in files by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

Thought = tuple[Any, float]
"""A value in Argilla's JSON (None in a tie), and the confidence in it."""

SCANNED = 1_000
"""So many records are asked for at once."""

WHOSE = ""
"""The field that says for which reviewers and questions the others hold; no record is called so."""


@dataclass
class RecordThoughts:
    """Of one record.

    Attributes
    ----------
    read : how many entries of its history this was made of.
    first : question → what was thought just before its first adjudication.
    latest : question → what was decided last.
    """

    read: int = 0
    first: dict[str, Thought] = field(default_factory=dict)
    latest: dict[str, Thought] = field(default_factory=dict)


class StoredThoughts:
    """Those of all datasets."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def of(self, dataset_id: str, whose: str) -> dict[str, RecordThoughts]:
        """Record → thoughts, as last kept; none where reviewers or questions were others then.

        Parameters
        ----------
        whose : names the reviewers and the questions.
        """
        key = self._keys.of(dataset_id, "report_thoughts")
        if self._redis.hget(key, WHOSE) != whose.encode():
            return {}
        found = {}
        for record, kept in self._redis.hscan_iter(key, count=SCANNED):
            if record != WHOSE.encode():
                read, first, latest = unpack(kept)
                found[record.decode()] = RecordThoughts(read, _thoughts(first), _thoughts(latest))
        return found

    def keep(
        self, dataset_id: str, whose: str, thoughts: Mapping[str, RecordThoughts], anew: bool
    ) -> None:
        """Keep what was read; `anew`: in place of all that is kept."""
        key = self._keys.of(dataset_id, "report_thoughts")
        with self._redis.pipeline(transaction=True) as pipe:
            if anew:
                pipe.delete(key)
            packed = {r: pack([t.read, t.first, t.latest]) for r, t in thoughts.items()}
            pipe.hset(key, mapping={WHOSE: whose, **packed})
            pipe.execute()


def _thoughts(stored: Mapping[str, Any]) -> dict[str, Thought]:
    return {question: (value, sure) for question, (value, sure) in stored.items()}
