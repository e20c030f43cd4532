"""Reports of questions of every type, with every strategy that is built in."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.report import QuestionReport
from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine import registry
from argilla_distill.workers.models.values import TYPES
from argilla_distill.workers.use_cases.reports.report import report
from tests.workers.stored_dataset import HOUR, MONDAY, WEEK, Books, D

QUESTIONS = {
    "label_selection": DatasetQuestion("q", "q", "label_selection", ("apple", "pear", "plum")),
    "multi_label_selection": DatasetQuestion("q", "q", "multi_label_selection", ("a", "b", "c")),
    "rating": DatasetQuestion("q", "q", "rating", ("1", "2", "3", "4", "5")),
    "ranking": DatasetQuestion("q", "q", "ranking", ("x", "y", "z")),
    "span": DatasetQuestion("q", "q", "span", ("name", "place"), field="text"),
    "text": DatasetQuestion("q", "q", "text"),
}


def _ranking(draw: random.Random, right: int) -> list[dict[str, Any]]:
    items = ["x", "y", "z"]
    items = items[right % 3 :] + items[: right % 3]
    if draw.random() < 0.2:
        items.reverse()
    return [{"value": item, "rank": place + 1} for place, item in enumerate(items)]


def _span(draw: random.Random, right: int) -> list[dict[str, Any]]:
    start = right % 5 + (draw.random() < 0.2)
    found = [{"label": "name", "start": start, "end": start + 4}]
    return found if draw.random() < 0.9 else []


DRAW: dict[str, Callable[[random.Random, int], Any]] = {
    "label_selection": lambda d, r: d.choice(["apple", "pear", "plum"] + ["apple"] * 5),
    "multi_label_selection": lambda d, r: sorted(d.sample("abc", d.choice([1, 2]))),
    "rating": lambda d, r: min(5, max(1, r % 5 + 1 + d.choice([0, 0, 0, 1, -1]))),
    "ranking": _ranking,
    "span": _span,
    "text": lambda d, r: f"the {['cat', 'dog', 'cow'][r % 3]} sat{d.choice(['', '', ' down'])}",
}


def filled(store: Store, kind: str, strategy: str) -> Books:
    """Thirty records with three answers of six people each; five are reviewed."""
    books, draw = Books(store, QUESTIONS[kind], strategy), random.Random(7)
    for n in range(30):
        books.record(f"r{n}", f=f"{(n // 2 + 1) * 0x0101010101010101:016x}", n=f"round {n // 10}")
        for who in draw.sample(range(6), 3):
            value = DRAW[kind](draw, n)
            books.answer(f"r{n}", who, value, MONDAY + (n % 3) * WEEK + n * HOUR // 60)
    for n in range(5):
        value = DRAW[kind](random.Random(1), n)
        books.decided(f"r{n}", DRAW[kind](draw, n), 0.4 + n / 10)
        books.review(f"r{n}", 9, value, "so it is")
    return books


STRATEGIES = sorted(
    (kind, strategy.name)
    for kind in TYPES
    for strategy in registry.CLASSES
    if TYPES[kind] in strategy.types
)


def counted(books: Books) -> QuestionReport:
    books.close()
    assert report(books.world, D).word == "done"
    found = books.store.reports.question(D, "q")
    assert found is not None
    return found


@pytest.mark.parametrize(("kind", "strategy"), STRATEGIES)
def test_every_type_has_a_report_that_makes_sense(store: Store, kind: str, strategy: str) -> None:
    books = filled(store, kind, strategy)
    found = counted(books)
    assert (found.type, found.strategy) == (kind, strategy)
    assert found.votes == 90
    assert found.decided + found.undecided == 30
    assert sum(each.count for each in found.confidence) == found.decided
    assert found.adjudications == 5
    assert sum(each.reviewed for each in found.calibration) == 5
    assert all(0 <= each.right <= each.reviewed for each in found.calibration)
    assert found.agreement is not None
    assert -1 <= found.agreement <= 1
    assert [week.records for week in found.weeks] == [10, 10, 10]
    assert [r.answers for r in found.rounds] == [30, 30, 30]
    assert all(isinstance(value, str) and value for value in found.values)
    assert sum(found.kinds.values()) == found.conflicts
    assert len(found.annotators) == 6
    for each in found.annotators:
        assert 0 <= each.low <= each.reliability <= each.high <= 1
        assert each.drift
        assert all(0 <= share <= 1 for _, share, _ in each.drift)
        assert bool(each.confusion) == (kind == "label_selection")
        assert (each.bias is not None) == (kind == "label_selection")
        assert (each.kappa is not None) == (kind in ("label_selection", "rating"))
        assert each.alpha is not None
    free = kind in ("ranking", "span", "text")
    assert bool(found.pairs) == (not free)
    assert bool(found.across) <= (not free)
    assert bool(found.examples) == (not free)


def test_there_is_a_report_for_every_type_and_built_in_strategy() -> None:
    assert {kind for kind, _ in STRATEGIES} == set(TYPES) == set(QUESTIONS) == set(DRAW)
    assert len(STRATEGIES) == len(registry.CLASSES)


def test_ratings_near_each_other_are_not_decided_differently(store: Store) -> None:
    books = Books(store, QUESTIONS["rating"])
    for record, stars in (("r1", 4), ("r2", 5), ("r3", 1)):
        books.record(record, f="0123456789abcdef")
        for who in range(3):
            books.answer(record, who, stars)
    found = counted(books)
    told = {(each.value, each.other_value) for each in found.across}
    assert told == {("1", "4"), ("1", "5")}
    assert found.across_count == 2
    assert found.labels == ("1", "2", "3", "4", "5")
