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
from tests.workers.conftest import Build
from tests.workers.service_in_memory import D as TOWN
from tests.workers.service_in_memory import Town
from tests.workers.stored_dataset import HOUR, MONDAY, WEEK, Books, D
from tests.workers.use_cases.test_reviewing import decide, opened, split


@pytest.fixture
def books(store: Store) -> Books:
    return Books(store)


def counted(books: Books) -> QuestionReport:
    """The report of the one question."""
    books.close()
    return recounted(books)


def recounted(books: Books) -> QuestionReport:
    done = report(books.world, D)
    assert done.word == "done"
    found = books.store.reports.question(D, books.question.name)
    assert found is not None
    return found


def overview(books: Books) -> Overview:
    found = books.store.reports.overview(D)
    assert found is not None
    return found


def test_a_small_dataset_in_all_its_figures(books: Books) -> None:
    books.say("r1", "apple apple apple")
    books.say("r2", "apple apple pear")
    books.say("r3", "apple pear")
    books.say("r4", "pear pear pear")
    books.record("r5")  # nobody answered it
    found = counted(books)
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
    assert (found.accuracy, found.majority, found.training) == (None, None, "")
    assert all(each.reviewed == 0 for each in found.calibration)


def test_the_overview_sums_every_question_up(books: Books) -> None:
    books.say("r1", "apple apple")
    books.say("r2", "apple pear")
    found = counted(books)
    (line,) = overview(books).questions
    for name in ("name", "type", "strategy", "version", "votes", "decided", "undecided"):
        assert line[name] == getattr(found, name)
    assert line["agreement"] == found.agreement
    assert line["calibration"] is None
    assert 0.5 < line["confidence"] <= 1
    assert overview(books).seconds > 0


def test_drafts_echoes_reviewers_and_records_that_are_gone_count_no_votes(books: Books) -> None:
    books.answer("r1", 0, "apple")
    books.answer("r1", 1, "apple", status="draft")
    books.answer("r1", 2, "pear", echo=True)
    books.person(3, "reviewer")
    books.answer("r1", 3, "apple")
    books.say("r2", "plum plum")
    books.record("r2", s="gone")
    found = counted(books)
    assert found.votes == 1
    assert found.values == {"apple": 1}
    assert found.adjudications == 1
    assert [each.number for each in found.annotators] == [0]


def test_suggestions_of_other_agents_are_votes(books: Books) -> None:
    books.answer("r1", 0, "apple")
    books.suggest("r1", 7, "pear")
    found = counted(books)
    assert found.votes == 2
    assert {each.number for each in found.annotators} == {0, 7}
    assert found.pairs == (Pair("apple", "pear", 1, 1),)


def test_answers_that_are_no_labels_any_more_are_left_out(books: Books) -> None:
    books.say("r1", "apple apple")
    books.ledger["r1"]["r"]["5"] = ["submitted", MONDAY, {"topic": "quince"}, []]
    assert counted(books).votes == 2


def test_an_empty_dataset_has_a_report_as_well(books: Books) -> None:
    books.record("r1")
    found = counted(books)
    assert (found.votes, found.decided, found.agreement) == (0, 0, None)
    for nothing in (found.annotators, found.weeks, found.rounds, found.examples, found.pairs):
        assert not nothing


# What was thought before a review


def test_calibration_holds_what_was_thought_before_against_the_review(books: Books) -> None:
    for n, (thought, confidence) in enumerate(
        [("apple", 0.95), ("apple", 0.93), ("pear", 0.91), ("pear", 0.55)]
    ):
        books.say(f"r{n}", "apple pear")
        books.decided(f"r{n}", "plum", 0.2)
        books.decided(f"r{n}", thought, confidence)
        books.review(f"r{n}", 9, "apple")
        books.decided(f"r{n}", "apple", 0.999)
    found = counted(books)
    high, middle = found.calibration[9], found.calibration[5]
    assert (high.reviewed, high.right) == (3, 2)
    assert high.confidence == pytest.approx(0.93)
    assert (middle.reviewed, middle.right) == (1, 0)
    assert sum(each.reviewed for each in found.calibration) == found.adjudications == 4
    assert found.accuracy == 0.5
    assert found.majority == 0.5  # two of two are tied, four times
    (line,) = overview(books).questions
    assert line["calibration"] == pytest.approx((abs(3 * 0.93 - 2) + 0.55) / 4)


def test_what_the_review_itself_tells_of_before_is_believed_over_the_last_decision(
    books: Books,
) -> None:
    books.say("r1", "apple apple")
    books.decided("r1", "pear", 0.41)
    books.review("r1", 9, "apple", thought={"topic": ("apple", 0.87)})
    found = counted(books)
    assert [(b.reviewed, b.right) for b in found.calibration if b.reviewed] == [(1, 1)]
    assert found.calibration[8].confidence == pytest.approx(0.87)


