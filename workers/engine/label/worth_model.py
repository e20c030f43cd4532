"""Models in which one vote may be worth less, or more, than another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints, ShortInts
from argilla_distill.workers.engine.contract.shares import shares
from argilla_distill.workers.engine.contract.strategy import State
from argilla_distill.workers.engine.label.additive_model import AdditiveModel
from argilla_distill.workers.engine.label.em_model import DIGITS
from argilla_distill.workers.engine.label.votes.vote_matrix import ROWS
from argilla_distill.workers.engine.label.weights import cliques, self_report
from argilla_distill.workers.engine.label.weights.self_report import SURENESS

if TYPE_CHECKING:
    from typing_extensions import Self


class WorthModel(AdditiveModel):
    """An additive model whose votes count as far as they are worth.

    Pairs who err together more than others do count as less than two (`correlation`). How sure
    annotators said they were counts as far as it has proved in a first EM (`sureness`); a second
    one then takes it in. Where there is neither, every vote is worth 1.

    Attributes
    ----------
    sureness_ : ndarray of shape (SURENESS,)
        What votes are worth, by how sure their annotators said they were.
    redundant_ : csr_array of shape (n_annotators, n_annotators)
        How far pairs say the same thing twice, see `cliques.Pairs`.
    """

    sureness_: Floats
    redundant_: sparse.csr_array

    def _fit(self) -> None:
        self.sureness_ = np.ones(SURENESS)
        self.redundant_ = self._redundancy()
        super()._fit()
        if self.votes_.sure.any():
            self.sureness_ = self._proved()
            self._em(self._blocks(), self.responsibility_)

    def _redundancy(self) -> sparse.csr_array:
        """Who says the same thing twice, as far as votes against the majority's label tell.

        Not against what EM makes of the votes: a clique would have talked it round by then.
        """
        m = len(self.votes_.annotators)
        n, hits, squares = np.zeros(m, np.int64), np.zeros(m), np.zeros(m)
        for _, annotator, right in self._with_majority():
            n += np.bincount(annotator, minlength=m)
            hits += np.bincount(annotator, right, m)
            squares += np.bincount(annotator, right**2, m)
        mean = hits / np.maximum(n, 1)
        spread = np.sqrt(np.maximum(squares / np.maximum(n, 1) - mean**2, 0.0))
        pairs = cliques.Pairs(n, spread)
        for where, annotator, right in self._with_majority():
            pairs.add(where, annotator, mean[annotator] - right)
        return pairs.redundancy()

    def _with_majority(self) -> Iterator[tuple[Ints, ShortInts, Floats]]:
        """Some records after the other: votes' records, annotators, whether the majority agrees.

        In a tie it agrees in part; an adjudication is worth more than any majority.
        """
        k = len(self.labels)
        _, annotator, label = self.votes_.columns()
        for rows in self._rows():
            where, slots = self.votes_.of_records(rows)
            votes = np.bincount(where * k + label[slots], minlength=len(rows) * k).reshape(-1, k)
            leads = (votes == votes.max(axis=1, keepdims=True)).astype(np.float64)
            right = self._anchored(rows, shares(leads))[where, label[slots]]
            yield where, annotator[slots], right

    def _rows(self) -> Iterator[Ints]:
        """All rows, ROWS at a time."""
        for start in range(0, len(self.votes_.records), ROWS):
            yield np.arange(start, min(start + ROWS, len(self.votes_.records)))

    def _proved(self) -> Floats:
        """What sureness has proved to be worth."""
        _, annotator, label = self.votes_.columns()
        proof, expected = self_report.Proof(), self._accuracy()[0]
        for start in range(0, len(self.votes_.records), ROWS):
            where, slots = self.votes_.of_records(
                np.arange(start, min(start + ROWS, len(self.votes_.records)))
            )
            right = self.responsibility_[start + where, label[slots]]
            proof.add(self.votes_.sure[slots], right, expected[annotator[slots]])
        return proof.worth().round(DIGITS)

    def _worth(self, where: Ints, slots: AnyInts) -> Floats | None:
        worth = None
        if (self.sureness_ != 1).any():
            worth = self.sureness_[self.votes_.sure[slots]]
        if self.redundant_.nnz:
            annotator = self.votes_.columns()[1][slots]
            share = cliques.independent_share(where, annotator, self.redundant_)
            worth = share if worth is None else worth * share
        return worth

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        redundant = self.redundant_.tocoo()
        return super().state() | {
            "sureness": self.sureness_,
            "redundant_one": redundant.coords[0],
            "redundant_other": redundant.coords[1],
            "redundant_share": redundant.data,
            "redundant_size": redundant.shape[0],
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        self.sureness_ = np.array(state["sureness"], np.float64)
        pairs = np.array(state["redundant_one"]), np.array(state["redundant_other"])
        size, share = int(state["redundant_size"]), np.array(state["redundant_share"], np.float64)
        self.redundant_ = sparse.csr_array((share, pairs), shape=(size, size))
        return self
