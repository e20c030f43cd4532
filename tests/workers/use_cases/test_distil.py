"""The whole path from a waiting record to a suggestion in Argilla, and everything that may go wrong on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argilla_distill.domain.history import Details
from argilla_distill.domain.records import Response
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.use_cases.distilling import distil as distilling
from argilla_distill.workers.use_cases.leaving import withdraw_all
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import HELPFUL, NOTE, PROBLEM, D, FakeArgilla, Hook, quiet
from tests.workers.conftest import RECORDS, Build
from tests.workers.service_in_memory import Town


def once(name: str, act: Callable[[], object]) -> Hook:
    """A hook that acts at the first call of that name."""
    done: list[str] = []

    def hook(called: str) -> None:
        if called == name and not done:
            done.append(called)
            act()

    return hook


def raising(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


def test_the_fake_answers_every_call_of_the_gateway_itself() -> None:
    public = {name for name in vars(Gateway) if not name.startswith("_")}
    assert public - set(vars(FakeArgilla)) == set()


# The path


def test_a_completed_record_carries_what_its_answers_say(town: Town) -> None:
    for user in ("ann", "ben", "cas"):
        town.answer(user, "r1", helpful="yes")
    outcome = town.distil()
    assert (outcome.word, outcome.records, outcome.entries, outcome.published) == ("done", 1, 3, 1)
    shown = town.argilla.shown("r1")
    assert shown is not None
    assert (shown.value, shown.score, shown.agent, shown.type) == (
        "yes",
        0.875,
        "distill/majority:1",
        "model",
    )
    assert town.store.dirty.sizes(D) == (0, 0, 0)
    assert not town.store.leased(D)


def test_a_pending_record_is_decided_but_shows_nothing(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.settle()
    assert town.decision("r1")["v"] == "yes"
    assert town.decision("r1")["shown"] == []
    assert town.suggestions() == {}


def test_a_decision_tells_who_weighed_what_and_is_told_in_the_history(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.answer("ben", "r1", helpful="yes")
    town.settle()
    decision = town.decision("r1")
    assert [town.name(number) for number, _, _ in decision["w"]] == ["ann", "ben"]
    assert (decision["s"], decision["n"], decision["top"], decision["next"]) == (
        "majority",
        1,
        "yes",
        "no",
    )
    assert sum(decision["p"].values()) == pytest.approx(1, abs=0.01)
    told = [e for e in town.history() if e.kind == "decision" and "helpful" in e.values]
    assert [(e.record, e.values, e.details.strategy) for e in told] == [
        ("r1", {"helpful": "yes"}, "majority")
    ]
    assert set(town.ledger("r1")["h"]) == {e.id for e in town.history() if e.record == "r1"}


def test_a_second_run_finds_nothing_to_do(town: Town) -> None:
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes", problem="tone")
    town.settle()
    before, said = town.state(), town.history()
    town.mark("r1")
    outcome = town.distil()
    assert (outcome.entries, outcome.published) == (0, 0)
    assert (town.state(), town.history()) == (before, said)


def test_the_questions_are_told_of_in_the_facts(town: Town) -> None:
    town.mark("r1")
    town.distil()
    info = town.store.datasets.info(D)
    assert (info["name"], info["state"], info["word"]) == ("support/chat", "active", "")
    assert "carries the conflict note" in info["questions"]
    assert "carries the conflict note" in info["questions"]


def test_records_nobody_answered_leave_no_decision_in_the_history(town: Town) -> None:
    town.mark(*RECORDS)
    town.settle()
    assert town.history() == []
    assert town.counts()["records"] == 4


# Conflicts


def test_a_conflict_has_a_note_until_it_ends(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.answer("ben", "r1", helpful="no")
    town.settle()
    assert town.conflicts() == {("r1", "helpful"): {"yes": ["ann"], "no": ["ben"]}}
    assert town.counts()["conflicts"] == 1
    note = town.argilla.shown("r1", NOTE)
    assert note is not None
    assert "ann" in note.value
    assert "http://127.0.0.1:8000/records/r1" in note.value
    town.answer("ben", "r1", helpful="yes")
    town.settle()
    assert town.argilla.shown("r1", NOTE) is None
    assert (town.conflicts(), town.counts()["conflicts"]) == ({}, 0)


def test_a_conflict_that_comes_back_tells_of_the_last_one(town: Town) -> None:
    for value in ("no", "yes", "no"):
        town.answer("ann", "r1", helpful="yes")
        town.answer("ben", "r1", helpful=value)
        town.settle()
    note = town.argilla.shown("r1", NOTE)
    assert note is not None
    assert "before: in conflict" in note.value
    assert "settled as yes" in note.value


def test_annotators_are_anonymous_unless_the_settings_name_them(build: Build) -> None:
    town = build(name_annotators=False)
    town.answer("ann", "r1", helpful="yes")
    town.answer("ben", "r1", helpful="no")
    town.settle()
    note = town.argilla.shown("r1", NOTE)
    assert note is not None
    assert "ann" not in note.value
    assert "person 1" in note.value


def test_records_with_the_same_conflict_link_to_one_another(town: Town) -> None:
    for record in ("r1", "r2"):
        town.answer("ann", record, helpful="yes")
        town.answer("ben", record, helpful="no")
        town.settle()
    note = town.argilla.shown("r2", NOTE)
    assert note is not None
    assert "/records/r1)" in note.value


def test_a_note_follows_when_two_people_change_sides(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.answer("ben", "r1", helpful="no")
    town.settle()
    town.argilla.answer("ann", "r1", helpful="no")
    town.argilla.answer("ben", "r1", helpful="yes")
    town.mark("r1")
    town.settle()
    note = town.argilla.shown("r1", NOTE)
    assert note is not None
    assert "- yes: ben" in note.value
    assert "- no: ann" in note.value


def test_our_note_that_comes_back_inside_an_answer_is_not_read(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.answer("ben", "r1", helpful="no")
    town.settle()
    note = town.argilla.shown("r1", NOTE)
    assert note is not None
    town.answer("cas", "r1", helpful="no", conflicts=note.value)
    town.settle()
    assert all("conflicts" not in e.values for e in town.history())


# What is taken back


def test_a_record_that_becomes_pending_again_shows_nothing_any_more(town: Town) -> None:
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
    town.settle()
    town.argilla.retract("ben", "r1")
    town.mark("r1")
    town.settle()
    assert town.suggestions() == {}
    ((value, start, end),) = town.decision("r1")["shown"]
    assert value == "yes"
    assert start < end


def test_a_tie_is_an_abstention_and_shows_nothing(town: Town) -> None:
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
    town.settle()
    town.answer("ben", "r1", helpful="no")
    town.settle()
    assert town.suggestions() == {}
    assert town.decision("r1")["abstain"] == "tie between yes and no"
    assert [e.values for e in town.history() if e.kind == "decision" and "helpful" in e.values] == [
        {"helpful": "yes"},
        {"helpful": None},
    ]


def test_another_agents_suggestion_counts_is_replaced_and_comes_back(town: Town) -> None:
    town.argilla.suggested_by("judge", "r1", HELPFUL, "no")
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
    town.settle()
    assert town.suggestions()["r1", "helpful"] == ("yes", "distill/majority")
    assert [town.name(number) for number, _, _ in town.decision("r1")["w"]] == [
        "ann",
        "ben",
        "judge",
    ]
    assert {a.name: a.kind for a in town.store.datasets.annotators(D).values()}["judge"] == "model"
    town.argilla.retract("ben", "r1")
    town.mark("r1")
    town.settle()
    restored = town.argilla.shown("r1")
    assert restored is not None
    assert (restored.value, restored.agent, restored.score) == ("no", "judge", 0.7)
    assert len([e for e in town.history() if e.kind == "suggestion"]) == 1


def test_a_deleted_record_is_gone_from_what_stands_and_kept_in_the_history(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.answer("ben", "r1", helpful="no")
    town.settle()
    del town.argilla.rows[D]["r1"]
    town.mark("r1")
    town.settle()
    assert town.store.datasets.decisions(D, ["r1"]) == [None]
    assert (town.conflicts(), town.counts()["records"], town.counts()["conflicts"]) == ({}, 0, 0)
    assert [e.status for e in town.history() if e.kind == "answer"] == ["submitted"] * 2 + [
        "deleted"
    ] * 2


def test_a_record_that_never_was_is_no_trouble(town: Town) -> None:
    town.mark("never-was", "r1")
    assert town.distil().word == "done"
    assert town.store.dirty.sizes(D) == (0, 0, 0)


def test_a_deleted_dataset_is_let_go_with_its_history_kept(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.settle()
    town.mark("r2")
    town.argilla.sets.clear()
    assert town.distil().word == "deleted"
    assert town.store.dirty.sizes(D) == (0, 0, 0)
    assert town.store.datasets.info(D)["state"] == "deleted"
    assert town.history() != []


def test_a_dataset_that_was_never_seen_and_is_gone_leaves_nothing_behind(town: Town) -> None:
    town.argilla.sets.clear()
    town.mark("r1", heard=5)
    assert town.distil().word == "deleted"
    assert town.store.datasets.ids() == []
    assert town.store.datasets.info(D) == {}


# What the settings say


def test_with_always_a_pending_record_shows_what_we_think(build: Build) -> None:
    town = build(publish="always")
    town.answer("ann", "r1", helpful="yes")
    town.settle()
    assert town.suggestions()["r1", "helpful"] == ("yes", "distill/majority")


def test_an_answer_equal_to_what_we_show_is_an_echo_and_raises_no_confidence(build: Build) -> None:
    town = build(publish="always")
    town.answer("ann", "r1", helpful="yes")
    town.settle()
    before = town.decision("r1")["c"]
    town.answer("ben", "r1", helpful="yes")
    town.settle()
    assert town.decision("r1")["c"] == before
    assert [town.name(number) for number, _, _ in town.decision("r1")["w"]] == ["ann"]
    assert town.history()[-1].details == Details(echoes=("helpful",))
    town.answer("ben", "r1", helpful="no")
    town.settle()
    assert [town.name(number) for number, _, _ in town.decision("r1")["w"]] == ["ann", "ben"]


def test_an_agents_vote_outlives_a_disconnect_that_left_its_place_empty(town: Town) -> None:
    town.argilla.suggested_by("judge", "r1", HELPFUL, "no")
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
    town.settle()
    said = town.said()
    withdraw_all(town.world, D, False, lambda done, total: None)
    sweep(town.world, D)
    town.settle()
    assert town.said() == said
    assert town.suggestions()["r1", "helpful"] == ("yes", "distill/majority")
    assert [town.name(number) for number, _, _ in town.decision("r1")["w"]] == [
        "ann",
        "ben",
        "judge",
    ]


def test_connecting_again_after_a_disconnect_brings_our_suggestions_back(town: Town) -> None:
    town.mark(*RECORDS)
    for user, value in (("ann", "yes"), ("ben", "no"), ("cas", "no")):
        town.answer(user, "r1", helpful=value)
    town.settle()
    before = town.state()
    withdraw_all(town.world, D, False, lambda done, total: None)
    assert (town.suggestions(), town.notes()) == ({}, {})
    sweep(town.world, D)
    town.settle()
    assert town.state() == before


def test_an_answer_given_after_disconnect_took_ours_away_is_no_echo(town: Town) -> None:
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
    town.settle()
    withdraw_all(town.world, D, False, lambda done, total: None)
    assert town.suggestions() == {}
    town.answer("cas", "r1", helpful="yes")
    town.settle()
    assert [e.details for e in town.history() if e.kind == "answer"] == [Details()] * 3


def test_a_decision_below_the_least_confidence_abstains_and_says_so(build: Build) -> None:
    town = build(min_confidence=0.9)
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
    town.settle()
    assert town.suggestions() == {}
    assert town.decision("r1")["v"] is None
    assert "below 0.9" in town.decision("r1")["abstain"]
    for user in ("cas", "dan"):
        town.answer(user, "r1", helpful="yes")
    town.settle()
    assert town.suggestions()["r1", "helpful"][0] == "yes"


def test_a_score_that_drifts_in_small_steps_is_written_once_they_add_up(build: Build) -> None:
    """A look that wrote nothing forgot what stands in Argilla: the next step was compared with it."""
    town, people, votes = build(strategy="dawid_skene"), ("ann", "ben", "cas"), []
    model = registry.create("dawid_skene", label_question(*HELPFUL.labels))
    town.argilla.add(*(f"s{n}" for n in range(60)))
    for n, record in enumerate(["r1", *(f"s{n}" for n in range(60))]):
        for user in people:
            value = "yes" if record == "r1" or user == "ann" or n % 2 else "no"
            if (record, user) != ("r1", "cas"):
                town.answer(user, record, helpful=value)
                votes.append(Vote(record, user, value))
        if n % 3 == 0:
            town.mark("r1")
        town.settle()
        shown, (decision,) = town.argilla.shown("r1"), model.fit(votes).decide(["r1"])
        assert shown is not None
        assert shown.score == pytest.approx(decision.confidence, abs=0.0251)


def test_a_strategy_that_does_not_exist_is_told_and_nothing_is_lost(build: Build) -> None:
    town = build(strategy="best")
    town.answer("ann", "r1", helpful="yes")
    assert town.distil().word == "done"
    assert "unknown strategy 'best'" in town.store.datasets.info(D)["word"]
    assert town.voices()["r1"]["ann"][1] == {"helpful": "yes"}
    assert not town.store.leased(D)


def test_a_service_disconnected_in_the_middle_stops_after_the_batch_in_hand(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distilling, "BATCH", 1)
    for record in ("r1", "r2"):
        for user in ("ann", "ben"):
            town.answer(user, record, helpful="yes")
    town.argilla.after = once("suggest", lambda: town.store.service.forget_webhook("hook-0"))
    town.distil()
    assert {record for record, _ in town.suggestions()} == {"r1"}
    assert town.store.dirty.sizes(D) == (1, 0, 0)
    assert town.distil().word == "disconnected"


def test_a_value_that_is_no_label_is_kept_and_not_counted(build: Build) -> None:
    town = build(overlap=3)
    town.answer("ann", "r1", helpful="perhaps")
    town.answer("ben", "r1", helpful="yes")
    town.settle()
    assert [town.name(number) for number, _, _ in town.decision("r1")["w"]] == ["ben"]
    assert town.history()[0].values == {"helpful": "perhaps"}
    town.answer("ann", "r1", helpful="yes")
    town.settle()
    assert town.decision("r1")["c"] == pytest.approx(2.5 / 3, abs=0.001)


def test_a_dataset_that_is_not_to_be_distilled_is_left_alone(build: Build) -> None:
    town = build(distil=False)
    town.answer("ann", "r1", helpful="yes")
    assert town.distil().word == "ignored"
    assert town.store.dirty.sizes(D) == (0, 0, 0)
    assert "suggest" not in town.argilla.calls
    assert town.store.datasets.info(D)["state"] == "ignored"


def test_a_service_that_is_not_connected_reads_and_writes_nothing(build: Build) -> None:
    town = build(connected=False)
    town.answer("ann", "r1", helpful="yes")
    assert town.distil().word == "disconnected"
    assert town.argilla.calls == []
    assert town.store.dirty.sizes(D) == (1, 0, 0)
    assert town.store.datasets.ids() == []


def test_drafts_and_discards_are_kept_and_not_counted(town: Town) -> None:
    town.answer("ann", "r1", "draft", helpful="yes")
    town.answer("ben", "r1", "discarded")
    town.settle()
    assert [e.status for e in town.history()] == ["draft", "discarded"]
    assert town.decision("r1")["w"] == []
    assert town.counts()["responses"] == {("ann", "draft"): 1, ("ben", "discarded"): 1}


def test_a_version_grows_with_the_votes_and_is_told_in_history_and_agent(build: Build) -> None:
    town = build(overlap=1)
    town.argilla.add(*(f"n{i}" for i in range(60)))
    for i in range(30):
        town.answer("ann", f"n{i}", helpful="yes")
    town.settle()
    for i in range(30, 60):
        town.answer("ann", f"n{i}", helpful="yes")
    town.settle()
    town.answer("ann", "r1", helpful="yes")
    town.settle()
    versions = [
        e.values["helpful"] for e in town.history() if e.kind == "version" and "helpful" in e.values
    ]
    assert versions == [1, 2]
    shown = town.argilla.shown("r1")
    assert shown is not None
    assert shown.agent == "distill/majority:2"
    assert town.store.datasets.models(D)["helpful"].version == 2


# What moves elsewhere


def test_what_is_shown_elsewhere_is_refreshed_when_an_annotator_turns_out_otherwise(
    build: Build,
) -> None:
    town = build(strategy="dawid_skene")
    town.argilla.add(*(f"n{i}" for i in range(30)))
    for i in range(10):
        for user in ("ann", "ben", "cas"):
            town.answer(user, f"n{i}", helpful="yes" if i % 2 else "no")
    for user in ("ann", "cas"):
        town.answer(user, "r1", helpful="yes")
    town.settle()
    before = town.scores()["r1", "helpful"]
    for i in range(10, 30):
        town.answer("ann", f"n{i}", helpful="yes" if i % 2 else "no")
        town.answer("ben", f"n{i}", helpful="yes" if i % 2 else "no")
        town.answer("cas", f"n{i}", helpful="no" if i % 2 else "yes")
    town.settle()
    votes = [
        Vote(record, user, response.values["helpful"])
        for record, row in town.argilla.rows[D].items()
        for user, response in row.responses.items()
    ]
    batch = (
        registry.create("dawid_skene", label_question(*HELPFUL.labels))
        .fit(votes)
        .decide([r for r, _ in town.scores()])
    )
    assert abs(town.scores()["r1", "helpful"] - before) > 0.02
    for decision in batch:
        assert town.suggestions()[decision.record, "helpful"][0] == decision.value
        assert town.scores()[decision.record, "helpful"] == pytest.approx(
            decision.confidence, abs=0.0201
        )


def test_a_backlog_is_learned_as_a_whole_before_the_first_of_it_is_published(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distilling, "BATCH", 4)
    town = build(strategy="dawid_skene", overlap=3)
    records = [f"n{i:02}" for i in range(30)]
    town.argilla.add(*records)
    for i, record in enumerate(records):
        for user in ("ann", "ben", "cas"):
            wrong = user == "cas" and i > 4
            town.answer(user, record, helpful="yes" if wrong != bool(i % 2) else "no")
    outcome = town.distil()
    assert (outcome.records, outcome.entries) == (30, 90)
    assert set(town.suggestions()) == {(record, "helpful") for record in records}
    helpful = sum(HELPFUL.id in row.suggestions for row in town.argilla.rows[D].values())
    notes = sum(NOTE.id in row.suggestions for row in town.argilla.rows[D].values())
    assert outcome.published == helpful + notes  # none was published twice


def test_an_answer_that_arrives_while_a_backlog_is_surveyed_is_not_lost(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distilling, "BATCH", 2)
    for record in RECORDS:
        for user in ("ann", "ben"):
            town.answer(user, record, helpful="yes")
    town.argilla.after = once("records", lambda: town.answer("cas", "r1", helpful="no"))
    town.distil()
    assert [town.name(number) for number, _, _ in town.decision("r1")["w"]] == ["ann", "ben", "cas"]
    assert town.state() == town.fresh().state()


# What may go wrong


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("name", ["records", "suggest", "users", "dataset"])
def test_an_answer_that_arrives_during_the_work_is_not_lost(
    town: Town, moment: str, name: str
) -> None:
    town.mark(*RECORDS)
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
    setattr(town.argilla, moment, once(name, lambda: town.answer("cas", "r1", helpful="no")))
    town.distil()
    assert [town.name(number) for number, _, _ in town.decision("r1")["w"]] == ["ann", "ben", "cas"]
    assert town.state() == town.fresh().state()


def scenario(town: Town) -> None:
    """Votes that agree, differ, are taken back and edited; another agent; a record that goes."""
    town.argilla.suggested_by("judge", "r1", HELPFUL, "yes")
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
        town.answer(user, "r4", helpful="yes")
    town.answer("ann", "r2", helpful="yes", problem="none")
    town.answer("ben", "r2", helpful="no", problem="none")
    town.settle()
    town.answer("cas", "r2", helpful="no", problem="none")
    town.argilla.retract("ben", "r1")
    town.mark("r1")
    town.answer("cas", "r3", helpful="no")
    del town.argilla.rows[D]["r4"]
    town.mark("r4")
    town.settle()
    town.answer("dan", "r2", helpful="yes", problem="tone")
    town.answer("ann", "r3", helpful="no")
    town.answer("ann", "r1", helpful="no")
    town.settle()
    town.answer("ann", "r2", "discarded")
    town.answer("eve", "r2", helpful="yes", problem="none")
    town.settle()


def at_call(number: int, error: Exception) -> Hook:
    """A hook that fails at the call of that number."""
    calls: list[str] = []

    def hook(name: str) -> None:
        calls.append(name)
        if len(calls) == number:
            raise error

    return hook


CALLS = 18  # as counted by the test below


def test_the_scenario_makes_as_many_calls_as_are_tried_below(town: Town) -> None:
    scenario(town)
    assert len(town.argilla.calls) == CALLS


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_argilla_away_at_any_call_changes_nothing_in_the_end(
    build: Build, number: int, moment: str
) -> None:
    """Before: the call never reached Argilla. After: it took effect, but its answer never came."""
    undisturbed, town = build(), build()
    scenario(undisturbed)
    setattr(town.argilla, moment, at_call(number, ArgillaUnavailable("503")))
    scenario(town)
    assert int(town.store.datasets.info(D)["failures"]) == 1
    assert town.state() == undisturbed.state()
    assert town.said() == undisturbed.said()


def test_a_failure_is_told_and_argilla_left_alone_for_longer_each_time(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.argilla.before = raise_always = raising_at_every_call(ArgillaRefused("wrong key"))
    rests = []
    for _ in range(3):
        outcome = town.distil()
        assert (outcome.word, outcome.errors, outcome.waiting) == ("failed", ["wrong key"], False)
        rests.append(town.store.redis.ttl(Keys(town.store.datasets._keys.prefix).of(D, "wake")))
    assert rests == sorted(rests)
    assert rests[0] < rests[2] <= distilling.MOST_REST_S
    assert town.store.datasets.info(D)["word"] == "wrong key"
    assert town.argilla.before is raise_always
    town.argilla.before = quiet
    town.settle()
    assert town.store.datasets.info(D)["word"] == ""
    assert town.store.datasets.info(D)["failures"] == "3"


def raising_at_every_call(error: Exception) -> Hook:
    def hook(name: str) -> None:
        raise error

    return hook


def steal(town: Town) -> Lease:
    """The lease runs out, and somebody else takes it."""
    town.store.redis.delete(Keys(town.store.datasets._keys.prefix).of(D, "lease"))
    lease = town.store.lease(D)
    assert lease is not None
    return lease


@pytest.mark.parametrize("name", ["records", "users"])
def test_whoever_lost_the_lease_writes_nothing(town: Town, name: str) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.answer("ben", "r1", helpful="yes")
    thieves: list[Lease] = []
    town.argilla.after = once(name, lambda: thieves.append(steal(town)))
    assert town.distil().word == "lease lost"
    assert town.history() == []
    assert town.store.datasets.ledger(D, ["r1"]) == [None]
    assert "suggest" not in town.argilla.calls
    assert town.store.dirty.sizes(D) == (1, 0, 0)
    assert town.store.leased(D)
    thieves[0].release()
    town.settle()
    assert town.suggestions()["r1", "helpful"][0] == "yes"


def test_whoever_lost_the_lease_while_publishing_keeps_no_decision(town: Town) -> None:
    town.mark(*RECORDS)
    town.answer("ann", "r1", helpful="yes")
    town.answer("ben", "r1", helpful="yes")
    thieves: list[Lease] = []
    town.argilla.before = once("suggest", lambda: thieves.append(steal(town)))
    assert town.distil().word == "lease lost"
    assert town.store.datasets.decisions(D, ["r1"]) == [None]
    assert town.store.dirty.sizes(D) == (4, 0, 0)
    thieves[0].release()
    town.settle()
    assert town.state() == town.fresh().state()


def test_a_second_distiller_finds_the_dataset_busy(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")
    words: list[str] = []
    town.argilla.before = once("records", lambda: words.append(town.distil().word))
    assert town.distil().word == "done"
    assert words == ["busy"]


def test_a_record_that_argilla_refuses_is_set_aside_and_holds_up_nobody(town: Town) -> None:
    town.argilla.refuses = {"r2"}
    for record in RECORDS:
        for user in ("ann", "ben"):
            town.answer(user, record, helpful="yes")
    outcome = town.distil()
    assert outcome.errors == ["r2: r2: not accepted"]
    assert {record for record, _ in town.suggestions()} == {"r1", "r3", "r4"}
    assert list(town.store.dirty.poisoned(D)) == ["r2"]
    assert town.store.dirty.sizes(D) == (0, 0, 1)
    assert town.store.datasets.info(D)["failures"] == "1"
    assert town.store.datasets.decisions(D, ["r2"]) == [None]


@pytest.mark.parametrize("how", ["a delivery", "a sweep"])
def test_a_record_set_aside_gets_another_chance(town: Town, how: str) -> None:
    town.mark(*RECORDS)
    town.argilla.refuses = {"r2"}
    for user in ("ann", "ben"):
        town.answer(user, "r2", helpful="yes")
    town.settle()
    town.argilla.refuses = set()
    if how == "a delivery":
        town.mark("r2")
    else:
        sweep(town.world, D)
    town.settle()
    assert town.store.dirty.poisoned(D) == {}
    assert town.state() == town.fresh().state()


def test_a_record_that_breaks_its_worker_is_found_and_set_aside(town: Town) -> None:
    town.argilla.unreadable = {"r2"}
    for record in RECORDS:
        for user in ("ann", "ben"):
            town.answer(user, record, helpful="yes")
    broken = 0
    while any(town.store.dirty.sizes(D)[:2]):
        try:
            town.distil()
        except KeyError:
            broken += 1
        assert not town.store.leased(D)
        assert broken < 15
    assert {record for record, _ in town.suggestions()} == {"r1", "r3", "r4"}
    assert "failed 6 times" in town.store.dirty.poisoned(D)["r2"]["error"]
    town.argilla.unreadable = set()
    sweep(town.world, D)
    town.settle()
    assert town.state() == town.fresh().state()


def test_a_record_that_cannot_be_understood_is_set_aside_and_left_as_it_was(town: Town) -> None:
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
        town.answer(user, "r2", helpful="yes")
    town.settle()
    broken = Response("id-cas", "submitted", cast("dict[str, Any]", None), 5)
    town.argilla.rows[D]["r2"].responses["cas"] = broken
    town.answer("cas", "r1", helpful="no")
    before = town.ledger("r2")
    town.mark("r2")
    town.settle()
    assert "cannot be understood" in town.store.dirty.poisoned(D)["r2"]["error"]
    assert town.ledger("r2") == before
    assert town.decision("r2")["v"] == "yes"
    assert len(town.decision("r1")["w"]) == 3


def test_a_time_slice_that_is_over_does_one_batch_and_leaves_the_rest_waiting(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distilling, "BATCH", 1)
    for record in ("r1", "r2", "r3"):
        town.answer("ann", record, helpful="yes")
    outcome = town.distil(slice_s=0)
    assert (outcome.waiting, outcome.records) == (True, 1)
    assert town.store.dirty.sizes(D) == (2, 0, 0)
    assert not town.store.leased(D)


def test_the_lease_is_given_back_after_the_batch_when_somebody_wants_it(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")

    def interrupt() -> None:
        town.store.want_lease(D)
        town.answer("ann", "r2", helpful="yes")

    town.argilla.before = once("records", interrupt)
    outcome = town.distil()
    assert (outcome.waiting, outcome.records) == (True, 1)
    town.settle()
    assert town.decision("r2")["v"] == "yes"


# Sweeps


def test_a_sweep_finds_what_no_delivery_told(town: Town) -> None:
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
        town.answer(user, "r2", helpful="yes")
        town.answer(user, "r4", helpful="no")
    town.settle()
    town.argilla.answer("cas", "r1", helpful="no")
    town.argilla.answer("ben", "r2", helpful="no")
    town.argilla.answer("ben", "r3", "draft", helpful="no")
    del town.argilla.rows[D]["r4"]
    report = sweep(town.world, D)
    assert (report.name, report.records, report.word) == ("support/chat", 3, "done")
    assert report.differing == 4
    town.settle()
    assert town.state() == town.fresh().state()
    assert sweep(town.world, D).differing == 0


def test_a_sweep_mends_what_somebody_changed_behind_our_back(town: Town) -> None:
    town.mark(*RECORDS)
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
        town.answer(user, "r2", helpful="yes")
    town.settle()
    del town.argilla.rows[D]["r1"].suggestions[HELPFUL.id]
    assert sweep(town.world, D).differing == 1
    town.settle()
    assert town.suggestions()["r1", "helpful"][0] == "yes"


def test_a_page_that_was_read_before_an_answer_was_observed_is_not_believed(town: Town) -> None:
    for user in ("ann", "ben"):
        town.answer(user, "r1", helpful="yes")
    town.settle()

    def overtake() -> None:
        town.answer("cas", "r1", helpful="no")
        town.settle()

    town.argilla.after = once("page", overtake)
    sweep(town.world, D)
    town.settle()
    assert [e.status for e in town.history() if e.kind == "answer"] == ["submitted"] * 3
    assert town.state() == town.fresh().state()


def test_a_user_who_was_renamed_is_called_and_counted_so_after_a_sweep(town: Town) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.settle()
    town.argilla.names["id-ann"] = "llm-ann"
    town.argilla.rows[D]["r1"].responses["llm-ann"] = town.argilla.rows[D]["r1"].responses.pop(
        "ann"
    )
    sweep(town.world, D)
    town.settle()
    (annotator,) = town.store.datasets.annotators(D).values()
    assert (annotator.name, annotator.kind) == ("llm-ann", "model")


@pytest.mark.parametrize("call", ["records", "suggest"])
def test_a_dataset_that_is_deleted_while_it_is_worked_on_is_no_failure(
    town: Town, call: str
) -> None:
    town.answer("ann", "r1", helpful="yes")
    town.settle()
    town.answer("ben", "r1", helpful="yes")
    town.argilla.before = once(call, lambda: town.argilla.delete_dataset(D))
    outcome = town.distil()
    assert (outcome.word, outcome.errors) == ("deleted", [])
    info = town.store.datasets.info(D)
    assert (info["state"], info.get("failures"), info["failing"]) == ("deleted", None, "0")
    assert not any(town.store.dirty.sizes(D))
    assert town.history()


def test_the_voices_of_a_deleted_user_are_gone_after_a_sweep(town: Town) -> None:
    for user in ("ann", "ben", "cas"):
        town.answer(user, "r1", helpful="yes")
    town.settle()
    town.argilla.delete_user("cas")
    sweep(town.world, D)
    town.settle()
    assert [town.name(number) for number, _, _ in town.decision("r1")["w"]] == ["ann", "ben"]


def test_a_swept_answer_reaches_the_conflict_note(town: Town) -> None:
    """A sweep observes by itself; the distiller that follows must still rewrite the note."""
    for user, value in (("ann", "yes"), ("ben", "no"), ("cas", "no")):
        town.answer(user, "r1", helpful=value)
    town.settle()
    town.argilla.answer("ann", "r1", "draft", helpful="yes")
    town.argilla.answer("dan", "r1", helpful="yes")
    sweep(town.world, D)
    town.settle()
    note = town.argilla.shown("r1", NOTE)
    assert note is not None
    assert "dan" in note.value
    assert "ann" not in note.value


def test_a_sweep_of_a_dataset_that_is_gone_or_ignored_says_so(build: Build) -> None:
    assert sweep(build(distil=False).world, D).word == "ignored"
    town = build()
    town.argilla.sets.clear()
    assert sweep(town.world, D).word == "deleted"


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


def apply(town: Town, operation: tuple[str, str, str, str]) -> bool:
    """Do it, if it can be done and no answer would be an echo; whether it was done."""
    kind, user, record, value = operation
    rows = town.argilla.rows[D]
    if record not in rows:
        return False
    given = {"answer": {"helpful": value}, "both": {"helpful": "yes", "problem": value}}.get(kind)
    if given is not None:
        shown = {
            q.name: s.value for q in (HELPFUL, PROBLEM) if (s := town.argilla.shown(record, q))
        }
        if any(shown.get(name) == said for name, said in given.items()):
            return False
        town.argilla.answer(user, record, **given)
    elif kind == "retract" and user in rows[record].responses:
        town.argilla.retract(user, record)
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
    town = build(strategy=strategy, settled_confidence=1.0)
    for operation, delivered in operations:
        if operation[0] == "distil":
            town.distil()
        elif apply(town, operation) and delivered:
            town.mark(operation[2])
    sweep(town.world, D)
    town.settle()
    fresh = town.fresh()
    assert town.state() == fresh.state()
    for place, score in fresh.scores().items():
        assert town.scores()[place] == pytest.approx(score, abs=0.0201)
