"""docs/json.md is held to the commands: every key of their JSON is told there, and none that is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.history.rounds import RoundNews
from argilla_distill.domain.rounds.report import ReliabilityChange, RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.runs.run import ModelRun, Prediction
from argilla_distill.domain.stand_in import ComparedPerson, Panel, StandIn
from argilla_distill.domain.versions.manifest import FailedVersion
from argilla_distill.domain.versions.tracing import Suspect, Suspicions
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.workers.cli.main import cli
from argilla_distill.workers.use_cases.checks import doctor
from argilla_distill.workers.use_cases.checks.memory_count import count_memory
from argilla_distill.workers.use_cases.distilling.dataset_news import note_round
from argilla_distill.workers.use_cases.reports.report import report
from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.use_cases.world import World
from tests.places import ROOT
from tests.plugin.hub.stand_in_hub import StandInHub
from tests.workers.argilla_in_memory import HELPFUL, D, Row
from tests.workers.cli.command_line import Run
from tests.workers.guidelines_examples import with_section
from tests.workers.reviewed_service import decide, draw_one
from tests.workers.service_in_memory import Build, ServiceInMemory
from tests.workers.told_rounds import rounds_that_tell

CHAPTERS = re.split(r"^## ", (ROOT / "docs" / "json.md").read_text(), flags=re.MULTILINE)[1:]


def documented(command: str) -> set[str]:
    """The keys that the command's chapter tells of."""
    (chapter,) = [c for c in CHAPTERS if f"`{command}`" in c.splitlines()[0]]
    rows = re.findall(r"^\| (`.*?`) \|", chapter, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`([^`]+)`", row)}


def keys(value: Any, path: str = "") -> Iterator[str]:
    """Every key in a document, with those that it lies in."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = f"{path}.{key}" if path else str(key)
            yield here
            yield from keys(inner, here)
    elif isinstance(value, list):
        for each in value:
            yield from keys(each, f"{path}[]")


def told_by(key: str, documented: set[str]) -> str | None:
    """The documented key that a key is: `<record>` and the like stand for any name."""
    for pattern in sorted(documented, key=lambda name: name != key):  # by its own name first
        parts = re.split(r"(<\w+>)", pattern)
        expression = "".join("[^.]+" if p.startswith("<") else re.escape(p) for p in parts)
        if re.fullmatch(expression, key):
            return pattern
    return None


@pytest.fixture
def service(build: Build, monkeypatch: pytest.MonkeyPatch) -> ServiceInMemory:
    """As much as a dataset can be: every kind of entry, records set aside, copies, a section."""
    monkeypatch.setattr(doctor, "ARRIVAL_S", 0.1)
    reward = {"helpful": 1.0, "veto": {"problem": "tone"}}
    service = build(strategy="learned", questions={"stars": {"strategy": "best"}}, reward=reward)
    service.argilla.rows[D]["r5"] = Row(external_id="ticket-5")
    service.argilla.suggested_by("judge", "r5", HELPFUL, "no")
    service.answer("ann", "r5", "draft", helpful="no")
    for user, said in (("ann", "yes"), ("ben", "no")):
        service.answer(user, "r5", helpful=said)
        service.answer(user, "r1", helpful=said)
    service.settle()
    service.answer("eve", "r5", helpful="yes")
    service.settle()
    service.argilla.rows[D]["r5"].responses.pop("eve")
    service.mark("r5")
    service.settle()
    for record in ("r1", "r5"):
        service.store.dirty.set_aside(D, (record, ""), "why not", 1)
    service.store.reviews.refuse(D, "r2", "too long")
    count_memory(service.store)
    return service


CHATS = "support/chat"
SETTINGS = """
[defaults]
strategy = "learned"
name_annotators = true
reward = { helpful = 1.0, veto = { problem = "tone" } }
questions.stars.strategy = "best"
"""
CREATE = ["version", "create", CHATS, "--strategy", "majority"]
OUTPUT = {"fields": {"text": "Here it is."}, "prediction": "yes"}
ROUND = ["round", "start", CHATS, "{folder}/outputs.jsonl", "--name", "4", "--model", "bot"]
ROUND += ["--question", "helpful", "--pass", "yes"]
PARQUET = [each.replace(".jsonl", ".parquet") for each in ROUND]
RUN = ["run", "add", CHATS, "{folder}/predictions.csv", "--name", "bot-a", "--question", "helpful"]
HELPFUL_LABELS = ["--format", "classification", "--question", "helpful"]

SCENES: dict[str, tuple[list[str], ...]] = {
    "review enable": (["review", "enable", "support/chat"],),
    "review show": (["review", "show", "support/chat"],),
    "status": (["status"],),
    "annotators": (["annotators", CHATS],),
    "archive": (["archive", CHATS, "--before", "0d"],),
    "trace": (
        ["trace", CHATS, "{folder}/failures.jsonl", "--question", "helpful", "--audit", "2"],
        ["trace", CHATS, "--question", "helpful", "--re-ask", "round=2"],
        ["trace", CHATS, "--question", "helpful", "--what-if", "round=2"],
    ),
    "version create, version show": (
        ["version", "create", CHATS, "--strategy", "majority"],
        ["version", "show", CHATS, "latest"],
    ),
    "version list": (["version", "list", CHATS],),
    "version diff": (
        ["version", "diff", CHATS, "majority-1", "edited"],
        ["version", "diff", CHATS, "majority-1", "edited", "--list"],
    ),
    "compare": (
        ["compare", CHATS, "majority-1", "edited"],
        ["compare", CHATS, "--runs", "bot-a", "bot-b"],
    ),
    "run add, run delete": (RUN, ["run", "delete", CHATS, "bot-a"]),
    "run list": (["run", "list", CHATS],),
    "version twin": (
        ["version", "twin", CHATS, "latest"],
        ["version", "twin", CHATS, "latest", "--delete"],
    ),
    "version push": (["version", "push", CHATS, "latest", "team/chats"],),
    "version verify": (["version", "verify", CHATS, "latest"],),
    "export": (["export", CHATS, "latest", *HELPFUL_LABELS, "-o", "{folder}/labels.csv"],),
    "round start, round cancel": (
        [*ROUND, "--dry-run"],
        [*PARQUET, "--dry-run"],
        ROUND,
        ["round", "cancel", CHATS, "4"],
    ),
    "round list": (["round", "list", CHATS],),
    "round status, round end": (["round", "status", CHATS, "3"], ["round", "end", CHATS, "3"]),
    "history": (
        ["history", "r1"],
        ["history", "ticket-5"],
        ["history", "drawn"],
        ["history", "--dataset", CHATS],
    ),
    "doctor": (["doctor"],),
    "connect, backfill, reconcile": (["connect"], ["backfill"]),
    "refit": (["refit"],),
    "guidelines": (["guidelines", "support/chat"],),
    "disconnect": (["disconnect"], ["disconnect", "--all"]),
}
"""What is run for the commands of each chapter; `reconcile` prints as `backfill` does, and needs workers."""


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def test_every_command_with_json_has_its_chapter() -> None:
    with_json = {
        name for name, command in commands(cli) if any("--json" in p.opts for p in command.params)
    }
    titles = {name for c in CHAPTERS for name in re.findall(r"`([^`]+)`", c.splitlines()[0])}
    assert titles == with_json == {name for names in SCENES for name in names.split(", ")}


@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # of the Hub's library
@pytest.mark.parametrize("chapter", SCENES)
def test_every_key_is_told_and_every_key_that_is_told_is_there(
    run: Run,
    service: ServiceInMemory,
    chapter: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command, *alike = chapter.split(", ")
    if command in ("status", "disconnect", "review show", "compare", "run list"):
        run("review", "enable", "support/chat")
        service.settle()
        with_section(service)
        service.store.reviews.refuse(D, "r2", "too long")
    if command == "status":
        audit(service)
    if command == "annotators":
        judged(service)
    if command == "history":
        review(run, service)
    if command == "trace":
        traceable(run, service, tmp_path)
    if command.startswith(("version", "compare", "export", "status")):
        versions(run, service, tmp_path)
    (tmp_path / "outputs.jsonl").write_text(json.dumps(OUTPUT))
    pq.write_table(pa.Table.from_pylist([OUTPUT]), tmp_path / "outputs.parquet")
    if command in ("round list", "round status"):
        ended_rounds(service)
    (tmp_path / "predictions.csv").write_text("record_id,prediction\nr1,yes\n")
    if command in ("compare", "run list"):
        drawn = audit(service)
        for name in ("bot-a", "bot-b"):
            sure = Prediction(drawn, "yes", "", 0.9, {"yes": 0.9, "no": 0.1})
            service.store.runs.add(D, ModelRun(name, "helpful", predictions=1), [sure])
    hub = StandInHub()
    within = hub.running() if command == "version push" else nullcontext()
    told, met = documented(command), set()
    assert all(documented(name) == told for name in alike)
    with within:
        hub.replaces_the_real_one(monkeypatch)
        for arguments in SCENES[chapter]:
            done = run(*(each.format(folder=tmp_path) for each in arguments), "--json")
            for key in keys(done.json):
                found = told_by(key, told)
                assert found, f"{key} of `{command} --json` is not told in docs/json.md"
                met.add(found)
    assert met == told


def versions(run: Run, service: ServiceInMemory, folder: Path) -> None:
    """Two versions that are made, an edited answer apart, one being made, and one that could not be."""
    service.argilla.rows[D]["r1"].metadata = {"round": "1"}
    service.argilla.told[D] = "Be kind."
    (folder / "distill.toml").write_text(SETTINGS)  # as the service's own
    settings = service.world.settings.model_copy(update={"versions": str(folder)})
    world = World(service.argilla, service.store, settings)
    done = run(*CREATE, "--note", "first", DISTILL_VERSIONS=str(folder))
    assert done.code == 0, done.err
    assert make(world, D, 60.0).manifest is not None
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    run(*CREATE, "--tag", "edited")
    assert make(world, D, 60.0).manifest is not None
    left_out = {"helpful: a label that is not there any more": 1}
    service.store.twins.keep(D, Twin("majority-2", 1, "done", total=1, left_out=left_out))
    for twin in (Twin("majority-1", 2), Twin("majority-0", 3, "failed", error="why not")):
        service.store.twins.keep(D, twin)
    run(*CREATE)
    make(world, D, 0.0)
    service.store.versions.fail(D, FailedVersion("majority-9", "it is too hard", 1))


def ended_rounds(service: ServiceInMemory) -> None:
    """Rounds that have ended, with all that can be told of them."""
    rate = Figure(0.8, 0.7, 0.9)
    for name in ("3", "4", "5"):
        told = RoundReport(
            name,
            "bot",
            "learned-4",
            "learned-3",
            300,
            290,
            1,
            rate,
            60,
            rate,
            12,
            rate,
            "",
            0.6,
            rate,
            rate,
            (ReliabilityChange("ann", 0.7, 0.8),),
            100,
            1,
            {"a new or edited answer": 1},
        )
        service.store.rounds.keep_report(
            D,
            Round(
                name, "bot", question="helpful", state="ended", passes=("yes",), version="learned-4"
            ),
            told,
        )
    bad = Suspect("round", "round=3", 150, 60, 24, 8.1, 4.2, 0.001, True)
    looked = Suspicions("helpful", "learned-4", 1, 300, 300, True, "Texts tell.", (bad,))
    service.store.suspicions.keep(D, looked)


def audit(service: ServiceInMemory) -> str:
    """The record of one audit, answered and counted, of a question that majority vote does not decide."""
    choices = service.world.settings.plan
    defaults = {**choices.defaults, "strategy": "learned"}
    plan = choices.model_copy(update={"defaults": defaults})
    settings = service.world.settings.model_copy(update={"plan": plan})
    object.__setattr__(service.world, "settings", settings)
    service.argilla.chiefs.add("rex")
    drawn = draw_one(service)
    decide(service, "rex", drawn, helpful="yes")
    report(service.world, D)
    return drawn


def traceable(run: Run, service: ServiceInMemory, folder: Path) -> None:
    """A version whose texts tell the label, in three rounds."""
    rounds_that_tell(service, folder)
    run("review", "enable", CHATS)
    service.settle()
    run("status", DISTILL_VERSIONS=str(folder / "versions"))
    (folder / "failures.jsonl").write_text('{"text": "a good and kind reply"}\n')


def judged(service: ServiceInMemory) -> None:
    """A report in which a model was compared with somebody."""
    report(service.world, D)
    found = service.store.reports.question(D, "helpful")
    overview = service.store.reports.overview(D)
    assert found is not None
    assert overview is not None
    right = Figure(0.9, 0.8, 0.95)
    beside = ComparedPerson(0, 40, 0.9, 0.8, 0.001, True)
    stands = StandIn("yes", 0.15, 1.0, 0.9, (beside,), 40, 1, accuracy=right, audits=30)
    machines = tuple(replace(each, stand_in=stands, known=True) for each in found.annotators)
    panel = Panel(2, 1.5, 1.2, 1.8, 0.4, 90, "people")
    judged = replace(found, annotators=machines, panel=panel)
    service.store.reports.write(D, overview, [judged], {})


def review(run: Run, service: ServiceInMemory) -> None:
    """A reviewer decides on a copy, another user answers there, somebody repeats what we suggest.

    And there are guidelines, and a round with its records.
    """
    service.argilla.told[D] = "Be kind."
    service.argilla.rows[D]["r5"].metadata = {"round": "4", "model": "bot"}
    note_round(service.world, D, RoundNews("4", "started", "bot", "learned-3", 300))
    made = run("review", "enable", "support/chat", "--json").json
    service.settle()
    service.argilla.names["id-rex"] = "rex"
    service.argilla.chiefs.add("rex")
    copy = next(i for i, row in service.argilla.rows[made["id"]].items() if row.external_id == "r5")
    service.argilla.answer("rex", copy, helpful="yes", why="because")
    service.argilla.answer("eve", copy, helpful="no")
    service.mark("r5")
    service.settle()
    service.argilla.answer("dan", "r5", helpful="yes")
    service.mark("r5")
    service.settle()
    drawn = draw_one(service)
    service.argilla.rows[D][drawn].external_id = "drawn"
    service.mark(drawn)
    decide(service, "rex", drawn, helpful="yes")
