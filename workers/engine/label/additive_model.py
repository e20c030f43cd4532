"""The model in which votes add up: every annotator and label given has a row of weights, in nats.

What the weights are is its `Weigher`'s (`weights`), and the fit from scratch is `em`'s. Here are the
posterior, its discount for votes that depend on each other, and how an answer reaches the other
records that it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from argilla_distill.workers.engine.contract.facts import Fact
from argilla_distill.workers.engine.contract.movement import Movement
from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.label.label_model import LabelModel
from argilla_distill.workers.engine.label.votes import given_rows
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.vote_matrix import (
    blocks,
    gathered,
    majority_of,
)
from argilla_distill.workers.engine.label.weights import em
from argilla_distill.workers.engine.label.weights.dependence import discount
from argilla_distill.workers.engine.label.weights.drift import Drift
from argilla_distill.workers.engine.label.weights.second_opinion import SecondOpinion
from argilla_distill.workers.engine.label.weights.weigher import Weigher
from argilla_distill.workers.engine.label.weights.worth import Worth

REFIT_SHARE = 0.01
"""`moved` refits when more than this share of the votes changed; per vote that costs little."""

REFIT_BELOW = 5000
"""`moved` always refits a model of fewer votes. It takes some milliseconds, and in a small crowd
one vote can lead EM elsewhere."""

SWEEPS = 5
"""At most so many rounds of annotators and records changing one another in one `moved`."""


class AdditiveModel(LabelModel):
    """Weights and labels explain each other (EM).

    With ``r[i, k]`` the responsibility of label k for the votes on record i, ``v[i, j]`` the label
    that annotator j gave it, and ``N[j, l, k] = Σ r[i, k]`` over the records where j gave l::

        M    w[j, l, k] = a `Weigher`'s function of N[j] and of the crowd, and so is log p[k]
        E    e[i, k]    = log p[k] + Σ_j u[i, j] w[j, v[i, j], k]
             r[i, k]    ∝ exp(sharpness · e[i, k] · discount(n[i], fit_dependence)), by 1 - consensus,
                          and the majority's shares, by consensus
        out  P[i, k]    ∝ exp(e[i, k] · discount(n[i], dependence))

    with u[i, j] what a vote is `Worth`, 1 where nothing is known of that, times its own weight, and
        discount(n, ρ) = 1 / (1 + ρ · (n - 1)),   n[i] the votes on record i

    The discount (`dependence.discount`) scales all that is known of a record, so it changes how sure a
    label may be, and never which leads. A small one in the fit keeps EM from deciding too early.

    Fits cost what the votes' matrix A costs: both steps are a product of it, Aᵀ r and A w. An
    answer costs its own record and, in `moved`, the records of those annotators whose weights
    drifted far enough to move a posterior by the tolerance. The crowd's own figures stand from one
    full fit to the next; `moved` starts one when REFIT_SHARE of the votes changed, and always in
    small crowds (REFIT_BELOW).

    **Near the majority.** With a `consensus` above 0, what annotators are judged by holds a share of
    plain majority vote, so EM cannot drift to a truth of its own making, in which a clique is right
    and the crowd is not.

    Parameters
    ----------
    weigher : Weigher
    dependence : float in [0, 1]
        ρ of the published posterior. 0: votes are independent; 1: any number counts as one.
    fit_dependence : float in [0, 1]
        ρ inside EM, above 0.
    sharpness : float
    consensus : float in [0, 1]
    worth : Worth or None
        What one vote is worth beside others; None: 1 each.
    second : SecondOpinion or None
        What is pooled with w and p where the posterior is published; None: nothing.

    Attributes
    ----------
    weights_ : ndarray of shape (≥ n_annotators · n_labels, n_labels), nats
        ``weights_[annotator · n_labels + given, true]`` = w, in the layout of `Tally.counts`.
    pooled_ : ndarray like `weights_`, with the second opinion
    scale : float
        What the published evidence is multiplied by, beside its discount.
    """

    weights_: Floats
    pooled_: Floats
    _drift: Drift  # of the pooled weights

    def __init__(
        self,
        weigher: Weigher,
        *,
        dependence: float,
        fit_dependence: float,
        sharpness: float = 1.0,
        consensus: float = 0.0,
        worth: Worth | None = None,
        second: SecondOpinion | None = None,
    ) -> None:
        self.weigher = weigher
        self.dependence = dependence
        self.fit_dependence = fit_dependence
        self.sharpness = sharpness
        self.consensus = consensus
        self.worth = worth
        self.second = second
        self.scale = 1.0

    def begin(self, tally: Tally, facts: list[Fact]) -> None:
        super().begin(tally, facts)
        self.weigher.begin(tally, facts)

    # -- the full fit -----------------------------------------------------------------------

    def fit(self) -> None:
        if self.worth:
            self.worth.fit(self.tally)
        self.weigher.prepare(self.worth.jury_.unexplained if self.worth else 0.0)
        self.explain()
        if self.worth and self.worth.prove(self.accuracy()[0]):
            self.explain(em.Start(self.tally.responsibility))

    def explain(self, start: em.Start = em.ANEW) -> em.Start:
        """EM, given what votes are worth; returns where another may go on."""
        first, _, iterations, parts = start
        tempering = self._fit_tempering(self.tally.votes.degree)
        if parts is None:
            even = (self.worth is None or self.worth.even()) and self.tally.votes.weight is None
            parts = blocks(self.tally.votes, None if even else self.worth_of)
        if self.second:
            unexplained = self.worth.jury_.unexplained if self.worth else 0.0
            self.second.fit(self.tally, parts, tempering / self.sharpness, unexplained, start)
        held = self.tally.responsibility if self.second else None
        self.weights_ = em.expectation_maximisation(
            self.tally, self.weigher, parts, tempering, self.consensus, first, iterations
        )
        if self.second:
            self.second.settle(self.tally.counts)
        self._pool()
        self._drift = Drift(self.pooled_.copy(), set())
        return em.Start(self.tally.responsibility, held, None, parts)

    def _pool(self) -> None:
        """Let the second opinion have its say on all weights."""
        weights, counts = self.weights_, self.tally.counts
        self.pooled_ = self.second.beside_all(weights, counts) if self.second else weights

    @property
    def log_prior(self) -> Floats:
        """The log of the labels' shares that is published, shape (n_labels,)."""
        own = self.weigher.crowd_.log_prior
        return self.second.log_prior(own) if self.second else own

    # -- one record -------------------------------------------------------------------------

    def worth_of(self, where: Ints, slots: AnyInts) -> Floats | None:
        """What the votes in these slots are worth; None: 1 each. `where` tells their records apart."""
        worth = self.worth.of(where, slots) if self.worth else None
        return self.tally.votes.weights.times(worth, slots)

    def tempering(self, n_votes: AnyInts) -> Floats:
        """What the published evidence on records with so many votes is multiplied by."""
        return discount(n_votes, self.dependence) * self.scale

    def _fit_tempering(self, n_votes: AnyInts) -> Floats:
        """The same inside EM."""
        return self.sharpness * discount(n_votes, self.fit_dependence)

    def evidence(self, rows: Ints) -> Floats:
        """e of these rows, as published: their log posterior, up to a constant per row and the discount."""
        return self._evidence(rows, self.pooled_, self.log_prior)

    def _evidence(self, rows: Ints, weights: Floats, log_prior: Floats) -> Floats:
        where, slots = self.tally.votes.of_records(rows)
        worth = self.worth_of(where, slots)
        evidence: Floats = np.tile(log_prior, (len(rows), 1))
        evidence += gathered(weights, where, self.tally.cells(slots), worth, len(rows))
        return evidence

    def posterior(self, rows: Ints) -> Floats:
        tempering = self.tempering(self.tally.votes.degree[rows])
        return softmax(self.evidence(rows) * tempering[:, None])

    def responsibility(self, rows: Ints) -> Floats:
        tempering = self._fit_tempering(self.tally.votes.degree[rows])
        evidence = self._evidence(rows, self.weights_, self.weigher.crowd_.log_prior)
        believed = softmax(evidence * tempering[:, None])
        near = majority_of(self.tally.votes, rows).astype(np.float32) if self.consensus else None
        return em.held_near(believed, near, self.consensus)

    def published(self, rows: Ints) -> Floats:
        if self.consensus:  # the responsibility is no function of the evidence alone
            return self.posterior(rows)
        n = self.tally.votes.degree[rows]
        power = self.tempering(n) / self._fit_tempering(n)
        log = np.log(np.maximum(self.tally.responsibility[rows], np.finfo(float).tiny))
        return softmax(log * power[:, None])

    def unseen(self) -> Floats:
        return np.asarray(softmax(self.log_prior[None])[0], np.float64)

    def reasons(
        self, n: int, where: Ints, slots: AnyInts, leader: Ints, other: Ints
    ) -> tuple[Floats, Floats]:
        tempering, log_prior = self.tempering(np.bincount(where, minlength=n)), self.log_prior
        weights, at = self.pooled_[self.tally.cells(slots)], np.arange(len(slots))
        odds = weights[at, leader[where]] - weights[at, other[where]]
        worth = self.worth_of(where, slots)
        odds *= tempering[where] if worth is None else tempering[where] * worth
        return tempering * (log_prior[leader] - log_prior[other]), odds

    def independent_votes(self, n: int, where: Ints, slots: AnyInts) -> Floats | None:
        """u summed over each record's votes, times their discount."""
        total = np.bincount(where, self.worth_of(where, slots), minlength=n)
        return total * discount(np.bincount(where, minlength=n), self.dependence)

    def accuracy(self) -> tuple[Floats, Floats]:
        return self.weigher.accuracy()

    def confusions(self) -> Floats:
        return self.weigher.confusions(self.weights_)

    # -- what one vote changes --------------------------------------------------------------

    def make_room(self) -> None:
        known, k, counts = len(self.weights_), self.tally.n_labels, self.tally.counts
        if len(counts) > known:
            new = self.weigher.weights(counts[known:], np.arange(known, len(counts), k) // k)
            self.weights_ = np.concatenate([self.weights_, new])
            self._pool()
            self._drift.make_room(self.pooled_)

    def follow(self, annotators: Ints) -> None:
        k = self.tally.n_labels
        cells = (annotators[:, None] * k + np.arange(k)).ravel()
        counts = self.tally.counts[cells]
        self.weights_[cells] = new = self.weigher.weights(counts, annotators)
        if self.second:
            self.pooled_[cells] = self.second.beside(new, counts, annotators)
        self._drift.annotators.update(annotators.tolist())

    def refit_due(self, movement: Movement[int]) -> bool:
        return movement.refit_due(len(self.tally.votes), REFIT_SHARE, REFIT_BELOW)

    def spread(self, rows: Ints, tolerance: float) -> Ints:
        votes, reached = self.tally.votes, np.empty(0, np.intp)
        n = votes.degree.max(initial=1, keepdims=True)
        limit = 4 * tolerance / float((n * self.tempering(n))[0])
        for _ in range(SWEEPS):
            rows = np.union1d(rows, self._drift.settle(self.pooled_, votes, limit))
            if not len(rows):
                break
            self.follow(self.tally.shift(rows, self.responsibility(rows)))
            reached, rows = np.union1d(reached, rows), rows[:0]
        return reached

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        cells = given_rows.worth_keeping(self.tally.votes)
        parts = self.weigher.state() | (self.worth.state() if self.worth else {})
        parts |= self.second.state() if self.second else {}
        return parts | {
            "dependence": self.dependence,
            "fit_dependence": self.fit_dependence,
            "weights": self.weights_[cells],
            "settled": self._drift.settled[cells],
        }

    def restore(self, tally: Tally, state: Mapping[str, Any]) -> None:
        super().restore(tally, state)
        self.dependence = float(state["dependence"])
        self.fit_dependence = float(state["fit_dependence"])
        self.weigher.restore(tally, state)
        if self.worth:
            self.worth.restore(tally, state)
        if self.second:
            self.second.restore(state)
        cells = given_rows.worth_keeping(tally.votes)
        if len(cells) == len(tally.counts):
            self.weights_ = np.array(state["weights"], np.float64)
        else:  # the others follow from the counts
            self.weights_ = self.weigher.weights(tally.counts, np.arange(tally.n_annotators))
            self.weights_[cells] = state["weights"]
        self._pool()
        self._drift = Drift(self.pooled_.copy(), set(range(tally.n_annotators)))
        self._drift.settled[cells] = state["settled"]
