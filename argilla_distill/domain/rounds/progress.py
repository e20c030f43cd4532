"""Whether models get better from round to round.

A change is told from what labels say in both rounds. If labels err alike in both, their errors make a
change look smaller than it is, and never turn it round. Where the labels of one of them are suspect
(`suspected`), they may err otherwise, and that is said with the change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import erfc, inf, sqrt

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.suspected import DoubtedRound
from argilla_distill.domain.wording import points, points_reach

LEVEL = 0.9
"""Intervals hold what they measure with this probability."""

QUANTILE = 1.6449
"""So many standard deviations such an interval reaches to either side."""


@dataclass(frozen=True)
class Step:
    """How the share of outputs that pass by labels changed from one round to a later one.

    Attributes
    ----------
    change : in [-1, 1], with the interval that holds it 9 times in 10.
    p : how probable such a change, up or down, is where nothing changed. `p_holm` : the same, held
        against the number of changes that are told together.
    suspect : those of the two rounds whose labels are suspect, and in which version.
    """

    was: str
    now: str
    change: Figure
    p: float = 0.0
    p_holm: float = 0.0
    suspect: tuple[DoubtedRound, ...] = ()

    @property
    def beyond_chance(self) -> bool:
        """Whether chance does not explain it."""
        return self.p_holm <= 1 - LEVEL and (self.change.low > 0 or self.change.high < 0)

    @property
    def sentence(self) -> str:
        """Whether the model is better, in a sentence.

        >>> Step("3", "4", Figure(0.1, 0.02, 0.18)).sentence
        'From round 3 to round 4 more outputs pass by labels: +10 points (+2 to +18).'
        >>> Step("3", "4", Figure(0.02, -0.04, 0.08)).sentence
        'From round 3 to round 4 no change can be told: +2 points (−4 to +8).'
        >>> doubted = DoubtedRound("4", "learned-4")
        >>> print(Step("3", "4", Figure(-0.4, -0.5, -0.3), suspect=(doubted,)).sentence.split(": ", 1)[1])
        −40 points (−50 to −30). But labels of round 4 are suspect in learned-4: they may be what changed.
        """
        by = f"{points(self.change.value)} ({points_reach(self.change.low, self.change.high)})"
        what = "no change can be told"
        if self.beyond_chance:
            what = f"{'more' if self.change.value > 0 else 'fewer'} outputs pass by labels"
        elif self.change.low > 0 or self.change.high < 0:
            by += ", which may be chance where so many rounds are compared"
        doubt = ""
        if self.suspect:
            clauses = "; ".join(each.clause for each in self.suspect)
            doubt = f" But {clauses}: they may be what changed."
        return f"From round {self.was} to round {self.now} {what}: {by}.{doubt}"


@dataclass(frozen=True)
class Progress:
    """From each round to the next; `whole`: from the first to the last of three or more."""

    steps: tuple[Step, ...] = ()
    whole: Step | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What can be told, the whole first."""
        whole = (self.whole.sentence,) if self.whole else ()
        return (*whole, *(step.sentence for step in self.steps))


def difference(was: Figure, now: Figure) -> Figure:
    """The difference of two shares of different outputs, from their intervals.

    Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine
    17 (1998), method 10, which squares and adds how far each interval reaches.

    >>> found = difference(Figure(0.7, 0.64, 0.75), Figure(0.8, 0.75, 0.84))
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (0.1, 0.03, 0.17)
    """
    change = now.value - was.value
    low = change - sqrt((now.value - now.low) ** 2 + (was.high - was.value) ** 2)
    high = change + sqrt((now.high - now.value) ** 2 + (was.value - was.low) ** 2)
    return Figure(change, max(low, -1.0), min(high, 1.0))


def progress(
    rounds: Sequence[Round],
    reports: Mapping[str, RoundReport],
    suspect: Mapping[str, DoubtedRound] | None = None,
) -> Progress:
    """Of rounds in the order in which they were started, of those that have such a share.

    Changes are held against their number as Holm does (A simple sequentially rejective multiple test
    procedure, Scandinavian Journal of Statistics 6 (1979)).

    Parameters
    ----------
    suspect : round → in which version its labels are suspect, of those of which they are.

    >>> rounds = [Round(name, "bot", started_at=n) for n, name in enumerate("123")]
    >>> rates = Figure(0.6, 0.55, 0.65), Figure(0.65, 0.6, 0.7), Figure(0.8, 0.76, 0.84)
    >>> made = [RoundReport(n, "b", "v", "", 9, 9, 0, by_labels=rate) for n, rate in zip("123", rates)]
    >>> reports = {each.name: each for each in made}
    >>> found = progress(rounds, reports)
    >>> [(step.was, step.now, step.beyond_chance) for step in (*found.steps, found.whole)]
    [('1', '2', False), ('2', '3', True), ('1', '3', True)]
    """
    rated = [
        (each.name, report.by_labels)
        for each in rounds
        if (report := reports.get(each.name)) is not None and report.by_labels is not None
    ]
    steps = [_step(one, other) for one, other in pairwise(rated)]
    if len(rated) > 2:
        steps.append(_step(rated[0], rated[-1]))
    doubted = suspect or {}
    steps = [
        replace(each, suspect=tuple(doubted[n] for n in (each.was, each.now) if n in doubted))
        for each in _held_against_each_other(steps)
    ]
    return Progress(tuple(steps[: max(len(rated) - 1, 0)]), steps[-1] if len(rated) > 2 else None)


def _step(one: tuple[str, Figure], other: tuple[str, Figure]) -> Step:
    (was, before), (now, after) = one, other
    change = difference(before, after)
    reach = change.value - change.low if change.value > 0 else change.high - change.value
    deviations = QUANTILE * abs(change.value) / reach if reach else inf if change.value else 0.0
    return Step(was, now, change, erfc(deviations / sqrt(2)))


def _held_against_each_other(steps: Sequence[Step]) -> list[Step]:
    found, least = list(steps), 0.0
    for rank, n in enumerate(sorted(range(len(found)), key=lambda n: found[n].p)):
        least = min(1.0, max(least, found[n].p * (len(found) - rank)))
        found[n] = replace(found[n], p_holm=least)
    return found
