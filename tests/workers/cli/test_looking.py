"""`status` and `history` as they are read: in 80 columns, in a pipe, by names and by external ids."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from rich.cells import cell_len

from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.workers.cli.layout import plain
from argilla_distill.workers.use_cases import counts
from argilla_distill.workers.use_cases.checks.memory_count import AGAIN_MS, count_memory
from argilla_distill.workers.use_cases.reports.report import report
from tests.workers.argilla_in_memory import HELPFUL, D, Row
from tests.workers.cli.command_line import Run
from tests.workers.service_in_memory import Build, ServiceInMemory

RECORD = str(uuid4())
OTHER = "dataset-2"
NAME = "support/chat"


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    """Answers of two people, one of them changed, of a user that is a model, and a suggestion."""
    service = build()
    service.argilla.rows[D][RECORD] = Row(external_id="ticket/7")
    service.argilla.suggested_by("judge", RECORD, HELPFUL, "no")
    for said in ("no", "yes"):
        service.answer("ann", RECORD, helpful=said)
        service.settle()
    service.answer("ben", RECORD, helpful="yes")
    service.answer("llm-x", "r1", helpful="yes")
    service.answer("ann", "r1", helpful="no")
    service.answer("ben", "r2", "draft", helpful="no")
    service.settle()
    return service


def another(service: ServiceInMemory, name: str, **info: Any) -> None:
    """A second dataset as the store knows it."""
    service.store.datasets.add(OTHER)
    service.store.datasets.note(OTHER, name=name, state="active", **info)


def row(out: str, name: str) -> list[str]:
    """The cells of a dataset's line."""
    return next(line for line in out.splitlines() if line.startswith(name)).split()


# Status


def test_a_dataset_is_one_line_of_80_columns_with_its_name_in_full(
    run: Run, service: ServiceInMemory
) -> None:
    done = run("status", COLUMNS="80")
    header, line = done.out.splitlines()[:2]
    assert header.split() == ["dataset", "done", "people", "models", "open", "waiting", "state"]
    assert line.split() == [NAME, "2/3", "3", "2", "2", "0", "active"]
    assert max(map(cell_len, done.out.splitlines())) <= 80
    assert len(done.out.splitlines()) <= 6


def test_a_name_of_thirty_characters_is_on_the_line_of_its_figures(
    run: Run, service: ServiceInMemory
) -> None:
    another(service, "customer-care/chatbot-feedback", records=1_000, completed=999)
    assert row(run("status", COLUMNS="80").out, "customer-care")[1] == "999/1000"


@pytest.mark.parametrize("columns", ["", "80", "50", "200"])
@pytest.mark.parametrize(
    "name",
    [
        "quality-assurance-team/customer-feedback-2026-from-the-second-quarter-onwards",
        "w/" + "long-name-" * 19,
        "支持/聊天反馈",
        "a/[red]b[/red]",
    ],
)
def test_no_name_is_cut_however_long_it_is(
    run: Run, service: ServiceInMemory, name: str, columns: str
) -> None:
    another(service, name)
    out = run("status", COLUMNS=columns).out
    assert name in out
    assert NAME in out
    if cell_len(name) <= int(columns or 80) and columns != "50":
        assert max(map(cell_len, out.splitlines())) <= int(columns or 80)


def test_counts_say_what_they_count(run: Run, service: ServiceInMemory) -> None:
    (told,) = run("status", "--json").json
    expected = {
        "answers": 3,  # ann and ben on one record, ann on the other; drafts and edits are none
        "model_answers": 1,
        "template_answers": 0,
        "suggestions": 1,
        "labels": 1,
        "records": 3,
        "completed": 2,
    }
    assert {key: told[key] for key in expected} == expected
    assert told["writes"] >= 2  # the label and the conflict note


def test_a_label_that_is_withdrawn_is_counted_no_more(run: Run, service: ServiceInMemory) -> None:
    service.argilla.retract("ben", RECORD)
    service.mark(RECORD)
    service.settle()
    (told,) = run("status", "--json").json
    assert (told["labels"], told["suggestions"], told["answers"]) == (0, 1, 2)
    service.argilla.rows[D].pop(RECORD)
    service.mark(RECORD)
    service.settle()
    (told,) = run("status", "--json").json
    assert (told["labels"], told["suggestions"], told["records"]) == (0, 0, 2)


