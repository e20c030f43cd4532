"""A history whose older entries lie in files reads as if all were in Redis, wherever the cut is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from argilla_distill.domain.history import START, Entry
from argilla_distill.domain.history.archived import FOLDER, ArchivedPart, place
from argilla_distill.plugin.errors import ArchiveDamaged, ArchiveUnavailable
from argilla_distill.plugin.storage.history_files import HistoryFiles
from argilla_distill.plugin.store import Store
from argilla_distill.workers.archives import part_file
from argilla_distill.workers.archives.part_file import PartFile, digest_of

D = "dataset"

Damage = Callable[[Path], object]


def append(store: Store, *moments: int) -> list[Entry]:
    """An entry at each moment (ms); several at one have numbers."""
    filed = []
    for moment in moments:
        (entry_id,) = store.history.ids(D, moment, 1)
        said = Entry(
            "answer", f"r{moment}", 3, "submitted", {"q": f"ja „{moment}“\x1f\n"}, id=entry_id
        )
        store.history.append(store.redis, D, [said])
        filed.append(said)
    return filed


def move(store: Store, folder: Path, end: str) -> ArchivedPart:
    """Let a part with all entries up to one leave Redis."""
    behind = store.archive.end(D)
    made = PartFile(folder / "made")
    made.add(store.history.stored_after(D, behind, end=end))
    part = made.close()
    store.archive.files.put(D, part.name, folder / "made")
    assert digest_of(store.archive.every(D, part)) == made.digest_
    assert store.archive.move(D, part, behind)
    return part


@pytest.fixture
def kept(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with files, in groups of three entries."""
    monkeypatch.setattr(part_file, "GROUP", 3)
    store.archive.address = str(tmp_path / "versions")
    return store


def file_of(store: Store, part: ArchivedPart) -> Path:
    return Path(store.archive.address) / D / FOLDER / part.name


MOMENTS = (5, 5, 5, 7, 8, 8, 12, 13, 20, 20, 21, 30)


@pytest.mark.parametrize("cuts", [(1,), (3,), (4, 5), (2, 7, 11), (11,)])
def test_wherever_the_cut_is_every_reader_finds_what_it_found_before(
    kept: Store, tmp_path: Path, cuts: tuple[int, ...]
) -> None:
    filed = append(kept, *MOMENTS)
    ids = [entry.id for entry in filed]
    for cut in cuts:
        move(kept, tmp_path, ids[cut - 1])
    assert kept.history.in_redis(D) == len(filed) - cuts[-1]
    assert kept.history.length(D) == len(filed) == 12
    for start, position in enumerate([START, *ids]):
        for count in (1, 2, 500):
            assert list(kept.history.after(D, position, count)) == filed[start:]
        for end in range(start, len(ids)):
            found = kept.history.stored_after(D, position, end=ids[end])
            assert [entry.id for entry in found] == ids[start : end + 1]
    for moment in range(4, 32):
        until = [i for i in ids if place(i)[0] <= moment]
        assert kept.history.before(D, moment) == (until[-1] if until else START)
    assert kept.history.entries(D, [*ids[::-1], "6-0", "99-0", ids[0]]) == [*filed[::-1], filed[0]]
    assert kept.history.last(D) == ids[-1]
    assert [e.id for e in append(kept, 1)] == ["30-1"], "ids go on behind the last one"


def test_entries_that_are_moved_while_somebody_reads_are_read_once(
    kept: Store, tmp_path: Path
) -> None:
    filed = append(kept, *MOMENTS)
    reading = kept.history.after(D, START, 2)
    found = [next(reading), next(reading)]
    move(kept, tmp_path, filed[1].id)
    found += [next(reading)]
    move(kept, tmp_path, filed[7].id)
    other = Store(kept.redis, kept.keys.prefix, versions=kept.archive.address)
    assert list(other.history.after(D, START)) == filed, "another process knows none of the parts"
    assert [*found, *reading] == filed


def test_what_others_moved_meanwhile_is_not_moved_twice(kept: Store, tmp_path: Path) -> None:
    filed = append(kept, *MOMENTS)
    made = PartFile(tmp_path / "mine")
    made.add(kept.history.stored_after(D, START, end=filed[5].id))
    mine = made.close()
    kept.archive.files.put(D, mine.name, tmp_path / "mine")
    move(kept, tmp_path, filed[3].id)
    assert not kept.archive.move(D, mine, START)
    assert list(kept.history.after(D, START)) == filed
    assert kept.archive.size(D)[0] == 4


