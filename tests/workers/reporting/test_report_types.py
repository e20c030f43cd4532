"""Reports of questions of every type, with every strategy that is built in."""

from __future__ import annotations

import pytest

from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine import registry
from argilla_distill.workers.models.values import TYPES
from tests.workers.reporting.reported_questions import DRAW, QUESTIONS, counted, filled
from tests.workers.stored_dataset import StoredDataset

STRATEGIES = sorted(
    (kind, strategy.name)
    for kind in TYPES
    for strategy in registry.CLASSES
    if TYPES[kind] in strategy.types
)


@pytest.mark.parametrize(("kind", "strategy"), STRATEGIES)
def test_every_type_has_a_report_that_makes_sense(store: Store, kind: str, strategy: str) -> None:
    stored = filled(store, kind, strategy)
    found = counted(stored)
    assert (found.type, found.strategy) == (kind, strategy)
    assert found.votes == 90
    assert found.decided + found.undecided == 30
    assert sum(each.count for each in found.confidence) == found.decided
    assert found.adjudications == 5
    audited = found.audited
    assert audited.audits == sum(each.audits for each in audited.bins)
    assert 0 < audited.audits <= 5
    assert all(0 <= each.right <= each.audits for each in audited.bins)
    assert audited.right is not None
    assert 0 <= audited.right.low <= audited.right.value <= audited.right.high <= 1
    assert (audited.gain is None) == (strategy == "majority")
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
    stored = StoredDataset(store, QUESTIONS["rating"])
    for record, stars in (("r1", 4), ("r2", 5), ("r3", 1)):
        stored.record(record, f="0123456789abcdef")
        for who in range(3):
            stored.answer(record, who, stars)
    found = counted(stored)
    told = {(each.value, each.other_value) for each in found.across}
    assert told == {("1", "4"), ("1", "5")}
    assert found.across_count == 2
    assert found.labels == ("1", "2", "3", "4", "5")
