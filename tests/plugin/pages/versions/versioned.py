"""A version of the scene's dataset with files, made by hand: three of records, two of votes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.domain.versions.manifest import Manifest, VersionFile, VersionQuestion
from argilla_distill.plugin.store import Store
from tests.plugin.pages.scene import DATASET, at

HELPFUL = pa.struct([("value", pa.string()), ("confidence", pa.float64())])
RECORDS = pa.schema([("record_id", pa.string()), ("split", pa.string()), ("helpful", HELPFUL)])
VOTES = pa.schema([("record_id", pa.string()), ("annotator", pa.string()), ("value", pa.string())])

Write = Callable[[str, bytes], None]


def record_rows(split: str, part: int, count: int) -> list[dict[str, Any]]:
    return [
        {
            "record_id": f"{split}-{part}-{n}",
            "split": split,
            "helpful": {"value": "yes", "confidence": 0.9},
        }
        for n in range(count)
    ]


def vote_rows(part: int, count: int) -> list[dict[str, Any]]:
    return [
        {"record_id": f"train-{part}-{n}", "annotator": f"annotator-{n}", "value": "yes"}
        for n in range(count)
    ]


def parquet(rows: list[dict[str, Any]], schema: pa.Schema) -> bytes:
    """Rows as a file."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, schema), sink, compression="zstd", row_group_size=50)
    return bytes(sink.getvalue())


def files(size: int = 120) -> dict[str, tuple[int, bytes]]:
    """Path → (rows, bytes)."""
    parts = {
        "records-test-00000.parquet": parquet(record_rows("test", 0, size), RECORDS),
        "records-train-00000.parquet": parquet(record_rows("train", 0, size), RECORDS),
        "records-train-00001.parquet": parquet(record_rows("train", 1, size // 2), RECORDS),
        "votes-00000.parquet": parquet(vote_rows(0, size), VOTES),
        "votes-00001.parquet": parquet(vote_rows(1, size // 2), VOTES),
    }
    counts = (size, size, size // 2, size, size // 2)
    told = {path: (n, data) for (path, data), n in zip(parts.items(), counts, strict=True)}
    return {"README.md": (0, "# A card, é\n".encode()), **told}


def manifest(name: str, held: dict[str, tuple[int, bytes]]) -> Manifest:
    """What a version with these files says of itself."""
    described = [
        VersionFile(path, rows, len(data), sha256(data).hexdigest())
        for path, (rows, data) in sorted(held.items())
    ]
    records = sum(f.rows for f in described if f.path.startswith("records"))
    return Manifest(
        name=name,
        dataset_id=DATASET,
        dataset="support/chatbot-feedback",
        position="9-0",
        as_of=0,
        asked_at=at(80),
        created_at=at(81),
        release="0.1.0",
        settings={"strategy": "learned"},
        settings_sha256="0" * 64,
        questions=(VersionQuestion("helpful", "helpful", "label", "learned", 3, 180, 4),),
        records=records,
        votes=sum(f.rows for f in described if f.path.startswith("votes")),
        splits={"train": records - 120, "validation": 0, "test": 120},
        rounds={},
        sources={"person": 4},
        named=False,
        files=tuple(described),
        content_sha256=sha256(name.encode()).hexdigest(),
    )


def write(
    store: Store, folder: Path, name: str = "learned-3", tags: tuple[str, ...] = ("latest",)
) -> Manifest:
    """A version whose files are in a folder of versions."""
    held = files()
    place = folder / DATASET / name.replace(":", "~")
    place.mkdir(parents=True)
    told = manifest(name, held)
    for path, (_, data) in held.items():
        (place / path).write_bytes(data)
    (place / "manifest.json").write_text('{"name": "' + name + '"}')
    store.versions.keep(DATASET, told, tags)
    return told


def delete(store: Store, told: Manifest) -> None:
    """Its files are gone, its manifest is kept."""
    store.versions.keep(DATASET, replace(told, deleted_at=at(85)))
