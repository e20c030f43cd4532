"""Questions of every type with answers drawn for them, and the report on each."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.report import QuestionReport
from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.reports.report import report
from tests.workers.stored_dataset import HOUR, MONDAY, WEEK, D, StoredDataset

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


def filled(store: Store, kind: str, strategy: str) -> StoredDataset:
    """Thirty records with three answers of six people each; five are audited."""
    stored, draw = StoredDataset(store, QUESTIONS[kind], strategy), random.Random(7)
    for n in range(30):
        stored.record(f"r{n}", f=f"{(n // 2 + 1) * 0x0101010101010101:016x}", n=f"round {n // 10}")
        for who in draw.sample(range(6), 3):
            value = DRAW[kind](draw, n)
            stored.answer(f"r{n}", who, value, MONDAY + (n % 3) * WEEK + n * HOUR // 60)
    for n in range(5):
        value = DRAW[kind](random.Random(1), n)
        stored.decided(f"r{n}", DRAW[kind](draw, n), 0.4 + n / 10)
        stored.review(f"r{n}", 9, value, "so it is", audit_pi=0.1)
    return stored


def counted(stored: StoredDataset) -> QuestionReport:
    stored.close()
    assert report(stored.world, D).status == "done"
    found = stored.store.reports.question(D, "q")
    assert found is not None
    return found
