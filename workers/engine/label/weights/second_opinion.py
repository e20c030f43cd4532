"""What another model makes of the same votes, pooled with the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.label.votes import given_rows
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.vote_matrix import Block
from argilla_distill.workers.engine.label.weights.confusion_weigher import ConfusionWeigher
from argilla_distill.workers.engine.label.weights.em import (
    ANEW,
    Start,
    expectation_maximisation,
)
from argilla_distill.workers.engine.label.weights.weigher import CrowdEstimate

SHARE = 0.5
"""How far it counts: as much as the first."""

FEW = 200
"""Of so many votes in all it counts half of that: a model that is free of the majority takes chance for skill
where votes are few."""

STRENGTH = 10.0
"""How many votes the prior of a row of its confusion matrices weighs."""

EASE_VOTES = 100.0
"""By so many votes it takes labels to be as easy as each other."""

ITERATIONS = 15
"""At most so many of EM."""

AT_LEAST = 4
"""So many it may have, however many votes there are."""

VISITED = 5_000_000
"""At most so many votes are visited in all of EM's iterations."""


class SecondOpinion:
    """Dawid and Skene's model, which holds on to nothing that the first one holds on to.

    With w what a vote weighs by the first model, and θ the annotators' confusion matrices by an EM
    of its own (`ConfusionWeigher`), which starts from the majority, is then free of it, and takes some
    labels to be easier than others for everybody::

        w'[j, l, k] = (1 - share) w[j, l, k] + share log θ[j, l, k]
        share = SHARE · (1 - unexplained) · n / (n + FEW),   n the number of votes

    and the same for the log of the labels' shares. **Why.** The first model keeps near what the
    crowd meant, so it cannot find that a whole crowd prefers a label, or takes one for another;
    this one can, and runs away with it where a few are believed too much. Which of them is right,
    votes do not tell: the freer one always predicts them better. Where they err in different
    directions, the pool errs less. A jury is believed too easily by models that are free to
    (`jury`), so there it says less.

    **Between full fits** its counts follow the first model's: ``ahead`` is how far they are from
    those, as of the last full fit.

    Genest & Zidek, Combining probability distributions, Statistical Science 1 (1986), for
    log-linear pools; Dawid & Skene, Applied Statistics 28 (1979).

    Attributes
    ----------
    share_ : float in [0, 1]
    ahead_ : ndarray of shape (n_annotators · n_labels, n_labels), as `Tally.counts`
    weigher : ConfusionWeigher
    """

    share_: float
    ahead_: Floats

    def __init__(self) -> None:
        self.weigher = ConfusionWeigher(STRENGTH, EASE_VOTES)
        self.share_ = 0.0
        self.ahead_ = np.zeros((0, 1))

    def fit(
        self,
        tally: Tally,
        parts: list[Block],
        tempering: Floats,
        unexplained: float,
        start: Start = ANEW,
    ) -> None:
        """Form an opinion; the tally's responsibilities and counts are then its own.

        Parameters
        ----------
        parts : the votes' matrix, as the first model has it
        tempering : ndarray of shape (n_records,), what the evidence is multiplied by in its EM
        unexplained : as in `Jury`
        start : usual are ITERATIONS, and fewer of many votes
        """
        n = len(tally.votes)
        self.share_ = SHARE * (1 - unexplained) * n / (n + FEW)
        most = start.iterations or min(max(VISITED // max(n, 1), AT_LEAST), ITERATIONS)
        expectation_maximisation(
            tally, self.weigher, parts, tempering, start=start.second, iterations=most
        )
        self.ahead_ = tally.counts

    def settle(self, counts: Floats) -> None:
        """Keep how far its counts are ahead of these, the first model's."""
        self.ahead_ = self.ahead_ - counts

    def log_prior(self, first: Floats) -> Floats:
        """The pool's log of the labels' shares, shape (n_labels,)."""
        if not self.share_:
            return first
        return (1 - self.share_) * first + self.share_ * self.weigher.crowd_.log_prior

    def beside(self, weights: Floats, counts: Floats, annotators: Ints) -> Floats:
        """The pool's weights of some annotators.

        Parameters
        ----------
        weights : ndarray of shape (len(annotators) · n_labels, n_labels), nats
            The first model's, as `Weigher.weights` returns them.
        counts : ndarray like `weights`, as `Tally.counts`
        """
        if not self.share_:
            return weights
        k = counts.shape[1]
        own = self.weigher.weights(
            (counts.reshape(-1, k, k) + self._ahead(annotators, k)).reshape(-1, k), annotators
        )
        return np.asarray((1 - self.share_) * weights + self.share_ * own, np.float64)

    def beside_all(self, weights: Floats, counts: Floats) -> Floats:
        """The pool's weights of all annotators that `weights` has, of whom `counts` may have more."""
        annotators = np.arange(len(weights) // max(counts.shape[1], 1))
        return self.beside(weights, counts[: len(weights)], annotators)

    def beside_votes(
        self, weights: Floats, cubes: Floats, annotators: AnyInts, labels: AnyInts
    ) -> Floats:
        """The pool's weights of some votes, each with counts of its own.

        Parameters
        ----------
        weights : ndarray of shape (n_votes, n_labels), the first model's
        cubes : ndarray of shape (n_votes, n_labels, n_labels), [vote, given, true]
        annotators, labels : ndarray of shape (n_votes,)
        """
        if not self.share_:
            return weights
        k = cubes.shape[1]
        counts = (cubes + self._ahead(annotators, k)).reshape(-1, k)
        own = self.weigher.weights(counts, annotators.astype(np.intp)).reshape(-1, k, k)
        said = own[np.arange(len(labels)), labels]
        return np.asarray((1 - self.share_) * weights + self.share_ * said, np.float64)

    def _ahead(self, annotators: AnyInts, k: int) -> Floats:
        """How far ahead it is of these annotators' counts; who came later is as the first has it."""
        ahead = self.ahead_.reshape(-1, k, k)
        known = annotators < len(ahead)
        if known.all():
            return ahead[annotators]
        found = np.zeros((len(annotators), k, k))
        found[known] = ahead[annotators[known]]
        return found

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        own = self.weigher
        crowd = own.crowd_.state() | {"ease": own.ease_} if self.share_ else {}
        ahead = given_rows.packed("second_ahead", self.ahead_) if self.share_ else {}
        found = {f"second_{name}": value for name, value in crowd.items()}
        return {"second_share": self.share_, **found, **ahead}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take a state back; release 0.1 had no second opinion."""
        self.share_ = float(state.get("second_share", 0.0))
        if self.share_:
            crowd = {name: state[f"second_{name}"] for name in ("crowd", "errors", "log_prior")}
            self.weigher.crowd_ = CrowdEstimate.restore(crowd)
            self.weigher.ease_ = np.array(state.get("second_ease", np.zeros(1)), np.float64)
            self.ahead_ = given_rows.unpacked("second_ahead", state)
