"""Files of exports, each read by the library that it is for: datasets, pandas, and TRL's own checks."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]  # it has no types of its own
import pyarrow.parquet as pq
import pytest

from argilla_distill.exports.export import METADATA, export
from argilla_distill.exports.files import Kind, check, kind_of, write
from argilla_distill.exports.readable_version import ReadableVersion
from argilla_distill.exports.request import FORMATS, ExportRequest, InvalidExport
from tests.exports.version_of_rows import HELPFUL, TEXTS, VersionOfRows, decided, helpful

KINDS: tuple[Kind, ...] = ("parquet", "csv", "jsonl")
LOADERS = {"parquet": "parquet", "csv": "csv", "jsonl": "json"}
ROWS = {
    "records": 4,
    "votes": 1,
    "classification": 3,
    "prompt-completion": 2,
    "unpaired-preference": 3,
    "preference": 2,
    "stepwise-supervision": 3,
}
MESSAGES = ("prompt-completion", "unpaired-preference", "preference")


@pytest.fixture
def source(tmp_path: Path) -> ReadableVersion:
    """Three replies to one prompt, and one to test with; texts with everything that files stumble over."""
    version = VersionOfRows(
        tmp_path, TEXTS, {"helpful": HELPFUL, "errors": ("span", ("x",), "reply")}
    )
    texts = ('Yes, "indeed";\n=1+1', "Nö\r\n\x85 — 日本", "No\n\tno", "Test\n1")
    for n, (text, yes) in enumerate(zip(texts, (0.9, 0.8, 0.1, 0.9), strict=True)):
        version.record(
            f"r{n}",
            {"prompt": "Hi, you", "reply": text},
            helpful=helpful(yes),
            errors=decided([{"start": 0, "end": 2, "label": "x"}], {"x": 0.9}),
            split="test" if n == 3 else "train",
        )
    at = datetime(2026, 11, 26, 22, tzinfo=timezone.utc)
    version.vote("r0", "helpful", annotator="ann", value="yes", at=at, seen_at=at, log_odds=0.5)
    return version.source()


def exported(source: ReadableVersion, name: str, kind: Kind, place: Path, **more: Any) -> Path:
    """The file of an export."""
    question = "" if name in ("records", "votes", "stepwise-supervision") else "helpful"
    found = export(source, ExportRequest(name, question=question, min_confidence=0.6, **more))
    check(found, name, kind)
    path = place / f"{name}.{kind}"
    with path.open("wb") as file:
        assert write(found, file, kind, lambda _: None) == ROWS[name]
    return path


def can_be(name: str, kind: Kind) -> bool:
    return kind != "csv" or name != "stepwise-supervision"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FORMATS)
def test_datasets_and_pandas_read_every_format(
    source: ReadableVersion, tmp_path: Path, name: str, kind: Kind
) -> None:
    import datasets

    if not can_be(name, kind):
        with pytest.raises(InvalidExport, match="CSV has no lists"):
            exported(source, name, kind, tmp_path)
        return
    path = exported(source, name, kind, tmp_path)
    found = datasets.load_dataset(
        LOADERS[kind], data_files=str(path), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert len(found) == ROWS[name]
    readers: dict[Kind, Callable[..., pd.DataFrame]] = {
        "parquet": pd.read_parquet,
        "csv": pd.read_csv,
        "jsonl": lambda place: pd.read_json(place, lines=True),
    }
    frame = readers[kind](path)
    assert len(frame) == ROWS[name]
    if kind != "csv":
        assert list(frame.columns) == found.column_names
    texts = {"classification": "text", "prompt-completion": "completion"}
    if name in texts:
        best = next(row for row in found if row["record_id"] == "r0")
        assert best[texts[name]].endswith('Yes, "indeed";\n=1+1')
        assert frame[texts[name]].tolist() == found[texts[name]]


COLUMNS: dict[str, dict[str, type]] = {
    "prompt-completion": {"prompt": str, "completion": str},
    "unpaired-preference": {"prompt": str, "completion": str, "label": bool},
    "preference": {"prompt": str, "chosen": str, "rejected": str},
    "stepwise-supervision": {"prompt": str, "completions": list, "labels": list},
}
"""TRL's types of datasets and their columns, by its documentation:
https://huggingface.co/docs/trl/v1.16.0/dataset_formats"""


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
def test_columns_are_those_that_trl_documents(
    source: ReadableVersion, tmp_path: Path, name: str, kind: Kind
) -> None:
    import datasets

    conversational = name in MESSAGES
    for messages in (False, True)[: 1 + conversational]:
        path = exported(source, name, kind, tmp_path, messages=messages)
        rows = datasets.load_dataset(
            LOADERS[kind], data_files=str(path), split="train", cache_dir=str(tmp_path / "cache")
        )
        for row in rows:
            for column, expected in COLUMNS[name].items():
                if messages and expected is str:
                    (turn,) = row[column]
                    assert turn["role"] == ("user" if column == "prompt" else "assistant")
                    assert isinstance(turn["content"], str)
                else:
                    assert type(row[column]) is expected
            if name == "stepwise-supervision":
                assert len(row["completions"]) == len(row["labels"])
                assert {type(step) for step in row["completions"]} == {str}
                assert {type(label) for label in row["labels"]} == {bool}


def test_a_parquet_file_says_what_it_is(source: ReadableVersion, tmp_path: Path) -> None:
    path = exported(source, "classification", "parquet", tmp_path)
    about = json.loads(pq.read_schema(path).metadata[METADATA])
    assert about["version"] == "learned-1"
    assert about["content_sha256"] == source.manifest.content_sha256
    assert (about["format"], about["splits"]) == ("classification", ["train"])


def test_times_and_lists_can_be_read_back(source: ReadableVersion, tmp_path: Path) -> None:
    (vote,) = map(json.loads, exported(source, "votes", "jsonl", tmp_path).read_text().splitlines())
    assert (vote["at"], vote["log_odds"]) == ("2026-11-26T22:00:00.000Z", 0.5)
    frame = pd.read_csv(exported(source, "records", "csv", tmp_path))
    assert frame["fields.reply"][0] == 'Yes, "indeed";\n=1+1'
    assert json.loads(frame["errors.value"][0]) == [{"start": 0, "end": 2, "label": "x"}]
    assert frame["helpful.confidence"].tolist() == [0.9, 0.8, 0.9, 0.9]


def test_messages_are_no_csv(source: ReadableVersion) -> None:
    request = ExportRequest("preference", question="helpful", messages=True)
    with pytest.raises(InvalidExport, match="CSV has no lists, and prompt is one"):
        check(export(source, request), "preference", "csv")


def test_the_ending_names_the_kind_of_file() -> None:
    assert [kind_of(n) for n in ("a.parquet", "a.csv", "a.jsonl", "a.NDJSON")] == [
        "parquet",
        "csv",
        "jsonl",
        "jsonl",
    ]
    with pytest.raises(InvalidExport, match=r"ends in \.parquet, \.csv or \.jsonl"):
        kind_of("a.json")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_export_is_the_same_file(source: ReadableVersion, kind: Kind) -> None:
    files = []
    for _ in range(2):
        file = io.BytesIO()
        write(
            export(source, ExportRequest("preference", question="helpful")),
            file,
            kind,
            lambda _: None,
        )
        files.append(file.getvalue())
    assert files[0] == files[1]