def test_only_what_was_thought_before_the_first_of_several_reviews_counts(books: Books) -> None:
    books.say("r1", "apple pear")
    books.decided("r1", "pear", 0.6)
    books.review("r1", 8, "pear")
    books.decided("r1", "pear", 0.999)
    books.review("r1", 9, "apple", at=MONDAY + HOUR)
    found = counted(books)
    assert found.adjudications == 1
    assert found.values == {"apple": 1}  # the latest stands
    assert [(b.low, b.reviewed, b.right) for b in found.calibration if b.reviewed] == [(0.6, 1, 0)]


def test_a_review_that_was_taken_back_is_no_adjudication(books: Books) -> None:
    books.say("r1", "apple apple")
    books.decided("r1", "apple", 0.8)
    books.review("r1", 9, "pear")
    books.tell(Entry("adjudication", "r1", 9, "deleted", {}, {"topic": "pear"}, at=MONDAY))
    del books.ledger["r1"]["a"]
    found = counted(books)
    assert found.adjudications == 0
    assert all(each.reviewed == 0 for each in found.calibration)


# Weeks and rounds


def test_a_record_belongs_to_the_week_of_its_first_answer(books: Books) -> None:
    books.answer("r1", 0, "apple", MONDAY + HOUR)
    books.answer("r1", 1, "pear", MONDAY - 1)
    books.answer("r2", 0, "pear", MONDAY)
    books.answer("r2", 1, "pear", MONDAY + WEEK)
    before, this, after = counted(books).weeks
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


def test_rounds_come_in_the_order_in_which_they_were_begun(books: Books) -> None:
    books.record("r1", n="zero")
    books.record("r2", n="one")
    books.record("r3", n="one")
    books.record("r4")
    books.record("r5", n="never answered")
    books.say("r2", "apple apple", MONDAY + HOUR)
    books.say("r3", "apple pear", MONDAY + 2 * HOUR)
    books.say("r1", "apple apple", MONDAY)
    books.say("r4", "apple apple", MONDAY)
    zero, one = counted(books).rounds
    assert (zero.name, zero.since, zero.records, zero.answers) == ("zero", MONDAY, 1, 2)
    assert (one.name, one.since, one.records, one.answers) == ("one", MONDAY + HOUR, 2, 4)
    assert (zero.conflicts, one.conflicts) == (0, 1)


def test_without_rounds_there_are_none(books: Books) -> None:
    books.say("r1", "apple apple")
    found = counted(books)
    assert found.rounds == ()
    assert [type(p) for p in found.weeks] == [Period]


# Today


def test_today_is_what_was_answered_since_midnight_though_we_may_have_seen_more(
    books: Books,
) -> None:
    now = books.store.now()
    midnight = now // (24 * HOUR) * 24 * HOUR
    books.say("r1", "apple apple", midnight - 2 * HOUR)  # seen late: at midnight
    books.history[-1] = dataclasses.replace(books.history[-1], id=f"{midnight}-900")
    books.answer("r2", 0, "apple", midnight + 1)
    books.answer("r2", 1, "apple", midnight + 1, status="draft")
    books.decided("r2", "apple", 0.9, midnight + 2)
    books.review("r2", 9, "apple", at=midnight + 3)
    books.tell(Entry("version", values={"topic": 2}, at=midnight + 4))
    counted(books)
    assert overview(books).today == Today(answers=1, decisions=1, adjudications=1, versions=1)


# What may be missing or odd


