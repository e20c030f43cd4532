"""One decision with all that is to be known of it to explain it. Pure; the sentences are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from argilla_distill.domain.explanation import parts
from argilla_distill.domain.explanation.balance import Balance
from argilla_distill.domain.explanation.phrases import cut, quoted
from argilla_distill.domain.state.conflict import PastConflict
from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.domain.strategy_names import MAJORITY

FEW = 10
"""Of somebody with fewer answers to a question nothing is said of how often they are right."""


@dataclass(frozen=True)
class Telling:
    """What an explanation may say about people. By default all: for those who oversee the dataset.

    Attributes
    ----------
    names : how they are called; else the people on a side are counted
    reliability : how often they are right, and whose answer weighs how much
    """

    names: bool = True
    reliability: bool = True


TO_OVERSEERS = Telling()

TO_ANNOTATORS = Telling(names=False, reliability=False)
"""With four people, who “person 4” is, is no secret."""

NO_PEOPLE = ("model", "template")
"""Sources whose reliability is nobody's secret."""


@dataclass(frozen=True)
class Review:
    """What a reviewer decided, in words, and their reason."""

    who: str
    value: str
    why: str = ""


@dataclass(frozen=True)
class Case:
    """One decision. The fields are as `domain.explanation.explain.explain` takes them, but

    by_value : the sides, by values that are cut to what fits into a sentence
    name : escapes
    """

    decision: StoredDecision
    by_value: Mapping[str, Sequence[int]]
    name: Callable[[int], str]
    kind: str
    words: Callable[[Any], str]
    sources: Mapping[int, str]
    answers: Mapping[int, int] | None
    unknown: Collection[int]
    reviews: Sequence[Review]
    before: Sequence[PastConflict]
    escape: Callable[[str], str]
    arguments: Mapping[str, Sequence[str]]
    evidence: Sequence[str]
    telling: Telling

    @cached_property
    def balance(self) -> Balance:
        return Balance.of(self.decision)

    @cached_property
    def leader(self) -> str | None:
        """In words, as `rival` and `value`; the most probable value, also where nothing is decided."""
        return self._words(self.decision.leader)

    @cached_property
    def rival(self) -> str | None:
        return self._words(self.decision.runner_up)

    @cached_property
    def value(self) -> str | None:
        return self._words(self.decision.value)

    def _words(self, found: Any) -> str | None:
        return None if found is None else cut(self.words(found))

    @property
    def why_undecided(self) -> str:
        return self.escape(self.decision.abstention)

    @property
    def parted(self) -> bool:
        """Whether the log-odds are those of the least certain part of the value."""
        return self.kind in parts.TYPES

    @property
    def counts_heads(self) -> bool:
        """Whether every answer counts the same."""
        return self.decision.strategy == MAJORITY

    @cached_property
    def ranked(self) -> list[tuple[str, Sequence[int]]]:
        """The sides, the leader's first, then by voices."""
        return sorted(self.by_value.items(), key=lambda s: (s[0] != self.leader, -len(s[1])))

    @cached_property
    def voters(self) -> list[int]:
        return [number for _, numbers in self.ranked for number in numbers]

    @cached_property
    def known(self) -> dict[int, float]:
        """How often those are right of whom that is known."""
        few = {n for n in self.voters if self.answers is not None and self.answers.get(n, 0) < FEW}
        heard = {voice.annotator: voice.reliability for voice in self.decision.voices}
        return {n: heard[n] for n in self.voters if n in heard and n not in {*few, *self.unknown}}

    @cached_property
    def judged(self) -> list[int]:
        """Those who answered of whom it may be said how often they are right."""
        if self.telling.reliability:
            return self.voters
        mine = [n for n in self.voters if self.source(n) in NO_PEOPLE]
        return mine if self.telling.names else []

    @cached_property
    def verdicts(self) -> list[Review]:
        """The latest review of every reviewer."""
        return list({review.who: review for review in self.reviews}.values())

    @property
    def among_reviewers(self) -> bool:
        """Whether the sides are those of reviewers: their answers are no votes."""
        heard = any(number in self.balance.pulls for number in self.voters)
        return self.balance.reviewed and len(self.by_value) > 1 and not heard

    @property
    def reviewers_disagree(self) -> bool:
        return self.among_reviewers or len({review.value for review in self.verdicts}) > 1

    def source(self, number: int) -> str:
        return self.sources.get(number, "person")

    def said_by(self, number: int) -> str | None:
        return next((value for value, who in self.ranked if number in who), None)

    def say(self, value: str | None) -> str:
        """A value in words, to stand in a sentence."""
        return quoted(self.escape(cut(value or "")), self.kind)
