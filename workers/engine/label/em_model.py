"""EM on the votes of a label question: how weights of votes and responsibilities of labels explain
each other, from scratch.

What the weights are made of, and what a single answer costs once they are known, is
`additive_model`'s.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.reliability import crowd_accuracy
from argilla_distill.workers.engine.contract.shares import shares, softmax
from argilla_distill.workers.engine.label.label_model import LabelModel
from argilla_distill.workers.engine.label.votes.vote_matrix import Block, blocks, majority
from argilla_distill.workers.engine.label.weights.dependence import discount

MAX_ITERATIONS = 200

TOLERANCE = 1e-4
"""EM has converged when no responsibility moves by more than this (a probability)."""

DIGITS = 10
"""Weights are rounded to so many decimals: EM would blow the last bit of a float up to a decision
where votes are symmetric, and that bit depends on the order of the votes."""


class EmModel(LabelModel):
    """Fitted by EM, whose formulas are in `workers.engine.label.additive_model.AdditiveModel`.

    Both steps are a product of the votes' matrix A, Aᵀ r and A w, and go through it in blocks.

    Dempster, Laird & Rubin, Maximum likelihood from incomplete data via the EM algorithm, JRSS B 39
    (1977).

    Attributes
    ----------
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

    consensus: ClassVar[float] = 0.0
    """How far annotators are judged by the majority, rather than by what the model makes of it."""

    fit_dependence: float
    weights_: Floats
    crowd_: float
    errors_: Floats
    log_prior_: Floats

    @abstractmethod
    def _log_confusion(self, counts: Floats) -> Floats:
        """M-step of some annotators' weights, from their rows of `counts_`; same layout."""

    def _weighed(self, counts: Floats, annotators: Ints) -> Floats:
        """The same, where it matters who they are."""
        return self._log_confusion(counts)

    def _worth(self, where: Ints, slots: AnyInts) -> Floats | None:
        """What the votes in these slots are worth; None: 1 each. `where` tells their records apart."""
        return None

    def _fit_tempering(self, n_votes: AnyInts) -> Floats:
        """The same inside EM."""
        return discount(n_votes, self.fit_dependence)

    def _fit(self) -> None:
        self._em(self._blocks())

    def _blocks(self) -> list[Block]:
        """The votes' matrix, and what each vote is worth."""
        nothing = np.empty(0, np.intp)
        weighed = self._worth(nothing, nothing) is not None
        return blocks(self.votes_, self._worth if weighed else None)

    def _em(self, parts: list[Block], start: Floats | None = None) -> None:
        """EM until no responsibility moves by more than TOLERANCE.

        Parameters
        ----------
        parts : the votes' matrix
        start : ndarray of shape (n_records, n_labels), rows sum to 1, or None for the majority's
            The first responsibilities; they are overwritten.
        """
        self.responsibility_ = np.zeros((0, len(self.labels)))  # memory, while it is made anew
        n, annotators = len(self.votes_.records), np.arange(len(self.votes_.annotators))
        held = majority(parts, n, len(self.labels))
        r = self._anchored(slice(n), held.copy()) if start is None else start
        shares = held.astype(np.float32) if self.consensus else None
        del held
        tempering = self._fit_tempering(self.votes_.degree)
        counts, labels = self._seen(parts, r)
        for _ in range(MAX_ITERATIONS):
            self._see_crowd(counts, labels)
            self.weights_ = self._weighed(counts, annotators)
            change = self._expect(parts, r, tempering, shares)
            counts, labels = self._seen(parts, r)
            if change < TOLERANCE:
                break
        self.responsibility_, self.counts_ = r, counts
        self.weights_ = self._weighed(self.counts_, annotators)
        self._settled = self.weights_.copy()
        self._drifting: set[int] = set()

    def _expect(
        self,
        parts: list[Block],
        r: Floats,
        tempering: Floats,
        majority: NDArray[np.float32] | None,
    ) -> float:
        """E-step: renew `r` in place; return how far it moved where there are votes."""
        moved, voted = 0.0, self.votes_.degree > 0
        for rows, _, worth in parts:
            fresh: Floats = worth @ self.weights_
            fresh += self.log_prior_
            fresh *= tempering[rows, None]
            fresh = self._held(softmax(fresh), None if majority is None else majority[rows])
            fresh = self._anchored(rows, fresh)
            change = np.abs(fresh - r[rows]).max(axis=1, initial=0.0)
            moved = max(moved, float(change[voted[rows]].max(initial=0.0)))
            r[rows] = fresh
        return moved

    def _seen(self, parts: list[Block], r: Floats) -> tuple[Floats, Floats]:
        """`counts_` as they follow from `r`, and how many records each label answers for."""
        counts, labels = np.zeros((parts[0].votes.shape[1], r.shape[1])), np.zeros(r.shape[1])
        anchored, voted = bool((self.anchors_ >= 0).any()), self.votes_.degree > 0
        for rows, votes, _ in parts:
            heavy = r[rows] * self._mass(rows)[:, None] if anchored else r[rows]
            counts += votes.T @ heavy
            labels += heavy[voted[rows]].sum(axis=0)
        return counts, labels

    def _held(self, responsibility: Floats, majority: NDArray[np.floating] | None) -> Floats:
        """The responsibility, held near the majority's shares by `consensus`; changed in place."""
        if majority is not None:
            responsibility *= 1 - self.consensus
            responsibility += self.consensus * majority
        return responsibility

    def _see_crowd(self, counts: Floats, labels: Floats) -> None:
        """M-step of what all annotators share.

        Parameters
        ----------
        counts : ndarray like `counts_`
        labels : ndarray of shape (n_labels,), how many records each answers for
        """
        k = len(self.labels)
        cubes = counts.reshape(-1, k, k)
        self.crowd_ = round(crowd_accuracy(cubes), DIGITS)
        errors = (cubes.sum(axis=0).T + 1.0) * (1 - np.eye(k))
        self.errors_ = shares(errors) if k > 1 else errors
        self.log_prior_ = np.round(np.log((labels + 1) / (labels.sum() + k)), DIGITS)

    def _shares(self, rows: Ints) -> NDArray[np.float32]:
        """The majority's shares on these rows, as `majority` has them."""
        k = len(self.labels)
        where, slots = self.votes_.of_records(rows)
        cells = where * k + self.votes_.columns()[2][slots]
        votes = np.bincount(cells, minlength=len(rows) * k).reshape(-1, k)
        return shares(np.asarray(votes + 1 / k, np.float64)).astype(np.float32)
