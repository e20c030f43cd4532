"""Versions as a dataset of this size would have them, without their rows: what pages of versions read."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from argilla_distill.domain.versions.difference import (
    BLOCK,
    Caused,
    Change,
    Difference,
    Move,
    QuestionDifference,
    Side,
    block_of,
)
from argilla_distill.domain.versions.manifest import Manifest, VersionFile, VersionQuestion
from argilla_distill.plugin.storage.change_lists import ChangeLists
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store import Store

VERSIONS = 40
"""So many does a dataset have: twenty are kept, and as many manifests of deleted ones."""

PARTS = 30
"""Files of a version: those of each slice of its making."""

CHANGED = 0.2
"""Share of the labels that changed."""

LABELS = ("billing", "delivery", "login", "other")


def keep_versions(store: Store, address: str, dataset_id: str, records: int) -> Difference:
    """Keep manifests, and one comparison with its list of changes under an address."""
    made = [_manifest(dataset_id, n, records) for n in range(1, VERSIONS + 1)]
    for manifest in made:
        store.versions.keep(dataset_id, manifest, ["latest"])
    difference = _difference(made[-2], made[-1])
    with tempfile.TemporaryDirectory() as folder:
        difference = _listed(difference, Path(folder) / "list", Storage(address))
    store.differences.keep(difference)
    return difference


def _manifest(dataset_id: str, number: int, records: int) -> Manifest:
    files = [
        VersionFile(f"records-train-{n:05}.parquet", records // PARTS, 400_000, f"{n:064x}")
        for n in range(PARTS)
    ]
    labels = {label: records // len(LABELS) for label in LABELS}
    question = VersionQuestion(
        "topic", "topic", "label_selection", "learned", 4, 5 * records, 500, labels=labels
    )
    return Manifest(
        name=f"learned-{number}",
        dataset_id=dataset_id,
        dataset="benchmark/big",
        position=f"{number}-0",
        as_of=0,
        asked_at=1_795_000_000_000 + number * 60_000,
        created_at=1_795_000_000_000 + number * 60_000,
        release="0.1.0",
        settings={"strategy": "learned"},
        settings_sha256="0" * 64,
        questions=(question,),
        records=records,
        votes=5 * records,
        splits={"train": records * 8 // 10, "validation": records // 10, "test": records // 10},
        rounds={"1": records},
        sources={"person": 200, "model": 4},
        named=False,
        files=tuple(files),
        content_sha256=f"{number:064x}",
        deleted_at=1 if number <= VERSIONS // 2 else 0,
    )


def _difference(was: Manifest, now: Manifest) -> Difference:
    changed = int(now.records * CHANGED)
    moves = [Move(a, b, changed // 12) for a in LABELS for b in LABELS if a != b]
    caused = (Caused("vote", changed // 2, changed // 2), Caused("weighed", changed // 2, 0))
    question = QuestionDifference(
        "topic",
        "label_selection",
        "learned",
        "learned",
        (),
        now.records,
        2 * (changed // 2),
        caused,
        tuple(moves),
    )
    return Difference(
        dataset_id=now.dataset_id,
        dataset=now.dataset,
        was=_side(was),
        now=_side(now),
        same_content=False,
        records_new=0,
        records_gone=0,
        records_both=now.records,
        questions_new=(),
        questions_gone=(),
        questions=(question,),
    )


def _side(of: Manifest) -> Side:
    return Side(of.name, of.asked_at, of.created_at, of.records, of.release, of.content_sha256)


def _listed(difference: Difference, path: Path, storage: Storage) -> Difference:
    (question,) = difference.questions
    data, caused = bytearray(), []
    for each in question.caused:
        blocks = [len(data)]
        for first in range(0, each.count, BLOCK):
            rows = range(first, min(first + BLOCK, each.count))
            data += block_of([_change(n) for n in rows])
            blocks.append(len(data))
        caused.append(replace(each, blocks=tuple(blocks)))
    path.write_bytes(bytes(data))
    found = replace(difference, questions=(replace(question, caused=tuple(caused)),))
    ChangeLists(storage).put(found, path)
    return found


def _change(number: int) -> Change:
    record = f"{number:08x}-0000-4000-8000-000000000000"
    text = "Where is my parcel? It was to come on Monday, and nobody tells me where it is. " * 2
    return Change(record, f"ticket-{number}", "billing", "delivery", 0.61, 0.92, (), text)
