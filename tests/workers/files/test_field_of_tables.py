"""Tables as other programs leave them, of kinds that people report, each with its right result.

Cells and what they say are `test_field_of_cells`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from tests.workers.files.offline import Done, distil

HEADER = "task,worker,label\n"
AGREED = {"t1": "yes", "t2": "no"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(content: str, kind: str | None = "label", *options: str) -> Done:
    Path("answers").write_text(content, encoding="utf-8")
    return distil("answers", kind, *options)


def parquet_of(**more: arrow.Array) -> Done:
    columns = {
        "task": arrow.array(["t1", "t1", "t2", "t2"]),
        "worker": arrow.array(["ann", "ben", "ann", "ben"]),
        "label": arrow.array(["yes", "yes", "no", "no"]),
    }
    parquet.write_table(arrow.table({**columns, **more}), "answers.parquet")
    return distil("answers.parquet")


def test_texts_that_were_written_as_bytes_are_texts() -> None:
    labels = arrow.array([b"yes", b"yes", b"no", b"no"])
    assert parquet_of(label=labels).values == AGREED
    done = parquet_of(label=arrow.array([b"yes", b"\xff", b"no", b"no"]))
    assert done.code == 2
    assert "answers.parquet, row 2: it is no text" in done.told


@pytest.mark.parametrize(
    "times",
    [
        arrow.array([0, 1, 2, 10**7], arrow.date32()),
        arrow.array([0, 1, 2, 2**62], arrow.timestamp("us")),
        arrow.array([0, 1, None, 3], arrow.timestamp("us", "Mars/Olympus")),
        arrow.array([b"\x89PNG\xff", None, b"", b"\x00"]),
    ],
    ids=["a date", "a time", "a zone", "pictures"],
)
def test_a_column_that_is_not_used_may_hold_what_python_does_not(times: arrow.Array) -> None:
    done = parquet_of(other=times)
    assert done.values == AGREED
    assert done.told == "answers.parquet: not used, the column is other\n"


def test_the_first_line_of_json_may_be_long() -> None:
    rows = [
        {"task": "t1", "worker": "ann", "label": "yes", "text": "x" * 70_000},
        {"task": "t2", "worker": "ann", "label": "no"},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    assert run(lines).values == AGREED
    assert run(lines.splitlines()[0]).values == {"t1": "yes"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEADER + "t1,ann,yes\n,,\n  \nt2,ann,no\n , ,\n", ""),
        ("\n\ntask;worker;label\nt1;ann;yes\nt2;ann;no\n", "read with a semicolon as separator"),
        (HEADER + "t1,ann,yes\n" + HEADER + "t2,ann,no\n", "answers:3: left out, this is the hea"),
        (
            HEADER + "t1,ann,yes\n\ufeff" + HEADER + "t2,ann,no\n" + HEADER,
            "header again, and 1 more",
        ),
        ("task,Unnamed: 0,ann\nt1,0,yes\nt2,1,no\n", "annotators are ann"),
    ],
    ids=["empty rows", "empty lines before", "two files", "two files with marks", "an index"],
)
def test_rows_and_columns_that_say_nothing(content: str, told: str) -> None:
    done = run(content, "label", *(["--wide"] if "Unnamed" in content else []))
    assert (done.code, done.values) == (0, AGREED)
    assert told in done.told
    assert bool(told) == bool(done.told)


def test_records_without_an_id_are_told_apart_and_0_is_one() -> None:
    chosen = [{"from_name": "s", "type": "choices", "value": {"choices": [c]}} for c in "AB"]
    tasks = [{"id": None, "annotations": [{"completed_by": 1, "result": [c]}]} for c in chosen]
    assert run(json.dumps(tasks), None).values == {"1": "A", "2": "B"}
    record = {"external_id": 0, "id": "x", "fields": {}, "responses": {"s": [{"value": "A"}]}}
    assert run(json.dumps([record]), None, "--anonymous").values == {"0": "A"}


def test_half_a_character_is_no_text_whatever_the_encoding() -> None:
    done = run(HEADER + "t1,ann,+2D0-\n", "label", "--encoding", "utf-7")
    assert (done.code, done.lines) == (2, [])
    assert "answers:2: it is no text: there is half of a character in it" in done.told


def test_the_order_of_labels_is_no_chance() -> None:
    """`nan` is neither less nor more than a number: sorted by size, labels came as their hashes did."""
    labels = [*map(str, range(1, 40)), "nan"]
    rows = "".join(f"t1,w{n},{label}\n" for n, label in enumerate(reversed(labels)))
    assert list(run(HEADER + rows).lines[0]["posterior"]) == labels
