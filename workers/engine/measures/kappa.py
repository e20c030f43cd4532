"""Cohen's kappa: how far two annotators agree beyond chance, on the records that both answered.

Agreement of all of them together, and of values of any type, is `agreement`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.measures.agreement import VoteArrays

CROWD = 2_000
"""Of so many annotators every two are compared."""


def kappa(one: AnyInts, other: AnyInts) -> float | None:
    """Cohen's kappa of two annotators: how far they agree beyond chance; None where chance is all.

    ``(p_o - p_e) / (1 - p_e)``, p_o the share of records on which they agree, p_e the share on which
    two with the same habits would agree by chance. Cohen, A coefficient of agreement for nominal
    scales, Educational and Psychological Measurement 20 (1960).

    Parameters
    ----------
    one, other : ndarray of shape (n_records,), the codes that each gave the same records

    Of four records they agree on three; the first says 0 on two, the second on three, so that
    p_e = 2/4 · 3/4 + 2/4 · 1/4 = 1/2 and kappa = (3/4 - 1/2) / (1 - 1/2).

    >>> kappa(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]))
    0.5
    """
    n = len(one)
    votes = VoteArrays(np.tile(np.arange(n), 2), np.repeat([0, 1], n), np.append(one, other), ())
    if not n:
        return None
    _, disagreement, chance = _between(votes, 2, None)
    return float(1 - disagreement[0, 1] / chance[0, 1]) if chance[0, 1] > 0 else None


def kappas(question: Question, votes: VoteArrays, n_annotators: int) -> list[float | None]:
    """The mean of each annotator's kappa with every other one, weighed by the records shared.

    For ratings kappa is weighted by squared difference (Cohen, Psychological Bulletin 70 (1968)).
    None where nobody shares a record with them, for all other types of values, and beyond the
    CROWD annotators with the most votes.
    """
    if question.type not in ("label", "rating") or not len(votes.record):
        return [None] * n_annotators
    if n_annotators > CROWD:
        return _of_the_busiest(question, votes, n_annotators)
    values = None
    if question.type == "rating":
        values = np.array([float(v) for v in votes.values], np.float64)
    shared, disagreement, chance = _between(votes, n_annotators, values)
    some = chance > 0
    np.fill_diagonal(some, False)
    kappa = np.where(some, 1 - disagreement / np.where(some, chance, 1.0), 0.0)
    weight = np.where(some, shared, 0.0).sum(axis=1)
    total = np.where(some, shared * kappa, 0.0).sum(axis=1)
    return [float(t / w) if w else None for t, w in zip(total, weight, strict=True)]


def _of_the_busiest(question: Question, votes: VoteArrays, n_annotators: int) -> list[float | None]:
    busy = np.argsort(-np.bincount(votes.annotator, minlength=n_annotators), kind="stable")[:CROWD]
    place = np.full(n_annotators, -1)
    place[busy] = np.arange(CROWD)
    some = place[votes.annotator] >= 0
    columns = votes.record[some], place[votes.annotator[some]], votes.code[some]
    answer: list[float | None] = [None] * n_annotators
    for who, kappa in zip(
        busy, kappas(question, VoteArrays(*columns, votes.values), CROWD), strict=True
    ):
        answer[who] = kappa
    return answer


def _between(
    votes: VoteArrays, n_annotators: int, values: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Of every two annotators: records shared, and δ² on those records as it is and by chance.

    All three have the shape (n_annotators, n_annotators); both δ² are sums over the records.
    """
    shape = (int(votes.record.max()) + 1, n_annotators)

    def matrix(weight: Floats, some: Any = slice(None)) -> Any:
        return sparse.csr_array((weight[some], (votes.record[some], votes.annotator[some])), shape)

    ones = np.ones(len(votes.record))
    heard = matrix(ones)
    shared = (heard.T @ heard).toarray()
    if (
        values is None
    ):  # agreement: both say the same; by chance: the product of how often each does
        same, by_chance = np.zeros_like(shared), np.zeros_like(shared)
        for code in np.unique(votes.code):
            said = matrix(ones, votes.code == code)
            same += (said.T @ said).toarray()
            often = (said.T @ heard).toarray()  # often[a, b]: how often a says it where b answered
            by_chance += often * often.T
        return shared, shared - same, shared - by_chance / np.maximum(shared, 1)
    value = values[votes.code]
    first, second = matrix(value), matrix(value**2)
    total, squares = (first.T @ heard).toarray(), (second.T @ heard).toarray()
    apart = squares + squares.T - 2 * (first.T @ first).toarray()
    by_chance = squares + squares.T - 2 * total * total.T / np.maximum(shared, 1)
    by_chance[by_chance < 1e-9 * (squares + squares.T)] = 0.0  # rounding
    return shared, apart, by_chance
