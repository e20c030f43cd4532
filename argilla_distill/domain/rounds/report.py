"""What a round came to: how good the model is, how far labels can be trusted, what was learned by it.

It is counted by `workers.use_cases.rounds.reporting` when the round ends, and does not change after that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.wording import figure, many, percent, points, points_reach, reach


@dataclass(frozen=True)
class ReliabilityChange:
    """How often the strategy holds an annotator to be right, before and after the round, in [0, 1]."""

    annotator: str
    was: float
    now: float


@dataclass(frozen=True)
class RoundReport:
    """A round that has ended.

    Attributes
    ----------
    version, before : the version that its end made, and the one that was the latest when it was started.
    taken, labelled : records of the round, and those of them that have a label.
    pass_rate : of all outputs, by the labels of `version`; None where nothing says what passes.
    audits : records of the round that were audited. `audited`: the pass rate by these alone.
    labels_right : what audits of the whole dataset say of its labels, in a sentence.
    agreement : Krippendorff's alpha of the answers on the round's records; None where it cannot be told.
    foretold : how many of the labels a small model of texts, taught by `before`, had foretold; None where
        texts tell it nothing.
    learned : annotators whose reliability changed most.
    compared, changed : records that both versions have, and labels that differ on them, of all questions.
    causes : why, in words → how many.
    """

    name: str
    model: str
    version: str
    before: str
    taken: int
    labelled: int
    made_at: int
    pass_rate: Figure | None = None
    audits: int = 0
    audited: Figure | None = None
    labels_right: str = ""
    agreement: float | None = None
    foretold: Figure | None = None
    learned: tuple[ReliabilityChange, ...] = ()
    compared: int = 0
    changed: int = 0
    causes: Mapping[str, int] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The report, a sentence for each thing that it tells.

        >>> rate = Figure(0.81, 0.75, 0.86)
        >>> print(RoundReport("4", "bot", "learned-4", "learned-3", 300, 290, 0, rate).sentences[1])
        By the labels of learned-4, 81 % of bot's outputs pass (75 to 86 %).
        """
        told = [
            f"{self.labelled:,} of {many(self.taken, 'record')} have a label in {self.version}."
        ]
        if self.pass_rate is None:
            told.append("No pass rate: neither labels nor predictions say when an output passes.")
        else:
            told.append(
                f"By the labels of {self.version}, {percent(self.pass_rate.value)} of {self.model}'s "
                f"outputs pass ({reach(self.pass_rate.low, self.pass_rate.high)})."
            )
        if self.audited is not None:
            told.append(
                f"By {many(self.audits, 'audit')} alone it is {percent(self.audited.value)} "
                f"({reach(self.audited.low, self.audited.high)})."
            )
        if self.labels_right:
            told.append(self.labels_right)
        if self.agreement is not None:
            told.append(
                f"Annotators agreed on the round's records with an alpha of {figure(self.agreement)}."
            )
        if self.foretold is not None:
            told.append(
                f"A small model taught by {self.before} had foretold {percent(self.foretold.value)} of "
                f"the labels ({reach(self.foretold.low, self.foretold.high)})."
            )
        told += [
            f"{each.annotator} is now held to be right {percent(each.now)} of the time, before "
            f"{percent(each.was)}."
            for each in self.learned
        ]
        if self.compared:
            why = "; ".join(f"{cause}: {n:,}" for cause, n in self.causes.items())
            told.append(
                f"Of {many(self.compared, 'record')} that {self.before} has too, "
                f"{many(self.changed, 'label')} changed" + (f" ({why})." if why else ".")
            )
        return tuple(told)


@dataclass(frozen=True)
class Step:
    """How the pass rate changed from one round to the next that has one.

    Attributes
    ----------
    change : in [-1, 1], with the interval that holds it 9 times in 10.
    """

    was: str
    now: str
    change: Figure

    @property
    def sentence(self) -> str:
        """Whether the model is better, in a sentence.

        >>> Step("3", "4", Figure(0.1, 0.02, 0.18)).sentence
        'From round 3 to round 4 the pass rate went up: +10 points (+2 to +18).'
        >>> Step("3", "4", Figure(0.02, -0.04, 0.08)).sentence
        'From round 3 to round 4 no change of the pass rate can be told: +2 points (−4 to +8).'
        """
        by = f"{points(self.change.value)} ({points_reach(self.change.low, self.change.high)})"
        if self.change.low > 0:
            what = "the pass rate went up"
        elif self.change.high < 0:
            what = "the pass rate went down"
        else:
            what = "no change of the pass rate can be told"
        return f"From round {self.was} to round {self.now} {what}: {by}."


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


def steps(reports: Sequence[RoundReport]) -> tuple[Step, ...]:
    """From each round with a pass rate to the next, in the order in which they are given."""
    told = [(each.name, each.pass_rate) for each in reports if each.pass_rate is not None]
    return tuple(
        Step(was, now, difference(one, other)) for (was, one), (now, other) in pairwise(told)
    )


def reported(
    rounds: Sequence[Round], reports: Mapping[str, RoundReport]
) -> tuple[RoundReport, ...]:
    """The reports of rounds in their order, of those that have one."""
    return tuple(reports[each.name] for each in rounds if each.name in reports)
