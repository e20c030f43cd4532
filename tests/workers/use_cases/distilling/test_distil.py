"""The whole path from a waiting record to a suggestion in Argilla.

What settings change of it, what may go wrong on it, and sweeps have files of their own.
"""

from __future__ import annotations

import pytest

from argilla_distill.plugin.argilla.gateway import Gateway
from tests.workers.argilla_in_memory import HELPFUL, NOTE, D, FakeArgilla
from tests.workers.service_in_memory import RECORDS, Build, ServiceInMemory


def test_the_fake_answers_every_call_of_the_gateway_itself() -> None:
    public = {name for name in vars(Gateway) if not name.startswith("_")}
    assert public - set(vars(FakeArgilla)) == set()


# The path


def test_a_completed_record_carries_what_its_answers_say(service: ServiceInMemory) -> None:
    for user in ("ann", "ben", "cas"):
        service.answer(user, "r1", helpful="yes")
    outcome = service.distil()
    assert (outcome.status, outcome.records, outcome.entries, outcome.published) == (
        "done",
        1,
        3,
        1,
    )
    shown = service.argilla.shown("r1")
    assert shown is not None
    assert (shown.value, shown.score, shown.agent, shown.type) == (
        "yes",
        0.875,
        "distill/majority:1",
        "model",
    )
    assert service.store.dirty.sizes(D) == (0, 0, 0)
    assert not service.store.leased(D)


def test_a_pending_record_is_decided_but_shows_nothing(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    assert service.decision("r1").value == "yes"
    assert service.decision("r1").shown == ()
    assert service.suggestions() == {}


def test_a_decision_tells_who_weighed_what_and_is_told_in_the_history(
    service: ServiceInMemory,
) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    decision = service.decision("r1")
    assert [service.name(voice.annotator) for voice in decision.voices] == ["ann", "ben"]
    assert (decision.strategy, decision.fit, decision.leader, decision.runner_up) == (
        "majority",
        1,
        "yes",
        "no",
    )
    assert sum(decision.posterior.values()) == pytest.approx(1, abs=0.01)
    told = [e for e in service.history() if e.kind == "decision" and "helpful" in e.values]
    assert [(e.record, e.values, e.details.strategy) for e in told] == [
        ("r1", {"helpful": "yes"}, "majority")
    ]
    assert set(service.ledger("r1").history) == {
        e.id for e in service.history() if e.record == "r1"
    }


def test_a_second_run_finds_nothing_to_do(service: ServiceInMemory) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes", problem="tone")
    service.settle()
    before, said = service.state(), service.history()
    service.mark("r1")
    outcome = service.distil()
    assert (outcome.entries, outcome.published) == (0, 0)
    assert (service.state(), service.history()) == (before, said)


def test_the_questions_are_told_of_in_the_facts(service: ServiceInMemory) -> None:
    service.mark("r1")
    service.distil()
    info = service.store.datasets.info(D)
    assert (info["name"], info["state"], info["word"]) == ("support/chat", "active", "")
    assert "carries the conflict note" in info["questions"]
    assert "carries the conflict note" in info["questions"]


def test_records_nobody_answered_leave_no_decision_in_the_history(service: ServiceInMemory) -> None:
    service.mark(*RECORDS)
    service.settle()
    assert {entry.kind for entry in service.history()} == {"record", "config"}
    assert service.counts()["records"] == 4


# Conflicts


def test_a_conflict_has_a_note_until_it_ends(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="no")
    service.settle()
    assert service.conflicts() == {("r1", "helpful"): {"yes": ["ann"], "no": ["ben"]}}
    assert service.counts()["conflicts"] == 1
    note = service.argilla.shown("r1", NOTE)
    assert note is not None
    assert "ann" in note.value
    assert "http://127.0.0.1:8000/records/r1" in note.value
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    assert service.argilla.shown("r1", NOTE) is None
    assert (service.conflicts(), service.counts()["conflicts"]) == ({}, 0)


def test_a_conflict_that_comes_back_tells_of_the_last_one(service: ServiceInMemory) -> None:
    for value in ("no", "yes", "no"):
        service.answer("ann", "r1", helpful="yes")
        service.answer("ben", "r1", helpful=value)
        service.settle()
    note = service.argilla.shown("r1", NOTE)
    assert note is not None
    assert "before: in conflict" in note.value
    assert "settled as yes" in note.value


def test_annotators_are_anonymous_unless_the_settings_name_them(build: Build) -> None:
    service = build(name_annotators=False)
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="no")
    service.settle()
    note = service.argilla.shown("r1", NOTE)
    assert note is not None
    assert "ann" not in note.value
    assert "person 1" in note.value


