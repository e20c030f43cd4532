"""What a report counts, on small datasets whose figures are worked out by hand."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timezone
from typing import Any

import pytest

from argilla_distill.domain.history import Entry
from argilla_distill.domain.report import Overview, Pair, Period, QuestionReport, Today
from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.reports.report import report
from tests.workers.argilla_in_memory import D as SERVICE_D
from tests.workers.reviewed_service import decide, opened, split
from tests.workers.service_in_memory import Build, ServiceInMemory
from tests.workers.stored_dataset import HOUR, MONDAY, WEEK, D, StoredDataset


@pytest.fixture
def stored(store: Store) -> StoredDataset:
    return StoredDataset(store)


def counted(stored: StoredDataset) -> QuestionReport:
    """The report of the one question."""
    stored.close()
    return recounted(stored)


def recounted(stored: StoredDataset) -> QuestionReport:
    done = report(stored.world, D)
    assert done.status == "done"
    found = stored.store.reports.question(D, stored.question.name)
    assert found is not None
    return found


def overview(stored: StoredDataset) -> Overview:
    found = stored.store.reports.overview(D)
    assert found is not None
    return found


def test_a_small_dataset_in_all_its_figures(stored: StoredDataset) -> None:
    stored.say("r1", "apple apple apple")
    stored.say("r2", "apple apple pear")
    stored.say("r3", "apple pear")
    stored.say("r4", "pear pear pear")
    stored.record("r5")  # nobody answered it
    found = counted(stored)
    assert (found.name, found.type, found.strategy) == ("topic", "label_selection", "majority")
    assert found.labels == ("apple", "pear", "plum")
    assert (found.votes, found.decided, found.undecided) == (11, 3, 1)
    assert found.values == {"apple": 2, "pear": 1}
    assert (found.conflicts, found.settled) == (2, 0)
    assert found.kinds == {"dissent": 1, "tie": 1}
    assert found.pairs == (Pair("apple", "pear", 3, 3),)
    # two of r2's pairs differ for each voice but one: (1/2 + 1/2 + 1) + r3: (1 + 1), of 11 votes;
    # six apples and five pears: D_e = (121 - 36 - 25) / 110
    assert found.agreement == pytest.approx(1 - (4 / 11) / (60 / 110))
    assert sum(each.count for each in found.confidence) == 3
    assert found.adjudications == 0
    assert (found.audited.right, found.audited.gain, found.training) == (None, None, "")


def test_the_overview_sums_every_question_up(stored: StoredDataset) -> None:
    stored.say("r1", "apple apple")
    stored.say("r2", "apple pear")
    found = counted(stored)
    (line,) = overview(stored).questions
    for name in ("name", "type", "strategy", "fit", "votes", "decided", "undecided"):
        assert line[name] == getattr(found, name)
    assert line["agreement"] == found.agreement
    assert line["audited"]["right"] is None
    assert 0.5 < line["confidence"] <= 1
    assert overview(stored).seconds > 0


def test_drafts_echoes_reviewers_and_records_that_are_gone_count_no_votes(
    stored: StoredDataset,
) -> None:
    stored.answer("r1", 0, "apple")
    stored.answer("r1", 1, "apple", status="draft")
    stored.answer("r1", 2, "pear", echo=True)
    stored.person(3, "reviewer")
    stored.answer("r1", 3, "apple")
    stored.say("r2", "plum plum")
    stored.record("r2", s="gone")
    found = counted(stored)
    assert found.votes == 1
    assert found.values == {"apple": 1}
    assert found.adjudications == 1
    assert [each.number for each in found.annotators] == [0]


def test_suggestions_of_other_agents_are_votes(stored: StoredDataset) -> None:
    stored.answer("r1", 0, "apple")
    stored.suggest("r1", 7, "pear")
    found = counted(stored)
    assert found.votes == 2
    assert {each.number for each in found.annotators} == {0, 7}
    assert found.pairs == (Pair("apple", "pear", 1, 1),)


def test_answers_that_are_no_labels_any_more_are_left_out(stored: StoredDataset) -> None:
    stored.say("r1", "apple apple")
    stored.ledger["r1"]["r"]["5"] = ["submitted", MONDAY, {"topic": "quince"}, []]
    assert counted(stored).votes == 2


def test_an_empty_dataset_has_a_report_as_well(stored: StoredDataset) -> None:
    stored.record("r1")
    found = counted(stored)
    assert (found.votes, found.decided, found.agreement) == (0, 0, None)
    for nothing in (found.annotators, found.weeks, found.rounds, found.examples, found.pairs):
        assert not nothing


# Reviews


def test_reviews_that_were_worst_first_measure_nothing(stored: StoredDataset) -> None:
    """They once were calibration, accuracy and gain over majority, as if they were like all others."""
    for n in range(12):
        stored.say(f"r{n}", "apple pear pear")
        stored.review(f"r{n}", 9, "apple")
    found = counted(stored)
    assert found.adjudications == 12
    assert found.audited.audits == 0
    assert (found.audited.right, found.audited.gain, found.audited.overconfidence) == (None,) * 3
    assert found.audited.bins == ()


def test_only_the_latest_of_several_reviews_counts(stored: StoredDataset) -> None:
    stored.say("r1", "apple pear")
    stored.review("r1", 8, "pear")
    stored.review("r1", 9, "apple", at=MONDAY + HOUR)
    found = counted(stored)
    assert found.adjudications == 1
    assert found.values == {"apple": 1}


def test_a_review_that_was_taken_back_is_no_adjudication(stored: StoredDataset) -> None:
    stored.say("r1", "apple apple")
    stored.decided("r1", "apple", 0.8)
    stored.review("r1", 9, "pear")
    stored.tell(Entry("adjudication", "r1", 9, "deleted", {}, {"topic": "pear"}, at=MONDAY))
    del stored.ledger["r1"]["a"]
    found = counted(stored)
    assert found.adjudications == 0


# Weeks and rounds


def test_a_record_belongs_to_the_week_of_its_first_answer(stored: StoredDataset) -> None:
    stored.answer("r1", 0, "apple", MONDAY + HOUR)
    stored.answer("r1", 1, "pear", MONDAY - 1)
    stored.answer("r2", 0, "pear", MONDAY)
    stored.answer("r2", 1, "pear", MONDAY + WEEK)
    before, this, after = counted(stored).weeks
    assert [before.name, this.name, after.name] == ["2026-11-09", "2026-11-16", "2026-11-23"]
    assert (before.since, this.since) == (MONDAY - WEEK, MONDAY)
    assert [(p.records, p.answers, p.conflicts) for p in (before, this, after)] == [
        (1, 1, 1),
        (1, 2, 0),
        (0, 1, 0),
    ]
    assert before.agreement == 0.0
    assert (before.confidence, after.agreement, after.confidence) == (None, None, None)
    assert this.confidence is not None


def test_rounds_come_in_the_order_in_which_they_were_begun(stored: StoredDataset) -> None:
    stored.record("r1", n="zero")
    stored.record("r2", n="one")
    stored.record("r3", n="one")
    stored.record("r4")
    stored.record("r5", n="never answered")
    stored.say("r2", "apple apple", MONDAY + HOUR)
    stored.say("r3", "apple pear", MONDAY + 2 * HOUR)
    stored.say("r1", "apple apple", MONDAY)
    stored.say("r4", "apple apple", MONDAY)
    zero, one = counted(stored).rounds
    assert (zero.name, zero.since, zero.records, zero.answers) == ("zero", MONDAY, 1, 2)
    assert (one.name, one.since, one.records, one.answers) == ("one", MONDAY + HOUR, 2, 4)
    assert (zero.conflicts, one.conflicts) == (0, 1)


def test_without_rounds_there_are_none(stored: StoredDataset) -> None:
    stored.say("r1", "apple apple")
    found = counted(stored)
    assert found.rounds == ()
    assert [type(p) for p in found.weeks] == [Period]


# Today


def test_today_is_what_was_answered_since_midnight_though_we_may_have_seen_more(
    stored: StoredDataset,
) -> None:
    now = stored.store.now()
    midnight = now // (24 * HOUR) * 24 * HOUR
    stored.say("r1", "apple apple", midnight - 2 * HOUR)  # seen late: at midnight
    stored.history[-1] = dataclasses.replace(stored.history[-1], id=f"{midnight}-900")
    stored.answer("r2", 0, "apple", midnight + 1)
    stored.answer("r2", 1, "apple", midnight + 1, status="draft")
    stored.decided("r2", "apple", 0.9, midnight + 2)
    stored.review("r2", 9, "apple", at=midnight + 3)
    stored.tell(Entry("fit", values={"topic": 2}, at=midnight + 4))
    counted(stored)
    assert overview(stored).today == Today(answers=1, decisions=1, adjudications=1, fits=1)


# What may be missing or odd


def test_records_that_the_store_tells_of_twice_count_once(
    stored: StoredDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.say("r1", "apple pear")
    stored.say("r2", "apple apple")
    once = counted(stored)
    datasets = type(stored.store.datasets)
    for name in ("scan_ledger", "scan_decisions", "scan_conflicts"):
        scan = getattr(datasets, name)

        def twice(self: Any, dataset_id: str, scan: Any = scan) -> Any:
            found = list(scan(self, dataset_id))
            return iter([*found, *found])

        monkeypatch.setattr(datasets, name, twice)
    assert recounted(stored) == once


def test_a_snapshot_that_cannot_be_read_leaves_annotators_unknown(stored: StoredDataset) -> None:
    stored.say("r1", "apple apple")
    stored.close()
    facts = stored.store.models.all(D)["topic"]
    stored.store.models.write(stored.store.redis, D, "topic", b"no snapshot", facts)
    found = recounted(stored)
    assert found.votes == 2
    assert [(a.known, a.low, a.high) for a in found.annotators] == [(False, 0.0, 1.0)] * 2


def test_questions_that_are_left_alone_are_not_reported(stored: StoredDataset) -> None:
    stored.say("r1", "apple apple")
    stored.close()
    stored.store.datasets.note(D, questions='{"topic": {"type": "text", "word": "is a note"}}')
    report(stored.world, D)
    assert stored.store.reports.question(D, "topic") is None
    assert overview(stored).questions == ()


def test_a_question_that_nothing_was_learned_of_yet_is_not_reported(stored: StoredDataset) -> None:
    stored.say("r1", "apple apple")
    stored.close()
    questions = json.loads(stored.store.datasets.info(D)["questions"])
    new = {**questions, "new": {**questions["topic"]}, "why": {"type": "text", "word": "is a note"}}
    stored.store.datasets.note(D, questions=json.dumps(new))
    recounted(stored)
    assert [line["name"] for line in overview(stored).questions] == ["topic"]


def test_of_a_dataset_that_is_not_distilled_nothing_is_counted(stored: StoredDataset) -> None:
    stored.say("r1", "apple apple")
    stored.close()
    stored.store.datasets.note(D, state="ignored")
    assert stored.store.reports.claim(D)
    assert report(stored.world, D).status == "not distilled"
    assert stored.store.reports.overview(D) is None
    assert stored.store.reports.claim(D)


def test_a_report_takes_no_lease_and_leaves_everything_else_as_it_is(stored: StoredDataset) -> None:
    stored.say("r1", "apple pear")
    stored.close()
    redis = stored.store.redis
    prefix = stored.store.keys.prefix

    def dump() -> dict[bytes, bytes]:
        keys = [k for k in redis.keys(f"{prefix}:*") if b":report" not in k and b":alike" not in k]
        return {key: redis.dump(key) for key in keys}

    before = dump()
    lease = stored.store.lease(D)
    assert lease is not None
    recounted(stored)
    lease.release()
    assert dump() == before


def test_the_report_can_be_read_by_whoever_shows_it(stored: StoredDataset) -> None:
    stored.say("r1", "apple pear apple")
    stored.review("r1", 9, "apple", "It is one.")
    found = counted(stored)
    moment = datetime.fromtimestamp(overview(stored).taken_at / 1000, timezone.utc)
    assert abs((datetime.now(timezone.utc) - moment).total_seconds()) < 60
    assert isinstance(found.annotators[0].confusion[0], tuple)
    assert isinstance(found.weeks[0], Period)


# What the service itself keeps


def test_what_the_distiller_leaves_behind_can_be_counted(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes", problem="none", stars=1)
    service.answer("ben", "r1", helpful="no", problem="none", stars=2)
    service.answer("ann", "r2", helpful="yes", problem="tone")
    service.answer("ben", "r2", helpful="yes", problem="tone")
    service.settle()
    assert report(service.world, SERVICE_D).records == 2
    room = service.store.reports
    helpful, problem = room.question(SERVICE_D, "helpful"), room.question(SERVICE_D, "problem")
    stars, whole = room.question(SERVICE_D, "stars"), room.overview(SERVICE_D)
    assert helpful is not None
    assert problem is not None
    assert stars is not None
    assert whole is not None
    assert (helpful.votes, helpful.decided, helpful.conflicts) == (4, 1, 1)
    assert helpful.pairs == (Pair("yes", "no", 1, 1),)
    assert (problem.votes, problem.decided, problem.conflicts) == (4, 2, 0)
    assert problem.values == {"none": 1, "tone": 1}
    assert stars.votes == 2
    assert room.question(SERVICE_D, "conflicts") is None
    assert [line["name"] for line in whole.questions] == ["helpful", "problem", "stars"]
    assert whole.today.answers == 4
    assert {each.record for each in problem.examples} == {"r1", "r2"}


def test_a_review_in_argilla_is_counted(build: Build) -> None:
    service = opened(build(settled_confidence=0.8))
    split(service, "r1")
    service.answer("ann", "r2", helpful="yes")
    service.answer("ben", "r2", helpful="no")
    service.answer("cas", "r2", helpful="no")
    service.settle()
    decide(service, "rob", "r1", helpful="no", why="it never answers")
    decide(service, "rob", "r2", helpful="yes", why="it does")
    report(service.world, SERVICE_D)
    found = service.store.reports.question(SERVICE_D, "helpful")
    assert found is not None
    assert (found.adjudications, found.conflicts, found.settled) == (2, 0, 2)
    assert found.values == {"no": 1, "yes": 1}
    assert found.audited.audits == 0
    assert {(e.record, e.kind, e.value) for e in found.examples} == {
        ("r1", "close", "no"),
        ("r2", "close", "yes"),
    }
    assert all("(“it" in each.reason for each in found.examples)
    assert [service.name(each.number) for each in found.annotators] == ["ann", "ben", "cas"]
