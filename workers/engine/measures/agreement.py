"""How far annotators agree beyond chance: a statistic of the votes alone, whatever is right.

Krippendorff's alpha of all of them, of some records, of one annotator. How far two values are apart
is `difference`; agreement of two at a time is `kappa`; what the model makes of annotators, `strategy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.measures.difference import Difference, difference

SAMPLE = 200
"""Of more different sets, rankings, spans or texts so many are compared to see what chance does."""

PAIRS = 20_000
"""Of more pairs of such votes on one record, those on every second (third, …) record are compared."""

CROWDED = 30
"""Of more such votes on one record only so many are compared."""


@dataclass(frozen=True)
class VoteArrays:
    """The votes on one question, as columns; no annotator has two on a record.

    Attributes
    ----------
    record : ndarray of shape (n_votes,), from 0
    annotator : ndarray of shape (n_votes,), from 0
    code : ndarray of shape (n_votes,)
        The index of each vote's value in `values`.
    values : the different values
    """

    record: AnyInts
    annotator: AnyInts
    code: AnyInts
    values: Sequence[Value]


@dataclass(frozen=True)
class Agreement:
    """What is needed to tell the alpha of any part of the votes.

    ``alpha = 1 - D_o / D_e``: observed disagreement by what chance would make of the same values.
    With δ² of two values (``difference``), m_u votes on record u, and n votes that are not alone on
    their records::

        D_o = 1/n  Σ_u Σ_{i≠j on u} δ²(i, j) / (m_u - 1),    D_e = 1/(n (n - 1))  Σ_{i≠j} δ²(i, j)

    Krippendorff, Computing Krippendorff's Alpha-Reliability, University of Pennsylvania (2011).
    δ² is 1 for different labels, (a - b)² for ratings, and `difference` itself for values of other
    types, where samples are taken of very many votes and `chance` of all votes is used for some.

    Attributes
    ----------
    votes : VoteArrays
    far : ndarray of shape (n_votes,)
        The mean δ² of each vote to the others on its record; NaN where it is alone (or left out).
    moments : array of shape (n_records, n_moments), or None
        What D_e follows from, of the votes on each record that are not alone: for labels how many
        there are of each; for ratings 1, the value and its square, summed.
    chance : D_e of all votes
    """

    votes: VoteArrays
    far: Floats
    moments: Any
    chance: float

    @property
    def alpha(self) -> float | None:
        """Of all votes: 1 is perfect, 0 is chance; None where no votes can differ by chance.

        Three records by ann and ben: a a, a b, b b. One of three pairs differs, D_o = 1/3. Of the
        six values three are a, D_e = (36 - 9 - 9) / (6 · 5) = 3/5, and alpha = 1 - 5/9 = 4/9.

        >>> from argilla_distill.workers.engine.contract.question import label_question
        >>> record, who, code = np.array([[0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [0, 0, 0, 1, 1, 1]])
        >>> agreement(label_question("a", "b"), VoteArrays(record, who, code, "ab")).alpha
        0.4444444444444444
        """
        some = ~np.isnan(self.far)
        if not some.any() or self.chance <= 0:
            return None
        return float(1 - self.far[some].mean() / self.chance)

    def of_groups(self, group: AnyInts, n_groups: int) -> list[float | None]:
        """The alpha of each group of records; `group` has every record's, -1 for none."""
        n_records = int(self.votes.record.max(initial=-1)) + 1
        held = np.flatnonzero(group[:n_records] >= 0)
        shape = (n_groups, n_records)
        member = sparse.csr_array((np.ones(len(held)), (group[held], held)), shape=shape)
        return self._alphas(group[self.votes.record], member, n_groups)

    def of_annotators(self, n_annotators: int) -> list[float | None]:
        """How far each annotator agrees with the others on the same records.

        D_o is of the pairs that they take part in, D_e of all votes on their records. Of two who
        answered the same records it is the alpha of the two.
        """
        record, who = self.votes.record, self.votes.annotator
        n_records = int(record.max(initial=-1)) + 1
        ones = np.ones(len(record))
        member = sparse.csr_array((ones, (who, record)), shape=(n_annotators, n_records))
        return self._alphas(who, member, n_annotators)

    def _alphas(self, group: AnyInts, member: Any, n_groups: int) -> list[float | None]:
        some = ~np.isnan(self.far) & (group >= 0)
        count = np.bincount(group[some], minlength=n_groups)
        total = np.bincount(group[some], self.far[some], n_groups)
        chance = np.full(n_groups, self.chance)
        if self.moments is not None:
            chance = _chance(member @ self.moments)
        return [
            float(1 - far / n / by_chance) if n and by_chance > 0 else None
            for n, far, by_chance in zip(count, total, chance, strict=True)
        ]


def agreement(question: Question, votes: VoteArrays) -> Agreement:
    """The agreement of the votes on one question."""
    n_records = int(votes.record.max(initial=-1)) + 1
    on_record = np.bincount(votes.record, minlength=n_records)
    beside = on_record[votes.record].astype(np.float64) - 1
    beside[beside == 0] = np.nan
    if question.type == "label":
        return _nominal(votes, n_records, beside)
    if question.type == "rating":
        return _interval(votes, n_records, beside)
    return _by_difference(votes, on_record, difference(question))


def _nominal(votes: VoteArrays, n_records: int, beside: Floats) -> Agreement:
    k = max(len(votes.values), 1)
    key = votes.record.astype(np.int64) * k + votes.code
    cells, cell, like = np.unique(key, return_inverse=True, return_counts=True)
    far = (beside + 1 - like[cell]) / beside
    paired = np.bincount(cell[~np.isnan(far)], minlength=len(cells)).astype(np.float64)
    shape = (n_records, k)
    moments = sparse.csr_array((paired, (cells // k, cells % k)), shape=shape)
    everyone = sparse.csr_array(np.ones((1, n_records)))
    return Agreement(votes, far, moments, float(_chance(everyone @ moments)[0]))


def _interval(votes: VoteArrays, n_records: int, beside: Floats) -> Agreement:
    value = np.array([float(v) for v in votes.values], np.float64)[votes.code]
    powers = np.stack([np.ones(len(value)), value, value**2])
    powers[:, np.isnan(beside)] = 0.0
    moments = np.stack([np.bincount(votes.record, p, n_records) for p in powers], axis=1)
    n, first, second = moments[votes.record].T
    far = (n * value**2 - 2 * value * first + second) / beside
    return Agreement(votes, far, moments, float(_chance(moments.sum(axis=0, keepdims=True))[0]))


def _chance(moments: Any) -> Floats:
    """D_e of each row of moments; 0 where it has none."""
    if isinstance(moments, np.ndarray):  # ratings
        n, first, second = moments.T
        apart = np.maximum(2 * (n * second - first**2), 0.0)
        apart[apart < 1e-12 * n * second] = 0.0  # rounding
    else:  # labels
        n = np.asarray(moments.sum(axis=1)).ravel()
        apart = n**2 - np.asarray(moments.power(2).sum(axis=1)).ravel()
    return np.asarray(apart / np.maximum(n * (n - 1), 1), np.float64)


def _by_difference(votes: VoteArrays, on_record: AnyInts, apart: Difference) -> Agreement:
    record, code, values = votes.record, votes.code.tolist(), votes.values
    known: dict[tuple[int, int], float] = {}

    def between(i: int, j: int) -> float:
        pair = (i, j) if i < j else (j, i)
        if i != j and pair not in known:
            known[pair] = apart(values[i], values[j])
        return 0.0 if i == j else known[pair]

    far = np.full(len(code), np.nan)
    heard = np.minimum(on_record, CROWDED)
    step = max(int(np.ceil((heard * (heard - 1) // 2).sum() / PAIRS)), 1)
    order, ends = np.argsort(record, kind="stable"), np.cumsum(on_record)
    for u in np.flatnonzero(on_record > 1)[::step]:
        slots = order[ends[u] - on_record[u] : ends[u]][:CROWDED]
        table = [[between(code[i], code[j]) for j in slots] for i in slots]
        far[slots] = np.sum(table, axis=1) / (len(slots) - 1)
    paired = np.flatnonzero(on_record[record] > 1)
    drawn, times = np.unique(votes.code[paired], return_counts=True)
    if len(drawn) > SAMPLE:
        spread = np.linspace(0, len(paired) - 1, SAMPLE).astype(np.intp)
        drawn, times = np.unique(votes.code[paired[spread]], return_counts=True)
    table = [[between(i, j) for j in drawn.tolist()] for i in drawn.tolist()]
    n = float(times.sum())
    chance = float(times @ np.array(table) @ times) / (n * (n - 1)) if n > 1 else 0.0
    return Agreement(votes, far, None, chance)
