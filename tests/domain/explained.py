"""Decisions as they are stored, made by hand, and how they are explained among people with names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from argilla_distill.domain.explanation.explain import Explanation, explain

PEOPLE = ("ann", "ben", "cas", "dan", "eve", "fay", "gil", "hal", "ida", "jim", "gpt", "llama")

Voices = Sequence[tuple[int, float, float]]
"""Number, reliability, log-odds."""


def decision(top: Any, following: Any, voices: Voices, *, c: float, **more: Any) -> dict[str, Any]:
    """A decision for `top` against `following`, as the store has it."""
    w = [list(voice) for voice in voices]
    usual = {"v": top, "c": c, "p": {}, "s": "learned", "prior": 0.0}
    return {**usual, "top": top, "next": following, "w": w, **more}


class Case:
    """A decision, who said what, and what is to be said of it."""

    def __init__(
        self,
        name: str,
        decided: Mapping[str, Any],
        sides: Mapping[str, Sequence[int]],
        expected: str,
        **more: Any,
    ) -> None:
        self.name = name
        self.decided = decided
        self.sides = sides
        self.expected = expected
        self.more = more

    def explained(self) -> Explanation:
        return explain(self.decided, self.sides, PEOPLE.__getitem__, **self.more)
