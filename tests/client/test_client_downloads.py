"""Downloads of the client: gone on with, checked, kept once, and whole whatever happens on the way."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from argilla_distill import Client
from argilla_distill.client.cache import SILENT_S, Cache
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Damaged, Unavailable
from argilla_distill.client.version import Version
from tests.client.running_service import KEY, Running, answers, breaks_after, changes

NAME = "support/chat"


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it waited between attempts, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr(Connection, "wait", lambda _, seconds: waited.append(seconds))
    return waited


@pytest.fixture
def version(served: Running, client: Client) -> Version:
    found = client.dataset(NAME).version("prod")
    served.weather.seen.clear()
    return found


def test_what_breaks_off_is_gone_on_with_where_it_ended(served: Running, version: Version) -> None:
    served.weather.ahead += [breaks_after(100), breaks_after(50), breaks_after(1)]
    assert len(version.votes().to_arrow()) == version.manifest.votes
    assert served.weather.paths() == [
        "votes-00000.parquet",
        "votes-00000.parquet bytes=100-",
        "votes-00000.parquet bytes=150-",
        "votes-00000.parquet bytes=151-",
    ]


def test_while_it_comes_further_it_does_not_give_up(served: Running, version: Version) -> None:
    served.weather.ahead += [breaks_after(100) for _ in range(40)]
    assert len(version.votes().to_arrow()) == version.manifest.votes


def test_where_ranges_are_not_known_it_begins_anew(served: Running, version: Version) -> None:
    def whole(app: Any, environ: dict[str, Any], start: Any) -> Any:
        del environ["HTTP_RANGE"]
        return app(environ, start)

    served.weather.ahead += [breaks_after(100), whole]
    assert len(version.votes().to_arrow()) == version.manifest.votes


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_who_says_later_is_asked_again(
    served: Running, version: Version, status: int, pauses: list[float]
) -> None:
    served.weather.ahead += [answers(status, Retry_After="7"), answers(status, b"<h1>Wait</h1>")]
    assert len(version.votes().to_arrow()) == version.manifest.votes
    assert pauses[0] == 7
    assert 0.5 < pauses[1] < 3


def test_it_gives_up_in_the_end_with_what_the_service_says(
    served: Running, version: Version, pauses: list[float]
) -> None:
    served.weather.ahead += [answers(503, b'{"error": "Redis is full."}')] * 6
    with pytest.raises(Unavailable, match=r"Redis is full\."):
        version.votes().to_arrow()
    assert len(pauses) == 5
    assert sorted(pauses) == pauses
    served.weather.ahead[:] = [answers(503, Retry_After="3600")]
    with pytest.raises(Unavailable):
        version.votes().to_arrow()
    assert len(pauses) == 5


def test_a_byte_that_changed_on_the_way_is_noticed_and_loaded_anew(
    served: Running, version: Version
) -> None:
    served.weather.ahead.append(changes(at=200))
    assert len(version.votes().to_arrow()) == version.manifest.votes
    assert len(served.weather.seen) == 2


def test_a_file_that_is_damaged_is_named(served: Running, client: Client, version: Version) -> None:
    served.weather.ahead += [changes(at=200), changes(at=300)]
    with pytest.raises(Damaged, match=r"votes-00000\.parquet arrives, but is not what was written"):
        version.votes().to_arrow()
    assert client.cache.size_bytes == 0


def test_the_same_file_is_loaded_once(served: Running, client: Client, version: Version) -> None:
    version.records().to_arrow()
    loaded = len(served.weather.seen)
    again = client.dataset(NAME).version("majority-1").to_pandas()
    assert len(again) == 12
    assert len([p for p in served.weather.paths() if p.startswith("records")]) == loaded
    expected = sum(f.bytes for f in version.manifest.files if f.path.startswith("records"))
    assert client.cache.size_bytes == expected
    assert client.cache.clear() == expected
    assert client.cache.size_bytes == 0


def test_a_file_that_is_damaged_in_the_cache_is_loaded_anew(
    served: Running, version: Version
) -> None:
    (path,) = version.votes().files()
    path.write_bytes(path.read_bytes()[:-1])
    assert len(version.votes().to_arrow()) == version.manifest.votes


def test_what_a_killed_download_left_is_gone_on_with_once_nobody_writes_to_it(
    served: Running, client: Client, version: Version
) -> None:
    (path,) = version.votes().files()
    data, digest = path.read_bytes(), path.stem
    path.unlink()
    left = path.with_name(f"{path.name}.part-0123456789abcdef")
    left.write_bytes(data[:300])
    served.weather.seen.clear()
    version.votes().files()
    assert served.weather.paths() == ["votes-00000.parquet"]
    assert left.exists()
    path.unlink()
    os.utime(left, (time.time() - 2 * SILENT_S,) * 2)
    version.votes().files()
    assert served.weather.paths()[1:] == ["votes-00000.parquet bytes=300-"]
    assert not left.exists()
    assert client.cache.find(digest, ".parquet") == path


def test_several_at_once_share_a_cache(served: Running, tmp_path: Path) -> None:
    def load(_: int) -> int:
        with Client(served.url, KEY, cache=tmp_path, progress=False) as client:
            return int(client.dataset(NAME).version("prod").records().to_arrow().num_rows)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(load, range(6))) == [12] * 6
    assert not list(tmp_path.rglob("*.part-*"))


def test_a_full_disk_leaves_no_file_that_is_taken_for_whole(
    client: Client, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Cache, "keep", full)
        with pytest.raises(OSError, match="No space left"):
            version.votes().files()
    digest = next(f.sha256 for f in version.manifest.files if f.path.startswith("votes"))
    assert client.cache.find(digest, ".parquet") is None
    assert len(version.votes().to_arrow()) == version.manifest.votes


def test_without_a_cache_nothing_is_left(served: Running) -> None:
    client = Client(served.url, KEY, cache=False, progress=False)
    with client:
        assert len(client.dataset(NAME).version("prod").to_pandas()) == 12
        assert client.cache.size_bytes > 0
    assert not client.cache.place.exists()


def test_the_usual_cache_is_the_users_and_nobody_elses(
    served: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with Client(served.url, KEY, progress=False) as client:
        client.dataset(NAME).version("prod").votes().files()
        assert client.cache.place == tmp_path / "argilla-distill" / "versions"
        assert "MB" in repr(client.cache)
        for path in client.cache.place.rglob("*"):
            assert path.stat().st_mode & 0o077 == 0


def test_progress_is_shown_where_somebody_watches(
    served: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for progress, shown in ((True, True), (None, False), (False, False)):
        with Client(served.url, KEY, cache=tmp_path / str(progress), progress=progress) as client:
            client.dataset(NAME).version("prod").votes().files()
        told = capsys.readouterr()
        assert told.out == ""
        assert ("majority-1 ██████████████████████████████ 0.0 of 0.0 MB" in told.err) == shown
