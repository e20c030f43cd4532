"""Versions outlive their dataset: what was trained on is read, diffed and exported for ever."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

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
    done = run("version", "create", DATASET)
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
    assert f"its versions (majority-1, dawid_skene-1) are found by its id: {D}" in done.err
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
