"""Whoever answers a dataset, as far as that is known of them without asking Argilla."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

ID = 8
"""So many characters of a user's id are told; Argilla's begin with as many random ones."""


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


def called(annotators: Mapping[int, KnownAnnotator], named: bool) -> dict[int, str]:
    """How each is called, no two alike: by name, or by kind and number.

    One name may be that of several: of a user who was deleted and made again, or of a user and an agent.
    Such users are told apart by how their ids begin.

    >>> ada, other = (KnownAnnotator(key, "ada", "person") for key in ("3f2c9a10-7e", "77b01c2d-90"))
    >>> called({0: ada, 2: other}, named=True)
    {0: 'ada (3f2c9a10)', 2: 'ada (77b01c2d)'}
    >>> called({0: ada, 2: other}, named=False)
    {0: 'person 1', 2: 'person 3'}
    """
    bear = Counter(each.name for each in annotators.values())
    return {
        number: _name(each, bear[each.name] > 1) if named else f"{each.kind} {number + 1}"
        for number, each in annotators.items()
    }


def _name(annotator: KnownAnnotator, shared: bool) -> str:
    told = shared and not annotator.is_agent
    return f"{annotator.name} ({annotator.key[:ID]})" if told else annotator.name
