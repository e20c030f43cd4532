"""What one adjudication of a record is worth: the order in which records are brought to reviewers.

What a *vote* is worth is `worth_model`'s question, not this module's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from math import log

from argilla_distill.workers.engine.contract.decision import CONTENT, REVIEW, Decision
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.contract.strategy import Reliability, Training

WITHHELD = 0.5
"""What an abstention keeps back of a decision that would have been right."""

EARLY = 20
"""Adjudications that it takes until a strategy knows, by and large, how far it is to be believed."""

TEACHING = {True: 0.25, False: 0.1}
"""What telling two voices apart is worth beside correcting a wrong decision: early, and later."""

EXPLORATION = {True: 0.3, False: 0.02}
"""How far chance has a say in the order; 0: none, 1: records are drawn in proportion to worth. Early
the head of the queue would otherwise be twenty times the same conflict, on which the evidence is
nil: of how far evidence is to be trusted, it says nothing. Later chance only parts equals."""

KNOWN_VOTES = 10.0
"""Votes on other records from which on what is learned of an annotator is worth the better half."""

OF_PARTS = ("multi_label", "ranking", "span")
"""Types of questions whose values have parts, each with a probability of its own."""


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

    With q how much of the decision is expected to be wrong, s the shares of the values among the
    votes, each vote counting as far as its annotator voted elsewhere, and u a number in (0, 1)
    drawn from the record's id::

        gain     = q, where there is a decision; 1 - WITHHELD · (1 - q), where there is none
        teaching = TEACHING · Σ_v s[v] (1 - s[v])
        worth    = (gain + teaching) · (-log u) ** -EXPLORATION

    **Gain** is how likely the reviewer is to say something else: q is 1 - confidence; of values of
    several parts, the share of parts that are wrong or missing. **Teaching** is how often two of
    the voices differ, so that an adjudication tells them apart; it does not ask which of them the
    strategy believes, so that it also leads to where a strategy is sure and wrong. **Chance** is
    that of priority sampling (Duffield, Lund & Thorup, JACM 54 (2007)), toned down; a record's u
    never changes, so neither does its place while its decision stays the same. Teaching and chance count
    for more early on, when it is not known yet how far the strategy is to be believed.

    Parameters
    ----------
    annotators : what the strategy believes of them; who is not among them counts in full
    training : what adjudications have made of it; None for strategies that are not trained

    Attributes
    ----------
    early : bool
        Whether there are fewer than EARLY adjudications yet, of a strategy that can be trained.
        When this turns, so does the worth of every record.

    >>> values = ReviewValues(Question("label", ("a", "b")), [])
    >>> sure = Decision("r1", "a", "a", "b", 0.9, {"a": 0.9, "b": 0.1}, 2.2, (), None)
    >>> round(values.of(sure).gain, 3), values.of(sure).teaching
    (0.1, 0.0)
    """

    def __init__(
        self,
        question: Question,
        annotators: Iterable[Reliability],
        training: Training | None = None,
    ) -> None:
        self.of_parts = question.type in OF_PARTS
        self.reach = {each.annotator: _reach(each.n_votes) for each in annotators}
        self.early = training is not None and training.adjudications < EARLY

    def of(self, decision: Decision) -> ReviewValue:
        """What adjudicating this record is worth."""
        if decision.adjudicated:
            return ReviewValue(0.0, 0.0)
        wrong = _parts_wrong(decision) if self.of_parts else 1.0 - decision.confidence
        gain = wrong if decision.value is not None else 1.0 - WITHHELD * (1.0 - wrong)
        teaching = TEACHING[self.early] * self._contested(decision)
        return ReviewValue(gain, teaching, _luck(decision.record, EXPLORATION[self.early]))

    def _contested(self, decision: Decision) -> float:
        shares: defaultdict[Value, float] = defaultdict(float)
        for voice in decision.contributions:
            if voice.annotator not in (CONTENT, REVIEW):
                shares[voice.value] += self.reach.get(voice.annotator, 1.0)
        total = sum(shares.values())
        if not total:
            return 0.0
        return 1.0 - sum((share / total) ** 2 for share in shares.values())


def _parts_wrong(decision: Decision) -> float:
    """Expected parts that are wrong or missing, as a share of all that are decided for or true.

    >>> both = Decision("r", ("a",), ("a",), ("a", "b"), 0.98, {"a": 0.98, "b": 0.4}, 0.0, (), None)
    >>> round(_parts_wrong(both), 3)  # (0.02 + 0.4) / (1 + 0.4): the confidence is a's alone
    0.3
    """
    chances = decision.posterior.values()
    wrong = sum(min(p, 1.0 - p) for p in chances)
    return min(wrong / max(sum(1.0 if p >= 0.5 else p for p in chances), 1.0), 1.0)


def _reach(n_votes: int) -> float:
    """How far what is learned of an annotator reaches other records."""
    elsewhere = max(n_votes - 1, 0)
    return elsewhere / (elsewhere + KNOWN_VOTES)


def _luck(record: str, exploration: float) -> float:
    draw = int.from_bytes(blake2b(record.encode(), digest_size=4).digest(), "big")
    return float((-log((draw + 0.5) / 2**32)) ** -exploration)
