"""What a version is made of, on disk: sorted by record, over any kill."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from argilla_distill.domain.records import Record
from argilla_distill.workers.versions import spool as room
from argilla_distill.workers.versions.spool import HELD_FILE, Spool

TEXT = "a tab\t, an end\n of line, a \x1f and ✓"


def add(spool: Spool, numbers: Iterable[int]) -> None:
    rows = [Record(f"{n:08x}", "completed", {"text": f"{TEXT} {n}"}) for n in numbers]
    spool.add_records((record, "") for record in rows)


def texts(spool: Spool) -> list[str]:
    return [
        str(row.fields["text"])
        for bucket in spool.buckets()
        for row in spool.records(bucket).values()
    ]


def wanted(n: int) -> list[str]:
    return [f"{TEXT} {number}" for number in range(n)]


def test_what_was_marked_is_there_after_a_kill_and_what_came_later_is_not(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    add(spool, range(3))
    spool.mark("records", {"read": 3})
    add(spool, range(3, 5))
    again = Spool(tmp_path)
    assert (again.marked("records"), texts(again)) == ({"read": 3}, wanted(3))


def test_little_that_is_marked_is_one_file_and_much_is_sorted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    add(spool, range(3))
    spool.mark("records", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == [HELD_FILE, "records.mark"]
    monkeypatch.setattr(room, "HELD", 1)
    spool.mark("records", {})
    assert not (tmp_path / HELD_FILE).exists()
    assert texts(Spool(tmp_path)) == wanted(3)


def test_what_a_kill_left_both_held_and_sorted_is_there_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    add(spool, range(4))
    spool.mark("records", {})
    held = (tmp_path / HELD_FILE).read_bytes()
    spool.sort_in()
    (tmp_path / HELD_FILE).write_bytes(held)
    assert texts(Spool(tmp_path)) == wanted(4)


def test_where_the_machine_went_down_before_the_disk_had_all_of_it_it_begins_anew(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "spool"
    spool = Spool(folder)
    add(spool, range(4))
    spool.mark("records", {"read": 4})
    (folder / HELD_FILE).write_bytes(b"")
    again = Spool(folder)
    assert (again.marked("records"), texts(again)) == ({}, [])
