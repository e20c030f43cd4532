"""Weights of the default strategy: two models of every annotator, pooled, drawn toward their kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from argilla_distill.workers.engine.contract.facts import Fact, Kind, Source
from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.reliability import (
    ANNOTATOR_VOTES,
    CROWD_VOTES,
    expected_accuracy,
)
from argilla_distill.workers.engine.errors import NotCurrent
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.weights import confusion
from argilla_distill.workers.engine.label.weights.weigher import DIGITS, CrowdEstimate, Weigher

KINDS: tuple[Kind, ...] = ("person", "model", "template")

SHARPNESS = 1.6
"""EM takes what it knows so many times as seriously as what is published: it has to tell records
apart before it can tell annotators apart."""

VOTED = 0.75
"""How far the labels' shares among votes are taken for their true shares, rather than what the model
makes of them: that runs away with one label where votes are few."""


class PooledWeigher(Weigher):
    """A log-linear pool of two models of every annotator.

    With σ the annotators' simple confusion matrices and θ their full ones (both in `confusion`),
    and f how far the full ones count::

        w[j, l, k] = (1 - f) log σ[j, l, k] + f log θ[j, l, k]
        log p      = log(shares of votes, by VOTED, and of responsibilities) / SHARPNESS

    **Why a pool.** The simple matrices are right where votes are few or misleading, and keep EM
    near what the crowd meant; the full ones know which labels are confused, where records have
    enough votes to tell. Which of them predicts votes better does not tell which is nearer to the
    truth: a full matrix always does.

    **Kinds.** People, models and templates have each an accuracy of their kind to be drawn toward;
    the kind's is drawn toward the crowd's.

    **Juries.** As far as skill does not explain who votes like whom (`jury`), to agree with others is
    no sign of it: by that share a simple matrix is that of somebody of the same kind of whom nothing
    is known.

    Attributes
    ----------
    kinds_ : mapping of annotator to kind, where a Source fact tells it
    full_share_ : float in [0, 1]
        f
    liking_ : ndarray of shape (n_labels,), sums to 1
        The labels' shares among votes.
    usual_ : ndarray of shape (n_annotators, n_labels), rows sum to 1
        Their shares on the records that an annotator answered, as of the last full fit, see
        `confusion.usual_shares`. Who came later is compared with `liking_`.
    kind_accuracy_ : ndarray of shape (3,)
        The accuracy of people, models and templates.
    alike_ : float in [0, 1]
        How far annotators are not told apart, as of the last full fit.

    Examples
    --------
    Ann says a three times and b once, where a, a, a and b are true.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.label.votes.votes import Votes
    >>> votes = Votes.of(("a", "b"), [Vote(f"r{i}", "ann", x) for i, x in enumerate("aaab")])
    >>> weigher = PooledWeigher()
    >>> weigher.begin(Tally(votes), [])
    >>> weigher.prepare()
    >>> counts = np.array([[3.0, 0.0], [0.0, 1.0]])
    >>> weigher.see_crowd(counts, np.array([3.0, 1.0]))
    >>> weigher.liking_.round(3), weigher.kind_accuracy_[:1].round(3)  # (4 + 20 · 0.75) / 24
    (array([0.667, 0.333]), array([0.792]))
    >>> bool(weigher.weights(counts, np.array([0]))[1].argmax() == 1)
    True
    """

    kinds_: dict[str, Kind]
    full_share_: float
    liking_: Floats
    usual_: Floats
    kind_accuracy_: Floats
    alike_: float

    # -- kinds of annotators ----------------------------------------------------------------

    def begin(self, tally: Tally, facts: list[Fact]) -> None:
        super().begin(tally, facts)
        self.kinds_ = {fact.annotator: fact.kind for fact in facts if isinstance(fact, Source)}
        self._kind_codes = np.zeros(0, np.int8)

    def learn(self, fact: Source) -> int:
        """Take in what kind of annotator one is; returns their number."""
        self.kinds_[fact.annotator] = fact.kind
        return self._see_kind(fact.annotator)

    def revert(self, fact: Source) -> int:
        """Take it out again. Raises NotCurrent."""
        if self.kinds_.get(fact.annotator) != fact.kind:
            raise NotCurrent(fact, self.kinds_.get(fact.annotator))
        del self.kinds_[fact.annotator]
        return self._see_kind(fact.annotator)

    def _see_kind(self, annotator: str) -> int:
        column = self.tally.votes.column(annotator)
        self._know_kinds(0)
        self._kind_codes[column] = KINDS.index(self.kinds_.get(annotator, "person"))
        return column

    def _know_kinds(self, n: int) -> None:
        """Hold the kinds of `n` annotators at least, and of all that the tally has."""
        n = max(n, self.tally.n_annotators)
        if n > len(self._kind_codes):
            known = len(self._kind_codes)
            self._kind_codes = np.concatenate([self._kind_codes, np.zeros(n - known, np.int8)])
            for column, name in enumerate(self.tally.votes.annotators[known:], known):
                self._kind_codes[column] = KINDS.index(self.kinds_.get(name, "person"))

    # -- the weights ------------------------------------------------------------------------

    def prepare(self, unexplained: float = 0.0) -> None:
        self._know_kinds(0)
        self.alike_ = unexplained
        self.full_share_ = confusion.full_share(self.tally.votes.degree)
        self.usual_ = confusion.usual_shares(self.tally.votes).round(DIGITS)

    def see_crowd(self, counts: Floats, labels: Floats) -> None:
        crowd, k = CrowdEstimate.of(counts, labels), len(labels)
        cubes = counts.reshape(-1, k, k)
        given = cubes.sum(axis=(0, 2)) + 1.0
        self.liking_ = (given / given.sum()).round(DIGITS)
        prior = (1 - VOTED) * np.exp(crowd.log_prior) + VOTED * self.liking_
        self.crowd_ = crowd._replace(log_prior=(np.log(prior) / SHARPNESS).round(DIGITS))
        kinds = self._kind_codes[: len(cubes)]
        hits = np.bincount(kinds, np.einsum("jkk->j", cubes), len(KINDS))
        votes = np.bincount(kinds, cubes.sum(axis=(1, 2)), len(KINDS))
        found = (hits + CROWD_VOTES * crowd.accuracy) / (votes + CROWD_VOTES)
        self.kind_accuracy_ = found.round(DIGITS)

    def weights(self, counts: Floats, annotators: Ints) -> Floats:
        k = counts.shape[1]
        cubes = np.maximum(counts, 0.0).reshape(-1, k, k)
        weights = confusion.pooled(*self.matrices(cubes, annotators), self.full_share_)
        return weights.round(DIGITS).reshape(-1, k)

    def matrices(self, cubes: Floats, annotators: AnyInts) -> tuple[Floats, Floats]:
        """Simple and full confusion matrices, [annotator, given, true], of these counts, each of
        one of these annotators."""
        self._know_kinds(int(annotators.max(initial=-1)) + 1)
        kinds = self._kind_codes[annotators]
        accuracy, _ = expected_accuracy(cubes, self.kind_accuracy_[kinds])
        usual = self._usual(annotators)
        simple = confusion.simple_confusion(cubes, accuracy, self.crowd_.errors, usual)
        full = confusion.full_confusion(cubes, simple)
        if self.alike_:
            simple *= 1 - self.alike_
            of_kind = self.alike_ * confusion.of_accuracy(self.kind_accuracy_, self.crowd_.errors)
            for kind in np.flatnonzero(np.bincount(kinds)).tolist():
                np.add(simple, of_kind[kind], out=simple, where=(kinds == kind)[:, None, None])
        return simple, full

    def _usual(self, annotators: AnyInts) -> Floats:
        """What everybody gives on these annotators' records, shape (len(annotators), n_labels)."""
        known = annotators < len(self.usual_)
        if known.all():
            return self.usual_[annotators]
        found = np.tile(self.liking_, (len(annotators), 1))
        found[known] = self.usual_[annotators[known]]
        return found

    # -- annotators -------------------------------------------------------------------------

    def accuracy(self) -> tuple[Floats, Floats]:
        m = self.tally.n_annotators
        accuracy, _ = expected_accuracy(
            self.tally.cubes(), self.kind_accuracy_[self._kind_codes[:m]]
        )
        votes = np.array([self.tally.votes.n_votes_of(j) for j in range(m)], np.float64)
        return accuracy, votes + ANNOTATOR_VOTES

    def confusions(self, weights: Floats) -> Floats:
        cubes = np.maximum(self.tally.cubes(), 0.0)
        return self.matrices(cubes, np.arange(len(cubes)))[1].transpose(0, 2, 1)

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        return super().state() | {
            "kinds": dict(sorted(self.kinds_.items())),
            "full_share": self.full_share_,
            "liking": self.liking_,
            "usual": self.usual_,
            "kind_accuracy": self.kind_accuracy_,
            "alike": self.alike_,
        }

    def restore(self, tally: Tally, state: Mapping[str, Any]) -> None:
        super().restore(tally, state)
        self.kinds_ = dict(state["kinds"])
        self.full_share_ = float(state["full_share"])
        self.liking_ = np.array(state["liking"], np.float64)
        nobody = np.zeros((0, len(self.liking_)))  # release 0.1 compared all with `liking_`
        self.usual_ = np.array(state.get("usual", nobody), np.float64)
        self.kind_accuracy_ = np.array(state["kind_accuracy"], np.float64)
        self.alike_ = float(state.get("alike", 0.0))  # release 0.1 always told annotators apart
        self._kind_codes = np.zeros(0, np.int8)
        self._know_kinds(0)
