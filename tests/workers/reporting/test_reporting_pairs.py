"""Which labels are taken for each other, counted by comparing all votes with all."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, product

import pytest

from argilla_distill.plugin.store import Store
from tests.workers.reporting.reported_questions import QUESTIONS, counted, filled
from tests.workers.stored_dataset import HOUR, MONDAY, StoredDataset

Answers = list[list[list[str]]]
"""By record: the sets of labels that annotators gave."""


def told(store: Store, answers: Answers) -> dict[tuple[str, str], int]:
    """What the report of a multi-label question tells."""
    stored = StoredDataset(store, QUESTIONS["multi_label_selection"], "majority")
    for n, given in enumerate(answers):
        stored.record(f"r{n}", f=f"{(n + 1) * 0x0101010101010101:016x}")
        for who, labels in enumerate(given):
            stored.answer(f"r{n}", who, labels, MONDAY + n * HOUR + who)
    return {(p.one, p.other): p.count for p in counted(stored).pairs}


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (["a", "b"], ["a", "c"], {("b", "c"): 1}),
        (["a", "b"], ["a"], {("b", ""): 1}),
        (["a"], ["a", "b", "c"], {("b", ""): 1, ("c", ""): 1}),
        (["a"], ["b", "c"], {("a", "b"): 1, ("a", "c"): 1}),
        (["a", "c"], ["a", "c"], {}),
    ],
)
def test_what_differs_is_told_by_label(
    store: Store, one: list[str], other: list[str], found: dict[tuple[str, str], int]
) -> None:
    """It was once told by set: "a|b or a|c", of which a long question has thousands."""
    assert told(store, [[one, other]]) == found


@pytest.mark.parametrize("seed", range(3))
def test_the_counts_are_those_of_comparing_every_two_answers(store: Store, seed: int) -> None:
    draw = random.Random(seed)
    answers = [
        [sorted(draw.sample("abc", draw.choice([1, 1, 2, 3]))) for _ in range(draw.choice([2, 4]))]
        for _ in range(25)
    ]
    expected: Counter[tuple[str, str]] = Counter()
    for given in answers:
        for one, other in combinations(map(set, given), 2):
            ours, theirs = sorted(one - other), sorted(other - one)
            if ours and theirs:
                expected.update(tuple(sorted(pair)) for pair in product(ours, theirs))  # type: ignore[misc]  # pairs
            else:
                expected.update((label, "") for label in ours + theirs)
    assert told(store, answers) == expected


def test_open_conflicts_are_counted_apart_and_never_more_than_all(store: Store) -> None:
    pairs = counted(filled(store, "multi_label_selection", "majority")).pairs
    assert pairs
    assert all(0 <= pair.open <= pair.count for pair in pairs)
    assert {pair.one for pair in pairs} <= {"a", "b", "c"}
    assert {pair.other for pair in pairs} <= {"a", "b", "c", ""}