def test_a_dataset_of_a_release_that_did_not_count_is_counted_once(
    service: ServiceInMemory,
) -> None:
    datasets = service.store.datasets
    right = {name: datasets.info(D)[name] for name in ("labels", "suggested")}
    datasets.note(D, labels=-3, suggested=99)
    counts.begin(service.world, D)
    counts.begin(service.world, D)
    assert (
        {name: datasets.info(D)[name] for name in right}
        == right
        == {"labels": "1", "suggested": "1"}
    )


def test_what_is_wrong_is_told_below_the_table_by_name(run: Run, service: ServiceInMemory) -> None:
    another(service, "shop/fruit", word="Argilla does not answer " + "and so on " * 12)
    service.store.dirty.set_aside(D, (RECORD, ""), "why not", 1)
    out = run("status", COLUMNS="80").out
    assert row(out, "shop/fruit")[-2:] == ["active", "!"]
    assert "! shop/fruit: Argilla does not answer and so on" in out
    assert f"! {NAME}: 1 record set aside" in out
    assert max(map(len, out.splitlines())) <= 80


def test_details_are_told_on_request_and_by_name_or_id(run: Run, service: ServiceInMemory) -> None:
    service.store.dirty.set_aside(D, (RECORD, ""), "why not", 1)
    told = [run("status", *arguments).out for arguments in ([NAME], [D], ["--details"])]
    assert len(set(told)) == 1
    for part in (
        f"{NAME}  ({D})",
        "3, of which 2 completed",
        "3 of people, 1 of models",
        "helpful: majority:1, 5 votes",
        "carries the conflict note",
        f"{RECORD} (ticket/7): why not",
    ):
        assert part in told[0]
    narrow = run("status", "--details", COLUMNS="60").out.splitlines()
    assert max(map(len, narrow)) <= 60


def test_twins_that_are_whole_unfinished_or_failed_are_told(
    run: Run, service: ServiceInMemory
) -> None:
    assert "twins" not in run("status", NAME).out
    for twin in (
        Twin("learned-1", 1, "done"),
        Twin("learned-2", 2, "being written", "t2", "v/chat @ learned-2", 30, 60),
        Twin("learned-3", 3, "failed", error="Argilla refuses a field"),
        Twin("learned-4", 4, error="Argilla does not answer"),
    ):
        service.store.twins.keep(D, twin)
    out = " ".join(run("status", NAME, COLUMNS="200").out.split())
    assert "1 in Argilla; that of learned-2 is being written 50%; that of learned-4 is asked" in out
    assert "the twin of learned-3 could not be written: Argilla refuses a field" in out
    assert "the twin of learned-4 is tried again: Argilla does not answer" in out
    (told,) = (d["versions"]["twins"] for d in run("status", "--json").json)
    assert told["done"] == 1
    assert [each["version"] for each in told["waiting"]] == ["learned-2", "learned-4"]
    assert told["failed"] == [
        {
            "version": "learned-3",
            "state": "failed",
            "name": "",
            "written": 0,
            "total": 0,
            "error": "Argilla refuses a field",
        }
    ]


def test_the_wrong_name_of_a_dataset_is_answered_with_the_nearest(
    run: Run, service: ServiceInMemory
) -> None:
    for command in ("status", "reconcile", "refit", "backfill", "guidelines"):
        done = run(command, "suport/chat")
        assert (done.code, done.out) == (2, "")
        assert "no such dataset: suport/chat (did you mean support/chat?)" in done.err


def test_control_characters_never_reach_the_terminal(run: Run, service: ServiceInMemory) -> None:
    another(service, "a/b\x1b[31m", word="first\nsecond\x07")
    for arguments in (["status"], ["status", "--details"]):
        out = run(*arguments).out
        assert "\x1b" not in out
        assert "\x07" not in out
        assert "first ⏎ second" in out


def test_a_dataset_is_disconnected_where_the_service_is(run: Run, service: ServiceInMemory) -> None:
    another(service, "old/one")
    service.store.datasets.note(OTHER, state="deleted")
    service.store.service.forget_webhook("hook-0")
    states = {d["name"]: d["state"] for d in run("status", "--json").json}
    assert states == {NAME: "disconnected", "old/one": "deleted"}


# History


def test_history_reads_in_80_columns_and_says_who_said_what(
    run: Run, service: ServiceInMemory
) -> None:
    out = run("history", RECORD, COLUMNS="80").out
    assert max(map(cell_len, out.splitlines())) <= 80
    assert out.startswith(f"record {RECORD} (ticket/7)\nin {NAME}, completed")
    for part in (
        "ann (person) answered\n  helpful: no",
        "ann (person) changed the answer\n  helpful: yes (before: no)",
        "judge (model) suggested\n  helpful: no",
        "majority:1 decided, 62\u202f% sure\n  helpful: yes",
    ):
        assert part in out


