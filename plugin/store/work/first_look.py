"""What a run wants to know before anything else, asked for at once, and with its lease.

Argilla is asked for nothing before it is known, so that each round trip here is one that an answer waits for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from argilla_distill.plugin.store.keys import Keys


class FirstLook(NamedTuple):
    """What `Reviews.original_of`, `Service.any_webhook` and `Datasets.info` tell of a dataset."""

    original: str | None
    connected: bool
    facts: Mapping[str, str]

    @staticmethod
    def ask(pipe: Any, keys: Keys, dataset_id: str) -> None:
        """Ask for it, among other calls."""
        pipe.hget(keys.shared("reviewed"), dataset_id)
        pipe.exists(keys.shared("webhooks"))
        pipe.hgetall(keys.of(dataset_id, "info"))

    @classmethod
    def of(cls, answers: Sequence[Any]) -> FirstLook:
        """What Redis answered to it."""
        original, webhooks, facts = answers
        return cls(
            original.decode() if original else None,
            bool(webhooks),
            {name.decode(): value.decode() for name, value in facts.items()},
        )
