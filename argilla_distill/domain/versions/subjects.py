"""Comparisons as people read them: contests sorted by question, label and aspect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from argilla_distill.domain.versions.contest import ASPECTS, Contest


@dataclass(frozen=True)
class Rate:
    """How often one version or run is right, with the interval that holds it 9 times in 10."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """One aspect of one question: its contests, and how often each is right.

    Attributes
    ----------
    aspect : what is compared, in words.
    usual : how often one is right who always gives the most frequent value, where models are compared.
    """

    aspect: str
    contests: tuple[Contest, ...]
    rates: tuple[Rate, ...]
    usual: float | None = None


@dataclass(frozen=True)
class Subject:
    """One question, or one label of a multi-label question, with all that is measured of it."""

    question: str
    label: str
    measured: tuple[Measured, ...]

    @property
    def drawn(self) -> list[Measured]:
        """Those aspects that have figures."""
        return [each for each in self.measured if each.rates]

    @property
    def sentences(self) -> list[tuple[str, str]]:
        """All verdicts, each with what is compared; why nothing is is said once, and without that.

        Where there are several pairs, what is compared names the pair: few verdicts do.
        """
        sentences: dict[tuple[str, str], None] = {}
        for each in self.measured:
            for contest in each.contests:
                pair = f", {contest.pair}" if len(each.contests) > 1 else ""
                of = "" if contest.stopped else f"{each.aspect}{pair}"
                sentences[of, contest.sentence] = None
        return list(sentences)


def subjects(contests: Sequence[Contest], question: str) -> list[Subject]:
    """What is found of a question, label by label.

    >>> labels = Contest("q", "", "labels", "a", "b", 40, 40, 0.8, 0.7, one_low=0.7, one_high=0.9,
    ...     other_low=0.6, other_high=0.8)
    >>> [(s.label, [m.aspect for m in s.measured]) for s in subjects([labels], "q")]
    [('', ['labels'])]
    """
    of = [each for each in contests if each.question == question]
    found = []
    for label, some in groupby(of, lambda each: each.label):
        measured = [_measured(list(each)) for _, each in groupby(some, lambda c: c.aspect)]
        found.append(Subject(question, label, tuple(measured)))
    return found


def questions(contests: Sequence[Contest]) -> list[str]:
    """The questions that are compared, in their order."""
    return list(dict.fromkeys(each.question for each in contests))


def _measured(contests: Sequence[Contest]) -> Measured:
    rates: dict[str, Rate] = {}
    usual = None
    for each in contests:
        if each.stopped or each.one_low is None or each.one_high is None:
            continue
        if each.other_low is None or each.other_high is None:
            continue
        one = Rate(each.one, each.one_right, each.one_low, each.one_high)
        other = Rate(each.other, each.other_right, each.other_low, each.other_high)
        rates |= {one.name: one, other.name: other}
        if each.aspect in ("hard", "soft"):
            usual = each.usual_right
    return Measured(ASPECTS[contests[0].aspect], tuple(contests), tuple(rates.values()), usual)
