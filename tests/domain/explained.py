"""Decisions as they are stored, made by hand, and how they are explained among people with names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from argilla_distill.domain.explanation.explain import Explanation, explain
from argilla_distill.domain.state.decision import StoredDecision, StoredVoice

PEOPLE = ("ann", "ben", "cas", "dan", "eve", "fay", "gil", "hal", "ida", "jim", "gpt", "llama")

Voices = Sequence[tuple[int, float, float]]
"""Number, reliability, log-odds."""


SHORT = {"v": "value", "p": "posterior", "s": "strategy", "abstain": "abstention"}


def decision(top: Any, following: Any, voices: Voices, *, c: float, **more: Any) -> StoredDecision:
    """A decision for `top` against `following`, of the confidence `c`; names may be SHORT."""
    heard = tuple(StoredVoice(*voice) for voice in voices)
    known = {"value": top, **{SHORT.get(name, name): value for name, value in more.items()}}
    usual = {"confidence": c, "leader": top, "runner_up": following, "strategy": "learned"}
    return StoredDecision(**{**usual, "voices": heard, **known})


class Case:
    """A decision, who said what, and what is to be said of it."""

    def __init__(
        self,
        name: str,
        decided: StoredDecision,
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
