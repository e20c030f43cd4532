"""Dawid and Skene's model with a hierarchical prior and an honest posterior."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from workers.engine.label_model import Floats, LabelModel, Rows
from workers.engine.question import Question
from workers.engine.reliability import crowd_accuracy, expected_accuracy
from workers.engine.shares import shares, softmax
from workers.engine.strategy import State

if TYPE_CHECKING:
    from typing_extensions import Self

MAX_ITERATIONS = 200

TOLERANCE = 1e-4
"""EM has converged when no responsibility moves by more than this (a probability)."""

REFIT_SHARE = 0.01
"""`moved` refits when more than this share of the votes changed; per vote that costs little."""

REFIT_BELOW = 1000
"""`moved` always refits a model of fewer votes. It takes some milliseconds, and in a small crowd
one vote can lead EM elsewhere."""

SWEEPS = 5
"""At most so many rounds of annotators and records changing one another in one `moved`."""

DIGITS = 10
"""Weights are rounded to so many decimals: EM would blow the last bit of a float up to a decision
where votes are symmetric, and that bit depends on the order of the votes."""


class DawidSkene(LabelModel):
    """Every annotator has a confusion matrix; labels and matrices explain each other (EM).

    With ``r[i, k]`` the responsibility of label k for the votes on record i, ``v[i, j]`` the label
    that annotator j gave it, and ``N[j, k, l] = Σ r[i, k]`` over the records where j gave l::

        M    θ[j, k, l] = (N[j, k, l] + s · m[j, k, l]) / (Σ_l N[j, k, l] + s)
             p[k]       = (1 + Σ_i r[i, k]) / (n_labels + n_records)
        E    e[i, k]    = log p[k] + Σ_j log θ[j, k, v[i, j]]
             r[i, k]    ∝ exp(e[i, k] · discount(n[i], fit_dependence))
        out  P[i, k]    ∝ exp(e[i, k] · discount(n[i], dependence))

        discount(n, ρ) = 1 / (1 + ρ · (n - 1)),   n[i] the votes on record i

    **The prior** of a row of the confusion matrix is a Dirichlet of strength s whose mean ``m`` has
    the annotator's own accuracy (`expected_accuracy`) on the diagonal and beside it what the whole
    crowd gives when it errs. So a few votes tell how good somebody is, and many tell which labels
    they confuse. θ is the posterior mean, that is, the posterior predictive of the next vote.

    **The discount.** Dawid and Skene take votes as independent given the true label. They are not:
    what misleads one annotator about a record misleads the next. With a correlation ρ between the
    votes on a record, n votes are worth n / (1 + ρ(n - 1)) independent ones, never more than 1/ρ
    (Kish's design effect). It scales all that is known of a record, so it never changes which label
    leads, only how sure it may be. A small one in the fit keeps EM from deciding too early.

    **Which mode.** EM starts from the majority's shares, and the prior holds that a crowd is right
    more often than not; that settles which label is which. A single annotator may well be worse
    than chance, and then speaks against what they say.

    Fits cost what the votes' matrix A costs: both steps are a product of it, Aᵀ r and A log θ. An
    answer costs its own record and, in `moved`, the records of those annotators whose weights
    drifted far enough to move a posterior by the tolerance. The crowd's own figures (p, accuracy,
    how it errs) stand from one full fit to the next; `moved` starts one when REFIT_SHARE of the
    votes changed, and always in small crowds (REFIT_BELOW).

    Dawid & Skene, Maximum likelihood estimation of observer error-rates using the EM algorithm,
    Applied Statistics 28 (1979); Paun et al., Comparing Bayesian models of annotation, TACL 6
    (2018), for hierarchical ones; Kish, Survey Sampling (1965).

    Parameters
    ----------
    strength : float, votes
        s: how many votes a row's prior weighs.
    dependence : float in [0, 1]
        ρ of the published posterior. 0: votes are independent; 1: any number counts as one.
    fit_dependence : float in [0, 1]
        ρ inside EM, above 0.

    Attributes
    ----------
    weights_ : ndarray of shape (≥ n_annotators · n_labels, n_labels), nats
        ``weights_[annotator · n_labels + given, true]`` = log θ, in the layout of `counts_`.
    crowd_ : float in [0, 1]
        The crowd's accuracy at the last full fit.
    errors_ : ndarray of shape (n_labels, n_labels), rows sum to 1
        ``errors_[true, given]``: what the crowd gives instead of the true label; diagonal 0.
    log_prior_ : ndarray of shape (n_labels,), nats
        log p.

    Examples
    --------
    >>> from workers.engine.facts import Vote
    >>> from workers.engine.question import label_question
    >>> said = {"ann": "aabbab", "ben": "aabbab", "cas": "bbaaba"}  # cas has it upside down
    >>> votes = [Vote(f"r{i}", who, what) for who in said for i, what in enumerate(said[who])]
    >>> model = DawidSkene(label_question("a", "b")).fit([*votes, Vote("new", "cas", "b")])
    >>> [decision] = model.decide(["new"])
    >>> decision.value, round(decision.confidence, 2)
    ('a', 0.79)
    """

    name: ClassVar[str] = "dawid_skene"

    weights_: Floats
    crowd_: float
    errors_: Floats
    log_prior_: Floats

    def __init__(
        self,
        question: Question,
        *,
        strength: float = 4.0,
        dependence: float = 0.5,
        fit_dependence: float = 0.05,
    ) -> None:
        super().__init__(question)
        self.strength = strength
        self.dependence = dependence
        self.fit_dependence = fit_dependence

    # -- the full fit -----------------------------------------------------------------------

    def _fit(self) -> None:
        k = len(self.labels)
        a = self.votes_.matrix()
        transposed = a.T
        discounts = discount(self.votes_.degree, self.fit_dependence)[:, None]
        given = np.tile(np.eye(k), (len(self.votes_.annotators), 1))
        everything = np.arange(len(self.votes_.records))
        r = self._anchored(everything, shares(a @ given + 1 / k))
        for _ in range(MAX_ITERATIONS):
            counts = transposed @ r
            self._see_crowd(counts, r)
            self.weights_ = self._log_confusion(counts)
            before, r = r, a @ self.weights_
            r += self.log_prior_
            r *= discounts
            r = self._anchored(everything, softmax(r))
            if np.abs(r - before).max(initial=0.0) < TOLERANCE:
                break
        self.responsibility_ = r
        self.counts_ = np.asarray(transposed @ r)
        self.weights_ = self._log_confusion(self.counts_)
        self._settled = self.weights_.copy()
        self._drifting: set[int] = set()

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

    def _log_confusion(self, counts: Floats) -> Floats:
        """M-step of some annotators' matrices, from their rows of `counts_`; same layout."""
        k = len(self.labels)
        cubes = np.maximum(counts, 0.0).reshape(-1, k, k)  # [annotator, given, true]
        accuracy, _ = expected_accuracy(cubes, self.crowd_)
        prior = (1 - accuracy)[:, None, None] * self.errors_.T
        prior[:, np.arange(k), np.arange(k)] = accuracy[:, None] if k > 1 else 1.0
        expected = cubes + self.strength * prior
        expected /= expected.sum(axis=1, keepdims=True)
        weights: Floats = np.log(expected).round(DIGITS).reshape(-1, k)
        return weights

    # -- one record -------------------------------------------------------------------------

    def _posterior(self, rows: Rows) -> Floats:
        return softmax(self._evidence(rows, self.dependence))

    def _responsibility(self, rows: Rows) -> Floats:
        return softmax(self._evidence(rows, self.fit_dependence))

    def _evidence(self, rows: Rows, dependence: float) -> Floats:
        """Log posterior of these rows, up to a constant per row: e · discount."""
        where, slots = self.votes_.of_records(rows)
        evidence: Floats = np.tile(self.log_prior_, (len(rows), 1))
        np.add.at(evidence, where, self.weights_[self._cells(slots)])
        evidence *= discount(self.votes_.degree[rows], dependence)[:, None]
        return evidence

    def _published(self, rows: Rows) -> Floats:
        n = self.votes_.degree[rows]
        power = discount(n, self.dependence) / discount(n, self.fit_dependence)
        log = np.log(np.maximum(self.responsibility_[rows], np.finfo(float).tiny))
        return softmax(log * power[:, None])

    def _unseen(self) -> Floats:
        return np.asarray(softmax(self.log_prior_[None])[0], np.float64)

    def _reasons(self, slots: list[int], leader: int, other: int) -> tuple[float, list[float]]:
        worth = float(discount(np.array([len(slots)]), self.dependence)[0])
        weights = self.weights_[self._cells(np.array(slots, np.intp))]
        odds = worth * (weights[:, leader] - weights[:, other])
        return worth * float(self.log_prior_[leader] - self.log_prior_[other]), odds.tolist()

    def _confusions(self) -> Floats:
        k, n = len(self.labels), len(self.votes_.annotators)
        weights = self.weights_[: n * k].reshape(n, k, k)
        return np.asarray(np.exp(weights.transpose(0, 2, 1)), np.float64)

    # -- what one vote changes --------------------------------------------------------------

    def _make_room(self) -> None:
        super()._make_room()
        known = len(self.weights_)
        if len(self.counts_) > known:
            new = self._log_confusion(self.counts_[known:])
            self.weights_ = np.concatenate([self.weights_, new])
            self._settled = np.concatenate([self._settled, new])

    def _follow(self, annotators: Rows) -> None:
        k = len(self.labels)
        cells = (annotators[:, None] * k + np.arange(k)).ravel()
        self.weights_[cells] = self._log_confusion(self.counts_[cells])
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
        limit = 4 * tolerance / float((n * discount(n, self.dependence))[0])
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
            "strength": self.strength,
            "dependence": self.dependence,
            "fit_dependence": self.fit_dependence,
            "crowd": self.crowd_,
            "errors": self.errors_,
            "log_prior": self.log_prior_,
            "settled": self._settled[: len(self.votes_.annotators) * len(self.labels)],
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        values: dict[str, Any] = dict(state)
        self.strength = float(values["strength"])
        self.dependence = float(values["dependence"])
        self.fit_dependence = float(values["fit_dependence"])
        self.crowd_ = float(values["crowd"])
        self.errors_ = np.array(values["errors"], np.float64)
        self.log_prior_ = np.array(values["log_prior"], np.float64)
        self.weights_ = self._log_confusion(self.counts_)
        self._settled = np.array(values["settled"], np.float64)
        self._drifting = set(range(len(self.votes_.annotators)))
        return self


def discount(n_votes: NDArray[np.integer], dependence: float) -> Floats:
    """What each of a record's votes is worth, given how they depend: 1 / (1 + ρ · (n - 1)).

    >>> discount(np.array([0, 1, 3]), 0.5)
    array([1. , 1. , 0.5])
    """
    return np.asarray(1 / (1 + dependence * np.maximum(n_votes - 1, 0)), np.float64)
