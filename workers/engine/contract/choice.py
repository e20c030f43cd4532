"""A choice among candidate values whose voices add up, and the decision that it makes.

For values that are chosen whole: ratings, texts, whatever a team's own strategy decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from argilla_distill.workers.engine.contract.decision import (
    ADJUDICATED,
    REVIEW,
    Contribution,
    Decision,
    why_abstain,
)
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.contract.shares import TIE, softmax
from argilla_distill.workers.engine.contract.terms import Rating


def trust(n_votes: int) -> float:
    """Return the probability that what is meant is among n answers at all: 1 - 1 / (2n + 2).

    >>> trust(1), trust(4)
    (0.75, 0.9)
    """
    return 1 - 1 / (2 * n_votes + 2)


@dataclass(frozen=True)
class VoteScores:
    """What one vote says of every candidate.

    Attributes
    ----------
    annotator, value : as in the vote
    reliability : float in [0, 1]
    log : ndarray of shape (n_candidates,), nats, up to a constant
    """

    annotator: str
    value: Value
    reliability: float
    log: Floats


@dataclass(frozen=True)
class Choice:
    """Candidates, and how probable the voices make them: log posterior = prior + Σ voices + const.

    Attributes
    ----------
    values : the candidates; no two alike in `str`
    prior : ndarray of shape (n_candidates,), nats, up to a constant
    voices : by annotator
    adjudication : the candidate that a reviewer decided for; None where none did
    trust : float in [0, 1]
        The probability that the right value is among the candidates at all.
    among : int or None
        If the candidates are points of a continuous range: the index of the value. Neither a
        neighbour as probable as it nor a more probable one takes its place.
    independent_votes : as in `Decision`

    >>> voice = VoteScores("ann", 4, 0.8, np.log([0.2, 0.6]))
    >>> decision = Choice([3, 4], np.zeros(2), [voice]).decision("r")
    >>> decision.value, round(decision.confidence, 2), round(decision.log_odds, 2)  # log 3
    (4, 0.75, 1.1)
    """

    values: Sequence[Value]
    prior: Floats
    voices: Sequence[VoteScores]
    adjudication: Value = None
    trust: float = 1.0
    among: int | None = None
    independent_votes: float | None = None

    def posterior(self) -> Floats:
        """P(candidate), sums to 1; an adjudication has ADJUDICATED of it."""
        if not len(self.values):
            return np.empty(0)
        log = self.prior + sum((voice.log for voice in self.voices), np.zeros(len(self.values)))
        posterior = softmax(log[None])[0]
        if self.adjudication is not None and len(self.values) > 1:
            here = self.values.index(self.adjudication)
            rest = np.maximum(posterior, np.finfo(float).tiny)
            rest[here] = 0.0
            posterior = (1 - ADJUDICATED) * rest / rest.sum()
            posterior[here] = ADJUDICATED
        return np.asarray(posterior, np.float64)

    def central(self, rating: Rating) -> Choice:
        """The same, deciding for the posterior's median or mean; an adjudication stands.

        >>> import numpy as np
        >>> skewed = Choice([1, 2, 3, 4, 5], np.log([0.4, 0.05, 0.1, 0.15, 0.3]), [])
        >>> [skewed.central(which).among for which in ("most_probable", "median", "mean")]
        [None, 2, 2]
        """
        if rating == "most_probable" or self.adjudication is not None or len(self.values) < 2:
            return self
        p, values = self.posterior(), np.array(self.values, np.float64)
        if rating == "median":
            lead = int(np.searchsorted(np.cumsum(p), 0.5 - TIE))
        else:
            lead = int(np.argmin(np.round(np.abs(values - p @ values), 9)))
        return replace(self, among=lead)

    def decision(self, record: str, floor: float = 0.0) -> Decision:
        """Decide; a confidence below `floor` (a probability) abstains."""
        p, values = self.posterior(), self.values
        adjudicated = self.adjudication is not None
        heard = len(self.voices) + adjudicated
        first, second, tied = self._ranked(p)
        prior, odds = 0.0, np.zeros(len(self.voices))
        if first != second:
            prior = float(self.prior[first] - self.prior[second])
            odds = np.array([voice.log[first] - voice.log[second] for voice in self.voices])
        contributions = [
            Contribution(voice.annotator, voice.value, voice.reliability, float(part))
            for voice, part in zip(self.voices, odds, strict=True)
        ]
        confidence = float(p[first]) * self.trust if len(p) else 0.0
        if adjudicated:
            confidence = ADJUDICATED
            rest = np.log(p[first]) - np.log(p[second]) - prior - odds.sum()
            contributions.append(Contribution(REVIEW, values[first], ADJUDICATED, float(rest)))
        abstention = why_abstain(heard, [str(values[each]) for each in tied], confidence, floor)
        leader = values[first] if heard and not tied else None
        return Decision(
            record=record,
            value=leader if abstention is None else None,
            leader=leader,
            runner_up=values[second] if leader is not None and first != second else None,
            confidence=confidence,
            posterior={str(v): float(each) for v, each in zip(values, p, strict=True)},
            prior_log_odds=prior,
            contributions=tuple(contributions),
            abstention=abstention,
            adjudicated=adjudicated,
            independent_votes=self.independent_votes if self.voices else None,
        )

    def _ranked(self, p: Floats) -> tuple[int, int, list[int]]:
        """The leader, the runner-up, and those tied for the lead, if any."""
        if len(p) < 2:
            return 0, 0, []
        order = np.argsort(-p, kind="stable")
        if self.adjudication is not None or self.among is not None:
            lead: Any = self.among if self.among is not None else order[0]
            second = next(each for each in order if each != lead)
            return int(lead), int(second), []
        tied = np.flatnonzero(p > p[order[0]] - TIE).tolist()
        if len(tied) > 1:
            return tied[0], tied[1], tied
        return int(order[0]), int(order[1]), []
