"""May a model replace a person? What the alternative annotator test says of one annotator, in words.

How it is worked out is `workers.engine.measures.alternative_annotator`; what several models are worth
together, `workers.engine.measures.panel`.
"""

from __future__ import annotations

from dataclasses import dataclass

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.wording.figures import count, figure, many, percent, reach

YES, NO, UNKNOWN = "yes", "no", "cannot tell"
"""The verdicts."""

PEOPLE = 3
"""So many people are compared with a model, or nothing is said."""

RECORDS = 30
"""So many records each of them shares with the model and with somebody else, or they are not compared."""


@dataclass(frozen=True)
class ComparedPerson:
    """One person in comparison with the model, on records that both and somebody else answered.

    Attributes
    ----------
    number : the person's
    model, person : share of these records on which the model agrees with the others at least as well as this
        person does, and the other way round; ties are in both
    p : how probable so good a model would be by chance if it were not good enough
    beaten : whether it is good enough, with the false discoveries of all comparisons kept down
    """

    number: int
    records: int
    model: float
    person: float
    p: float
    beaten: bool


@dataclass(frozen=True)
class StandIn:
    """One model or template in the place of a person, on one question.

    Attributes
    ----------
    verdict : `yes`, `no` or `cannot tell`
    margin : ε of the test: so much less often it may be the better of the two, for what people cost
    winning_rate : ω, the share of people whom it replaces well enough; None where too few can be compared
    advantage : ρ, how often it agrees with the others at least as well as a person, on average
    people : those compared
    shared : records that it and at least two people answered
    comparable : people with records enough
    seen : whether people saw its answers when they gave theirs, as suggestions
    needed : about so many more records a person would tell; None: not to be told
    accuracy : how often its answers are right, on audits
    audits : so many of them it answered
    """

    verdict: str = UNKNOWN
    margin: float = 0.15
    winning_rate: float | None = None
    advantage: float | None = None
    people: tuple[ComparedPerson, ...] = ()
    shared: int = 0
    comparable: int = 0
    seen: bool = False
    needed: int | None = None
    accuracy: Figure | None = None
    audits: int = 0

    @property
    def sentence(self) -> str:
        """The verdict, and what it stands on.

        >>> print(StandIn("yes", 0.15, 2 / 3, 0.9, shared=80, comparable=3).sentence)
        It may replace a person: beside 2 of 3 people it agrees with the others well enough (winning \
rate 0.67, advantage 0.90, margin 0.15, 80 records).
        >>> print(StandIn(comparable=1).sentence)
        Cannot tell whether it may replace a person: that takes 3 people with 30 records each that they, it \
and somebody else answered, and there is 1.
        """
        if self.winning_rate is None or self.advantage is None:
            there = "is 1" if self.comparable == 1 else f"are {count(self.comparable)}"
            return (
                f"Cannot tell whether it may replace a person: that takes {PEOPLE} people with {RECORDS} "
                f"records each that they, it and somebody else answered, and there {there}."
            )
        n = self.comparable
        good = round(self.winning_rate * n)
        figures = (
            f"winning rate {figure(self.winning_rate)}, advantage {figure(self.advantage)}, "
            f"margin {figure(self.margin)}, {many(self.shared, 'record')}"
        )
        if self.verdict == YES:
            said = "It may replace a person: beside"
            said += f" {good} of {n} people it agrees with the others well enough ({figures})."
        elif self.verdict == NO:
            said = "It may not replace a person: beside most people it agrees with the others"
            said += f" less well than they do ({figures})."
        else:
            said = "Cannot tell yet whether it may replace a person: beside"
            said += f" {good} of {n} people it agrees with the others well enough ({figures})."
            if self.needed:
                said += f" About {many(self.needed, 'more record')} a person would tell."
        if self.seen:
            said += " People saw its suggestions when they answered, which flatters it."
        return said

    @property
    def audited(self) -> str:
        """How often it is right, in a sentence; "" where no audit tells.

        >>> model = StandIn(accuracy=Figure(0.8, 0.7, 0.88), audits=50)
        >>> print(model.audited)
        On 50 audits, 80\u202f% of its answers are right (70 to 88\u202f%).
        """
        if self.accuracy is None:
            return ""
        right = f"{percent(self.accuracy.value)} of its answers are right"
        between = reach(self.accuracy.low, self.accuracy.high)
        return f"On {many(self.audits, 'audit')}, {right} ({between})."


@dataclass(frozen=True)
class Panel:
    """All models and templates of one question together: how many independent votes they are worth.

    Attributes
    ----------
    models : how many there are
    worth, low, high : so many independent votes, and the interval that holds it 9 times in 10
    correlation : of the errors of two of them, on average
    records : on so many it was measured
    by : what was taken for the truth there: `audits`, or `people`, where two or more people agree
    """

    models: int
    worth: float
    low: float
    high: float
    correlation: float
    records: int
    by: str

    @property
    def sentence(self) -> str:
        """What they are worth.

        >>> print(Panel(5, 1.9, 1.5, 2.4, 0.41, 300, "people").sentence)
        The 5 models and templates are worth about 1.9 independent votes (1.5 to 2.4): when one is wrong, \
others tend to be wrong too (correlation of errors 0.41, on 300 records on which people agree).
        """
        truth = "audits" if self.by == "audits" else "records on which people agree"
        alike = (
            "when one is wrong, others tend to be wrong too"
            if self.correlation > 0.05
            else "they err much for themselves"
        )
        worth = f"{figure(self.worth, 1)} independent votes ({figure(self.low, 1)} to"
        return (
            f"The {self.models} models and templates are worth about {worth} {figure(self.high, 1)}): "
            f"{alike} (correlation of errors {figure(self.correlation)}, on {count(self.records)} {truth})."
        )
