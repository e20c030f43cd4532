"""Whatever a model's outputs come from, they are sent as the same lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from argilla_distill.client.rounds import outputs as of_outputs
from argilla_distill.client.rounds.outputs import Outputs, as_lines

ROWS: list[dict[str, Any]] = [
    {"prompt": "Wo ist es?", "reply": "Unterwegs – bald.", "prediction": "yes", "score": 0.5},
    {"prompt": "Bye", "reply": None, "prediction": None, "score": 1.0},
]
LINES = [
    {
        "fields": {"prompt": "Wo ist es?", "reply": "Unterwegs – bald."},
        "prediction": "yes",
        "score": 0.5,
    },
    {"fields": {"prompt": "Bye"}, "score": 1.0},
]


def lines(outputs: Outputs) -> list[Any]:
    with as_lines(outputs) as file:
        text = file.path.read_text("utf-8")
        assert file.size == len(text.encode())
    return [json.loads(each) for each in text.splitlines()]


def test_mappings_tables_and_parquet_files_come_to_the_same(tmp_path: Path) -> None:
    table = pa.Table.from_pylist(ROWS)
    pq.write_table(table, tmp_path / "outputs.parquet", row_group_size=1)
    for outputs in (ROWS, iter(ROWS), table, table.to_pandas(), tmp_path / "outputs.parquet"):
        assert lines(outputs) == LINES
    assert lines(LINES) == LINES


def test_a_file_of_lines_is_sent_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "outputs.jsonl"
    path.write_text('{"fields": {"a": 1}}\r\n\n')
    with as_lines(str(path)) as file:
        assert (file.path, file.size) == (path, 23)


@pytest.mark.parametrize(
    ("outputs", "why"),
    [
        ([], "there is no output"),
        ({"text": "x"}, "give a list of outputs, not one"),
        (["x"], "output 1 is no mapping"),
        ([{"text": "x"}, {"text": {1, 2}}], "output 2 cannot be sent as JSON"),
        ([{"text": "x", "score": float("nan")}], "output 1 cannot be sent as JSON"),
        (({"text": "x"} for _ in range(9)), "more than 8 outputs"),
    ],
)
def test_what_cannot_be_sent_is_told(
    outputs: Outputs, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_outputs, "MAX_OUTPUTS", 8)
    with pytest.raises(ValueError, match=why):
        lines(outputs)
