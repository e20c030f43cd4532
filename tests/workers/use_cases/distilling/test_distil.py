"""The whole path from a waiting record to a suggestion in Argilla, and everything that may go wrong on it."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argilla_distill.domain.history import Details
from argilla_distill.domain.records import Response
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.use_cases.distilling import distil as distilling
from argilla_distill.workers.use_cases.distilling import time_slice
from argilla_distill.workers.use_cases.leaving import withdraw_all
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import HELPFUL, NOTE, PROBLEM, D, FakeArgilla, Hook, quiet
from tests.workers.interruptions import once, raising_at_every_call
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


# What the settings say


def test_with_always_a_pending_record_shows_what_we_think(build: Build) -> None:
    service = build(publish="always")
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    assert service.suggestions()["r1", "helpful"] == ("yes", "distill/majority")


def test_an_answer_equal_to_what_we_show_is_an_echo_and_raises_no_confidence(build: Build) -> None:
    service = build(publish="always")
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    before = service.decision("r1").confidence
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    assert service.decision("r1").confidence == before
    assert [service.name(voice.annotator) for voice in service.decision("r1").voices] == ["ann"]
    assert service.history()[-1].details == Details(echoes=("helpful",))
    service.answer("ben", "r1", helpful="no")
    service.settle()
    assert [service.name(voice.annotator) for voice in service.decision("r1").voices] == [
        "ann",
        "ben",
    ]


def test_an_agents_vote_outlives_a_disconnect_that_left_its_place_empty(
    service: ServiceInMemory,
) -> None:
    service.argilla.suggested_by("judge", "r1", HELPFUL, "no")
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    said = service.said()
    withdraw_all(service.world, D, False, lambda done, total: None)
    sweep(service.world, D)
    service.settle()
    assert service.said() == said
    assert service.suggestions()["r1", "helpful"] == ("yes", "distill/majority")
    assert [service.name(voice.annotator) for voice in service.decision("r1").voices] == [
        "ann",
        "ben",
        "judge",
    ]


def test_connecting_again_after_a_disconnect_brings_our_suggestions_back(
    service: ServiceInMemory,
) -> None:
    service.mark(*RECORDS)
    for user, value in (("ann", "yes"), ("ben", "no"), ("cas", "no")):
        service.answer(user, "r1", helpful=value)
    service.settle()
    before = service.state()
    withdraw_all(service.world, D, False, lambda done, total: None)
    assert (service.suggestions(), service.notes()) == ({}, {})
    sweep(service.world, D)
    service.settle()
    assert service.state() == before


def test_an_answer_given_after_disconnect_took_ours_away_is_no_echo(
    service: ServiceInMemory,
) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    withdraw_all(service.world, D, False, lambda done, total: None)
    assert service.suggestions() == {}
    service.answer("cas", "r1", helpful="yes")
    service.settle()
    assert [e.details for e in service.history() if e.kind == "answer"] == [Details()] * 3


def test_a_decision_below_the_least_confidence_abstains_and_says_so(build: Build) -> None:
    service = build(min_confidence=0.9)
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    assert service.suggestions() == {}
    assert service.decision("r1").value is None
    assert "below 0.9" in service.decision("r1").abstention
    for user in ("cas", "dan"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    assert service.suggestions()["r1", "helpful"][0] == "yes"


def test_a_score_that_drifts_in_small_steps_is_written_once_they_add_up(build: Build) -> None:
    """A look that wrote nothing forgot what stands in Argilla: the next step was compared with it."""
    service, people, votes = build(strategy="dawid_skene"), ("ann", "ben", "cas"), []
    model = registry.create("dawid_skene", label_question(*HELPFUL.labels))
    service.argilla.add(*(f"s{n}" for n in range(60)))
    for n, record in enumerate(["r1", *(f"s{n}" for n in range(60))]):
        for user in people:
            value = "yes" if record == "r1" or user == "ann" or n % 2 else "no"
            if (record, user) != ("r1", "cas"):
                service.answer(user, record, helpful=value)
                votes.append(Vote(record, user, value))
        if n % 3 == 0:
            service.mark("r1")
        service.settle()
        shown, (decision,) = service.argilla.shown("r1"), model.fit(votes).decide(["r1"])
        assert shown is not None
        assert shown.score == pytest.approx(decision.confidence, abs=0.0251)


def test_a_strategy_that_does_not_exist_is_told_and_nothing_is_lost(build: Build) -> None:
    service = build(strategy="best")
    service.answer("ann", "r1", helpful="yes")
    assert service.distil().status == "done"
    assert "unknown strategy 'best'" in service.store.datasets.info(D)["word"]
    assert service.voices()["r1"]["ann"][1] == {"helpful": "yes"}
    assert not service.store.leased(D)


def test_a_service_disconnected_in_the_middle_stops_after_the_batch_in_hand(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 1)
    for record in ("r1", "r2"):
        for user in ("ann", "ben"):
            service.answer(user, record, helpful="yes")
    service.argilla.after = once("suggest", lambda: service.store.service.forget_webhook("hook-0"))
    service.distil()
    assert {record for record, _ in service.suggestions()} == {"r1"}
    assert service.store.dirty.sizes(D) == (1, 0, 0)
    assert service.distil().status == "disconnected"


def test_a_value_that_is_no_label_is_kept_and_not_counted(build: Build) -> None:
    service = build(overlap=3)
    service.answer("ann", "r1", helpful="perhaps")
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    assert [service.name(voice.annotator) for voice in service.decision("r1").voices] == ["ben"]
    assert service.answers()[0].values == {"helpful": "perhaps"}
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    assert service.decision("r1").confidence == pytest.approx(2.5 / 3, abs=0.001)


def test_a_dataset_that_is_not_to_be_distilled_is_left_alone(build: Build) -> None:
    service = build(distil=False)
    service.answer("ann", "r1", helpful="yes")
    assert service.distil().status == "ignored"
    assert service.store.dirty.sizes(D) == (0, 0, 0)
    assert "suggest" not in service.argilla.calls
    assert service.store.datasets.info(D)["state"] == "ignored"


def test_a_service_that_is_not_connected_reads_and_writes_nothing(build: Build) -> None:
    service = build(connected=False)
    service.answer("ann", "r1", helpful="yes")
    assert service.distil().status == "disconnected"
    assert service.argilla.calls == []
    assert service.store.dirty.sizes(D) == (1, 0, 0)
    assert service.store.datasets.ids() == []


def test_drafts_and_discards_are_kept_and_not_counted(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", "draft", helpful="yes")
    service.answer("ben", "r1", "discarded")
    service.settle()
    assert [e.status for e in service.answers()] == ["draft", "discarded"]
    assert service.decision("r1").voices == ()
    assert service.counts()["responses"] == {("ann", "draft"): 1, ("ben", "discarded"): 1}


def test_a_new_fit_begins_as_the_votes_grow_and_is_named_in_history_and_agent(build: Build) -> None:
    service = build(overlap=1)
    service.argilla.add(*(f"n{i}" for i in range(60)))
    for i in range(30):
        service.answer("ann", f"n{i}", helpful="yes")
    service.settle()
    for i in range(30, 60):
        service.answer("ann", f"n{i}", helpful="yes")
    service.settle()
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    fits = [
        e.values["helpful"] for e in service.history() if e.kind == "fit" and "helpful" in e.values
    ]
    assert fits == [1, 2]
    shown = service.argilla.shown("r1")
    assert shown is not None
    assert shown.agent == "distill/majority:2"
    assert service.store.datasets.models(D)["helpful"].fit == 2


# What moves elsewhere


def test_what_is_shown_elsewhere_is_refreshed_when_an_annotator_turns_out_otherwise(
    build: Build,
) -> None:
    service = build(strategy="dawid_skene")
    service.argilla.add(*(f"n{i}" for i in range(30)))
    for i in range(10):
        for user in ("ann", "ben", "cas"):
            service.answer(user, f"n{i}", helpful="yes" if i % 2 else "no")
    for user in ("ann", "cas"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    before = service.scores()["r1", "helpful"]
    for i in range(10, 30):
        service.answer("ann", f"n{i}", helpful="yes" if i % 2 else "no")
        service.answer("ben", f"n{i}", helpful="yes" if i % 2 else "no")
        service.answer("cas", f"n{i}", helpful="no" if i % 2 else "yes")
    service.settle()
    votes = [
        Vote(record, user, response.values["helpful"])
        for record, row in service.argilla.rows[D].items()
        for user, response in row.responses.items()
    ]
    batch = (
        registry.create("dawid_skene", label_question(*HELPFUL.labels))
        .fit(votes)
        .decide([r for r, _ in service.scores()])
    )
    assert abs(service.scores()["r1", "helpful"] - before) > 0.02
    for decision in batch:
        assert service.suggestions()[decision.record, "helpful"][0] == decision.value
        assert service.scores()[decision.record, "helpful"] == pytest.approx(
            decision.confidence, abs=0.0201
        )


def test_a_backlog_is_learned_as_a_whole_before_the_first_of_it_is_published(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 4)
    service = build(strategy="dawid_skene", overlap=3)
    records = [f"n{i:02}" for i in range(30)]
    service.argilla.add(*records)
    for i, record in enumerate(records):
        for user in ("ann", "ben", "cas"):
            wrong = user == "cas" and i > 4
            service.answer(user, record, helpful="yes" if wrong != bool(i % 2) else "no")
    outcome = service.distil()
    assert (outcome.records, outcome.entries) == (30, 90)
    assert set(service.suggestions()) == {(record, "helpful") for record in records}
    helpful = sum(HELPFUL.id in row.suggestions for row in service.argilla.rows[D].values())
    notes = sum(NOTE.id in row.suggestions for row in service.argilla.rows[D].values())
    assert outcome.published == helpful + notes  # none was published twice


def test_an_answer_that_arrives_while_a_backlog_is_surveyed_is_not_lost(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 2)
    for record in RECORDS:
        for user in ("ann", "ben"):
            service.answer(user, record, helpful="yes")
    service.argilla.after = once("records", lambda: service.answer("cas", "r1", helpful="no"))
    service.distil()
    assert [service.name(voice.annotator) for voice in service.decision("r1").voices] == [
        "ann",
        "ben",
        "cas",
    ]
    assert service.state() == service.fresh().state()


# What may go wrong


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("name", ["records", "suggest", "users", "dataset"])
def test_an_answer_that_arrives_during_the_work_is_not_lost(
    service: ServiceInMemory, moment: str, name: str
) -> None:
    service.mark(*RECORDS)
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    setattr(service.argilla, moment, once(name, lambda: service.answer("cas", "r1", helpful="no")))
    service.distil()
    assert [service.name(voice.annotator) for voice in service.decision("r1").voices] == [
        "ann",
        "ben",
        "cas",
    ]
    assert service.state() == service.fresh().state()


def scenario(service: ServiceInMemory) -> None:
    """Votes that agree, differ, are taken back and edited; another agent; a record that goes."""
    service.argilla.suggested_by("judge", "r1", HELPFUL, "yes")
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
        service.answer(user, "r4", helpful="yes")
    service.answer("ann", "r2", helpful="yes", problem="none")
    service.answer("ben", "r2", helpful="no", problem="none")
    service.settle()
    service.answer("cas", "r2", helpful="no", problem="none")
    service.argilla.retract("ben", "r1")
    service.mark("r1")
    service.answer("cas", "r3", helpful="no")
    del service.argilla.rows[D]["r4"]
    service.mark("r4")
    service.settle()
    service.answer("dan", "r2", helpful="yes", problem="tone")
    service.answer("ann", "r3", helpful="no")
    service.answer("ann", "r1", helpful="no")
    service.settle()
    service.answer("ann", "r2", "discarded")
    service.answer("eve", "r2", helpful="yes", problem="none")
    service.settle()


def at_call(number: int, error: Exception) -> Hook:
    """A hook that fails at the call of that number."""
    calls: list[str] = []

    def hook(name: str) -> None:
        calls.append(name)
        if len(calls) == number:
            raise error

    return hook


CALLS = 18  # as counted by the test below


def test_the_scenario_makes_as_many_calls_as_are_tried_below(service: ServiceInMemory) -> None:
    scenario(service)
    assert len(service.argilla.calls) == CALLS


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_argilla_away_at_any_call_changes_nothing_in_the_end(
    build: Build, number: int, moment: str
) -> None:
    """Before: the call never reached Argilla. After: it took effect, but its answer never came."""
    undisturbed, service = build(), build()
    scenario(undisturbed)
    setattr(service.argilla, moment, at_call(number, ArgillaUnavailable("503")))
    scenario(service)
    assert int(service.store.datasets.info(D)["failures"]) == 1
    assert service.state() == undisturbed.state()
    assert service.said() == undisturbed.said()


def test_a_failure_is_told_and_argilla_left_alone_for_longer_each_time(
    service: ServiceInMemory,
) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.argilla.before = raise_always = raising_at_every_call(ArgillaRefused("wrong key"))
    rests = []
    for _ in range(3):
        outcome = service.distil()
        assert (outcome.status, outcome.errors, outcome.waiting) == ("failed", ["wrong key"], False)
        rests.append(service.store.redis.ttl(service.store.keys.of(D, "wake")))
    assert rests == sorted(rests)
    assert rests[0] < rests[2] <= distilling.MAX_REST_S
    assert service.store.datasets.info(D)["word"] == "wrong key"
    assert service.argilla.before is raise_always
    service.argilla.before = quiet
    service.settle()
    assert service.store.datasets.info(D)["word"] == ""
    assert service.store.datasets.info(D)["failures"] == "3"


def steal(service: ServiceInMemory) -> Lease:
    """The lease runs out, and somebody else takes it."""
    service.store.redis.delete(service.store.keys.of(D, "lease"))
    lease = service.store.lease(D)
    assert lease is not None
    return lease


@pytest.mark.parametrize("name", ["records", "users"])
def test_whoever_lost_the_lease_writes_nothing(service: ServiceInMemory, name: str) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="yes")
    thieves: list[Lease] = []
    service.argilla.after = once(name, lambda: thieves.append(steal(service)))
    assert service.distil().status == "lease lost"
    assert [entry.kind for entry in service.history()] == ["config"]
    assert service.store.datasets.ledger(D, ["r1"]) == [None]
    assert "suggest" not in service.argilla.calls
    assert service.store.dirty.sizes(D) == (1, 0, 0)
    assert service.store.leased(D)
    thieves[0].release()
    service.settle()
    assert service.suggestions()["r1", "helpful"][0] == "yes"


def test_whoever_lost_the_lease_while_publishing_keeps_no_decision(
    service: ServiceInMemory,
) -> None:
    service.mark(*RECORDS)
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="yes")
    thieves: list[Lease] = []
    service.argilla.before = once("suggest", lambda: thieves.append(steal(service)))
    assert service.distil().status == "lease lost"
    assert service.store.datasets.decisions(D, ["r1"]) == [None]
    assert service.store.dirty.sizes(D) == (4, 0, 0)
    thieves[0].release()
    service.settle()
    assert service.state() == service.fresh().state()


def test_a_second_distiller_finds_the_dataset_busy(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    words: list[str] = []
    service.argilla.before = once("records", lambda: words.append(service.distil().status))
    assert service.distil().status == "done"
    assert words == ["busy"]


def test_a_record_that_argilla_refuses_is_set_aside_and_holds_up_nobody(
    service: ServiceInMemory,
) -> None:
    service.argilla.refuses = {"r2"}
    for record in RECORDS:
        for user in ("ann", "ben"):
            service.answer(user, record, helpful="yes")
    outcome = service.distil()
    assert outcome.errors == ["r2: r2: not accepted"]
    assert {record for record, _ in service.suggestions()} == {"r1", "r3", "r4"}
    assert list(service.store.dirty.poisoned(D)) == ["r2"]
    assert service.store.dirty.sizes(D) == (0, 0, 1)
    assert service.store.datasets.info(D)["failures"] == "1"
    assert service.store.datasets.decisions(D, ["r2"]) == [None]


@pytest.mark.parametrize("how", ["a delivery", "a sweep"])
def test_a_record_set_aside_gets_another_chance(service: ServiceInMemory, how: str) -> None:
    service.mark(*RECORDS)
    service.argilla.refuses = {"r2"}
    for user in ("ann", "ben"):
        service.answer(user, "r2", helpful="yes")
    service.settle()
    service.argilla.refuses = set()
    if how == "a delivery":
        service.mark("r2")
    else:
        sweep(service.world, D)
    service.settle()
    assert service.store.dirty.poisoned(D) == {}
    assert service.state() == service.fresh().state()


def test_a_record_that_breaks_its_worker_is_found_and_set_aside(service: ServiceInMemory) -> None:
    service.argilla.unreadable = {"r2"}
    for record in RECORDS:
        for user in ("ann", "ben"):
            service.answer(user, record, helpful="yes")
    broken = 0
    while any(service.store.dirty.sizes(D)[:2]):
        try:
            service.distil()
        except KeyError:
            broken += 1
        assert not service.store.leased(D)
        assert broken < 15
    assert {record for record, _ in service.suggestions()} == {"r1", "r3", "r4"}
    assert "failed 6 times" in service.store.dirty.poisoned(D)["r2"].error
    service.argilla.unreadable = set()
    sweep(service.world, D)
    service.settle()
    assert service.state() == service.fresh().state()


def test_a_record_that_cannot_be_understood_is_set_aside_and_left_as_it_was(
    service: ServiceInMemory,
) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
        service.answer(user, "r2", helpful="yes")
    service.settle()
    broken = Response("id-cas", "submitted", cast("dict[str, Any]", None), 5)
    service.argilla.rows[D]["r2"].responses["cas"] = broken
    service.answer("cas", "r1", helpful="no")
    before = service.ledger("r2")
    service.mark("r2")
    service.settle()
    assert "cannot be understood" in service.store.dirty.poisoned(D)["r2"].error
    assert service.ledger("r2") == before
    assert service.decision("r2").value == "yes"
    assert len(service.decision("r1").voices) == 3


def test_a_time_slice_that_is_over_does_one_batch_and_leaves_the_rest_waiting(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 1)
    for record in ("r1", "r2", "r3"):
        service.answer("ann", record, helpful="yes")
    outcome = service.distil(slice_s=0)
    assert (outcome.waiting, outcome.records) == (True, 1)
    assert service.store.dirty.sizes(D) == (2, 0, 0)
    assert not service.store.leased(D)


def test_the_lease_is_given_back_after_the_batch_when_somebody_wants_it(
    service: ServiceInMemory,
) -> None:
    service.answer("ann", "r1", helpful="yes")

    def interrupt() -> None:
        service.store.want_lease(D)
        service.answer("ann", "r2", helpful="yes")

    service.argilla.before = once("records", interrupt)
    outcome = service.distil()
    assert (outcome.waiting, outcome.records) == (True, 1)
    service.settle()
    assert service.decision("r2").value == "yes"


# Sweeps


def test_a_sweep_finds_what_no_delivery_told(service: ServiceInMemory) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
        service.answer(user, "r2", helpful="yes")
        service.answer(user, "r4", helpful="no")
    service.settle()
    service.argilla.answer("cas", "r1", helpful="no")
    service.argilla.answer("ben", "r2", helpful="no")
    service.argilla.answer("ben", "r3", "draft", helpful="no")
    del service.argilla.rows[D]["r4"]
    report = sweep(service.world, D)
    assert (report.name, report.records, report.status) == ("support/chat", 3, "done")
    assert report.differing == 4
    service.settle()
    assert service.state() == service.fresh().state()
    assert sweep(service.world, D).differing == 0


def test_a_sweep_mends_what_somebody_changed_behind_our_back(service: ServiceInMemory) -> None:
    service.mark(*RECORDS)
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
        service.answer(user, "r2", helpful="yes")
    service.settle()
    del service.argilla.rows[D]["r1"].suggestions[HELPFUL.id]
    assert sweep(service.world, D).differing == 1
    service.settle()
    assert service.suggestions()["r1", "helpful"][0] == "yes"


def test_a_page_that_was_read_before_an_answer_was_observed_is_not_believed(
    service: ServiceInMemory,
) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.settle()

    def overtake() -> None:
        service.answer("cas", "r1", helpful="no")
        service.settle()

    service.argilla.after = once("page", overtake)
    sweep(service.world, D)
    service.settle()
    assert [e.status for e in service.history() if e.kind == "answer"] == ["submitted"] * 3
    assert service.state() == service.fresh().state()


def test_a_user_who_was_renamed_is_called_and_counted_so_after_a_sweep(
    service: ServiceInMemory,
) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    service.argilla.names["id-ann"] = "llm-ann"
    service.argilla.rows[D]["r1"].responses["llm-ann"] = service.argilla.rows[D][
        "r1"
    ].responses.pop("ann")
    sweep(service.world, D)
    service.settle()
    (annotator,) = service.store.datasets.annotators(D).values()
    assert (annotator.name, annotator.kind) == ("llm-ann", "model")


@pytest.mark.parametrize("error", [None, ArgillaUnavailable("500")])
@pytest.mark.parametrize("call", ["records", "suggest"])
def test_a_dataset_that_is_deleted_while_it_is_worked_on_is_no_failure(
    service: ServiceInMemory, call: str, error: ArgillaUnavailable | None
) -> None:
    """Argilla says that it is not there, or stumbles over what it is just deleting."""

    def delete() -> None:
        service.argilla.delete_dataset(D)
        if error is not None:
            raise error

    service.answer("ann", "r1", helpful="yes")
    service.settle()
    service.answer("ben", "r1", helpful="yes")
    service.argilla.before = once(call, delete)
    outcome = service.distil()
    assert (outcome.status, outcome.errors) == ("deleted", [])
    info = service.store.datasets.info(D)
    assert (info["state"], info.get("failures"), info["failing"]) == ("deleted", None, "0")
    assert not any(service.store.dirty.sizes(D))
    assert service.history()


def test_the_voices_of_a_deleted_user_are_gone_after_a_sweep(service: ServiceInMemory) -> None:
    for user in ("ann", "ben", "cas"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    service.argilla.delete_user("cas")
    sweep(service.world, D)
    service.settle()
    assert [service.name(voice.annotator) for voice in service.decision("r1").voices] == [
        "ann",
        "ben",
    ]


def test_a_swept_answer_reaches_the_conflict_note(service: ServiceInMemory) -> None:
    """A sweep observes by itself; the distiller that follows must still rewrite the note."""
    for user, value in (("ann", "yes"), ("ben", "no"), ("cas", "no")):
        service.answer(user, "r1", helpful=value)
    service.settle()
    service.argilla.answer("ann", "r1", "draft", helpful="yes")
    service.argilla.answer("dan", "r1", helpful="yes")
    sweep(service.world, D)
    service.settle()
    note = service.argilla.shown("r1", NOTE)
    assert note is not None
    assert "dan" in note.value
    assert "ann" not in note.value


def test_a_sweep_of_a_dataset_that_is_gone_or_ignored_says_so(build: Build) -> None:
    assert sweep(build(distil=False).world, D).status == "ignored"
    service = build()
    service.argilla.sets.clear()
    assert sweep(service.world, D).status == "deleted"


# Any history

USERS = st.sampled_from(["ann", "ben", "cas"])
OPERATION = st.one_of(
    st.tuples(st.just("answer"), USERS, st.sampled_from(RECORDS), st.sampled_from(["yes", "no"])),
    st.tuples(st.just("both"), USERS, st.sampled_from(RECORDS), st.sampled_from(PROBLEM.labels)),
    st.tuples(st.just("retract"), USERS, st.sampled_from(RECORDS), st.just("")),
    st.tuples(st.just("delete"), USERS, st.sampled_from(RECORDS), st.just("")),
    st.tuples(st.just("drop record"), st.just(""), st.sampled_from(RECORDS), st.just("")),
    st.tuples(st.just("distil"), st.just(""), st.just(""), st.just("")),
)
OPERATIONS = st.lists(st.tuples(OPERATION, st.booleans()), min_size=4, max_size=22)


def apply(service: ServiceInMemory, operation: tuple[str, str, str, str]) -> bool:
    """Do it, if it can be done and no answer would be an echo; whether it was done."""
    kind, user, record, value = operation
    rows = service.argilla.rows[D]
    if record not in rows:
        return False
    given = {"answer": {"helpful": value}, "both": {"helpful": "yes", "problem": value}}.get(kind)
    if given is not None:
        shown = {
            q.name: s.value for q in (HELPFUL, PROBLEM) if (s := service.argilla.shown(record, q))
        }
        if any(shown.get(name) == said for name, said in given.items()):
            return False
        service.argilla.answer(user, record, **given)
    elif kind == "retract" and user in rows[record].responses:
        service.argilla.retract(user, record)
    elif kind == "delete":
        rows[record].responses.pop(user, None)
    elif kind == "drop record":
        del rows[record]
    return True


@pytest.mark.parametrize("strategy", ["majority", "dawid_skene"])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(OPERATIONS)
def test_after_a_sweep_the_state_is_that_of_a_fresh_start(
    build: Build, strategy: str, operations: list[tuple[Any, bool]]
) -> None:
    """Each operation's delivery arrives or is lost; what nobody told is found by the sweep."""
    service = build(strategy=strategy, settled_confidence=1.0)
    for operation, delivered in operations:
        if operation[0] == "distil":
            service.distil()
        elif apply(service, operation) and delivered:
            service.mark(operation[2])
    sweep(service.world, D)
    service.settle()
    fresh = service.fresh()
    assert service.state() == fresh.state()
    for place, score in fresh.scores().items():
        assert service.scores()[place] == pytest.approx(score, abs=0.0201)
