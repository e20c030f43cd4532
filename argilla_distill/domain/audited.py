"""What audits say of one question: figures with their intervals, or how many audits would tell.

Why only audits may say that is `domain.audits`; how it is worked out is
`workers.engine.measures.audit_estimate`.
"""

from __future__ import annotations

from dataclasses import dataclass

from argilla_distill.domain.wording.figures import count, many, percent, points, points_reach, reach


@dataclass(frozen=True)
class Figure:
    """A mean over all records that audits speak for, and the interval that holds it 9 times in 10."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class AuditBin:
    """Audits whose confidence was between `low` and `high`: how many, how sure on average, how many right."""

    low: float
    high: float
    audits: int
    confidence: float
    right: float


@dataclass(frozen=True)
class Audited:
    """One question's audits.

    The strategy that is measured has learned none of these audits, so it is rather a little worse than
    the one in use.

    Attributes
    ----------
    audits : answered, and decided by the strategy.
    waiting : records that are to be audited still.
    records : that are marked out for audits and complete: those that were answered, and those that wait.
    right : share of labels that are right, of records on which no reviewer decided.
    majority : the same of majority vote's labels, on the same records; None where it is the strategy.
    gain : the difference of the two, in [-1, 1].
    overconfidence : mean confidence less the share that is right: positive is too sure.
    bins : audits by confidence, those bins in which there are any.
    would_reach : how far to either side the interval of `right` would reach with `would` audits.
    to_halve, to_settle : about so many more audits would halve that interval, and tell whether the gain is
        real; 0: they tell already, None: not to be told.
    """

    audits: int = 0
    waiting: int = 0
    records: int = 0
    right: Figure | None = None
    majority: Figure | None = None
    gain: Figure | None = None
    overconfidence: Figure | None = None
    bins: tuple[AuditBin, ...] = ()
    would: int = 50
    would_reach: float = 0.1
    to_halve: int = 0
    to_settle: int | None = None

    @property
    def sentence(self) -> str:
        """How often labels are right, compared with majority vote; or that nobody knows, and what would tell.

        >>> print(Audited().sentence)
        No audits yet, so how often labels are right is not known: 50 audits would tell it to ± 10 points.
        >>> print(Audited(60, right=Figure(0.91, 0.84, 0.95)).sentence)
        On 60 audits, 91\u202f% of the labels are right (84 to 95\u202f%).
        """
        if self.right is None:
            return (
                f"No audits yet, so how often labels are right is not known: {count(self.would)} audits "
                f"would tell it to ± {self.would_reach * 100:.0f} points."
            )
        return self.told

    @property
    def told(self) -> str:
        """The same where no more audits can come, as of a dataset that was deleted.

        >>> print(Audited().told)
        It was not audited, so how often labels are right is not known.
        """
        if self.right is None:
            return "It was not audited, so how often labels are right is not known."
        share = (
            f"On {many(self.audits, 'audit')}, {percent(self.right.value)} of the labels are right "
            f"({reach(self.right.low, self.right.high)})"
        )
        if self.majority is None or self.gain is None:
            return f"{share}."
        usual = f"{percent(self.majority.value)} ({reach(self.majority.low, self.majority.high)})"
        return (
            f"{share}, of majority vote's {usual}: {points(self.gain.value)} "
            f"({points_reach(self.gain.low, self.gain.high)})."
        )

    @property
    def sureness(self) -> str:
        """Whether confidence is honest, in a sentence; "" where nobody knows.

        >>> Audited(60, overconfidence=Figure(0.04, 0.01, 0.09)).sureness
        'Confidence is 4 points too high (+1 to +9).'
        >>> Audited(60, overconfidence=Figure(-0.02, -0.05, 0.02)).sureness
        'Confidence is honest as far as audits tell: said less right is −2 points (−5 to +2).'
        """
        off = self.overconfidence
        if off is None:
            return ""
        between = points_reach(off.low, off.high)
        if off.low <= 0 <= off.high:
            said = f"said less right is {points(off.value)}"
            return f"Confidence is honest as far as audits tell: {said} ({between})."
        how = "too high" if off.value > 0 else "too low"
        return f"Confidence is {points(off.value).lstrip('+−')} {how} ({between})."

    @property
    def more(self) -> str:
        """What more audits would tell, in a sentence; "" without any yet.

        >>> figures = Figure(0.9, 0.8, 0.95), Figure(0.87, 0.79, 0.93), Figure(0.03, -0.01, 0.07)
        >>> print(Audited(60, 0, 65, *figures, to_halve=180, to_settle=40).more[:86])
        About 180 more would halve the interval, about 40 tell whether majority vote is worse.
        >>> print(Audited(60, 5, 65, figures[0], to_halve=180).more)
        About 180 more would halve the interval. 5 records wait for an audit.
        """
        if self.right is None:
            return ""
        text = f"About {count(self.to_halve)} more would halve the interval"
        if self.gain is not None and self.to_settle:
            other = "worse" if self.gain.value > 0 else "better"
            text += f", about {count(self.to_settle)} tell whether majority vote is {other}"
        left = f"{many(self.waiting, 'record')} {'waits' if self.waiting == 1 else 'wait'} for an audit."
        return (
            f"{text}. {left if self.waiting else 'All are answered; more come with more records.'}"
        )
