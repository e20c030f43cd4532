"""Pushing a version to a stand-in Hugging Face Hub: sent once, tagged, and plain about what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from huggingface_hub import constants

from argilla_distill.domain.versions.manifest import Manifest, VersionFile
from argilla_distill.plugin.errors import HubRefused, HubUnavailable, InvalidRequest
from argilla_distill.plugin.hub.pushing import push
from tests.plugin.hub.stand_in_hub import StandInHub

REPO = "team/chats"

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
"""The Hub's library sends files in a way that its HTTP library has given another name."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInHub]:
    with StandInHub().running() as hub:
        hub.replaces_the_real_one(monkeypatch)
        yield hub


def version(folder: Path, name: str = "learned-1", parts: int = 1, rows: str = "rows") -> Manifest:
    """A version with so many files of records."""
    place = folder / name
    place.mkdir()
    files = []
    for n in range(parts):
        path = place / f"records-train-{n:05}.parquet"
        path.write_bytes(f"PAR1 {rows} {n}".encode())
        digest = sha256(path.read_bytes()).hexdigest()
        files.append(VersionFile(path.name, 1, path.stat().st_size, digest))
    (place / "README.md").write_text("---\ntags:\n- argilla\n---\n# Chats\n")
    readme = (place / "README.md").read_bytes()
    files.append(VersionFile("README.md", 0, len(readme), sha256(readme).hexdigest()))
    (place / "manifest.json").write_text(f'{{"name": "{name}"}}')
    (place / "stray.txt").write_text("no part of the version")
    given = dict.fromkeys(Manifest.__dataclass_fields__, "")
    given |= {"name": name, "dataset": "support/chat", "content_sha256": "ab" * 32}
    return Manifest(**{**given, "files": tuple(files)})  # type: ignore[arg-type]


def test_a_version_becomes_a_dataset_repository_tagged_with_its_name(
    hub: StandInHub, tmp_path: Path
) -> None:
    manifest = version(tmp_path)
    pushed = push(manifest, tmp_path / "learned-1", REPO, private=True, tags=["prod"])
    found = hub.repositories[REPO]
    files = found.commits[found.tags["learned-1"]]
    expected = {f.path for f in manifest.files} | {"manifest.json", ".gitattributes"}
    assert set(files) == expected
    for file in manifest.files:
        assert files[file.path] == (tmp_path / "learned-1" / file.path).read_bytes()
    assert (found.private, found.tags["prod"]) == (True, pushed.commit)
    assert (pushed.url, pushed.changed) == (f"{hub.url}/datasets/{REPO}/tree/learned-1", True)
    assert found.messages[-1] == "support/chat, version learned-1"


def test_to_push_again_changes_nothing(hub: StandInHub, tmp_path: Path) -> None:
    manifest, folder = version(tmp_path), tmp_path / "learned-1"
    first = push(manifest, folder, REPO, private=True)
    hub.calls.clear()
    again = push(manifest, folder, REPO, private=False)
    assert again == replace(first, changed=False)
    assert [call for call in hub.calls if not call.startswith("GET")] == ["POST /api/repos/create"]
    assert hub.repositories[REPO].private


@pytest.mark.parametrize("broken", ["/lfs/", "/commit/", "/tag/"])
def test_what_broke_off_is_finished_by_the_same_call(
    hub: StandInHub, tmp_path: Path, broken: str
) -> None:
    manifest, folder = version(tmp_path), tmp_path / "learned-1"
    hub.fails[broken] = 400
    with pytest.raises((HubRefused, HubUnavailable)):
        push(manifest, folder, REPO, private=True)
    assert hub.repositories[REPO].tags == {}
    hub.fails.clear()
    assert push(manifest, folder, REPO, private=True).changed
    found = hub.repositories[REPO]
    assert len(found.commits[found.tags["learned-1"]]) == 4
    assert len(found.order) == 2


def test_a_later_version_replaces_the_files_and_the_earlier_stays_under_its_tag(
    hub: StandInHub, tmp_path: Path
) -> None:
    push(version(tmp_path, parts=3), tmp_path / "learned-1", REPO, private=True, tags=["prod"])
    found = hub.repositories[REPO]
    found.commits[found.order[-1]]["LICENSE"] = b"theirs"
    later = version(tmp_path, "acme:People-2", rows="other rows")
    push(later, tmp_path / "acme:People-2", REPO, private=True, tags=["prod"])
    assert found.tags["prod"] == found.tags["acme.People-2"] != found.tags["learned-1"]
    now, then = (found.commits[found.tags[tag]] for tag in ("prod", "learned-1"))
    assert len([path for path in then if path.endswith(".parquet")]) == 3
    assert len([path for path in now if path.endswith(".parquet")]) == 1
    assert now["LICENSE"] == b"theirs"


def test_a_tag_of_something_else_is_not_overwritten(hub: StandInHub, tmp_path: Path) -> None:
    push(version(tmp_path), tmp_path / "learned-1", REPO, private=True)
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(HubRefused, match="has a tag learned-1 that is not this version"):
        push(version(other, rows="others"), other / "learned-1", REPO, private=True)


@pytest.mark.parametrize(
    ("token", "status", "why"),
    [
        ("", 0, "needs a token: set HF_TOKEN"),
        ("wrong", 0, "does not know the token"),
        ("reader", 0, "no right to write to team/chats"),
        ("writer", 503, "try again"),
        ("writer", 404, "there is no team/chats"),
        ("writer", 422, "refuses team/chats: refused with 422"),
    ],
)
def test_what_the_hub_refuses_says_what_to_do_and_names_no_token(
    hub: StandInHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    token: str,
    status: int,
    why: str,
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    hub.fails |= {"/api/repos/create": status} if status else {}
    with pytest.raises((HubRefused, HubUnavailable)) as refused:
        push(version(tmp_path), tmp_path / "learned-1", REPO, private=True)
    assert why in str(refused.value)
    assert isinstance(refused.value, HubUnavailable) == (status == 503)
    assert not token or token not in str(refused.value).replace("right to write", "")
    assert refused.value.__cause__ is None


def test_a_hub_that_is_not_there_may_be_tried_again(
    hub: StandInHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(HubUnavailable, match=r"127\.0\.0\.1:1\) does not answer"):
        push(version(tmp_path), tmp_path / "learned-1", REPO, private=True)


def test_a_name_that_is_none_is_refused(hub: StandInHub, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="write owner/name"):
        push(version(tmp_path), tmp_path / "learned-1", "team/chats/more", private=True)
