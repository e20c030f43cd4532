"""What a report says of annotators: enough to learn from, nothing that few answers cannot carry."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from argilla_distill.domain.report import AnnotatorReport, Costly
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.shapes import record_shapes
from argilla_distill.workers.reporting import annotator_reports
from argilla_distill.workers.use_cases.reports.report import report
from tests.workers.stored_dataset import HOUR, MONDAY, TOPIC, WEEK, D, StoredDataset


@pytest.fixture
def stored(store: Store) -> StoredDataset:
    return StoredDataset(store, strategy="dawid_skene")


def people(stored: StoredDataset) -> dict[int, AnnotatorReport]:
    stored.close()
    report(stored.world, D)
    found = stored.store.reports.question(D, stored.question.name)
    assert found is not None
    return {each.number: each for each in found.annotators}


def service(stored: StoredDataset, records: int = 60, seed: int = 0) -> None:
    """0, 1 and 2 know their fruit, 3 calls every pear an apple, 4 answers three times only."""
    draw = random.Random(seed)
    for n in range(records):
        truth = draw.choice(stored.question.labels)
        at = MONDAY + n * 30_000
        for who in range(3):
            wrong = draw.random() < 0.1
            stored.answer(f"r{n}", who, draw.choice(stored.question.labels) if wrong else truth, at)
        stored.answer(f"r{n}", 3, "apple" if truth == "pear" else truth, at)
        if n < 3:
            stored.answer(f"r{n}", 4, "plum", at)


def test_who_has_few_answers_is_unknown_and_not_bad(stored: StoredDataset) -> None:
    service(stored)
    found = people(stored)
    assert not found[4].known
    assert all(found[who].known for who in range(4))
    assert [each.votes for each in found.values()] == [60, 60, 60, 60, 3]
    for each in found.values():
        assert 0 <= each.low <= each.reliability <= each.high <= 1
    assert found[4].high - found[4].low > found[0].high - found[0].low


def test_many_answers_with_a_wide_interval_are_unknown_too(
    stored: StoredDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    service(stored)
    monkeypatch.setattr(annotator_reports, "WIDEST", 0.001)
    assert not any(each.known for each in people(stored).values())


def test_confusion_bias_and_agreement_show_who_calls_pears_apples(stored: StoredDataset) -> None:
    service(stored)
    found = people(stored)
    confusion, bias = found[3].confusion, found[3].bias
    assert all(sum(row) == pytest.approx(1, abs=0.01) for row in confusion)
    assert confusion[1][0] > 0.6  # of right pears, said apple
    assert bias is not None
    assert bias["apple"] > 0.15
    assert bias["pear"] < -0.15
    assert sum(bias.values()) == pytest.approx(0, abs=1e-3)
    good = found[0]
    assert good.bias is not None
    assert max(map(abs, good.bias.values())) < 0.1
    for name in ("alpha", "kappa"):
        mine, theirs = getattr(found[3], name), getattr(good, name)
        assert mine is not None
        assert mine < theirs - 0.05


def test_seconds_are_the_median_within_a_sitting(stored: StoredDataset) -> None:
    at = MONDAY
    for n, gap in enumerate([0, 20, 30, 40, 30, 3600, 30, 25, 30]):
        at += gap * 1000
        stored.answer(f"r{n}", 0, "apple", at)
    for n in range(3):
        stored.answer(f"r{n}", 1, "apple", MONDAY + n * 1000)
    for n in range(9):
        stored.answer(f"r{n}", 2, "apple", MONDAY)  # all at once, by a script
    found = people(stored)
    assert found[0].seconds == 30.0
    assert found[1].seconds is None  # too few gaps
    assert found[2].seconds is None


def test_drift_is_told_by_the_week_of_the_answer(stored: StoredDataset) -> None:
    for n in range(8):
        week = n // 4
        for who in range(3):
            stored.answer(f"r{n}", who, "apple", MONDAY + week * WEEK)
        said = "apple" if week == 0 else "pear"
        stored.answer(f"r{n}", 3, said, MONDAY + week * WEEK + HOUR)
    found = people(stored)
    assert found[3].drift == (("2026-11-16", 1.0, 4), ("2026-11-23", 0.0, 4))
    assert found[0].drift == (("2026-11-16", 1.0, 4), ("2026-11-23", 1.0, 4))


def test_the_costliest_votes_come_first_and_reviewed_ones_before_all(stored: StoredDataset) -> None:
    service(stored)
    for n in range(7):
        stored.say(f"x{n}", "apple apple apple")
        stored.answer(f"x{n}", 3, "plum")
    stored.review("x5", 9, "apple")
    found = people(stored)
    costly = found[3].costly
    assert len(costly) == 5
    assert (costly[0].record, costly[0].said, costly[0].decided) == ("x5", "plum", "apple")
    assert all(each.cost > 0 for each in costly)
    rest = [each.cost for each in costly[1:]]
    assert rest == sorted(rest, reverse=True)
    assert all(each.said != each.decided for p in found.values() for each in p.costly)
    assert 9 not in found


def test_who_never_stood_against_a_decision_cost_nothing(stored: StoredDataset) -> None:
    stored.say("r1", "apple apple pear")
    found = people(stored)
    assert found[0].costly == ()
    (one,) = found[2].costly
    assert one == Costly("r1", "pear", "apple", one.cost)


def test_somebody_whom_the_saved_model_does_not_know_yet_is_unknown(stored: StoredDataset) -> None:
    service(stored)
    stored.close()
    entry = stored.ledger["r0"]
    entry["r"]["6"] = ["submitted", MONDAY, {"topic": "apple"}, []]
    stored.store.datasets.write_ledger(
        stored.store.redis, D, {"r0": record_shapes.ledger_entry(entry)}
    )
    report(stored.world, D)
    found = stored.store.reports.question(D, "topic")
    assert found is not None
    (late,) = [each for each in found.annotators if each.number == 6]
    assert (late.known, late.low, late.high, late.votes) == (False, 0.0, 1.0, 1)


def test_confusion_matrices_of_the_busiest_are_told_where_there_are_very_many(
    stored: StoredDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    service(stored)
    stored.answer("r50", 4, "apple")
    monkeypatch.setattr(annotator_reports, "MAX_CELLS", 3 * 9)
    assert [bool(each.confusion) for each in people(stored).values()] == [True] * 3 + [False] * 2


def test_of_very_many_labels_there_is_neither_confusion_nor_bias(
    stored: StoredDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    service(stored)
    monkeypatch.setattr(annotator_reports, "MAX_LABELS", 2)
    for each in people(stored).values():
        assert (each.confusion, each.bias) == ((), None)
        assert each.alpha is not None


def test_labels_that_stored_posteriors_cut_are_known_again(store: Store) -> None:
    fruit = tuple(f"{'a fruit with a long name ' * 4}{n}" for n in "12")
    long = tuple(f"{n} {name}" for n, name in zip("12", fruit, strict=True))
    stored = StoredDataset(store, replace(TOPIC, labels=long), "dawid_skene")
    for n in range(20):
        for who in range(3):
            stored.answer(f"r{n}", who, long[n % 2])
    for each in people(stored).values():
        assert each.bias is not None
        assert max(map(abs, each.bias.values())) < 0.1
