"""Versions outlive their dataset: what was trained on is read, diffed and exported for ever."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from redis.exceptions import OutOfMemoryError

from argilla_distill.domain.runs.run import ModelRun, Prediction
from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable
from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.use_cases.world import World
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.cli.command_line import Run
from tests.workers.made_versions import answered
from tests.workers.service_in_memory import ServiceInMemory

DATASET = "support/chat"
AGAIN = "99999999-2222-4333-8444-555555555555"

READING = (
    ("version", "list", DATASET),
    ("version", "list", D),
    ("version", "show", DATASET, "prod"),
    ("version", "verify", DATASET, "majority-1", "--files"),
    ("version", "diff", DATASET, "majority-1", "dawid_skene-1"),
    ("export", DATASET, "prod", "--format", "records"),
    ("version", "tag", DATASET, "majority-1", "kept"),
    ("version", "tag", DATASET, "majority-1", "kept", "--remove"),
    ("version", "delete", DATASET, "dawid_skene-1"),
)


@pytest.fixture
def gone(service: ServiceInMemory, run: Run, tmp_path: Path) -> ServiceInMemory:
    """A dataset with two versions that was then deleted in Argilla."""
    answered(service)
    settings = service.world.settings.model_copy(update={"versions": str(tmp_path / "versions")})
    for strategy, tag in (("majority", "prod"), ("dawid_skene", "other")):
        asked = ("version", "create", DATASET, "--strategy", strategy, "--tag", tag)
        assert run(*asked).code == 0
        assert make(World(service.argilla, service.store, settings), D, 60.0).manifest is not None
    service.store.versions.untag(D, "other")
    service.argilla.delete_dataset(D)
    service.mark("r1")
    service.settle()
    return service


def test_versions_are_read_and_exported_after_their_dataset_was_deleted(
    run: Run, gone: ServiceInMemory
) -> None:
    """Every command said that there was no such dataset, though its versions were all there."""
    assert gone.store.datasets.info(D)["state"] == "deleted"
    for command in READING:
        done = run(*command)
        assert done.code == 0, (command, done.err)


def test_what_needs_the_dataset_says_that_it_is_gone(run: Run, gone: ServiceInMemory) -> None:
    assert D not in gone.argilla.sets
    done = run("version", "verify", DATASET, "majority-1")
    assert (done.code, "is gone from Argilla" in done.err) == (1, True)


NEEDING = (
    ("refit",),
    ("backfill",),
    ("reconcile",),
    ("connect",),
    ("review", "enable"),
    ("review", "show"),
    ("review", "disable"),
    ("guidelines",),
    ("version", "create"),
    ("version", "twin", "prod"),
    ("compare", "majority-1", "dawid_skene-1"),
    ("round", "end", "4"),
    ("round", "cancel", "4"),
    ("trace", "--audit", "5"),
)
"""Commands that need the dataset as it is: what they are called, and what they are told after its name."""


@pytest.mark.parametrize("name", [DATASET, D])
def test_commands_that_need_a_deleted_dataset_say_that_it_was_deleted_and_what_is_kept(
    run: Run, gone: ServiceInMemory, name: str
) -> None:
    """They said that there was no such dataset, as if it had been misspelt."""
    assert gone.store.runs.all(D) == []
    for command in NEEDING:
        words = 2 if command[0] in ("review", "version", "round") else 1
        done = run(*command[:words], name, *command[words:])
        told = f"{DATASET} was deleted in Argilla; kept under its id {D}: its history, 2 versions"
        assert (done.code, done.out) == (1, ""), command
        assert f"{told} (majority-1, dawid_skene-1)" in done.err, (command, done.err)


def test_what_only_reads_of_rounds_and_runs_reads_those_of_a_deleted_dataset(
    run: Run, gone: ServiceInMemory
) -> None:
    gone.store.runs.add(D, ModelRun("bot", "helpful"), [Prediction("r1", "yes")])
    listed = run("run", "list", DATASET, "--json")
    assert [each["name"] for each in listed.json["runs"]] == ["bot"]
    assert "1 run (bot)" in run("refit", DATASET).err
    assert run("run", "delete", DATASET, "bot").code == 0
    assert run("round", "list", DATASET).code == 0
    assert "has no round 4" in run("round", "status", DATASET, "4").err
    assert run("annotators", DATASET).code == 0
    assert run("version", "twin", DATASET, "prod", "--delete").code in (0, 1)


def test_a_dataset_that_goes_while_a_command_is_at_work_is_told_as_one_that_had_gone(
    run: Run, gone: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was told with the method and the address of a call, and that this was not found in Argilla."""
    there = gone.argilla.datasets
    monkeypatch.setattr(gone.argilla, "datasets", lambda published=True: [CHAT, *there(published)])
    for command in (("refit", DATASET), ("compare", DATASET, "majority-1", "dawid_skene-1")):
        done = run(*command)
        assert (done.code, f"{DATASET} was deleted in Argilla; kept" in done.err) == (1, True), done


