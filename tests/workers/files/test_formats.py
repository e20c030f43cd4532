"""Files as people have them: whatever the format, the same answers come to the same labels."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from tests.workers.files.offline import distil

ROWS = [
    {"task": "t1", "worker": "ann", "label": "größe"},
    {"task": "t1", "worker": "ben", "label": "größe"},
    {"task": "t1", "worker": "cas", "label": "maß"},
    {"task": "t2", "worker": "ann", "label": "maß"},
    {"task": "t2", "worker": "ben", "label": "maß"},
]
VALUES = {"t1": "größe", "t2": "maß"}


def csv(separator: str = ",", end: str = "\n") -> str:
    table = [list(ROWS[0]), *(list(row.values()) for row in ROWS)]
    return "".join(separator.join(cells) + end for cells in table)


def parquet_bytes() -> bytes:
    file = arrow.BufferOutputStream()
    parquet.write_table(arrow.Table.from_pylist(ROWS), file)
    return bytes(file.getvalue().to_pybytes())


def arrow_bytes(new: Callable[..., object]) -> bytes:
    table, file = arrow.Table.from_pylist(ROWS), arrow.BufferOutputStream()
    with new(file, table.schema) as writer:  # type: ignore[attr-defined]
        writer.write_table(table)
    return bytes(file.getvalue().to_pybytes())


FILES: dict[str, tuple[bytes, str]] = {
    "commas": (csv().encode(), ""),
    "semicolons": (csv(";").encode(), "read with a semicolon as separator"),
    "tabs": (csv("\t").encode(), "read with a tab as separator"),
    "pipes": (csv("|").encode(), "read with | as separator"),
    "told by Excel": (("sep=;\r\n" + csv(";", "\r\n")).encode(), "semicolon"),
    "a mark and CRLF": (csv(end="\r\n").encode("utf-8-sig"), ""),
    "CR only": (csv(end="\r").encode(), ""),
    "UTF-16 with a mark": (csv().encode("utf-16"), "read as UTF-16"),
    "UTF-16 LE without": (csv().encode("utf-16-le"), "read as UTF-16-LE"),
    "UTF-16 BE without": (csv().encode("utf-16-be"), "read as UTF-16-BE"),
    "UTF-16, tabs": (csv("\t", "\r\n").encode("utf-16"), "read as UTF-16"),
    "UTF-32 with a mark": (csv().encode("utf-32"), "read as UTF-32"),
    "gzip": (gzip.compress(csv().encode(), mtime=0), ""),
    "bzip2": (bz2.compress(csv().encode()), ""),
    "xz": (lzma.compress(csv(";").encode()), "semicolon"),
    "lines of JSON": ("".join(json.dumps(row) + "\n" for row in ROWS).encode(), ""),
    "lines of JSON in UTF-16": (
        "".join(json.dumps(r) + "\n" for r in ROWS).encode("utf-16"),
        "UTF-16",
    ),
    "a list": (json.dumps(ROWS, indent=1, ensure_ascii=False).encode(), ""),
    "records of a document": (json.dumps({"data": ROWS}).encode(), ""),
    "columns of lists": (
        json.dumps({key: [row[key] for row in ROWS] for key in ROWS[0]}).encode(),
        "",
    ),
    "columns, as pandas writes them": (
        json.dumps(
            {key: {str(n): row[key] for n, row in enumerate(ROWS)} for key in ROWS[0]}
        ).encode(),
        "",
    ),
    "split, as pandas writes it": (
        json.dumps({"columns": list(ROWS[0]), "data": [list(r.values()) for r in ROWS]}).encode(),
        "",
    ),
    "Parquet": (parquet_bytes(), ""),
    "Arrow, a stream": (arrow_bytes(arrow.ipc.new_stream), ""),
    "Arrow, a file": (arrow_bytes(arrow.ipc.new_file), ""),
    "packed Parquet": (gzip.compress(parquet_bytes(), mtime=0), ""),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("where", ["file", "standard input"])
def test_the_same_answers_in_whatever_format(tmp_path: Path, name: str, where: str) -> None:
    content, told = FILES[name]
    path = tmp_path / "answers"
    path.write_bytes(content)
    done = distil("-", stdin=content) if where == "standard input" else distil(path)
    assert (done.code, done.values) == (0, VALUES), done.told
    assert told in done.told
    assert bool(told) == bool(done.told)


def test_an_excel_file_is_read(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (
        ["Task", "Worker", "Label", None],
        [],
        *([r["task"], r["worker"], r["label"]] for r in ROWS),
    ):
        book.active.append(row)
    book.create_sheet("more").append(["x"])
    book.save(tmp_path / "answers.xlsx")
    done = distil(tmp_path / "answers.xlsx")
    assert (done.code, done.values) == (0, VALUES)
    assert "only the sheet 'Sheet' is read" in done.told


def test_an_excel_file_without_openpyxl_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    openpyxl.Workbook().save(tmp_path / "answers.xlsx")
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    done = distil(tmp_path / "answers.xlsx")
    assert done.code == 2
    assert "this is an Excel file" in done.told
    assert "argilla-distill[excel]" in done.told


def test_an_older_encoding_is_read_by_option(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(csv().encode("latin-1"))
    refused = distil(path)
    assert refused.code == 2
    assert f"{path}:2: not UTF-8" in refused.told
    assert "--encoding latin-1" in refused.told
    done = distil(path, "label", "--encoding", "latin-1")
    assert (done.code, done.values, done.told) == (0, VALUES, "")


def test_an_encoding_that_does_not_fit_is_told(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(csv().encode())
    assert "looks like UTF-8" in distil(path, "label", "--encoding", "cp1252").told
    path.write_bytes(csv().encode("utf-8-sig"))
    done = distil(path, "label", "--encoding", "cp1252")
    assert done.values == VALUES
    assert "read as UTF-8" in done.told
    assert "no encoding klingon" in distil(path, "label", "--encoding", "klingon").told
    path.write_bytes(parquet_bytes())
    assert "--encoding is for text files" in distil(path, "label", "--encoding", "cp1252").told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "an old Excel file"),
        (b"PK\x03\x04" + bytes(100), "a zip archive, and is damaged"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"SQLite format 3\0" + bytes(100), "an SQLite database"),
        (b"\x28\xb5\x2f\xfd" + bytes(30), "packed with zstd"),
        (b"\x80\x04\x95" + bytes(30), "a Python pickle"),
        (b"<!DOCTYPE html>\n<html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (gzip.compress(csv().encode(), mtime=0)[:-30], "it is packed, and damaged"),
        (b"PAR1" + bytes(100), "it is damaged"),
        (b'[{"task": "t1",\n "worker": }]', ":2: is not JSON"),
        (b'{"task": "t1", "worker": "a", "label": "x"}\n{"task"\n', ":2: is not JSON"),
        (b'[{"task":' + b"[" * 100_000, ":1: is nested too deeply"),
        (b'[{"task": ' + b"9" * 5000 + b"}]", ":1: has a number of too many digits"),
        (b'{"task": "t1"}\n{"task": "\\ud800"}\n', ":2: holds half of a character"),
        (b'["a", "b"]', "record 1: an object such as"),
        (b"", ":1: empty; the columns task, worker, label are expected"),
        (b"\x00\x01\x02\x03 secret \xff\n\x00\x00", ""),
    ],
)
def test_what_cannot_be_read_is_told_with_its_likely_cause(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(content)
    done = distil(path)
    assert done.code == 2
    assert str(path) in done.told
    assert told in done.told
    assert len(done.told) < 400
    assert all(c.isprintable() or c == "\n" for c in done.told)


def test_a_nul_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(b"task,worker,label\nt1,ann,a\nt2,ann,ma\0\n")
    done = distil(path)
    assert (done.code, done.lines) == (2, [])
    assert f"{path}:3: " in done.told
    assert "NUL" in done.told


@pytest.mark.parametrize(
    "header",
    [
        "Task,Worker,Label",
        "record,annotator,answer",
        "ITEM ID,Rater,Value",
        "id,user,response",
        "taskId,annotator_name,Annotation",
        "document-id,username,category",
    ],
)
def test_columns_are_found_by_their_usual_names(tmp_path: Path, header: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"{header}\nt1,ann,yes\nt1,ben,yes\n")
    done = distil(path)
    assert (done.code, done.values, done.told) == (0, {"t1": "yes"}, "")


def test_the_columns_own_names_come_first_and_others_are_told(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("id,item,task,user,worker,value,label\n1,2,t1,u,ann,v,yes\n")
    done = distil(path)
    assert done.values == {"t1": "yes"}
    assert "not used, the columns are id, item, user, value" in done.told


def test_columns_may_be_named(tmp_path: Path) -> None:
    path, truth = tmp_path / "answers.csv", tmp_path / "truth.csv"
    path.write_text("which,who is it,what\nt1,ann,yes\nt1,ben,no\n")
    truth.write_text("id,gold\nt1,no\n")
    named = ["--column", "task=which", "--column", "Annotator=who is it", "--column", "answer=what"]
    done = distil(path, "label", *named, "--adjudications", str(truth))
    assert (done.code, done.values, done.told) == (0, {"t1": "no"}, "")
    for strange, told in [
        (["--column", "confidence=sure"], "no file has a column sure"),
        (["--column", "color=red"], "not of the form COLUMN=NAME"),
        (["--column", "task=which"], "task is named twice"),
        (["--column", "label"], "not of the form"),
    ]:
        done = distil(path, "label", *named, *strange)
        assert (done.code, done.lines) == (2, [])
        assert told in done.told


def test_a_column_that_is_missing_is_told_with_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("a,b,label\n1,2,3\n")
    done = distil(path)
    assert done.code == 2
    assert f"{path}:1: no column task, worker; there is a, b, label" in done.told
    assert "--column task=NAME" in done.told


def test_a_wide_table_has_a_column_for_each_annotator(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("ID;Text;ann;ben;cas\nt1;hello;yes;yes;no\nt2;you;;no;\n")
    done = distil(path, "label", "--wide")
    assert (done.code, done.values) == (0, {"t1": "yes", "t2": "no"})
    assert "annotators are ann, ben, cas" in done.told
    assert "not used, the column is Text" in done.told
    multi = tmp_path / "multi.csv"
    multi.write_text("task,ann,ben\nt1,a|b,[]\nt2,,a\n")
    assert distil(multi, "multi_label", "--wide", "--annotators", str(tmp_path / "who")).code == 0
    assert (tmp_path / "who").read_text().splitlines()[1].startswith("ann,1,")


def test_rows_without_an_annotator_each_have_one_of_their_own_if_that_is_said(
    tmp_path: Path,
) -> None:
    path, who = tmp_path / "answers.csv", tmp_path / "who.csv"
    path.write_text("task,label\nt1,yes\nt1,yes\nt1,no\n")
    refused = distil(path)
    assert refused.code == 2
    assert "--anonymous" in refused.told
    done = distil(path, "label", "--anonymous", "--annotators", str(who))
    assert (done.code, done.values) == (0, {"t1": "yes"})
    assert len(who.read_text().splitlines()) == 1 + 3
    path.write_text("task,worker,label\nt1,,yes\nt1,ann,no\nt1,,yes\n")
    assert "worker is empty" in distil(path).told
    assert distil(path, "label", "--anonymous").values == {"t1": "yes"}
    assert distil(path, "label", "--anonymous", "--wide").code == 2


def test_decimal_commas_stand_where_semicolons_separate(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("task;worker;rating;confidence\nt1;ann;3,5;0,9\nt1;ben;3,5;0,8\n")
    done = distil(path, "rating")
    assert (done.code, done.values) == (0, {"t1": 3.5})
    assert "confidence" not in done.told


def test_labels_that_hugging_face_keeps_as_numbers_are_read_by_name(tmp_path: Path) -> None:
    features = {
        "label": {"names": ["no", "yes"], "_type": "ClassLabel"},
        "task": {"dtype": "string"},
    }
    about = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    table = arrow.table({"task": ["t1", "t1"], "worker": ["a", "b"], "label": [1, 1]})
    parquet.write_table(table.replace_schema_metadata(about), tmp_path / "answers.parquet")
    assert distil(tmp_path / "answers.parquet").values == {"t1": "yes"}


def test_only_one_file_comes_from_standard_input() -> None:
    done = distil("-", "label", "--adjudications", "-")
    assert done.code == 2
    assert "only one file can come from standard input" in done.told
