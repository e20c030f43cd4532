"""How well a value agrees with what the others said on a record: of a person, and of a model in their place.

By Calderon, Reichart & Dror, The Alternative Annotator Test for LLM-as-a-Judge, ACL (2025): equality for
labels, minus the root of the mean squared difference for ratings, and one minus the mean `difference` for
all other types. What follows from it is `alternative_annotator`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.measures.agreement import VoteArrays
from argilla_distill.workers.engine.measures.difference import difference

COMPARED = 4_000
"""Of more votes of types whose values are slow to compare, so many are compared, evenly chosen."""


def agreement_with_others(
    question: Question, votes: VoteArrays, record: Ints, code: Ints, said: Ints, judged: Ints
) -> tuple[Floats, Floats, Ints]:
    """S of the model and of each person with the others on the record, and whose votes were compared.

    Parameters
    ----------
    record, code, said : of people's votes: the record, the value, and the model's value there
    judged : which of these votes are left out in turn
    """
    others = np.bincount(record)[record[judged]] - 1.0
    own, model = code[judged], said[judged]
    if question.type == "label":
        k = int(max(code.max(), said.max())) + 1
        keys, place = np.unique(record * k + code, return_inverse=True)
        many = np.bincount(place)

        def same(value: Ints) -> Floats:
            wanted = record[judged] * k + value
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            there = np.where(keys[at] == wanted, many[at], 0) - (value == own)
            return np.asarray(there / others, np.float64)

        return same(model), same(own), judged
    if question.type == "rating":
        value = np.array([float(v) for v in votes.values], np.float64)
        total = np.bincount(record, value[code])
        squares = np.bincount(record, value[code] ** 2)

        def minus_rmse(one: Ints) -> Floats:
            rest = total[record[judged]] - value[own]
            rest_squares = squares[record[judged]] - value[own] ** 2
            mean = (rest_squares - 2 * value[one] * rest) / others + value[one] ** 2
            return -np.sqrt(np.maximum(mean, 0.0))

        return minus_rmse(model), minus_rmse(own), judged
    return _by_difference(question, votes, record, code, said, judged)


def _by_difference(
    question: Question, votes: VoteArrays, record: Ints, code: Ints, said: Ints, judged: Ints
) -> tuple[Floats, Floats, Ints]:
    """The same for values that must be compared two by two."""
    judged = judged[:: max(-(-len(judged) // COMPARED), 1)]
    apart = _remembered(question, votes)
    order = np.argsort(record, kind="stable")
    starts = np.searchsorted(record[order], np.arange(record.max() + 2))
    scores = np.zeros((2, len(judged)))
    for at, vote in enumerate(judged.tolist()):
        on_record = order[starts[record[vote]] : starts[record[vote] + 1]].tolist()
        rest = [int(code[other]) for other in on_record if other != vote]
        for row, value in enumerate((int(said[vote]), int(code[vote]))):
            scores[row, at] = 1 - sum(apart(value, other) for other in rest) / len(rest)
    return scores[0], scores[1], judged


def _remembered(question: Question, votes: VoteArrays) -> Callable[[int, int], float]:
    """How far the values of two codes are apart, compared once."""
    compare = difference(question)
    known: dict[tuple[int, int], float] = {}

    def apart(one: int, other: int) -> float:
        pair = (one, other) if one <= other else (other, one)
        if pair not in known:
            known[pair] = compare(votes.values[pair[0]], votes.values[pair[1]])
        return known[pair]

    return apart
