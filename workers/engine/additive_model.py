"""Models in which votes add up: every annotator and label given has a row of weights, in nats.

Here is what they share: EM round the weights, the discount for votes that depend on each other, and
how an answer reaches the other records that it concerns. What the weights are is each model's own
(`dawid_skene`, `learned`).
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from workers.engine.label_model import Floats, LabelModel, Rows
from workers.engine.reliability import crowd_accuracy
from workers.engine.shares import shares, softmax
from workers.engine.strategy import State

if TYPE_CHECKING:
    from typing_extensions import Self

MAX_ITERATIONS = 200

TOLERANCE = 1e-4
"""EM has converged when no responsibility moves by more than this (a probability)."""

REFIT_SHARE = 0.01
"""`moved` refits when more than this share of the votes changed; per vote that costs little."""

REFIT_BELOW = 5000
"""`moved` always refits a model of fewer votes. It takes some milliseconds, and in a small crowd
one vote can lead EM elsewhere."""

SWEEPS = 5
"""At most so many rounds of annotators and records changing one another in one `moved`."""

DIGITS = 10
"""Weights are rounded to so many decimals: EM would blow the last bit of a float up to a decision
where votes are symmetric, and that bit depends on the order of the votes."""


class AdditiveModel(LabelModel):
    """Weights and labels explain each other (EM).

    With ``r[i, k]`` the responsibility of label k for the votes on record i, ``v[i, j]`` the label
    that annotator j gave it, and ``N[j, l, k] = Σ r[i, k]`` over the records where j gave l::

        M    w[j, l, k] = each model's own function of N[j] and of the crowd
             p[k]       = (1 + Σ_i r[i, k]) / (n_labels + n_records)
        E    e[i, k]    = log p[k] + Σ_j w[j, v[i, j], k]
             r[i, k]    ∝ exp(e[i, k] · discount(n[i], fit_dependence))
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
    dependence : float in [0, 1]
        ρ of the published posterior. 0: votes are independent; 1: any number counts as one.
    fit_dependence : float in [0, 1]
        ρ inside EM, above 0.
    weights_ : ndarray of shape (≥ n_annotators · n_labels, n_labels), nats
        ``weights_[annotator · n_labels + given, true]`` = w, in the layout of `counts_`.
    crowd_ : float in [0, 1]
        The crowd's accuracy at the last full fit.
    errors_ : ndarray of shape (n_labels, n_labels), rows sum to 1
        ``errors_[true, given]``: what the crowd gives instead of the true label; diagonal 0.
    log_prior_ : ndarray of shape (n_labels,), nats
        log p.
    """

    dependence: float
    fit_dependence: float
    weights_: Floats
    crowd_: float
    errors_: Floats
    log_prior_: Floats

    @abstractmethod
    def _log_confusion(self, counts: Floats) -> Floats:
        """M-step of some annotators' weights, from their rows of `counts_`; same layout."""

    def _weighed(self, counts: Floats, annotators: Rows) -> Floats:
        """The same, where it matters who they are."""
        return self._log_confusion(counts)

    def _worth(self, where: Rows, slots: NDArray[np.integer]) -> Floats | None:
        """What the votes in these slots are worth; None: 1 each. `where` tells their records apart."""
        return None

    def _tempering(self, n_votes: NDArray[np.integer]) -> Floats:
        """The published posterior's discount for records with so many votes."""
        return discount(n_votes, self.dependence)

    def _fit_tempering(self, n_votes: NDArray[np.integer]) -> Floats:
        """The same inside EM."""
        return discount(n_votes, self.fit_dependence)

    # -- the full fit -----------------------------------------------------------------------

    def _fit(self) -> None:
        a = self.votes_.matrix()
        r = self._anchored(np.arange(len(self.votes_.records)), self._majority(a))
        self._em(a, self._worth_matrix(a), r)

    def _worth_matrix(self, a: sparse.csr_array) -> sparse.csr_array:
        """The votes' matrix `a` with what each vote is worth."""
        nothing = np.empty(0, np.intp)
        if self._worth(nothing, nothing) is None:
            return a
        slots = np.arange(len(self.votes_))
        worth = self._worth(self.votes_.columns()[0].astype(np.intp), slots)
        return self.votes_.matrix(worth)

    def _majority(self, a: sparse.csr_array) -> Floats:
        """Each record's shares of votes, with one more that is spread evenly."""
        k = len(self.labels)
        given = np.tile(np.eye(k), (len(self.votes_.annotators), 1))
        votes: Floats = a @ given
        votes += 1 / k
        return shares(votes)

    def _em(self, a: sparse.csr_array, worth: sparse.csr_array, r: Floats) -> None:
        """EM from these responsibilities, until none moves by more than TOLERANCE.

        Parameters
        ----------
        a : the votes' matrix
        worth : the same with what each vote is worth
        r : ndarray of shape (n_records, n_labels), rows sum to 1
        """
        transposed, voted = a.T, self.votes_.degree > 0
        tempering = self._fit_tempering(self.votes_.degree)[:, None]
        everything = np.arange(len(self.votes_.records))
        annotators = np.arange(len(self.votes_.annotators))
        mass = self._mass(everything)[:, None] if (self.anchors_ >= 0).any() else None
        self.responsibility_ = np.zeros((0, len(self.labels)))  # memory, while it is made anew
        holding = self._holding(a)
        for _ in range(MAX_ITERATIONS):
            heavy = r if mass is None else r * mass
            counts = transposed @ heavy
            self._see_crowd(counts, heavy)
            self.weights_ = self._weighed(counts, annotators)
            change, r = r, worth @ self.weights_
            r += self.log_prior_
            r *= tempering
            r = self._anchored(everything, self._held(softmax(r), holding))
            change -= r
            np.abs(change, out=change)
            if (change if voted.all() else change[voted]).max(initial=0.0) < TOLERANCE:
                break
        self.responsibility_ = r
        self.counts_ = np.asarray(transposed @ (r if mass is None else r * mass))
        self.weights_ = self._weighed(self.counts_, annotators)
        self._settled = self.weights_.copy()
        self._drifting: set[int] = set()

    def _holding(self, a: sparse.csr_array) -> NDArray[np.float32] | None:
        """The majority's shares, where the model is held near them."""
        return None

    def _held(self, responsibility: Floats, majority: NDArray[np.floating] | None) -> Floats:
        """The responsibility, perhaps held near the majority's shares; may be changed in place."""
        return responsibility

    def _see_crowd(self, counts: Floats, responsibility: Floats) -> None:
        """M-step of what all annotators share."""
        k = len(self.labels)
        cubes = counts.reshape(-1, k, k)
        self.crowd_ = round(crowd_accuracy(cubes), DIGITS)
        errors = (cubes.sum(axis=0).T + 1.0) * (1 - np.eye(k))
        self.errors_ = shares(errors) if k > 1 else errors
        voted = self.votes_.degree > 0
        labels = responsibility.sum(axis=0) if voted.all() else responsibility[voted].sum(axis=0)
        self.log_prior_ = np.round(np.log((labels + 1) / (labels.sum() + k)), DIGITS)

    # -- one record -------------------------------------------------------------------------

    def _posterior(self, rows: Rows) -> Floats:
        return softmax(self._evidence(rows) * self._tempering(self.votes_.degree[rows])[:, None])

    def _responsibility(self, rows: Rows) -> Floats:
        tempering = self._fit_tempering(self.votes_.degree[rows])
        return softmax(self._evidence(rows) * tempering[:, None])

    def _evidence(self, rows: Rows) -> Floats:
        """e of these rows: their log posterior, up to a constant per row and the discount."""
        where, slots = self.votes_.of_records(rows)
        worth = self._worth(where, slots)
        evidence: Floats = np.tile(self.log_prior_, (len(rows), 1))
        evidence += gathered(self.weights_, where, self._cells(slots), worth, len(rows))
        return evidence

    def _published(self, rows: Rows) -> Floats:
        n = self.votes_.degree[rows]
        power = self._tempering(n) / self._fit_tempering(n)
        log = np.log(np.maximum(self.responsibility_[rows], np.finfo(float).tiny))
        return softmax(log * power[:, None])

    def _unseen(self) -> Floats:
        return np.asarray(softmax(self.log_prior_[None])[0], np.float64)

    def _parts(
        self, n: int, where: Rows, slots: NDArray[np.integer], leader: Rows, other: Rows
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

    def _follow(self, annotators: Rows) -> None:
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

    def _rows_of_drifted(self, tolerance: float) -> Rows:
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
        return super().state() | {
            "dependence": self.dependence,
            "fit_dependence": self.fit_dependence,
            "crowd": self.crowd_,
            "errors": self.errors_,
            "log_prior": self.log_prior_,
            "weights": self.weights_[: len(self.votes_.annotators) * len(self.labels)],
            "settled": self._settled[: len(self.votes_.annotators) * len(self.labels)],
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
        self.weights_ = np.array(values["weights"], np.float64)
        self._settled = np.array(values["settled"], np.float64)
        self._drifting = set(range(len(self.votes_.annotators)))
        return self


def gathered(
    weights: Floats, where: Rows, cells: Rows, worth: Floats | None, n_records: int
) -> Floats:
    """Each record's votes' rows of `weights`, by what the votes are worth, summed.

    >>> gathered(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0, 0]), np.array([0, 1]), None, 1)
    array([[4., 6.]])
    """
    summed = np.empty((n_records, weights.shape[1]))
    for label, column in enumerate(weights.T):  # much faster than numpy.add.at
        part = column[cells] if worth is None else column[cells] * worth
        summed[:, label] = np.bincount(where, part, n_records)
    return summed


def discount(n_votes: NDArray[np.integer], dependence: float) -> Floats:
    """What each of a record's votes is worth, given how they depend: 1 / (1 + ρ · (n - 1)).

    >>> discount(np.array([0, 1, 3]), 0.5)
    array([1. , 1. , 0.5])
    """
    return np.asarray(1 / (1 + dependence * np.maximum(n_votes - 1, 0)), np.float64)
