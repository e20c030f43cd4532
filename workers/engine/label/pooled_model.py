"""What the default strategy for label questions makes of votes alone.

What adjudications and texts add to it is `learned`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.facts import Fact, Kind, Source
from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints, ShortInts
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.contract.reliability import (
    ANNOTATOR_VOTES,
    CROWD_VOTES,
    expected_accuracy,
)
from argilla_distill.workers.engine.contract.strategy import State
from argilla_distill.workers.engine.errors import NotCurrent
from argilla_distill.workers.engine.label import pool
from argilla_distill.workers.engine.label.em_model import DIGITS
from argilla_distill.workers.engine.label.votes.vote_matrix import ROWS, gathered
from argilla_distill.workers.engine.label.weights import dependence
from argilla_distill.workers.engine.label.weights.dependence import discount
from argilla_distill.workers.engine.label.worth_model import WorthModel

KINDS: tuple[Kind, ...] = ("person", "model", "template")

SHARPNESS = 1.6
"""EM takes what it knows so many times as seriously as what is published: it has to tell records
apart before it can tell annotators apart."""

VOTED = 0.75
"""How far the labels' shares among votes are taken for their true shares, rather than what the model
makes of them: that runs away with one label where votes are few."""

CHUNK = 1_000_000
"""Numbers at a time, where every vote has a confusion matrix of its own."""


class PooledModel(WorthModel):
    """A log-linear pool of two models of every annotator, held near the majority.

    The EM and the discount are `AdditiveModel`'s; ``p`` and ``r`` are its prior and its
    responsibilities. With σ the annotators' simple confusion matrices and θ their full ones (both
    in `pool`), f how far the full ones count, and u what a vote is worth (`WorthModel`)::

        M    w[j, l, k] = (1 - f) log σ[j, l, k] + f log θ[j, l, k]
             p          = shares of votes, by VOTED, and of responsibilities
        E    e[i, k]    = log p[k] / SHARPNESS + Σ_j u[i, j] w[j, v[i, j], k]
             r[i, k]    ∝ exp(SHARPNESS · e[i, k] · discount(n[i], fit_dependence)), by 1 - consensus,
                          and the majority's shares, by consensus
        out  P[i, k]    ∝ exp(e[i, k] · discount(n[i], dependence))

    **Why a pool.** The simple matrices are right where votes are few or misleading, and keep EM
    near what the crowd meant; the full ones know which labels are confused, where records have
    enough votes to tell. Which of them predicts votes better does not tell which is nearer to the
    truth: a full matrix always does.

    **Near the majority.** What annotators are judged by holds a share of plain majority vote, so EM
    cannot drift to a truth of its own making, in which a clique is right and the crowd is not.

    **Kinds.** People, models and templates have each an accuracy of their kind to be drawn toward;
    the kind's is drawn toward the crowd's.

    **Dependence.** How far votes depend on each other, in general, is learned too (`dependence`).

    Parameters
    ----------
    fit_dependence : see `AdditiveModel`

    Attributes
    ----------
    kinds_ : mapping of annotator to kind, as Source facts told
    full_share_ : float in [0, 1]
        f
    liking_ : ndarray of shape (n_labels,), sums to 1
        The labels' shares among votes.
    kind_accuracy_ : ndarray of shape (3,)
        The accuracy of people, models and templates.
    """

    anchor_worth: ClassVar[float] = 3.0
    """Not more: reviewers see hard records first, where everybody looks worse than they are."""
    consensus: ClassVar[float] = 0.2

    kinds_: dict[str, Kind]
    full_share_: float
    liking_: Floats
    kind_accuracy_: Floats

    def __init__(self, question: Question, *, fit_dependence: float = 0.05) -> None:
        super().__init__(question)
        self.fit_dependence = fit_dependence
        self.dependence = dependence.USUAL

    # -- kinds of annotators ----------------------------------------------------------------

    def _take(self, facts: list[Fact]) -> None:
        self.kinds_ = {fact.annotator: fact.kind for fact in facts if isinstance(fact, Source)}
        self._kind_codes = np.zeros(0, np.int8)

    def learn(self, fact: Fact) -> None:
        if isinstance(fact, Source):
            self.kinds_[fact.annotator] = fact.kind
            self._see_kind(fact.annotator)
        else:
            super().learn(fact)

    def revert(self, fact: Fact) -> None:
        if isinstance(fact, Source):
            if self.kinds_.get(fact.annotator) != fact.kind:
                raise NotCurrent(fact, self.kinds_.get(fact.annotator))
            del self.kinds_[fact.annotator]
            self._see_kind(fact.annotator)
        else:
            super().revert(fact)

    def _see_kind(self, annotator: str) -> None:
        column = self.votes_.column(annotator)
        self._make_room()
        self._know_kinds(0)
        self._kind_codes[column] = KINDS.index(self.kinds_.get(annotator, "person"))
        self._changed_votes += 1
        self._follow(np.array([column]))

    def _know_kinds(self, n: int) -> None:
        n = max(n, len(self.votes_.annotators))
        if n > len(self._kind_codes):
            known = len(self._kind_codes)
            self._kind_codes = np.concatenate([self._kind_codes, np.zeros(n - known, np.int8)])
            for column, name in enumerate(self.votes_.annotators[known:], known):
                self._kind_codes[column] = KINDS.index(self.kinds_.get(name, "person"))

    # -- the full fit -----------------------------------------------------------------------

    def _fit(self) -> None:
        self._know_kinds(0)
        self.full_share_ = pool.full_share(self.votes_.degree)
        super()._fit()
        self.dependence = self._dependence()

    def _see_crowd(self, counts: Floats, labels: Floats) -> None:
        super()._see_crowd(counts, labels)
        k = len(self.labels)
        cubes = counts.reshape(-1, k, k)
        given = cubes.sum(axis=(0, 2)) + 1.0
        self.liking_ = (given / given.sum()).round(DIGITS)
        prior = (1 - VOTED) * np.exp(self.log_prior_) + VOTED * self.liking_
        self.log_prior_ = (np.log(prior) / SHARPNESS).round(DIGITS)
        kinds = self._kind_codes[: len(cubes)]
        hits = np.bincount(kinds, np.einsum("jkk->j", cubes), len(KINDS))
        votes = np.bincount(kinds, cubes.sum(axis=(1, 2)), len(KINDS))
        found = (hits + CROWD_VOTES * self.crowd_) / (votes + CROWD_VOTES)
        self.kind_accuracy_ = found.round(DIGITS)

    def _weighed(self, counts: Floats, annotators: Ints) -> Floats:
        k = len(self.labels)
        cubes = np.maximum(counts, 0.0).reshape(-1, k, k)
        weights = pool.pooled(*self._matrices(cubes, annotators), self.full_share_)
        return weights.round(DIGITS).reshape(-1, k)

    def _log_confusion(self, counts: Floats) -> Floats:
        return self._weighed(counts, np.arange(len(counts) // len(self.labels)))

    def _matrices(self, cubes: Floats, annotators: AnyInts) -> tuple[Floats, Floats]:
        self._know_kinds(int(annotators.max(initial=-1)) + 1)
        accuracy, _ = expected_accuracy(cubes, self.kind_accuracy_[self._kind_codes[annotators]])
        simple = pool.simple_confusion(cubes, accuracy, self.errors_, self.liking_)
        return simple, pool.full_confusion(cubes, simple)

    # -- what each record's votes say when it is left out -----------------------------------

    def _left_out(self, rows: Ints) -> Iterator[tuple[Ints, Ints, ShortInts, Floats, Floats]]:
        """Votes as they are when their own record is left out where annotators are judged.

        Yields some rows, their votes' places among them, the slots, weights and chances.
        """
        k = len(self.labels)
        _, annotator, label = self.votes_.columns()
        mean = max(float(self.votes_.degree[rows].mean()), 1.0) if len(rows) else 1.0
        step = max(int(CHUNK / (k * k * mean)), 1)
        everybody = self.counts_.reshape(-1, k, k)
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            where, slots = self.votes_.of_records(some)
            at = np.arange(len(slots)), label[slots]
            cubes = everybody[annotator[slots]].copy()
            cubes[at] -= (self.responsibility_[some] * self._mass(some)[:, None])[where]
            np.maximum(cubes, 0.0, out=cubes)
            simple, full = self._matrices(cubes, annotator[slots])
            weights = pool.pooled(simple[at], full[at], self.full_share_)
            yield some, where, slots, weights, full[at]

    def _dependence(self) -> float:
        """ρ of this crowd. Here a record is left out of the full matrices only: it is cheaper."""
        k = len(self.labels)
        _, annotator, label = self.votes_.columns()
        counts = np.maximum(self.counts_.reshape(-1, k, k), 0.0)
        simple, _ = self._matrices(counts, np.arange(len(counts)))
        total = counts.sum(axis=1)
        found = np.zeros(len(dependence.GRID))
        rows = np.flatnonzero(self.votes_.degree > 1)
        for at in range(0, len(rows), ROWS):
            some = rows[at : at + ROWS]
            where, slots = self.votes_.of_records(some)
            one, said = annotator[slots], label[slots]
            left = (self.responsibility_[some] * self._mass(some)[:, None])[where]
            expected = simple[one, said]
            chance = pool.drawn(counts[one, said] - left, total[one] - left, expected)
            weights = pool.pooled(expected, chance, self.full_share_)
            worth = self._worth(where, slots)
            weights = weights if worth is None else weights * worth[:, None]
            evidence = gathered(weights, where, np.arange(len(slots)), None, len(some))
            evidence += self.log_prior_
            others = self.votes_.degree[some][where] - 1
            found += dependence.predictive(evidence[where] - weights, chance, others)
        return round(dependence.between(found), DIGITS)

    # -- one record -------------------------------------------------------------------------

    def _fit_tempering(self, n_votes: AnyInts) -> Floats:
        return SHARPNESS * discount(n_votes, self.fit_dependence)

    # -- annotators -------------------------------------------------------------------------

    def _accuracy(self) -> tuple[Floats, Floats]:
        k, m = len(self.labels), len(self.votes_.annotators)
        counts = self.counts_[: m * k].reshape(-1, k, k)
        accuracy, _ = expected_accuracy(counts, self.kind_accuracy_[self._kind_codes[:m]])
        votes = np.array([self.votes_.n_votes_of(j) for j in range(m)], np.float64)
        return accuracy, votes + ANNOTATOR_VOTES

    def _confusions(self) -> Floats:
        k, m = len(self.labels), len(self.votes_.annotators)
        cubes = np.maximum(self.counts_[: m * k], 0.0).reshape(-1, k, k)
        return self._matrices(cubes, np.arange(m))[1].transpose(0, 2, 1)

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        return super().state() | {
            "kinds": dict(sorted(self.kinds_.items())),
            "full_share": self.full_share_,
            "liking": self.liking_,
            "kind_accuracy": self.kind_accuracy_,
        }

    def _take_own(self, state: State) -> None:
        values: dict[str, Any] = dict(state)
        self.kinds_ = dict(values["kinds"])
        self.full_share_ = float(values["full_share"])
        self.liking_ = np.array(values["liking"], np.float64)
        self.kind_accuracy_ = np.array(values["kind_accuracy"], np.float64)
        self._kind_codes = np.zeros(0, np.int8)
        self._know_kinds(0)
