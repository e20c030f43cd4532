"""Whoever answers a dataset, as far as that is known of them without asking Argilla."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownAnnotator:
    """One annotator.

    Attributes
    ----------
    key : the user's id, or `agent:name` of one whose answers are suggestions.
    kind : person, model, template or reviewer.
    """

    key: str
    name: str
    kind: str

    @property
    def is_agent(self) -> bool:
        """Whether their answers are suggestions."""
        return self.key.startswith("agent:")
