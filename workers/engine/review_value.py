"""What one adjudication of a record is worth: the order in which records are brought to reviewers.

What a *vote* is worth is `worth_model`'s question, not this module's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from math import log

from workers.engine.decision import CONTENT, REVIEW, Decision
from workers.engine.question import Question, Value
from workers.engine.strategy import Reliability

WITHHELD = 0.5
"""What an abstention keeps back of a decision that would have been right."""

TEACHING = 0.25
"""What telling two voices apart is worth, beside correcting a wrong decision."""

KNOWN_VOTES = 10.0
"""Votes on other records from which on what is learned of an annotator is worth the better half."""

EXPLORATION = 0.2
"""How far chance has a say in the order; 0: none, 1: records are drawn in proportion to worth. The
queue's head would otherwise be twenty times the same conflict, on which the evidence is nil: of how
far evidence is to be trusted, it says nothing."""


@dataclass(frozen=True, slots=True)
class ReviewValue:
    """What one adjudication is worth, in wrong decisions that it puts right.

    Attributes
    ----------
    gain : float in [0, 1]
        Expected improvement of this record's own decision.
    teaching : float in [0, 1]
        Expected improvement elsewhere: what it tells about the annotators and the strategy.
    luck : float > 0
        The record's draw, which never changes: see `ReviewValues`.
    """

    gain: float
    teaching: float
    luck: float = 1.0

    @property
    def worth(self) -> float:
        """What records are ordered by, most first; 0: there is nothing to review."""
        return (self.gain + self.teaching) * self.luck


class ReviewValues:
    """What adjudications are worth to one question's strategy, as it is now.

    With p the confidence, s the shares of the sides among the votes, each vote counting as far as
    its annotator voted elsewhere, and u a number in (0, 1) drawn from the record's id::

        gain     = 1 - p, where there is a decision; 1 - WITHHELD · p, where there is none
        teaching = TEACHING · Σ_v s[v] (1 - s[v])
        worth    = (gain + teaching) · (-log u) ** -EXPLORATION

    **Gain** is how likely the reviewer is to say something else. **Teaching** is how often two of
    the voices differ, so that an adjudication tells them apart; it does not ask which of them the
    strategy believes, so that it also leads to where a strategy is sure and wrong. Sides are the
    labels of a label question; otherwise those who spoke for the decision, and against it.
    **Chance** is that of priority sampling (Duffield, Lund & Thorup, JACM 54 (2007)), toned down; a
    record's draw never changes, so neither does its place while its decision stands.

    Parameters
    ----------
    annotators : what the strategy believes of them; who is not among them counts in full

    >>> values = ReviewValues(Question("label", ("a", "b")), [])
    >>> sure = Decision("r1", "a", "a", "b", 0.9, {"a": 0.9, "b": 0.1}, 2.2, (), None)
    >>> round(values.of(sure).gain, 3), values.of(sure).teaching
    (0.1, 0.0)
    """

    def __init__(self, question: Question, annotators: Iterable[Reliability]) -> None:
        self.question = question
        self.reach = {each.annotator: _reach(each.n_votes) for each in annotators}

    def of(self, decision: Decision) -> ReviewValue:
        """What adjudicating this record is worth."""
        if decision.adjudicated:
            return ReviewValue(0.0, 0.0)
        kept = 1.0 if decision.value is not None else WITHHELD
        gain = 1.0 - kept * decision.confidence
        return ReviewValue(gain, TEACHING * self._contested(decision), _luck(decision.record))

    def _contested(self, decision: Decision) -> float:
        shares: defaultdict[Value, float] = defaultdict(float)
        labels = self.question.type == "label"
        for voice in decision.contributions:
            if voice.annotator not in (CONTENT, REVIEW):
                side = voice.value if labels else voice.log_odds > 0
                shares[side] += self.reach.get(voice.annotator, 1.0)
        total = sum(shares.values())
        if not total:
            return 0.0
        return 1.0 - sum((share / total) ** 2 for share in shares.values())


def _reach(n_votes: int) -> float:
    """How far what is learned of an annotator reaches other records."""
    elsewhere = max(n_votes - 1, 0)
    return elsewhere / (elsewhere + KNOWN_VOTES)


def _luck(record: str) -> float:
    draw = int.from_bytes(blake2b(record.encode(), digest_size=4).digest(), "big")
    return float((-log((draw + 0.5) / 2**32)) ** -EXPLORATION)
