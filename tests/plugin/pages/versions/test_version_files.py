"""Versions by address: what is listed, the files as they are, ranges, digests, and who is refused."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import fsspec
import pyarrow.parquet as pq
import pytest
from werkzeug.test import TestResponse

from argilla_distill.domain.versions.manifest import FailedVersion, Manifest, VersionRequest
from argilla_distill.plugin.pages.versions import sending
from argilla_distill.plugin.storage.storage import Folder
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET, at
from tests.plugin.pages.versions import versioned
from tests.plugin.pages.website import Site

AT = f"/datasets/{DATASET}/versions"
THREE = f"{AT}/learned-3"
VOTES = f"{THREE}/files/votes-00000.parquet"
KEY = "olga.apikey"


@pytest.fixture
def site(store: Store, tmp_path: Path) -> Site:
    gallery.write(store)
    versioned.write(store, tmp_path / "versions")
    return Site(store, environment={"DISTILL_VERSIONS": str(tmp_path / "versions")})


def get(site: Site, path: str, key: str = KEY, method: str = "GET", **headers: str) -> TestResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given["Authorization"] = f"Bearer {key}"
    return site.app.test_client().open(path, method=method, headers=given, buffered=True)


def as_written(path: str) -> bytes:
    return versioned.files()[path][1]


# What there is


def test_all_versions_are_listed_with_their_tags_and_what_is_being_made(
    site: Site, tmp_path: Path
) -> None:
    versioned.write(site.store, tmp_path / "versions", "majority-1", ("prod", "latest"))
    site.store.versions.ask(DATASET, VersionRequest("learned-4", "", "9-0"))
    site.store.versions.note(DATASET, "learned-4", stage="writing", done=5, total=9)
    told = get(site, AT).get_json()
    assert told["dataset"] == {"id": DATASET, "name": "support/chatbot-feedback"}
    assert {v["name"]: v["tags"] for v in told["versions"]} == {
        "learned-3": [],
        "majority-1": ["latest", "prod"],
    }
    assert told["versions"][0]["records"] == 300
    assert told["making"] == [
        {"name": "learned-4", "stage": "writing", "done": 5, "total": 9, "error": ""}
    ]
    assert told["failed"] == []


def test_a_version_that_could_not_be_made_says_why(site: Site) -> None:
    failed = FailedVersion("learned-4", "the strategy failed", at(80))
    site.store.versions.fail(DATASET, failed)
    assert get(site, AT).get_json()["failed"] == [asdict(failed)]
    answer = get(site, f"{AT}/learned-4")
    assert answer.status_code == 404
    assert answer.get_json()["error"] == "learned-4 could not be made: the strategy failed"


@pytest.mark.parametrize("name", ["learned-3", "latest"])
def test_a_version_is_found_by_its_name_and_by_a_tag(site: Site, name: str) -> None:
    told = get(site, f"{AT}/{name}").get_json()
    assert (told.pop("name"), told.pop("tags")) == ("learned-3", ["latest"])
    assert Manifest.read({**told, "name": "learned-3"}) == site.store.versions.manifest(
        DATASET, "learned-3"
    )


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (f"{AT}/learned-4", 404, "did you mean learned-3?"),
        (f"{AT}/xyz/records.parquet", 404, "there are learned-3, latest"),
        (f"{THREE}/files/vote-00000.parquet", 404, "did you mean votes-00000.parquet?"),
        (f"{THREE}/records.parquet?split=trian", 400, "did you mean train?"),
        (f"{THREE}/votes.parquet?split=train", 400, "join them by record_id"),
        (f"{THREE}/records.parquet?splt=train", 400, "did you mean split?"),
        (f"{VOTES}?split=train", 400, "no option split"),
        (f"{THREE}/other.parquet", 404, "no such page"),
    ],
)
def test_what_there_is_not_is_told_with_what_was_probably_meant(
    site: Site, path: str, status: int, words: str
) -> None:
    answer = get(site, path)
    assert answer.status_code == status
    assert words in answer.get_json()["error"] or (status == 404 and "reached" in answer.text)


def test_a_version_that_is_being_made_says_how_far_it_is_and_when_to_look_again(
    site: Site,
) -> None:
    site.store.versions.ask(DATASET, VersionRequest("learned-4", "", "9-0"))
    for path in (f"{AT}/learned-4", f"{AT}/learned-4/records.parquet"):
        answer = get(site, path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (404, "2")
        assert answer.get_json()["making"]["stage"] == "not begun"


def test_a_deleted_version_keeps_its_manifest_and_has_no_files(site: Site) -> None:
    told = site.store.versions.manifest(DATASET, "learned-3")
    assert told is not None
    versioned.delete(site.store, told)
    assert get(site, THREE).get_json()["deleted_at"] == at(85)
    for path in (VOTES, f"{THREE}/records.parquet"):
        answer = get(site, path)
        assert answer.status_code == 410
        assert "were deleted" in answer.get_json()["error"]


# Who may


@pytest.mark.parametrize("path", [AT, THREE, VOTES, f"{THREE}/records.parquet"])
def test_owners_and_admins_of_the_workspace_get_them_and_nobody_else(site: Site, path: str) -> None:
    assert get(site, path).status_code == 200
    assert get(site, path, "adam.apikey").status_code == 200
    assert get(site, path, "nora.apikey").status_code == 403
    annotator = get(site, path, "anna.apikey")
    assert annotator.status_code == 403
    assert "anna is an annotator" in annotator.get_json()["error"]
    assert get(site, path, "wrong").status_code == 401
    assert site.app.test_client().get(path).status_code in (302, 401)


def test_whoever_may_not_see_a_version_does_not_learn_that_it_is_there(site: Site) -> None:
    for key in ("nora.apikey", "anna.apikey"):
        there, not_there = get(site, THREE, key), get(site, f"{AT}/none-1", key)
        elsewhere = get(site, "/datasets/no-id/versions/none-1", key)
        assert there.data == not_there.data == elsewhere.data


@pytest.mark.parametrize(
    "path",
    [
        "../manifest.json",
        "../../../../etc/passwd",
        "%2e%2e/%2e%2e/secret",
        "/etc/passwd",
        "..%2fsecret",
        "./votes-00000.parquet",
        "votes-00000.parquet/",
        "votes-00000.parquet%00",
        "",
    ],
)
def test_nothing_but_a_versions_own_files_can_be_had(site: Site, tmp_path: Path, path: str) -> None:
    (tmp_path / "versions" / DATASET / "secret").write_text("secret")
    answer = get(site, f"{THREE}/files/{path}")
    assert answer.status_code in (308, 404)
    assert b"secret" not in answer.data
    assert b"root:" not in answer.data


def test_a_browser_downloads_what_a_script_does(site: Site) -> None:
    site.sign_in("adam")
    answer = site.get(VOTES)
    assert answer.data == as_written("votes-00000.parquet")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=learned-3-votes-00000.parquet"
    )


# Files as they are


@pytest.mark.parametrize("path", sorted(versioned.files()))
def test_a_file_is_sent_as_it_was_written_under_its_digest(site: Site, path: str) -> None:
    answer = get(site, f"{AT}/latest/files/{path}")
    data = as_written(path)
    assert answer.data == data
    assert answer.get_etag() == (sha256(data).hexdigest(), False)
    assert answer.headers["Content-Location"] == f"{THREE}/files/{path}"
    assert answer.headers["Accept-Ranges"] == "bytes"
    head = get(site, f"{THREE}/files/{path}", method="HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert head.content_length == answer.content_length == len(data)


def test_the_manifest_is_a_file_as_well(site: Site) -> None:
    assert json.loads(get(site, f"{THREE}/files/manifest.json").data) == {"name": "learned-3"}


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=10-", 10, None),
        ("bytes=0-", 0, None),
        ("bytes=-8", -8, None),
        ("bytes=-9999999", 0, None),
        ("bytes=5-9999999", 5, None),
    ],
)
@pytest.mark.parametrize("path", [VOTES, f"{THREE}/votes.parquet"])
def test_a_range_is_sent_as_206(
    site: Site, path: str, wanted: str, start: int, stop: int | None
) -> None:
    data = get(site, path).data
    answer = get(site, path, Range=wanted)
    assert answer.status_code == 206
    assert answer.data == data[start:stop]
    first = start % len(data)
    told = f"bytes {first}-{first + len(answer.data) - 1}/{len(data)}"
    assert answer.headers["Content-Range"] == told
    assert answer.content_length == len(answer.data)


@pytest.mark.parametrize("wanted", ["bytes=9999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_416(site: Site, wanted: str) -> None:
    answer = get(site, VOTES, Range=wanted)
    size = len(as_written("votes-00000.parquet"))
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize(
    "wanted", ["bytes=0-1,4-5", "lines=0-1", "bytes=9-2", "bytes=-", "bytes=a-b", "bytes"]
)
def test_what_is_no_single_range_is_answered_with_all_of_it(site: Site, wanted: str) -> None:
    answer = get(site, VOTES, Range=wanted)
    assert (answer.status_code, answer.data) == (200, as_written("votes-00000.parquet"))


def test_what_somebody_has_is_not_sent_again_and_a_range_only_of_the_same(site: Site) -> None:
    for path in (VOTES, f"{THREE}/votes.parquet"):
        tag = get(site, path).headers["ETag"]
        same = get(site, path, If_None_Match=tag)
        assert (same.status_code, same.data) == (304, b"")
        assert get(site, path, If_None_Match='"other"').status_code == 200
        assert get(site, path, Range="bytes=0-3", If_Range=tag).status_code == 206
        assert get(site, path, Range="bytes=0-3", If_Range='"other"').status_code == 200
        assert get(site, path, If_Match=tag).status_code == 200
        assert get(site, path, If_Match='"other"').status_code == 412


# Tables as one file


def test_a_table_is_one_file_whatever_parts_it_has(site: Site) -> None:
    def rows(path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = pq.read_table(io.BytesIO(get(site, path).data)).to_pylist()
        return found

    train = versioned.record_rows("train", 0, 120) + versioned.record_rows("train", 1, 60)
    test = versioned.record_rows("test", 0, 120)
    assert rows(f"{THREE}/records.parquet") == test + train
    assert rows(f"{THREE}/records.parquet?split=train") == train
    assert rows(f"{THREE}/votes.parquet") == [
        *versioned.vote_rows(0, 120),
        *versioned.vote_rows(1, 60),
    ]
    only = get(site, f"{THREE}/records.parquet?split=test")
    assert only.data == as_written("records-test-00000.parquet")
    assert only.get_etag()[0] == sha256(only.data).hexdigest()


def test_a_damaged_version_says_so_and_sends_nothing(site: Site, tmp_path: Path) -> None:
    assert get(site, f"{THREE}/votes.parquet").status_code == 200
    victim = tmp_path / "versions" / DATASET / "learned-3" / "votes-00000.parquet"
    victim.write_bytes(victim.read_bytes()[:-1])
    for path in (VOTES, f"{THREE}/votes.parquet"):
        answer = get(site, path)
        assert answer.status_code == 500
        assert "version verify" in answer.get_json()["error"]
    victim.unlink()
    assert "is missing" in get(site, VOTES).get_json()["error"]


# Versions that are kept elsewhere


@pytest.fixture
def elsewhere(site: Site, tmp_path: Path) -> Site:
    far = fsspec.filesystem("memory")
    far.put(str(tmp_path / "versions"), "/elsewhere", recursive=True)
    return Site(site.store, environment={"DISTILL_VERSIONS": "memory://elsewhere"})


def test_from_a_storage_elsewhere_the_same_is_sent(elsewhere: Site, site: Site) -> None:
    for path in (VOTES, f"{THREE}/records.parquet", f"{THREE}/files/manifest.json"):
        far, near = get(elsewhere, path), get(site, path)
        assert (far.data, far.headers["ETag"]) == (near.data, near.headers["ETag"])
        assert get(elsewhere, path, Range="bytes=3-9").data == near.data[3:10]


def test_only_a_few_wait_for_a_storage_elsewhere_at_once(
    elsewhere: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE_S", 0.01)
    monkeypatch.setattr(sending, "MAX_AT_ONCE", 0)
    answer = get(
        Site(elsewhere.store, environment={"DISTILL_VERSIONS": "memory://elsewhere"}), VOTES
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_while_the_storage_is_away_everybody_is_asked_to_come_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise ConnectionError("no route to the bucket, key=secret")

    monkeypatch.setattr(Folder, "check", away)
    answer = get(site, VOTES)
    assert answer.status_code == 503
    assert "secret" not in answer.text
    assert get(site, THREE).status_code == 200


def test_a_storage_whose_package_is_missing_closes_no_other_page(store: Store) -> None:
    gallery.write(store)
    versioned_site = Site(store, environment={"DISTILL_VERSIONS": "nosuch://bucket"})
    assert get(versioned_site, AT).status_code == 200
