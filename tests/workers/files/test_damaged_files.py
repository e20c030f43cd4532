"""Files that are damaged, or not what they look like: a sentence and exit code 2, never a traceback."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as arrow
import pytest
from pyarrow import parquet

from tests.workers.files.offline import distil

ROWS = [{"task": f"t{n % 40}", "worker": f"w{n % 7}", "label": f"l{n % 3}"} for n in range(240)]
CSV = "task,worker,label\n" + "".join(",".join(row.values()) + "\n" for row in ROWS)
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


def workbook() -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS[:5]:
        book.active.append(list(row.values()))
    book.save(file)
    return file.getvalue()


def refused(path: Path, data: bytes, kind: str | None = "label") -> str:
    path.write_bytes(data)
    done = distil(path, kind)
    assert (done.code, done.lines) == (2, []), done
    return done.told


@pytest.mark.parametrize("text", [CSV, LINES, json.dumps(ROWS)], ids=["csv", "lines", "json"])
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_what_was_packed_and_damaged_is_told(
    tmp_path: Path, text: str, pack: Callable[[bytes], bytes]
) -> None:
    """Damage in the midst of gzip or xz ended in a traceback: theirs are errors of their own."""
    data = bytearray(pack(text.encode()))
    for place in range(len(data) // 3, len(data) // 3 + 8):
        data[place] ^= 0xFF
    assert "damaged" in refused(tmp_path / "answers", bytes(data))


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    whole = workbook()
    told = {}
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {part.filename: part.header_offset for part in archive.infolist()}
    for name, offset in parts.items():
        data, begin = bytearray(whole), offset + 30 + len(name)
        data[begin : begin + 6] = b"\xff" * 6
        (tmp_path / "answers.xlsx").write_bytes(bytes(data))
        done = distil(tmp_path / "answers.xlsx")  # what is not needed may be damaged
        assert done.code in (0, 2)
        told[name] = "this Excel file is damaged" in done.told
    assert told["xl/worksheets/sheet1.xml"]
    assert told["xl/workbook.xml"]


def test_an_archive_of_another_kind_than_we_can_unpack_is_told(tmp_path: Path) -> None:
    data = bytearray(workbook())
    data[data.rfind(b"PK\x01\x02") + 6] = 0xFF  # the version of zip that it takes
    assert "a zip archive, and is damaged" in refused(tmp_path / "answers.xlsx", bytes(data))


def test_a_text_of_parquet_that_is_no_text_is_told(tmp_path: Path) -> None:
    """Arrow looks whether a text is UTF-8 only when Python asks for it."""
    file = io.BytesIO()
    table = arrow.Table.from_pylist(ROWS[:8])
    parquet.write_table(table, file, compression="none", use_dictionary=False)
    told = refused(tmp_path / "answers", file.getvalue().replace(b"w3", b"\xff3"))
    assert "a text in it is not UTF-8" in told


SAID = [{"user_id": "ann", "values": {"q": {"value": "yes"}}, "status": "submitted"}]
TASK = {"id": 1, "annotations": [{"completed_by": 1, "result": []}], "data": {"text": "x"}}


def task(result: Any) -> dict[str, Any]:
    return {**TASK, "annotations": [{"completed_by": 1, "result": result}]}


@pytest.mark.parametrize(
    ("tool", "found"),
    [
        ("Argilla", {"fields": {}, "responses": {"q": ["yes"]}}),
        ("Argilla", {"fields": {}, "responses": {"q": 7}}),
        ("Argilla", {"fields": {}, "responses": [["yes"]]}),
        ("Argilla", {"fields": {}, "responses": [{**SAID[0], "values": "yes"}]}),
        ("Argilla", {"q.responses": 0.5}),
        ("Label Studio", task(["yes"])),
        ("Label Studio", task([{"type": "choices", "from_name": "q", "value": "yes"}])),
        ("Label Studio", task([{"type": "labels", "from_name": "q", "value": {"labels": 3}}])),
        ("Label Studio", {**TASK, "predictions": 3}),
    ],
)
def test_what_only_looks_like_an_export_is_told_with_its_record(
    tmp_path: Path, tool: str, found: dict[str, Any]
) -> None:
    """Each of them ended in a traceback."""
    first = {"fields": {}, "responses": SAID} if tool == "Argilla" else TASK
    told = refused(tmp_path / "export.json", json.dumps([first, found]).encode(), None)
    assert f"export.json, record 2: it looks like an export of {tool}, and is none" in told


@pytest.mark.parametrize(
    "found", [{"columns": ["a"], "data": [1]}, {"columns": [["a"]], "data": [["x"]]}]
)
def test_what_only_looks_like_a_table_of_pandas_is_another_document(
    tmp_path: Path, found: dict[str, Any]
) -> None:
    assert "no column task" in refused(tmp_path / "a.json", json.dumps(found).encode())


@pytest.mark.parametrize("name", ["utf-80", "undefined", "idna", "hex"])
def test_what_is_no_encoding_of_text_files_is_told(tmp_path: Path, name: str) -> None:
    """Some of Python's encodings ended in a traceback."""
    (tmp_path / "answers.csv").write_text(CSV)
    done = distil(tmp_path / "answers.csv", "label", "--encoding", name)
    assert (done.code, f"there is no encoding {name}" in done.told) == (2, True)
