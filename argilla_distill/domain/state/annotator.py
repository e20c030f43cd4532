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

    def called(self, number: int, named: bool) -> str:
        """By name, or by kind and number.

        >>> KnownAnnotator("u", "ada", "person").called(2, named=False)
        'person 3'
        """
        return self.name if named else f"{self.kind} {number + 1}"

    @property
    def is_agent(self) -> bool:
        """Whether their answers are suggestions."""
        return self.key.startswith("agent:")