def test_long_answers_wrap_and_none_is_cut(run: Run, service: ServiceInMemory) -> None:
    said = "word " * 400
    service.answer("ben", "r4", "draft", problem=said + "\x1b[2J")
    service.settle()
    out = run("history", "r4", COLUMNS="80").out
    assert max(map(cell_len, out.splitlines())) <= 80
    assert out.count("word") == 400
    assert "\x1b" not in out


def test_a_record_is_named_by_id_or_external_id(run: Run, service: ServiceInMemory) -> None:
    by_id = run("history", RECORD, "--json").json
    assert run("history", "ticket/7", "--json").json == by_id
    assert run("history", RECORD.upper(), "--json").json == by_id
    assert run("history", "ticket/7", "--dataset", NAME, "--json").json == by_id
    assert {(e["record"], e["external_id"]) for e in by_id} == {(RECORD, "ticket/7")}
    assert [(e["kind"], e["who"]) for e in by_id][:3] == [
        ("record", ""),
        ("answer", "ann"),
        ("suggestion", "judge"),
    ]


def test_an_external_id_of_several_datasets_is_told_with_all_of_them(
    run: Run, service: ServiceInMemory
) -> None:
    another(service, "shop/fruit")
    entry = LedgerEntry("pending", 1, external_id="ticket/7")
    service.store.datasets.write_ledger(service.store.redis, OTHER, {"r-other": entry})
    done = run("history", "ticket/7")
    assert (done.code, done.out) == (1, "")
    for part in (f"{NAME}: {RECORD}", "shop/fruit: r-other", "--dataset"):
        assert part in done.err
    assert "record r-other (ticket/7)" in run("history", "ticket/7", "--dataset", "shop/fruit").out
    assert run("history", "ticket/7", "--dataset", "shop/none").code == 1


def test_a_record_that_nobody_knows_is_1(run: Run) -> None:
    for name in (str(uuid4()), "ticket/8", "no-uuid"):
        done = run("history", name)
        assert (done.code, done.out) == (1, "")
        assert f"no record {name}" in done.err


def test_what_people_wrote_is_one_line_of_text() -> None:
    assert plain("a\r\nb\tc\x00\u202ed") == "a ⏎ b c��d"
    assert plain(replace(HELPFUL, name="é").name) == "é"


# Annotators


def test_everybody_is_a_line_and_of_models_it_is_said_whether_they_may_replace_a_person(
    run: Run, service: ServiceInMemory
) -> None:
    assert "nothing is counted yet" in run("annotators", NAME).out
    report(service.world, D)
    out = run("annotators", NAME, COLUMNS="80").out
    assert out.splitlines()[0] == "question helpful"
    assert row(out, "ann ")[1:4] == ["person", "2", "unknown"]
    assert row(out, "llm-x")[1:3] == ["model", "1"]
    assert "llm-x: Cannot tell whether it may replace a person" in out
    assert "ann: " not in out
    assert max(map(cell_len, out.splitlines())) <= 80


def test_annotators_of_a_question_or_dataset_that_is_not_there_are_refused_with_what_is(
    run: Run, service: ServiceInMemory
) -> None:
    done = run("annotators", NAME, "--question", "helpfull")
    assert done.code == 2
    assert "there are: helpful" in done.err
    done = run("annotators", "support/chats")
    assert done.code == 2
    assert f"did you mean {NAME}?" in done.err


# Memory


def test_the_memory_a_dataset_takes_is_told_with_its_age_and_how_many_answers_fit(
    run: Run, service: ServiceInMemory
) -> None:
    store = service.store
    assert "not counted yet" in run("status", "--details", COLUMNS="200").out
    assert count_memory(store) is not None
    told = run("status", "--details", COLUMNS="300").out
    assert "kB of Redis (counted 0 s ago); Redis has no maxmemory: set one" in told
    assert "more answers" not in told, "of so few nobody can tell"
    counted = store.memory.count({D: (9, 9, 1_000)}, store.now() - 200_000)
    told = run("status", "--details", COLUMNS="300").out
    left = counted.answers_left(D)
    assert "bytes an answer (counted 3 min ago)" in told
    assert (
        f"; about {left:,} more answers would fit in what is free of the machine's memory" in told
    )
    assert count_memory(store) == counted, "it is young enough"
    store.memory.count({}, store.now() - AGAIN_MS)
    counted_anew = count_memory(store)
    assert counted_anew is not None
    assert counted_anew.datasets[D].answers == 5, "of two people and a model, and a suggestion"