def test_what_is_in_redis_is_read_without_a_look_at_files(
    kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = append(kept, *MOMENTS)
    move(kept, tmp_path, filed[6].id)
    monkeypatch.setattr(HistoryFiles, "group", never)
    assert list(kept.history.after(D, filed[6].id)) == filed[7:]
    assert kept.history.entries(D, [e.id for e in filed[7:]]) == filed[7:]
    assert kept.history.before(D, 20) == "20-1"
    assert kept.history.last(D) == filed[-1].id
    assert kept.history.length(D) == len(filed)


def never(*_: object) -> Iterator[object]:
    raise AssertionError("a file was read")


def flipped(at: int) -> Damage:
    """One byte is another one."""

    def damage(path: Path) -> None:
        data = path.read_bytes()
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])

    return damage


def cut(size: int) -> Damage:
    """Only so many bytes are left."""
    return lambda path: path.write_bytes(path.read_bytes()[:size])


def rubbish(path: Path) -> None:
    """Bytes that mean nothing, the same each time."""
    path.write_bytes(bytes((n * 197 + n // 7) % 256 for n in range(2_000)))


OTHER = "is not what was written"


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (Path.unlink, "is missing"),
        (cut(0), OTHER),
        (cut(90), OTHER),
        (flipped(5), OTHER),
        (flipped(60), OTHER),
        (rubbish, OTHER),
    ],
)
def test_a_damaged_file_is_named_and_no_entry_is_left_out_in_silence(
    kept: Store, tmp_path: Path, damage: Damage, says: str
) -> None:
    filed = append(kept, *MOMENTS)
    part = move(kept, tmp_path, filed[6].id)
    damage(file_of(kept, part))
    with pytest.raises(ArchiveDamaged, match=part.name) as caught:
        list(kept.history.after(D, START))
    assert says in str(caught.value)
    assert "backup" in str(caught.value)
    with pytest.raises(ArchiveDamaged, match=part.name):
        kept.history.entries(D, [filed[0].id])
    with pytest.raises(ArchiveDamaged):
        kept.archive.files.check(D, replace(part, bytes=part.bytes + 1))


def test_a_storage_that_is_not_named_or_not_reached_is_said_to_be_so(
    kept: Store, tmp_path: Path
) -> None:
    filed = append(kept, *MOMENTS)
    move(kept, tmp_path, filed[6].id)
    for address, says in (("", "no storage is named"), ("nosuch://x/y", "Protocol not known")):
        away = Store(kept.redis, kept.keys.prefix, versions=address)
        with pytest.raises(ArchiveUnavailable, match=says):
            list(away.history.after(D, START))
        assert list(away.history.after(D, filed[6].id)) == filed[7:], "what is in Redis is read"
    elsewhere = Store(kept.redis, kept.keys.prefix, versions=str(tmp_path / "elsewhere"))
    with pytest.raises(ArchiveDamaged, match="is DISTILL_VERSIONS right"):
        list(elsewhere.history.after(D, START))


def test_files_may_lie_where_there_is_no_directory(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.archive.address = f"memory://{store.keys.prefix}/versions"
    filed = append(store, *MOMENTS)
    part = move(store, tmp_path, filed[6].id)
    store.archive.files.check(D, part)
    assert list(store.history.after(D, START)) == filed
    monkeypatch.setattr(MemoryFileSystem, "cat_file", unreachable)
    with pytest.raises(ArchiveUnavailable, match="is not reached: ConnectionError: no route"):
        list(store.history.after(D, START))
    monkeypatch.undo()
    store.archive.files.delete(D, part.name)
    with pytest.raises(ArchiveDamaged, match="is missing"):
        store.history.entries(D, [filed[0].id])


def unreachable(*_: object, **__: object) -> bytes:
    raise ConnectionError("no route to host")


def test_what_is_remembered_of_parts_gives_way_where_redis_was_emptied(
    kept: Store, tmp_path: Path
) -> None:
    move(kept, tmp_path, append(kept, *MOMENTS)[6].id)
    assert len(kept.archive.parts(D)) == 1
    kept.redis.delete(*(kept.keys.of(D, name) for name in ("archive", "archived", "history")))
    assert kept.archive.parts(D) == []
    filed = append(kept, 40, 41, 42)
    move(kept, tmp_path, filed[1].id)
    assert [part.first for part in kept.archive.parts(D)] == ["40-0"]
    assert list(kept.history.after(D, START)) == filed
