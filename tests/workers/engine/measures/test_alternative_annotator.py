"""The alternative annotator test, against the paper's own definition written out vote by vote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
from scipy import stats

from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.measures.agreement import VoteArrays
from argilla_distill.workers.engine.measures.alternative_annotator import (
    alternative_annotator,
    rejected,
)

LABELS = Question("label", ("a", "b", "c"))
STARS = Question("rating", scale=(1, 2, 3, 4, 5))
SETS = Question("multi_label", ("a", "b", "c"))
MODEL = 9

Said = dict[int, dict[int, int]]
Score = Callable[[Any, list[Any]], float]


def columns(said: Said, values: tuple[Any, ...]) -> VoteArrays:
    rows = [(r, who, code) for who, on in said.items() for r, code in on.items()]
    record, who, code = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return VoteArrays(record, who, code, values)


def crowd(seed: int, good: float, values: int = 3, records: int = 90, people: int = 5) -> Said:
    """People who are right 7 times in 10, three or so a record; a model that is right so often."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(values, size=records)
    said: Said = {}
    for who in [*range(people), MODEL]:
        right = draw.random(records) < (good if who == MODEL else 0.7)
        value = np.where(right, truth, draw.integers(values, size=records))
        there = draw.random(records) < (0.95 if who == MODEL else 0.7)
        said[who] = {r: int(value[r]) for r in np.flatnonzero(there).tolist()}
    return said


def as_the_paper_has_it(said: Said, values: tuple[Any, ...], score: Score, margin: float) -> Any:
    """Of each person: records, means of W, and p."""
    people = {who: on for who, on in said.items() if who != MODEL}
    found = {}
    for left_out, answers in people.items():
        wins, losses = [], []
        for record, code in answers.items():
            others = [
                values[on[record]] for who, on in people.items() if who != left_out and record in on
            ]
            if record in said[MODEL] and others:
                model = score(values[said[MODEL][record]], others)
                person = score(values[code], others)
                wins.append(model >= person - 1e-12)
                losses.append(person >= model - 1e-12)
        d = np.array(losses, float) - np.array(wins, float)
        p = stats.ttest_1samp(d, margin, alternative="less").pvalue
        found[left_out] = (len(d), np.mean(wins), np.mean(losses), p)
    return found


def accuracy(value: Any, others: list[Any]) -> float:
    return float(np.mean([value == other for other in others]))


def minus_rmse(value: Any, others: list[Any]) -> float:
    return -float(np.sqrt(np.mean([(value - other) ** 2 for other in others])))


def masi(value: Any, others: list[Any]) -> float:
    def alike(one: set[str], other: set[str]) -> float:
        both, either = len(one & other), len(one | other)
        monotone = 1 if one == other else 2 / 3 if one <= other or other <= one else 1 / 3
        return both / either * (monotone if both else 0)

    return float(np.mean([alike(set(value), set(other)) for other in others]))


@pytest.mark.parametrize(
    ("question", "values", "score"),
    [
        (LABELS, ("a", "b", "c"), accuracy),
        (STARS, (1, 2, 3, 4, 5), minus_rmse),
        (SETS, (("a",), ("a", "b"), ("a", "b", "c"), ("b", "c"), ("c",)), masi),
    ],
    ids=["labels", "ratings", "sets"],
)
def test_it_is_what_the_paper_says(
    question: Question, values: tuple[Any, ...], score: Score
) -> None:
    said = crowd(3, 0.75, len(values))
    expected = as_the_paper_has_it(said, values, score, 0.1)
    votes = columns(said, values)
    found = alternative_annotator(question, votes, MODEL, np.arange(5), 0.1, 30)
    got = {c.number: (c.records, c.model, c.person, c.p) for c in found.comparisons}
    assert got.keys() == expected.keys()
    for number, figures in expected.items():
        assert got[number] == pytest.approx(figures)
    order = np.argsort([c.p for c in found.comparisons])
    harmonic, m = sum(1 / n for n in range(1, 6)), 5
    p = np.sort([c.p for c in found.comparisons])
    passing = np.flatnonzero(p <= np.arange(1, m + 1) / m * 0.05 / harmonic)
    beaten = set(order[: passing.max() + 1].tolist()) if len(passing) else set()
    assert {i for i, c in enumerate(found.comparisons) if c.better} == beaten
    assert found.winning_rate == len(beaten) / 5
    assert found.advantage == pytest.approx(np.mean([f[1] for f in expected.values()]))


