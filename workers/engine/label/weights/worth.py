"""What each vote is worth beside others: less where annotators err together, more or less by how
sure they said they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints, ShortInts
from argilla_distill.workers.engine.contract.shares import shares
from argilla_distill.workers.engine.label.votes import self_report
from argilla_distill.workers.engine.label.votes.self_report import SURENESS
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.vote_matrix import ROWS
from argilla_distill.workers.engine.label.weights import cliques
from argilla_distill.workers.engine.label.weights.jury import NO_JURY, Jury, jury
from argilla_distill.workers.engine.label.weights.weigher import DIGITS


class Worth:
    """What votes are worth, as far as the votes themselves tell.

    Pairs who err together more than others do count as less than two (`cliques`), and where skill
    does not explain who votes like whom, those who do count less (`jury`). How sure
    annotators said they were counts as far as it has proved in a first EM (`self_report`); a second
    one then takes it in. Where there is neither, every vote is worth 1.

    Attributes
    ----------
    sureness_ : ndarray of shape (SURENESS,)
        What votes are worth, by how sure their annotators said they were.
    redundant_ : csr_array of shape (n_annotators, n_annotators)
        How far pairs say the same thing twice, see `cliques.Pairs`.
    jury_ : Jury
        How far skill does not explain who votes like whom, and what votes are worth for that. Who
        came since the last full fit counts as 1.

    Examples
    --------
    Votes of those who were quite sure (5) count twice, those of others as they did.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.label.votes.votes import Votes
    >>> votes = Votes.of(("a", "b"), [Vote("r", "ann", "a", 1.0), Vote("r", "ben", "b")])
    >>> tally, worth = Tally(votes), Worth()
    >>> tally.anchor_all([], [])
    >>> worth.fit(tally)
    >>> worth.of(np.array([0, 0]), np.array([0, 1])) is None
    True
    >>> worth.sureness_[5] = 2.0
    >>> worth.of(np.array([0, 0]), np.array([0, 1]))
    array([2., 1.])
    """

    tally: Tally
    sureness_: Floats
    redundant_: sparse.csr_array
    jury_: Jury

    def fit(self, tally: Tally) -> None:
        """Find out who errs together; how sure anybody said they were counts for nothing yet."""
        self.tally = tally
        self.sureness_ = np.ones(SURENESS)
        self.redundant_ = self._redundancy()
        reviews = tally.anchors[: tally.n_records] >= 0
        self.jury_ = jury(tally.votes).reviewed(int((reviews & (tally.votes.degree > 0)).sum()))
        if self.redundant_.nnz and len(self.jury_.worth):  # together they take nothing away twice
            share = 1 / (1 + self.redundant_.sum(axis=1))
            kept = float(share.sum() / (share * self.jury_.worth).sum())
            self.jury_ = self.jury_._replace(worth=(self.jury_.worth * kept).round(DIGITS))

    def prove(self, accuracy: Floats) -> bool:
        """Learn what being sure is worth from the tally's responsibilities; whether anybody was.

        Parameters
        ----------
        accuracy : ndarray of shape (n_annotators,), the expected accuracy of each
        """
        votes = self.tally.votes
        if not votes.sure.any():
            return False
        _, annotator, label = votes.columns()
        proof = self_report.Proof()
        for rows in self._rows():
            where, slots = votes.of_records(rows)
            right = self.tally.responsibility[rows[0] + where, label[slots]]
            proof.add(votes.sure[slots], right, accuracy[annotator[slots]])
        self.sureness_ = proof.worth().round(DIGITS)
        return True

    def even(self) -> bool:
        """Whether every vote is worth 1."""
        return not ((self.sureness_ != 1).any() or self.redundant_.nnz or len(self.jury_.worth))

    def of(self, where: Ints, slots: AnyInts) -> Floats | None:
        """What the votes in these slots are worth; None: 1 each. `where` tells their records apart."""
        worth = None
        if (self.sureness_ != 1).any():
            worth = self.sureness_[self.tally.votes.sure[slots]]
        if self.redundant_.nnz:
            annotator = self.tally.votes.columns()[1][slots]
            share = cliques.independent_share(where, annotator, self.redundant_)
            worth = share if worth is None else worth * share
        if len(self.jury_.worth):
            annotator = self.tally.votes.columns()[1][slots]
            known = annotator < len(self.jury_.worth)
            member = np.where(known, self.jury_.worth[np.where(known, annotator, 0)], 1.0)
            worth = member if worth is None else worth * member
        return worth

    def state(self) -> dict[str, Any]:
        redundant = self.redundant_.tocoo()
        return {
            "sureness": self.sureness_,
            "redundant_one": redundant.coords[0],
            "redundant_other": redundant.coords[1],
            "redundant_share": redundant.data,
            "redundant_size": redundant.shape[0],
            "unexplained": self.jury_.unexplained,
            "jury": self.jury_.worth,
        }

    def restore(self, tally: Tally, state: Mapping[str, Any]) -> None:
        self.tally = tally
        self.sureness_ = np.array(state["sureness"], np.float64)
        pairs = np.array(state["redundant_one"]), np.array(state["redundant_other"])
        size, share = int(state["redundant_size"]), np.array(state["redundant_share"], np.float64)
        self.redundant_ = sparse.csr_array((share, pairs), shape=(size, size))
        self.jury_ = NO_JURY
        if "jury" in state:  # release 0.1 asked for pairs alone
            worth = np.array(state["jury"], np.float64)
            self.jury_ = Jury(float(state["unexplained"]), worth)

    # -- inside -----------------------------------------------------------------------------

    def _redundancy(self) -> sparse.csr_array:
        """Who says the same thing twice, as far as votes against the majority's label tell.

        Not against what EM makes of the votes: a clique would have talked it round by then.
        """
        m = self.tally.n_annotators
        n, hits, squares = np.zeros(m, np.int64), np.zeros(m), np.zeros(m)
        seen = self._with_majority()
        parts = [*seen] if self.tally.n_records <= ROWS else None  # else twice, for memory's sake
        for _, annotator, right in seen if parts is None else parts:
            n += np.bincount(annotator, minlength=m)
            hits += np.bincount(annotator, right, m)
            squares += np.bincount(annotator, right**2, m)
        mean = hits / np.maximum(n, 1)
        spread = np.sqrt(np.maximum(squares / np.maximum(n, 1) - mean**2, 0.0))
        pairs = cliques.Pairs(n, spread)
        for where, annotator, right in self._with_majority() if parts is None else parts:
            pairs.add(where, annotator, mean[annotator] - right)
        return pairs.redundancy()

    def _with_majority(self) -> Iterator[tuple[Ints, ShortInts, Floats]]:
        """Some records after the other: votes' records, annotators, whether the majority agrees.

        In a tie it agrees in part; an adjudication is worth more than any majority.
        """
        k, votes = self.tally.n_labels, self.tally.votes
        _, annotator, label = votes.columns()
        for rows in self._rows():
            where, slots = votes.of_records(rows)
            given = np.bincount(where * k + label[slots], minlength=len(rows) * k).reshape(-1, k)
            leads = (given == given.max(axis=1, keepdims=True)).astype(np.float64)
            right = self.tally.anchored(rows, shares(leads))[where, label[slots]]
            yield where, annotator[slots], right

    def _rows(self) -> Iterator[Ints]:
        """All rows, ROWS at a time."""
        for start in range(0, self.tally.n_records, ROWS):
            yield np.arange(start, min(start + ROWS, self.tally.n_records))
