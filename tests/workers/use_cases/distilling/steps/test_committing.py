"""What a batch leaves in the store: counts, history, conflicts and lists that say what was decided."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.records import Record
from argilla_distill.workers.use_cases.distilling.steps.stored_conflict import RELATED
from tests.workers.argilla_in_memory import D
from tests.workers.reviewed_service import split
from tests.workers.service_in_memory import RECORDS, Build, ServiceInMemory, answer_twice

KIND = json.dumps(["helpful", ["no", "yes"]])
"""The kind of the conflict that `split` makes."""


def facts(service: ServiceInMemory) -> dict[str, int]:
    info = service.store.datasets.info(D)
    return {name: int(info.get(name, 0)) for name in ("labels", "published", "conflicts")}


def related(service: ServiceInMemory) -> list[str]:
    return service.store.datasets.related(D, [KIND]).get(KIND, [])


def test_what_is_shown_is_counted_as_it_comes_and_goes(service: ServiceInMemory) -> None:
    answer_twice(service, "r1", "yes")
    service.settle()
    assert facts(service) == {"labels": 1, "published": 1, "conflicts": 0}
    service.answer("ben", "r1", helpful="yes", problem="tone")
    service.answer("ann", "r1", helpful="yes", problem="tone")
    answer_twice(service, "r2", "no")
    service.settle()
    assert facts(service) == {"labels": 3, "published": 3, "conflicts": 0}
    service.argilla.retract("ben", "r2")
    service.mark("r2")
    service.settle()
    assert facts(service)["labels"] == 2


def test_conflicts_are_counted_as_they_open_and_end(service: ServiceInMemory) -> None:
    split(service, "r1")
    split(service, "r2")
    service.settle()
    assert facts(service)["conflicts"] == 2
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    assert facts(service)["conflicts"] == 1
    del service.argilla.rows[D]["r2"]
    service.mark("r2")
    service.settle()
    assert facts(service)["conflicts"] == 0


def test_a_value_that_is_decided_is_in_the_history_of_its_record_with_who_decided(
    service: ServiceInMemory,
) -> None:
    answer_twice(service, "r1", "yes")
    service.settle()
    (told,) = (e for e in service.history() if e.kind == "decision" and "helpful" in e.values)
    details = Details(confidence=0.833, strategy="majority", fit=1)
    assert told == Entry("decision", "r1", values={"helpful": "yes"}, details=details, id=told.id)
    assert service.ledger("r1").history[-1] == told.id
    split(service, "r1")
    service.settle()
    *_, last = service.history()
    assert (last.values, last.details.why) == ({"helpful": None}, "tie between yes and no")
    assert service.ledger("r1").history[-1] == last.id


def test_a_value_that_stays_is_no_news_however_sure_we_become(service: ServiceInMemory) -> None:
    answer_twice(service, "r1", "yes")
    service.settle()
    service.answer("cas", "r1", helpful="yes")
    service.settle()
    told = [e for e in service.history() if e.kind == "decision" and "helpful" in e.values]
    assert [e.values for e in told] == [{"helpful": "yes"}]


def test_a_decision_tells_when_it_was_made(service: ServiceInMemory) -> None:
    before = service.store.now()
    answer_twice(service, "r1", "yes")
    service.settle()
    assert before <= service.decision("r1").decided_at <= service.store.now()


def test_what_somebody_deleted_was_shown_until_we_saw_that(service: ServiceInMemory) -> None:
    answer_twice(service, "r1", "yes")
    service.settle()
    service.argilla.rows[D]["r1"].suggestions.clear()
    service.argilla.retract("ben", "r1")
    service.mark("r1")
    before = service.store.now()
    service.settle()
    (shown,) = service.decision("r1").shown
    assert shown.until is not None
    assert before <= shown.until <= service.store.now()


def test_what_argilla_refuses_is_not_decided_and_the_rest_of_the_batch_is(
    service: ServiceInMemory,
) -> None:
    service.argilla.refuses = {"r1"}
    answer_twice(service, "r1", "yes")
    answer_twice(service, "r2", "yes")
    split(service, "r3")
    service.distil()
    first, second = service.store.datasets.decisions(D, ["r1", "r2"])
    assert first is None
    assert second is not None
    assert second["helpful"].value == "yes"
    assert [e.record for e in service.history() if e.kind == "decision"] == ["r2", "r3"]
    assert set(service.conflicts()) == {("r3", "helpful")}


CONFIDENCE = 0.833333
"""Of two who agree, by majority."""


@pytest.mark.parametrize(
    ("settings", "near"),
    [
        ({}, False),
        ({"settled_confidence": CONFIDENCE + 0.019}, True),
        ({"settled_confidence": CONFIDENCE - 0.019}, True),
        ({"settled_confidence": CONFIDENCE + 0.021}, False),
        ({"settled_confidence": CONFIDENCE - 0.021}, False),
        ({"min_confidence": CONFIDENCE - 0.019}, True),
        ({"questions": {"helpful": {"min_confidence": CONFIDENCE - 0.019}}}, True),
        ({"questions": {"problem": {"min_confidence": CONFIDENCE - 0.019}}}, False),
        ({"review_worth": 1 - CONFIDENCE + 0.019}, True),
        ({"review_worth": 1 - CONFIDENCE - 0.021}, False),
    ],
)
def test_records_decided_near_a_limit_are_listed(
    build: Build, settings: dict[str, Any], near: bool
) -> None:
    """They may cross it without moving by the tolerance, and are looked at when the model moves."""
    chosen = {"settled_confidence": 0.99, "review_worth": 0.6, **settings}
    service = build(**chosen)
    answer_twice(service, "r1", "yes")
    service.settle()
    assert service.decision("r1").confidence == pytest.approx(CONFIDENCE, abs=1e-4)
    assert service.store.datasets.near(D, 9) == (["r1"] if near else [])


def test_a_record_that_is_gone_is_in_no_list(build: Build) -> None:
    service = build(settled_confidence=CONFIDENCE, review_audits=0.0)
    answer_twice(service, "r1", "yes")
    service.argilla.rows[D]["r2"].fields = {"text": "Where is my parcel?"}
    split(service, "r2")
    service.settle()
    assert service.store.datasets.near(D, 9) == ["r1"]
    assert (related(service), set(service.store.reviews.about(D, RECORDS))) == (["r2"], {"r2"})
    for record in ("r1", "r2"):
        del service.argilla.rows[D][record]
        service.mark(record)
    service.settle()
    assert service.store.datasets.near(D, 9) == []
    assert service.store.datasets.decisions(D, ["r1", "r2"]) == [None, None]
    assert service.store.datasets.conflicts(D) == {}
    assert service.store.reviews.about(D, RECORDS) == {}
    assert service.store.reviews.worth(D, ["r1", "r2"]) == [None, None]


def test_a_kind_of_conflict_knows_its_latest_records(service: ServiceInMemory) -> None:
    names = [f"n{n}" for n in range(RELATED + 2)]
    service.argilla.add(*names)
    for name in names:
        split(service, name)
    service.settle()
    latest = names[::-1][:RELATED]
    assert related(service) == latest
    service.mark(latest[1])  # nothing has changed
    service.settle()
    assert related(service) == latest
    service.answer("ben", latest[0], helpful="yes")
    service.settle()
    assert related(service) == latest[1:]


def test_what_waits_for_a_review_is_told_by_how_its_text_begins_until_it_has_settled(
    service: ServiceInMemory,
) -> None:
    service.argilla.rows[D]["r1"].fields = {"text": "Where is my parcel? " * 50}
    split(service, "r1")
    answer_twice(service, "r2", "yes")
    service.settle()
    about = service.store.reviews.about(D, RECORDS)
    assert about["r1"].startswith("Where is my parcel? Where")
    assert len(about["r1"]) < 500
    service.answer("ben", "r1", helpful="yes")
    service.answer("cas", "r1", helpful="yes")
    service.settle()
    assert "r1" not in service.store.reviews.about(D, RECORDS)


def test_a_suggestion_that_is_gone_again_when_argilla_replies_is_no_mistake(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody deleted it meanwhile, or its question: the time at which it was shown is ours then."""
    service = build(publish="always")
    suggest = service.argilla.suggest

    def gone(*arguments: Any) -> dict[str, Record]:
        return {i: replace(each, suggestions=()) for i, each in suggest(*arguments).items()}

    monkeypatch.setattr(service.argilla, "suggest", gone)
    service.answer("ann", "r1", helpful="yes")
    assert service.distil().status == "done"