def test_records_that_the_store_tells_of_twice_count_once(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.say("r1", "apple pear")
    books.say("r2", "apple apple")
    once = counted(books)
    datasets = type(books.store.datasets)
    for name in ("scan_ledger", "scan_decisions", "scan_conflicts"):
        scan = getattr(datasets, name)

        def twice(self: Any, dataset_id: str, scan: Any = scan) -> Any:
            found = list(scan(self, dataset_id))
            return iter([*found, *found])

        monkeypatch.setattr(datasets, name, twice)
    assert recounted(books) == once


def test_a_snapshot_that_cannot_be_read_leaves_annotators_unknown(books: Books) -> None:
    books.say("r1", "apple apple")
    books.close()
    datasets = books.store.datasets
    facts = datasets.models(D)["topic"]
    datasets.write_model(books.store.redis, D, "topic", b"no snapshot", facts)
    found = recounted(books)
    assert found.votes == 2
    assert [(a.known, a.low, a.high) for a in found.annotators] == [(False, 0.0, 1.0)] * 2


def test_questions_that_are_left_alone_are_not_reported(books: Books) -> None:
    books.say("r1", "apple apple")
    books.close()
    books.store.datasets.note(D, questions='{"topic": {"type": "text", "word": "is a note"}}')
    report(books.world, D)
    assert books.store.reports.question(D, "topic") is None
    assert overview(books).questions == ()


def test_a_question_that_nothing_was_learned_of_yet_is_not_reported(books: Books) -> None:
    books.say("r1", "apple apple")
    books.close()
    questions = json.loads(books.store.datasets.info(D)["questions"])
    new = {**questions, "new": {**questions["topic"]}, "why": {"type": "text", "word": "is a note"}}
    books.store.datasets.note(D, questions=json.dumps(new))
    recounted(books)
    assert [line["name"] for line in overview(books).questions] == ["topic"]


def test_of_a_dataset_that_is_not_distilled_nothing_is_counted(books: Books) -> None:
    books.say("r1", "apple apple")
    books.close()
    books.store.datasets.note(D, state="ignored")
    assert books.store.reports.claim(D)
    assert report(books.world, D).word == "not distilled"
    assert books.store.reports.overview(D) is None
    assert books.store.reports.claim(D)


def test_a_report_takes_no_lease_and_leaves_everything_else_as_it_is(books: Books) -> None:
    books.say("r1", "apple pear")
    books.close()
    redis = books.store.redis
    prefix = books.store._keys.prefix

    def dump() -> dict[bytes, bytes]:
        keys = [k for k in redis.keys(f"{prefix}:*") if b":report" not in k and b":alike" not in k]
        return {key: redis.dump(key) for key in keys}

    before = dump()
    lease = books.store.lease(D)
    assert lease is not None
    recounted(books)
    lease.release()
    assert dump() == before


def test_the_report_can_be_read_by_whoever_shows_it(books: Books) -> None:
    books.say("r1", "apple pear apple")
    books.review("r1", 9, "apple", "It is one.")
    found = counted(books)
    moment = datetime.fromtimestamp(overview(books).taken_at / 1000, timezone.utc)
    assert abs((datetime.now(timezone.utc) - moment).total_seconds()) < 60
    assert isinstance(found.annotators[0].confusion[0], tuple)
    assert isinstance(found.weeks[0], Period)


# What the service itself keeps


def test_what_the_distiller_leaves_behind_can_be_counted(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes", problem="none", stars=1)
    town.answer("ben", "r1", helpful="no", problem="none", stars=2)
    town.answer("ann", "r2", helpful="yes", problem="tone")
    town.answer("ben", "r2", helpful="yes", problem="tone")
    town.settle()
    assert report(town.world, TOWN).records == 2
    room = town.store.reports
    helpful, problem = room.question(TOWN, "helpful"), room.question(TOWN, "problem")
    stars, whole = room.question(TOWN, "stars"), room.overview(TOWN)
    assert helpful is not None
    assert problem is not None
    assert stars is not None
    assert whole is not None
    assert (helpful.votes, helpful.decided, helpful.conflicts) == (4, 1, 1)
    assert helpful.pairs == (Pair("yes", "no", 1, 1),)
    assert (problem.votes, problem.decided, problem.conflicts) == (4, 2, 0)
    assert problem.values == {"none": 1, "tone": 1}
    assert stars.votes == 2
    assert room.question(TOWN, "conflicts") is None
    assert [line["name"] for line in whole.questions] == ["helpful", "problem", "stars"]
    assert whole.today.answers == 4
    assert {each.record for each in problem.examples} == {"r1", "r2"}


def test_a_review_in_argilla_is_counted_with_what_was_thought_before(build: Build) -> None:
    town = opened(build(settled_confidence=0.8))
    split(town, "r1")
    town.answer("ann", "r2", helpful="yes")
    town.answer("ben", "r2", helpful="no")
    town.answer("cas", "r2", helpful="no")
    town.settle()
    decide(town, "rob", "r1", helpful="no", why="it never answers")
    decide(town, "rob", "r2", helpful="yes", why="it does")
    report(town.world, TOWN)
    found = town.store.reports.question(TOWN, "helpful")
    assert found is not None
    assert (found.adjudications, found.conflicts, found.settled) == (2, 0, 2)
    assert found.values == {"no": 1, "yes": 1}
    assert sum(b.reviewed for b in found.calibration) == 1  # the other was a tie
    assert sum(b.right for b in found.calibration) == 0
    assert {(e.record, e.kind, e.value) for e in found.examples} == {
        ("r1", "close", "no"),
        ("r2", "close", "yes"),
    }
    assert all("(“it" in each.reason for each in found.examples)
    assert [town.name(each.number) for each in found.annotators] == ["ann", "ben", "cas"]