def test_records_with_the_same_conflict_link_to_one_another(service: ServiceInMemory) -> None:
    for record in ("r1", "r2"):
        service.answer("ann", record, helpful="yes")
        service.answer("ben", record, helpful="no")
        service.settle()
    note = service.argilla.shown("r2", NOTE)
    assert note is not None
    assert "/records/r1)" in note.value


def test_a_note_follows_when_two_people_change_sides(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="no")
    service.settle()
    service.argilla.answer("ann", "r1", helpful="no")
    service.argilla.answer("ben", "r1", helpful="yes")
    service.mark("r1")
    service.settle()
    note = service.argilla.shown("r1", NOTE)
    assert note is not None
    assert "- yes: ben" in note.value
    assert "- no: ann" in note.value


def test_our_note_that_comes_back_inside_an_answer_is_not_read(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="no")
    service.settle()
    note = service.argilla.shown("r1", NOTE)
    assert note is not None
    service.answer("cas", "r1", helpful="no", conflicts=note.value)
    service.settle()
    assert all("conflicts" not in e.values for e in service.history())


# What is taken back


def test_a_record_that_becomes_pending_again_shows_nothing_any_more(
    service: ServiceInMemory,
) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    service.argilla.retract("ben", "r1")
    service.mark("r1")
    service.settle()
    assert service.suggestions() == {}
    (shown,) = service.decision("r1").shown
    assert shown.value == "yes"
    assert shown.until is not None
    assert shown.since < shown.until


def test_a_tie_is_an_abstention_and_shows_nothing(service: ServiceInMemory) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    service.answer("ben", "r1", helpful="no")
    service.settle()
    assert service.suggestions() == {}
    assert service.decision("r1").abstention == "tie between yes and no"
    assert [
        e.values for e in service.history() if e.kind == "decision" and "helpful" in e.values
    ] == [
        {"helpful": "yes"},
        {"helpful": None},
    ]


def test_another_agents_suggestion_counts_is_replaced_and_comes_back(
    service: ServiceInMemory,
) -> None:
    service.argilla.suggested_by("judge", "r1", HELPFUL, "no")
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    assert service.suggestions()["r1", "helpful"] == ("yes", "distill/majority")
    assert [service.name(voice.annotator) for voice in service.decision("r1").voices] == [
        "ann",
        "ben",
        "judge",
    ]
    assert {a.name: a.kind for a in service.store.datasets.annotators(D).values()}[
        "judge"
    ] == "model"
    service.argilla.retract("ben", "r1")
    service.mark("r1")
    service.settle()
    restored = service.argilla.shown("r1")
    assert restored is not None
    assert (restored.value, restored.agent, restored.score) == ("no", "judge", 0.7)
    assert len([e for e in service.history() if e.kind == "suggestion"]) == 1


def test_a_deleted_record_is_gone_from_what_stands_and_kept_in_the_history(
    service: ServiceInMemory,
) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="no")
    service.settle()
    del service.argilla.rows[D]["r1"]
    service.mark("r1")
    service.settle()
    assert service.store.datasets.decisions(D, ["r1"]) == [None]
    assert (service.conflicts(), service.counts()["records"], service.counts()["conflicts"]) == (
        {},
        0,
        0,
    )
    assert [e.status for e in service.history() if e.kind == "answer"] == ["submitted"] * 2 + [
        "deleted"
    ] * 2


def test_a_record_that_never_was_is_no_trouble(service: ServiceInMemory) -> None:
    service.mark("never-was", "r1")
    assert service.distil().status == "done"
    assert service.store.dirty.sizes(D) == (0, 0, 0)


def test_a_deleted_dataset_is_let_go_with_its_history_kept(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    service.mark("r2")
    service.argilla.sets.clear()
    assert service.distil().status == "deleted"
    assert service.store.dirty.sizes(D) == (0, 0, 0)
    assert service.store.datasets.info(D)["state"] == "deleted"
    assert service.history() != []


def test_a_dataset_that_was_never_seen_and_is_gone_leaves_nothing_behind(
    service: ServiceInMemory,
) -> None:
    service.argilla.sets.clear()
    service.mark("r1", heard=5)
    assert service.distil().status == "deleted"
    assert service.store.datasets.ids() == []
    assert service.store.datasets.info(D) == {}
