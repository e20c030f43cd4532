"""Exports of the client: the same rows as the command's, into tables and files, and what is left out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from argilla_distill import Client
from argilla_distill.client.version import Version
from argilla_distill.exports.export import export
from argilla_distill.exports.readable_version import ReadableVersion
from argilla_distill.exports.request import ExportRequest
from tests.client.running_service import Running
from tests.workers.argilla_in_memory import D

NAME = "support/chat"


@pytest.fixture
def version(client: Client) -> Version:
    return client.dataset(NAME).version("prod")


def test_an_export_is_what_the_command_writes(served: Running, version: Version) -> None:
    folder = served.folder / "versions" / D / "majority-1"
    source = ReadableVersion(version.manifest, lambda path: (folder / path).open("rb"))
    expected = export(source, ExportRequest("classification", question="helpful")).table()
    found = version.export("classification", question="helpful")
    assert len(expected) > 3
    assert found.to_arrow().to_pylist() == expected.to_pylist()
    assert found.to_arrow().schema.metadata == expected.schema.metadata
    assert list(found.to_pandas(["text", "label"]).columns) == ["text", "label"]
    assert found.to_datasets()[0]["label"] == "yes"
    assert found.to_polars()["label"][0] == "yes"


def test_what_is_left_out_is_counted_with_the_reason(version: Version) -> None:
    found = version.export("classification", question="helpful", min_confidence=0.99)
    assert sum(found.left_out.values()) + len(found.to_arrow()) >= version.manifest.splits["train"]
    assert all(count > 0 for count in found.left_out.values())


def test_it_is_written_as_a_file_of_each_kind(version: Version, tmp_path: Path) -> None:
    found = version.export("classification", question="helpful")
    rows = len(found.to_arrow())
    for name in ("train.parquet", "train.csv", "train.jsonl"):
        assert found.write(tmp_path / name) == rows
    assert pq.read_table(tmp_path / "train.parquet").num_rows == rows
    with (tmp_path / "train.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == rows
    lines = (tmp_path / "train.jsonl").read_text().splitlines()
    assert [json.loads(line)["label"] for line in lines] == found.to_arrow()["label"].to_pylist()
    with pytest.raises(ValueError, match="ends in"):
        found.write(tmp_path / "train.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cache",
        "train.csv",
        "train.jsonl",
        "train.parquet",
    ]


def test_only_what_changed_since_an_earlier_version(client: Client) -> None:
    dataset = client.dataset(NAME)
    now, was = dataset.version("latest"), dataset.version("prod")
    for earlier in (was, "prod", "majority-1"):
        found = now.export("records", changed_since=earlier).to_arrow()
        assert found["record_id"].to_pylist() == ["r3"]


def test_segments_choose_records(version: Version) -> None:
    votes = version.votes().to_arrow()
    by_ben = {r["record_id"] for r in votes.to_pylist() if r["annotator"] == "ben" and r["counted"]}
    found = version.export("records", only=["annotator=ben,label=helpful:yes"]).to_arrow()
    assert 0 < found.num_rows <= len(by_ben)
    assert isinstance(found, pa.Table)
    with pytest.raises(ValueError, match="did you mean ben"):
        version.export("records", only=["annotator=bem"]).to_arrow()


@pytest.mark.parametrize(
    ("format_", "options", "words"),
    [
        ("clasification", {}, "did you mean classification"),
        ("classification", {}, "name one"),
        ("classification", {"question": "helpfull"}, "did you mean helpful"),
        ("classification", {"question": "helpful", "split": "trian"}, "did you mean train"),
        ("classification", {"messages": True}, "messages has nothing to do in classification"),
        ("records", {"reward": {"helpful": 1.0}}, "reward has nothing to do in records"),
        ("preference", {"fields": ["text"]}, "fields has nothing to do in preference"),
        ("records", {"only": ["round"]}, "round"),
        ("records", {"min_confidence": 7}, "from 0 to 1"),
        ("prompt-completion", {}, "reward"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(
    version: Version, format_: str, options: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        version.export(format_, **options).to_arrow()  # type: ignore[arg-type]  # what people type
