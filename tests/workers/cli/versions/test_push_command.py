"""The command `version push`: a version that was made, on a stand-in Hugging Face Hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.use_cases.world import World
from tests.plugin.hub.stand_in_hub import StandInHub
from tests.workers.argilla_in_memory import D
from tests.workers.cli.command_line import Run
from tests.workers.service_in_memory import ServiceInMemory

CHATS, REPO = "support/chat", "team/chats"
PUSH = ("version", "push", CHATS, "latest", REPO)

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInHub]:
    with StandInHub().running() as hub:
        hub.replaces_the_real_one(monkeypatch)
        yield hub


def create(service: ServiceInMemory, run: Run, place: str) -> None:
    """A version in this storage."""
    settings = service.world.settings.model_copy(update={"versions": place})
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    assert run("version", "create", CHATS, DISTILL_VERSIONS=place).code == 0
    assert make(World(service.argilla, service.store, settings), D, 60.0).manifest is not None


@pytest.mark.parametrize("place", ["disk", "memory://versions"])
def test_a_version_is_pushed_from_wherever_it_is_kept(
    run: Run, service: ServiceInMemory, hub: StandInHub, tmp_path: Path, place: str
) -> None:
    create(service, run, str(tmp_path / "versions") if place == "disk" else place)
    done = run(*PUSH, "--tag", "prod")
    assert done.code == 0, done.err
    assert done.out == f"majority-1 is at {hub.url}/datasets/{REPO}/tree/majority-1\n"
    found = hub.repositories[REPO]
    assert (found.private, sorted(found.tags)) == (True, ["majority-1", "prod"])
    manifest = service.store.versions.manifest(D, "majority-1")
    assert manifest is not None
    files = found.commits[found.tags["prod"]]
    assert {file.path for file in manifest.files} <= set(files)
    assert "was there already" in run(*PUSH).out
    assert run("version", "push", CHATS, "latest", "team/open", "--public").code == 0
    assert not hub.repositories["team/open"].private


def test_what_is_damaged_or_deleted_is_not_pushed(
    run: Run, service: ServiceInMemory, hub: StandInHub, tmp_path: Path
) -> None:
    create(service, run, str(tmp_path / "versions"))
    (tmp_path / "versions" / D / "majority-1" / "README.md").unlink()
    done = run(*PUSH)
    assert done.code == 1
    assert "majority-1 is damaged and is not pushed: README.md is missing" in done.err
    assert run("version", "delete", CHATS, "majority-1").code == 0
    assert "are deleted" in run("version", "push", CHATS, "majority-1", REPO).err
    assert hub.repositories == {}


@pytest.mark.parametrize(
    ("token", "fails", "code", "why"),
    [
        ("", 0, 4, "the Hub needs a token: set HF_TOKEN"),
        ("reader", 0, 4, "no right to write"),
        ("writer", 503, 3, "try again"),
    ],
)
def test_a_hub_that_refuses_ends_with_what_to_do(
    run: Run,
    service: ServiceInMemory,
    hub: StandInHub,
    tmp_path: Path,
    token: str,
    fails: int,
    code: int,
    why: str,
) -> None:
    create(service, run, str(tmp_path / "versions"))
    hub.fails |= {"/api/repos/create": fails} if fails else {}
    done = run(*PUSH, HF_TOKEN=token)
    assert (done.code, done.out) == (code, "")
    assert why in done.err


def test_a_tag_that_is_none_is_refused(
    run: Run, service: ServiceInMemory, hub: StandInHub, tmp_path: Path
) -> None:
    create(service, run, str(tmp_path / "versions"))
    done = run(*PUSH, "--tag", "no tag")
    assert (done.code, hub.repositories) == (1, {})
    assert "is no tag" in done.err
