"""`trace` of failures against a version of 100,000 records, from its files on: what reading and looking cost.

`python -m benchmarks trace_big [RECORDS [FAILURES]]`. Made-up texts of 180 characters (`made_up_rounds`)
and three answers a record by fifty annotators. The files have the columns that tracing reads.
"""

from __future__ import annotations

import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.domain.versions.manifest import Manifest, VersionFile, VersionQuestion
from argilla_distill.workers.use_cases.tracing.failing import FailureText, origin
from argilla_distill.workers.use_cases.tracing.material import material
from argilla_distill.workers.use_cases.world import World
from benchmarks.loop.made_up_rounds import ROUNDS, made_up

RECORDS, FAILURES = 100_000, 200
ANSWERS, ANNOTATORS = 3, 50
DATASET, VERSION = "d5a7a5e7-0000-4000-8000-000000000001", "learned-1"


def main(options: list[str]) -> None:
    """Print seconds of CPU."""
    records, failures = (
        int(options[n]) if len(options) > n else usual
        for n, usual in enumerate((RECORDS, FAILURES))
    )
    with tempfile.TemporaryDirectory() as folder:
        manifest = written(Path(folder), records)
        world = cast(World, SimpleNamespace(settings=SimpleNamespace(versions=folder)))
        begun = time.process_time()
        read = material(world, manifest, "")
        print(f"reading {records:,} records and {records * ANSWERS:,} answers: {_cpu(begun)}")
        failed = [
            FailureText(read.texts[row], row) for row in range(0, records, records // failures)
        ]
        begun_near = time.process_time()
        origin(failed[:failures], read, 5)
        print(
            f"the five training records nearest to each of {failures} failures: {_cpu(begun_near)}"
        )
        print(f"together: {_cpu(begun)}")


def written(folder: Path, records: int) -> Manifest:
    """The files of a version."""
    rng = np.random.default_rng(7)
    m = made_up(rng, (0.1,) * ROUNDS, records // ROUNDS)
    texts = [f"{one} {other}"[:180] for one, other in zip(m.texts, reversed(m.texts), strict=True)]
    at = folder / DATASET / VERSION
    at.mkdir(parents=True)
    ids = [f"r{n:06}" for n in range(records)]
    question = [
        {"value": f"label{value}", "conflict": {"now": False, "ever": bool(n % 5 == 0)}}
        for n, value in enumerate(m.said.tolist())
    ]
    table = pa.table(
        {
            "record_id": ids,
            "external_id": [f"chat-{n}" for n in range(records)],
            "fields": [{"text": text} for text in texts],
            "round": [str(r) for r in m.round.tolist()],
            "model": [f"bot-{r}" for r in m.round.tolist()],
            "group": ids,
            "split": ["test" if n % 10 == 0 else "train" for n in range(records)],
            "problem": question,
        }
    )
    said = np.repeat(m.said, ANSWERS)
    who = rng.integers(ANNOTATORS, size=len(said)).tolist()
    votes = pa.table(
        {
            "record_id": [record for record in ids for _ in range(ANSWERS)],
            "question": ["problem"] * len(said),
            "annotator": [f"person-{n}" for n in who],
            "source": ["person"] * len(said),
            "value": [f"label{value}" for value in said.tolist()],
            "counted": [True] * len(said),
            "at": [datetime(2026, 11, 20, tzinfo=timezone.utc)] * len(said),
            "guidelines": [1] * len(said),
        }
    )
    files = []
    for name, rows in (("records-00000.parquet", table), ("votes-00000.parquet", votes)):
        pq.write_table(rows, at / name)
        files.append(VersionFile(name, rows.num_rows, (at / name).stat().st_size, ""))
    blank: dict[str, Any] = {
        **dict.fromkeys(("position", "release", "settings_sha256", "content_sha256"), ""),
        **dict.fromkeys(("as_of", "asked_at", "created_at"), 0),
        **{name: {} for name in ("settings", "splits", "rounds", "sources")},
    }
    asked = VersionQuestion("problem", "problem", "label_selection", "learned", 1, len(said), 0)
    return Manifest(
        name=VERSION,
        dataset_id=DATASET,
        dataset="support/chatbot",
        records=records,
        votes=len(said),
        named=True,
        questions=(asked,),
        files=tuple(files),
        **blank,
    )


def _cpu(begun: float) -> str:
    return f"{time.process_time() - begun:.1f} s of CPU"
