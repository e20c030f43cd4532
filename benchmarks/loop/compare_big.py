"""`compare` of two versions of 100,000 records of 150 words, from their files on: CPU and memory.

`python -m benchmarks compare_big [RECORDS [LABELS]]`. Texts are made up; 1,000 records are audited. The files
have the columns that comparing reads. Memory is what the process holds at most, and how much more that is
than once everything is loaded.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.domain.versions.manifest import Manifest, VersionFile, VersionQuestion
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.use_cases.comparisons.contested import Contested, all_texts
from argilla_distill.workers.use_cases.comparisons.sides import VersionSide
from argilla_distill.workers.use_cases.comparisons.truths import Truth
from argilla_distill.workers.use_cases.world import World

RECORDS, LABELS, WORDS, AUDITS = 100_000, 4, 150, 1_000
AT_ONCE = 10_000
DATASET = "d5a7a5e7-0000-4000-8000-000000000001"
NAMES = ("learned-1", "majority-1")


def main(options: list[str]) -> None:
    """Print seconds of CPU and memory."""
    records, labels = (
        int(options[n]) if len(options) > n else usual for n, usual in enumerate((RECORDS, LABELS))
    )
    with tempfile.TemporaryDirectory() as folder:
        manifests = [
            written(Path(folder), name, records, labels, wrong)
            for name, wrong in zip(NAMES, (0.1, 0.2), strict=True)
        ]
        world = cast(World, SimpleNamespace(settings=SimpleNamespace(versions=folder)))
        begun, before = time.process_time(), _peak_mb()
        sides = [VersionSide(world, manifest, lambda: None) for manifest in manifests]
        asked = Question("label", tuple(f"label{n}" for n in range(labels)))
        truth = {
            f"r{n:06}": Truth(f"label{n // 10 % labels}", 0.1)
            for n in range(0, 10 * AUDITS, 10)
            if n < records
        }
        texts = all_texts(sides, truth)
        spent, held = time.process_time() - begun, _peak_mb() - before
        print(
            f"reading two versions of {records:,} records: {spent:.1f} s of CPU, {held:.0f} MB more"
        )
        one = Contested(asked, manifests[0].questions[0], sides, truth)
        found = [*one.labels(), *one.models(texts)]
        print(f"together, with {len(found)} contests: {time.process_time() - begun:.1f} s of CPU")
        print(f"{_peak_mb() - before:.0f} MB more than before, {_peak_mb():.0f} MB at most")


def written(folder: Path, name: str, records: int, labels: int, wrong: float) -> Manifest:
    """The files of a version, of whose labels so many are wrong."""
    at = folder / DATASET / name
    at.mkdir(parents=True)
    rng = np.random.default_rng(7)
    with pq.ParquetWriter(at / "records-00000.parquet", _SCHEMA) as file:
        for first in range(0, records, AT_ONCE):
            rows = [
                _row(rng, n, labels, wrong) for n in range(first, min(first + AT_ONCE, records))
            ]
            file.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA))
    audits = pa.schema([(c, pa.string()) for c in ("record_id", "question", "value")])
    pq.write_table(pa.Table.from_pylist([], schema=audits), at / "audits-00000.parquet")
    asked = VersionQuestion("problem", "problem", "label_selection", name, 1, records, 0)
    paths = {"records-00000.parquet": records, "audits-00000.parquet": 0}
    files = [VersionFile(path, rows, 1, "") for path, rows in paths.items()]
    empty: dict[str, Any] = {
        **dict.fromkeys(("dataset", "position", "release", "settings_sha256"), ""),
        **dict.fromkeys(("as_of", "asked_at", "created_at", "records", "votes"), 0),
        **{part: {} for part in ("settings", "splits", "rounds", "sources")},
        "named": True,
        "content_sha256": "",
    }
    about = {"name": name, "dataset_id": DATASET, "questions": [], "files": []}
    found = Manifest.read({**empty, **about})
    object.__setattr__(found, "questions", (asked,))
    object.__setattr__(found, "files", tuple(files))
    return found


_SAID = pa.struct(
    [
        ("value", pa.string()),
        ("posterior", pa.list_(pa.struct([("value", pa.string()), ("p", pa.float64())]))),
        ("adjudicated", pa.bool_()),
    ]
)

_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("fields", pa.struct([("text", pa.string())])),
        ("group", pa.string()),
        ("split", pa.string()),
        ("problem", _SAID),
    ]
)


def _row(rng: np.random.Generator, number: int, labels: int, wrong: float) -> dict[str, Any]:
    """A record: a tenth are of the test split; a word in twelve tells the label."""
    true = number // 10 % labels
    said = true if rng.random() >= wrong else int(rng.integers(labels))
    words = (20_000 * rng.random(WORDS) ** 3).astype(int)
    text = [f"word{word}" for word in words.tolist()]
    text[::12] = [f"own{true}x{word % 40}" for word in words[::12].tolist()]
    rest = 0.3 / (labels - 1)
    posterior = [{"value": f"label{n}", "p": 0.7 if n == said else rest} for n in range(labels)]
    return {
        "record_id": f"r{number:06}",
        "fields": {"text": " ".join(text)},
        "group": f"r{number:06}",
        "split": "test" if number % 10 == 0 else "train",
        "problem": {"value": f"label{said}", "posterior": posterior, "adjudicated": False},
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