def test_a_good_model_passes_a_bad_one_fails_and_between_more_records_are_asked_for() -> None:
    def tested(good: float, records: int) -> Any:
        votes = columns(crowd(1, good, records=records), ("a", "b", "c"))
        return alternative_annotator(LABELS, votes, MODEL, np.arange(5), 0.15, 30)

    good, bad, unclear = tested(0.95, 200), tested(0.0, 200), tested(0.7, 60)
    assert good.passes
    assert not good.fails
    assert good.needed is None
    assert bad.fails
    assert not bad.passes
    assert not unclear.passes
    assert not unclear.fails
    assert unclear.needed is not None
    assert 0 < unclear.needed < 1000


def test_neither_the_order_of_votes_nor_who_else_is_there_matters() -> None:
    said = crowd(2, 0.8)
    votes = columns(said, ("a", "b", "c"))
    expected = alternative_annotator(LABELS, votes, MODEL, np.arange(5), 0.15, 30)
    said[7] = dict.fromkeys(range(90), 0)  # another model
    said[8] = {0: 1}  # a person who answered once, beside nobody whom that would change
    more = columns(said, ("a", "b", "c"))
    order = np.random.default_rng(0).permutation(len(more.record))
    shuffled = VoteArrays(more.record[order], more.annotator[order], more.code[order], more.values)
    found = alternative_annotator(LABELS, shuffled, MODEL, np.arange(5), 0.15, 30)
    assert found.shared == expected.shared
    for got, before in zip(found.comparisons, expected.comparisons, strict=True):
        assert astuple(got) == pytest.approx(astuple(before))


def test_people_with_few_records_are_not_compared_and_without_any_nothing_passes() -> None:
    votes = columns(crowd(4, 0.9, records=40), ("a", "b", "c"))
    found = alternative_annotator(LABELS, votes, MODEL, np.arange(5), 0.15, 100)
    assert found.comparisons == ()
    assert not found.passes
    assert not found.fails
    assert (found.winning_rate, found.advantage, found.needed) == (0.0, 0.0, None)
    nobody = alternative_annotator(LABELS, votes, MODEL, np.array([], np.int64), 0.15, 30)
    assert nobody.shared == 0


def test_a_model_that_is_always_right_where_all_agree_passes_without_any_spread() -> None:
    said: Said = {who: dict.fromkeys(range(40), 1) for who in [0, 1, 2, MODEL]}
    found = alternative_annotator(
        LABELS, columns(said, ("a", "b", "c")), MODEL, np.arange(3), 0.15, 30
    )
    assert found.passes
    same = alternative_annotator(
        LABELS, columns(said, ("a", "b", "c")), MODEL, np.arange(3), 0.0, 30
    )
    assert not same.passes  # equal is not better: without a margin it has to be


def test_false_discoveries_are_kept_down_as_benjamini_and_yekutieli_do() -> None:
    # of four the bounds are 0.05 / (1 + 1/2 + 1/3 + 1/4) / 4 · (1, 2, 3, 4) = 0.006, 0.012, 0.018, 0.024
    assert rejected(np.array([0.007, 0.001, 0.039, 0.041])).tolist() == [True, True, False, False]
    assert rejected(np.array([0.001, 0.013, 0.039, 0.041])).tolist() == [True, False, False, False]
    assert rejected(np.array([0.02, 0.02, 0.02, 0.02])).tolist() == [True] * 4