def test_a_dataset_that_our_key_may_not_see_is_not_told_as_deleted(
    run: Run, service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An admin of other workspaces is not shown it in lists, and refused when asking for it."""
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    there = service.argilla.datasets
    monkeypatch.setattr(service.argilla, "datasets", lambda _=True: there()[:0])

    def refused(_: str) -> None:
        raise ArgillaRefused("that is not allowed to our API key (403)")

    monkeypatch.setattr(service.argilla, "dataset", refused)
    done = run("refit", DATASET)
    assert (done.code, "not allowed to our API key" in done.err) == (4, True), done


@pytest.mark.parametrize(
    "error",
    [
        ArgillaRefused("not allowed (403)"),
        ArgillaUnavailable("does not answer"),
        OutOfMemoryError("command not allowed when used memory > 'maxmemory'"),
    ],
)
def test_what_is_kept_is_read_where_argilla_does_not_tell_of_the_dataset(
    run: Run, gone: ServiceInMemory, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands that only read ended with Argilla's answer, though all that they tell is our own."""

    def failing(*_: object) -> None:
        raise error

    for call in ("datasets", "dataset"):
        monkeypatch.setattr(gone.argilla, call, failing)
    for command in READING[:-1]:
        done = run(*command)
        assert done.code == 0, (command, done.err)
    assert run("version", "list", "support/other").code == run("refit", DATASET).code > 2


def test_a_dataset_that_is_there_and_not_distilled_is_no_misspelt_one(
    run: Run, service: ServiceInMemory, tmp_path: Path
) -> None:
    assert DATASET in {d.full_name for d in service.argilla.datasets()}
    (tmp_path / "distill.toml").write_text("[defaults]\ndistil = false\n")
    done = run("refit", DATASET)
    assert (done.code, "`distil` in distill.toml says so" in done.err) == (1, True), done
    done = run("refit", "support/chatt")
    assert (done.code, "no such dataset" in done.err) == (2, True)


def test_a_name_that_several_gone_datasets_had_is_asked_for_by_id(
    run: Run, gone: ServiceInMemory
) -> None:
    """The versions of one of them were told as if they were all there are."""
    other = "99999999-2222-4333-8444-555555555555"
    gone.store.datasets.add(other)
    gone.store.datasets.note(other, name=DATASET, state="deleted")
    assert run("version", "list", DATASET).code == 0  # the other has no versions
    done = run("history", "--dataset", DATASET)
    assert (done.code, f"several are called {DATASET}" in done.err) == (2, True)
    assert {D, other} <= set(done.err.replace(",", " ").split())
    assert run("history", "--dataset", D).code == 0


def test_versions_of_a_dataset_made_again_are_listed_with_a_hint_at_those_of_the_deleted_one(
    run: Run, gone: ServiceInMemory
) -> None:
    """Nothing told of them: they seemed to be lost."""
    first = run("version", "list", D)
    assert (first.code, first.err) == (0, "")
    gone.argilla.sets[AGAIN] = replace(CHAT, id=AGAIN)
    done = run("version", "list", DATASET)
    assert (done.code, "no version yet" in done.out) == (0, True)
    assert f"kept under its id {D}: its history, 2 versions (majority-1, dawid_skene-1)" in done.err
    for command in (
        ("version", "show", DATASET, "latest"),
        ("export", DATASET, "prod", "--format", "records"),
    ):
        done = run(*command)
        assert (done.code, "has no version" in done.err, f"under its id {D}" in done.err) == (
            1,
            True,
            True,
        )
    assert "majority-1" in run("version", "list", D).out


def test_the_history_is_that_of_the_dataset_which_was_made_again(
    run: Run, gone: ServiceInMemory
) -> None:
    """It was that of the deleted one, where its id came first."""
    for again in ("0", "f"):
        again *= 8
        gone.store.datasets.add(again)
        gone.store.datasets.note(again, name=DATASET, state="active")
        told = run("history", "--dataset", DATASET)
        assert (told.code, "settings were noted" in told.out) == (0, False), again
        gone.store.datasets.forget(again)
    assert "settings were noted" in run("history", "--dataset", D).out
