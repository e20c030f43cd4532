"""Sweeps find what no delivery told, and lead to the state of a fresh start."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import HELPFUL, NOTE, PROBLEM, D
from tests.workers.interruptions import once
from tests.workers.service_in_memory import RECORDS, Build, ServiceInMemory


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


def test_what_failed_just_before_a_dataset_is_found_deleted_was_its_first_sign(
    service: ServiceInMemory,
) -> None:
    """Argilla stumbles over it, and still shows it, while it is deleting it."""

    def stumble() -> None:
        raise ArgillaUnavailable("500")

    service.answer("ann", "r1", helpful="yes")
    service.argilla.before = once("records", stumble)
    assert service.distil().status == "failed"
    assert service.store.datasets.info(D)["failures"] == "1"
    service.argilla.delete_dataset(D)
    assert service.distil().status == "deleted"
    info = service.store.datasets.info(D)
    assert (info["state"], info["failures"], info["failing"]) == ("deleted", "0", "0")


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
