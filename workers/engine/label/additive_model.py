"""Models in which votes add up: every annotator and label given has a row of weights, in nats.

Here is what they share: the posterior, its discount for votes that depend on each other, and how an
answer reaches the other records that it concerns. The fit from scratch is `em_model`'s; what the
weights are is each model's own (`dawid_skene`, `learned`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.contract.strategy import State
from argilla_distill.workers.engine.label.em_model import EmModel
from argilla_distill.workers.engine.label.votes.vote_matrix import gathered
from argilla_distill.workers.engine.label.weights.dependence import discount

if TYPE_CHECKING:
    from typing_extensions import Self

REFIT_SHARE = 0.01
"""`moved` refits when more than this share of the votes changed; per vote that costs little."""

REFIT_BELOW = 5000
"""`moved` always refits a model of fewer votes. It takes some milliseconds, and in a small crowd
one vote can lead EM elsewhere."""

MANY_LABELS = 20
"""From so many labels on an annotator has given few of them."""

SWEEPS = 5
"""At most so many rounds of annotators and records changing one another in one `moved`."""


class AdditiveModel(EmModel):
    """Weights and labels explain each other (EM).

    With ``r[i, k]`` the responsibility of label k for the votes on record i, ``v[i, j]`` the label
    that annotator j gave it, and ``N[j, l, k] = Σ r[i, k]`` over the records where j gave l::

        M    w[j, l, k] = each model's own function of N[j] and of the crowd
             p[k]       = (1 + Σ_i r[i, k]) / (n_labels + n_records)
        E    e[i, k]    = log p[k] + Σ_j w[j, v[i, j], k]
             r[i, k]    ∝ exp(e[i, k] · discount(n[i], fit_dependence)), by 1 - consensus,
                          and the majority's shares, by consensus
        out  P[i, k]    ∝ exp(e[i, k] · discount(n[i], dependence))

        discount(n, ρ) = 1 / (1 + ρ · (n - 1)),   n[i] the votes on record i

    **The discount.** Votes are not independent given the true label: what misleads one annotator
    about a record misleads the next. With a correlation ρ between the votes on a record, n votes
    are worth n / (1 + ρ(n - 1)) independent ones, never more than 1/ρ (Kish's design effect). It
    scales all that is known of a record, so it never changes which label leads, only how sure it
    may be. A small one in the fit keeps EM from deciding too early.

    Fits cost what the votes' matrix A costs: both steps are a product of it, Aᵀ r and A w. An
    answer costs its own record and, in `moved`, the records of those annotators whose weights
    drifted far enough to move a posterior by the tolerance. The crowd's own figures stand from one
    full fit to the next; `moved` starts one when REFIT_SHARE of the votes changed, and always in
    small crowds (REFIT_BELOW).

    Kish, Survey Sampling (1965).

    Attributes
    ----------
    Those of `EmModel`, and

    dependence : float in [0, 1]
        ρ of the published posterior. 0: votes are independent; 1: any number counts as one.
    """

    dependence: float

    def _tempering(self, n_votes: AnyInts) -> Floats:
        """The published posterior's discount for records with so many votes."""
        return discount(n_votes, self.dependence)

    # -- one record -------------------------------------------------------------------------

    def _posterior(self, rows: Ints) -> Floats:
        return softmax(self._evidence(rows) * self._tempering(self.votes_.degree[rows])[:, None])

    def _responsibility(self, rows: Ints) -> Floats:
        tempering = self._fit_tempering(self.votes_.degree[rows])
        believed = softmax(self._evidence(rows) * tempering[:, None])
        return self._held(believed, self._shares(rows) if self.consensus else None)

    def _evidence(self, rows: Ints) -> Floats:
        """e of these rows: their log posterior, up to a constant per row and the discount."""
        where, slots = self.votes_.of_records(rows)
        worth = self._worth(where, slots)
        evidence: Floats = np.tile(self.log_prior_, (len(rows), 1))
        evidence += gathered(self.weights_, where, self._cells(slots), worth, len(rows))
        return evidence

    def _published(self, rows: Ints) -> Floats:
        n = self.votes_.degree[rows]
        power = self._tempering(n) / self._fit_tempering(n)
        log = np.log(np.maximum(self.responsibility_[rows], np.finfo(float).tiny))
        return softmax(log * power[:, None])

    def _unseen(self) -> Floats:
        return np.asarray(softmax(self.log_prior_[None])[0], np.float64)

    def _parts(
        self, n: int, where: Ints, slots: AnyInts, leader: Ints, other: Ints
    ) -> tuple[Floats, Floats]:
        tempering = self._tempering(np.bincount(where, minlength=n))
        weights, at = self.weights_[self._cells(slots)], np.arange(len(slots))
        odds = weights[at, leader[where]] - weights[at, other[where]]
        worth = self._worth(where, slots)
        odds *= tempering[where] if worth is None else tempering[where] * worth
        return tempering * (self.log_prior_[leader] - self.log_prior_[other]), odds

    # -- what one vote changes --------------------------------------------------------------

    def _make_room(self) -> None:
        super()._make_room()
        known = len(self.weights_)
        if len(self.counts_) > known:
            k = len(self.labels)
            new = self._weighed(self.counts_[known:], np.arange(known, len(self.counts_), k) // k)
            self.weights_ = np.concatenate([self.weights_, new])
            self._settled = np.concatenate([self._settled, new])

    def _follow(self, annotators: Ints) -> None:
        k = len(self.labels)
        cells = (annotators[:, None] * k + np.arange(k)).ravel()
        self.weights_[cells] = self._weighed(self.counts_[cells], annotators)
        self._drifting.update(annotators.tolist())

    def _settle(self, tolerance: float) -> None:
        few = self.n_votes < REFIT_BELOW and self._changed_votes > 0
        if few or self._changed_votes > REFIT_SHARE * self._fitted_votes:
            self.refit()
        if self._touched is None:
            return
        rows = np.array(sorted(self._touched), np.intp)
        for _ in range(SWEEPS):
            rows = np.union1d(rows, self._rows_of_drifted(tolerance))
            if not len(rows):
                return
            self._shift(rows)
            rows = rows[:0]

    def _rows_of_drifted(self, tolerance: float) -> Ints:
        """Rows whose posterior may be off by `tolerance`, from now on taken as settled.

        If each of n votes moves the log-odds between two labels by d at most, a posterior moves by
        tanh(n · discount(n) · d / 4) at most. Drift is looked at per annotator and label given.
        """
        k = len(self.labels)
        n = self.votes_.degree.max(initial=1, keepdims=True)
        limit = 4 * tolerance / float((n * self._tempering(n))[0])
        annotators = np.array(sorted(self._drifting), np.intp)
        cells = annotators[:, None] * k + np.arange(k)
        drift = np.ptp(self.weights_[cells] - self._settled[cells], axis=2)
        far = cells[drift > limit]
        self._settled[far] = self.weights_[far]
        due = np.zeros(len(self.weights_), bool)
        due[far] = True
        slots = [self.votes_.of_annotator(j) for j in np.unique(far // k)]
        slot = np.concatenate([s[due[self._cells(s)]] for s in slots]) if slots else far
        return np.unique(self.votes_.columns()[0][slot]).astype(np.intp)

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        cells = self._kept_cells()
        return super().state() | {
            "dependence": self.dependence,
            "fit_dependence": self.fit_dependence,
            "crowd": self.crowd_,
            "errors": self.errors_,
            "log_prior": self.log_prior_,
            "weights": self.weights_[cells],
            "settled": self._settled[cells],
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        values: dict[str, Any] = dict(state)
        self.dependence = float(values["dependence"])
        self.fit_dependence = float(values["fit_dependence"])
        self.crowd_ = float(values["crowd"])
        self.errors_ = np.array(values["errors"], np.float64)
        self.log_prior_ = np.array(values["log_prior"], np.float64)
        self._take_own(state)
        cells = self._kept_cells()
        if len(cells) == len(self.counts_):
            self.weights_ = np.array(values["weights"], np.float64)
        else:  # the others follow from the counts
            self.weights_ = self._weighed(self.counts_, np.arange(len(self.votes_.annotators)))
            self.weights_[cells] = values["weights"]
        self._settled = self.weights_.copy()
        self._settled[cells] = values["settled"]
        self._drifting = set(range(len(self.votes_.annotators)))
        return self

    def _take_own(self, state: State) -> None:
        """Take from a state what a subclass needs to weigh votes."""

    def _kept_cells(self) -> Ints:
        """The rows of weights that a state keeps: of MANY_LABELS, only those that were given."""
        every = np.arange(len(self.votes_.annotators) * len(self.labels))
        if len(self.labels) < MANY_LABELS:
            return every
        _, annotator, label = self.votes_.columns()
        return np.unique(annotator.astype(np.intp) * len(self.labels) + label)
