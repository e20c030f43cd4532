"""A version's files made of rows that a test writes, by the same schemas as real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.domain.versions.manifest import Manifest, VersionFile, VersionQuestion
from argilla_distill.exports.readable_version import ReadableVersion
from argilla_distill.workers.versions.tables import VOTES, records_schema

ENGINE = {
    "label_selection": "label",
    "multi_label_selection": "multi_label",
    "rating": "rating",
    "ranking": "ranking",
    "span": "span",
    "text": "text",
}


def decided(
    value: Any, posterior: Mapping[str, float] | None = None, **more: Any
) -> dict[str, Any]:
    """One question of a record. The confidence is that of the value, if nothing else is said."""
    held = dict(posterior or {})
    sure = held.get(str(value), max(held.values(), default=0.0))
    return {
        "value": value,
        "confidence": sure,
        "posterior": [{"value": v, "p": p} for v, p in held.items()],
        "entropy": None,
        "abstained": value is None,
        "why": "" if value is not None else "no votes",
        "adjudicated": False,
        "fit": 1,
        "conflict": None,
        "votes": 2,
        **more,
    }


@dataclass
class VersionOfRows:
    """Records and votes of one version, and where their files are.

    `fields`: name → Argilla's type. `questions`: name → (Argilla's type, options, field of spans).
    """

    folder: Path
    fields: Mapping[str, str]
    questions: Mapping[str, tuple[str, tuple[str, ...], str]]
    name: str = "learned-1"
    records: list[dict[str, Any]] = field(default_factory=list)
    votes: list[dict[str, Any]] = field(default_factory=list)
    audited: bool = False
    vote_columns: Sequence[str] = tuple(VOTES.names)

    def record(self, record_id: str, fields: Mapping[str, Any], **rest: Any) -> None:
        """One more record; `rest` are questions and other columns."""
        row = {
            "record_id": record_id,
            "split": "train",
            "group": f"g-{record_id}",
            "metadata": "{}",
        }
        undecided = {name: decided(None) for name in self.questions}
        self.records.append({**row, **undecided, **rest, "fields": dict(fields)})

    def vote(self, record_id: str, question: str, **rest: Any) -> None:
        """One more vote, that counts if nothing else is said."""
        row = {"record_id": record_id, "question": question, "counted": True, "source": "person"}
        self.votes.append({**row, **rest})

    def source(self) -> ReadableVersion:
        """The version, with its files written."""
        place = self.folder / self.name
        place.mkdir(parents=True, exist_ok=True)
        kinds = {name: ENGINE[kind] for name, (kind, _, _) in self.questions.items()}
        schema = records_schema(self.fields, kinds)
        if self.audited and "audit_pi" not in schema.field(next(iter(kinds))).type.names:
            schema = with_audits(schema, list(kinds))
        votes, files = pa.schema([VOTES.field(name) for name in self.vote_columns]), []
        for split in ("train", "validation", "test"):
            rows = sorted(
                (r for r in self.records if r["split"] == split), key=lambda r: str(r["record_id"])
            )
            files.append(self._write(place, f"records-{split}-00000.parquet", rows, schema))
        files.append(self._write(place, "votes-00000.parquet", self.votes, votes))
        return ReadableVersion(self._manifest(files), lambda path: (place / path).open("rb"))

    def _write(
        self, place: Path, name: str, rows: Sequence[Mapping[str, Any]], schema: pa.Schema
    ) -> VersionFile:
        pq.write_table(pa.Table.from_pylist(list(rows), schema), place / name)
        return VersionFile(name, len(rows), (place / name).stat().st_size, "")

    def _manifest(self, files: list[VersionFile]) -> Manifest:
        asked = [
            VersionQuestion(
                name, name, kind, "learned", 1, 0, 0, options=options, span_field=marked
            )
            for name, (kind, options, marked) in self.questions.items()
        ]
        rounds = {str(r["round"]): 1 for r in self.records if r.get("round")}
        return Manifest(
            **{
                **dict.fromkeys(Manifest.__dataclass_fields__, ""),
                "name": self.name,
                "dataset_id": "d1",
                "dataset": "support/chat",
                "questions": tuple(asked),
                "files": tuple(files),
                "rounds": rounds,
                "splits": {},
                "settings": {},
                "sources": {},
                "unknown": (),
                "deleted_at": 0,
                "content_sha256": "ab" * 32,
            }  # type: ignore[arg-type]
        )


def with_audits(schema: pa.Schema, questions: Sequence[str]) -> pa.Schema:
    """The same columns, and `audit_pi` in each question's struct."""
    fields = []
    for each in schema:
        parts = list(each.type) if each.name in questions else []
        kind = pa.struct([*parts, pa.field("audit_pi", pa.float64())]) if parts else each.type
        fields.append(pa.field(each.name, kind))
    return pa.schema(fields)


HELPFUL = ("label_selection", ("yes", "no"), "")
PROBLEM = ("label_selection", ("none", "tone", "hallucination"), "")
STARS = ("rating", ("1", "2", "3", "4", "5"), "")
TEXTS = {"prompt": "text", "reply": "text"}


def helpful(yes: float, **more: Any) -> dict[str, Any]:
    """`helpful` is yes with this probability."""
    value = None if yes == 0.5 else "yes" if yes > 0.5 else "no"
    return decided(value, {"yes": yes, "no": 1 - yes}, **more)
