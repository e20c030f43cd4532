"""What a version says of one label question: each record's text with its label, a few columns of it all."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.versions.reading import REMEDY


@dataclass(frozen=True)
class LabelledRecord:
    """One record of a version.

    Attributes
    ----------
    fields : as Argilla shows them.
    value : the label that is decided; "" for none.
    posterior : label → how probable it is; empty where nobody answered.
    audit_pi : the probability with which it was drawn as an audit; None where no audit decides.
    """

    id: str
    group: str
    fields: Mapping[str, Any]
    value: str
    posterior: Mapping[str, float]
    votes: int
    adjudicated: bool
    audit_pi: float | None


def labelled(
    storage: Storage,
    manifest: Manifest,
    question: VersionQuestion,
    records: Collection[str] | None = None,
) -> Iterator[LabelledRecord]:
    """The records of a version with their labels; only some of them, if they are named.

    Raises
    ------
    InvalidRequest : a file is missing or damaged.
    """
    wanted = ["record_id", "group", "fields", question.column]
    if records is not None:
        wanted.remove("fields")
    for row in _rows(storage, manifest, "records", wanted, records):
        yield _record(row, row[question.column])


def _rows(
    storage: Storage,
    manifest: Manifest,
    table: str,
    columns: Sequence[str],
    records: Collection[str] | None = None,
) -> Iterator[Mapping[str, Any]]:
    """Some columns of a table, of all records or of some."""
    files = (file for file in manifest.files if file.path.startswith(f"{table}-"))
    for file in sorted(files, key=lambda each: each.path):
        try:
            with storage.open(manifest.dataset_id, manifest.name, file.path) as opened:
                for batch in pq.ParquetFile(opened).iter_batches(1_000, columns=list(columns)):
                    some = batch
                    if records is not None:
                        kept = pa.array([i in records for i in batch["record_id"].to_pylist()])
                        some = batch.filter(kept)
                    yield from some.to_pylist()
        except FileNotFoundError:
            raise InvalidRequest(f"{file.path} of {manifest.name} is missing: {REMEDY}") from None
        except pa.ArrowInvalid:
            raise InvalidRequest(f"{file.path} of {manifest.name} is damaged: {REMEDY}") from None


def _record(row: Mapping[str, Any], said: Mapping[str, Any]) -> LabelledRecord:
    return LabelledRecord(
        row["record_id"],
        row["group"] or row["record_id"],
        {name: _plain(value) for name, value in (row.get("fields") or {}).items()},
        str(said["value"]) if said["value"] is not None else "",
        dict(map(_pair, said["posterior"] or ())) if said["votes"] else {},
        said["votes"] or 0,
        bool(said["adjudicated"]),
        said["audit_pi"],
    )


def _pair(each: Mapping[str, Any]) -> tuple[str, float]:
    """A label and how probable it is, as `tables` writes them."""
    label, probability = each.values()
    return label, probability


def _plain(value: Any) -> Any:
    """A custom field, which is kept as JSON, as it was."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


REVIEWER = "reviewer"
"""The kind of those whose answers decide."""


@dataclass(frozen=True)
class CountedVote:
    """One answer that counts.

    Attributes
    ----------
    reliability : how often its annotator is held to be right; None: unknown.
    source : the annotator's kind.
    """

    record_id: str
    annotator: str
    value: str
    reliability: float | None
    source: str = "person"


def counted_votes(storage: Storage, manifest: Manifest, question: str) -> Iterator[CountedVote]:
    """The answers of a version to one question that count, reviewers' as well.

    Raises
    ------
    InvalidRequest : a file is missing or damaged.
    """
    wanted = ["record_id", "annotator", "value", "reliability", "source", "question", "counted"]
    for row in _rows(storage, manifest, "votes", wanted):
        if row["question"] == question and row["counted"]:
            yield CountedVote(*(row[name] for name in wanted[:5]))


def held_out(storage: Storage, manifest: Manifest, question: str) -> dict[str, str]:
    """Record → the label that is said of it without all audits, of those that were audited; "" for none.

    Raises
    ------
    InvalidRequest : a file is missing or damaged.
    """
    wanted = ["record_id", "question", "value"]
    return {
        row["record_id"]: str(json.loads(row["value"])) if row["value"] else ""
        for row in _rows(storage, manifest, "audits", wanted)
        if row["question"] == question
    }
