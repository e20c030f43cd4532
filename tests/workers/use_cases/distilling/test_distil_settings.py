"""What settings change on the path to a suggestion, and what moves on other records."""

from __future__ import annotations

import pytest

from argilla_distill.domain.history import Details
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.use_cases.connecting.leaving import withdraw_all
from argilla_distill.workers.use_cases.distilling import time_slice
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import HELPFUL, NOTE, D
from tests.workers.interruptions import once
from tests.workers.service_in_memory import RECORDS, Build, ServiceInMemory


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
    """Two are in hand at most: the one that is sent, and the one that is decided meanwhile."""
    monkeypatch.setattr(time_slice, "BATCH", 1)
    for record in ("r1", "r2", "r3"):
        for user in ("ann", "ben"):
            service.answer(user, record, helpful="yes")
    service.argilla.after = once("suggest", lambda: service.store.service.forget_webhook("hook-0"))
    service.distil()
    published = {record for record, _ in service.suggestions()}
    assert {"r1"} <= published <= {"r1", "r2"}
    assert service.store.dirty.sizes(D) == (3 - len(published), 0, 0)
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
    assert service.store.models.all(D)["helpful"].fit == 2


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


def test_of_a_backlog_more_is_learned_from_than_was_published_so_that_little_is_published_twice(
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
