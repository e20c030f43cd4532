"""Several Parquet files as one to download: what readers make of it, and what is refused."""

from __future__ import annotations

import io
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from argilla_distill.domain.versions.manifest import VersionFile
from argilla_distill.plugin.storage.footer import Part, joined, length_of
from argilla_distill.plugin.storage.storage import DamagedFile, Folder, Storage
from argilla_distill.plugin.storage.thrift import NoParquet
from argilla_distill.plugin.storage.whole import Whole, digest_of, file, table

QUESTION = pa.struct(
    [("value", pa.string()), ("posterior", pa.list_(pa.struct([("p", pa.float64())])))]
)
SCHEMA = pa.schema([("record_id", pa.string()), ("helpful", QUESTION)])


def rows(part: int, count: int) -> list[dict[str, Any]]:
    return [
        {"record_id": f"{part}-{n}", "helpful": {"value": "é" * n, "posterior": [{"p": n / 3}]}}
        for n in range(count)
    ]


def written(folder: Path, part: int, count: int, **options: Any) -> VersionFile:
    """A part on disk, in row groups of three."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"records-train-{part:05}.parquet"
    pq.write_table(
        pa.Table.from_pylist(rows(part, count), SCHEMA),
        path,
        **{"row_group_size": 3, "compression": "zstd", **options},
    )
    data = path.read_bytes()
    return VersionFile(path.name, count, len(data), sha256(data).hexdigest())


def folder_of(tmp_path: Path) -> Folder:
    return Storage(str(tmp_path)).version("d", "learned-1")


def parts_in(tmp_path: Path, *counts: int, **options: Any) -> list[VersionFile]:
    place = tmp_path / "d" / "learned-1"
    return [written(place, part, count, **options) for part, count in enumerate(counts)]


def all_of(whole: Whole) -> bytes:
    with whole.opened(0, whole.size) as span:
        return span.read()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"write_page_index": True},
        {"use_dictionary": False, "compression": "none"},
        {"data_page_version": "2.0", "write_statistics": False},
    ],
)
@pytest.mark.parametrize("counts", [(0, 7), (1, 0, 20), (70, 4, 9, 50), (1, 1)])
def test_readers_see_one_file_with_the_rows_of_all(
    tmp_path: Path, counts: tuple[int, ...], options: dict[str, Any]
) -> None:
    whole = table(folder_of(tmp_path), parts_in(tmp_path, *counts, **options))
    found = pq.ParquetFile(io.BytesIO(all_of(whole)))
    expected = [row for part, count in enumerate(counts) for row in rows(part, count)]
    assert found.metadata.num_rows == len(expected)
    assert found.read().to_pylist() == expected
    groups = [found.read_row_group(n) for n in range(found.num_row_groups)]
    assert pa.concat_tables(groups).to_pylist() == expected
    few = pq.read_table(io.BytesIO(all_of(whole)), filters=[("record_id", "=", "1-0")])
    assert few.num_rows == (counts[1] > 0)


def test_any_stretch_of_it_is_the_same_bytes(tmp_path: Path) -> None:
    whole = table(folder_of(tmp_path), parts_in(tmp_path, 5, 8, 13))
    data = all_of(whole)
    assert len(data) == whole.size
    cuts = sorted({0, 1, 4, 5, whole.size - 9, whole.size, *range(0, whole.size, 97)})
    for start, stop in [*pairwise(cuts), (3, whole.size - 1)]:
        with whole.opened(start, stop) as span:
            assert span.read(2) + span.read() + span.read() == data[start:stop]
            span.seek(-1, io.SEEK_END)
            assert span.read() == data[stop - 1 : stop]


def test_one_part_is_the_file_itself(tmp_path: Path) -> None:
    (part,) = parts_in(tmp_path, 4)
    whole = table(folder_of(tmp_path), [part])
    assert all_of(whole) == (tmp_path / "d" / "learned-1" / part.path).read_bytes()
    assert whole.digest == digest_of([part]) == part.sha256


def test_what_is_joined_is_known_by_its_parts_and_their_order(tmp_path: Path) -> None:
    one, other = parts_in(tmp_path, 4, 5)
    digests = {digest_of(which) for which in ([one], [other], [one, other], [other, one])}
    assert len(digests) == 4


def test_a_file_that_is_gone_or_cut_short_is_told_before_a_byte_is_sent(tmp_path: Path) -> None:
    one, other = parts_in(tmp_path, 4, 5)
    place = tmp_path / "d" / "learned-1" / other.path
    place.write_bytes(place.read_bytes()[:-1])
    with pytest.raises(DamagedFile, match="should have"):
        table(folder_of(tmp_path), [one, other])
    place.write_bytes(b"x" * other.bytes)
    with pytest.raises(DamagedFile, match="does not end"):
        table(folder_of(tmp_path), [one, other])
    place.unlink()
    with pytest.raises(DamagedFile, match="missing"):
        table(folder_of(tmp_path), [one, other])
    with pytest.raises(DamagedFile, match="missing"):
        file(folder_of(tmp_path), other)


def test_a_file_that_shrinks_while_it_is_read_is_an_error_and_no_end(tmp_path: Path) -> None:
    one, other = parts_in(tmp_path, 40, 50)
    whole = table(folder_of(tmp_path), [one, other])
    (tmp_path / "d" / "learned-1" / other.path).write_bytes(b"PAR1")
    with whole.opened(0, whole.size) as span, pytest.raises(OSError, match="shorter"):
        span.read()


def test_rubbish_and_other_columns_are_refused(tmp_path: Path) -> None:
    (one,) = parts_in(tmp_path, 4)
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"other": [1]}), path)
    footers = []
    for place in (tmp_path / "d" / "learned-1" / one.path, path):
        data = place.read_bytes()
        footers.append(data[-8 - length_of(data[-8:]) : -8])
    with pytest.raises(NoParquet, match="other columns"):
        joined([Part(1000, footers[0]), Part(1000, footers[1])])
    with pytest.raises(NoParquet):
        joined([Part(1000, footers[0][: len(footers[0]) // 2])])
    with pytest.raises(NoParquet, match="does not end"):
        length_of(b"notatall")


def test_it_is_the_same_wherever_versions_are_kept(tmp_path: Path) -> None:
    described = parts_in(tmp_path, 5, 8)
    near = all_of(table(folder_of(tmp_path), described))
    far = fsspec.filesystem("memory")
    for each in described:
        far.pipe_file(
            f"/joined/d/learned-1/{each.path}",
            (tmp_path / "d" / "learned-1" / each.path).read_bytes(),
        )
    folder = Storage("memory://joined").version("d", "learned-1")
    assert not folder.is_near
    assert all_of(table(folder, described)) == near
    far.rm("/joined", recursive=True)
