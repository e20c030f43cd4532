"""Columns of two versions side by side: where they differ, and labels in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from argilla_distill.domain.versions.manifest import VersionQuestion
from argilla_distill.domain.wording import text
from argilla_distill.workers.models.values import MAX_CHARACTERS, beginning
from argilla_distill.workers.versions.differences.reading import ID

ABOUT = 160
"""Characters of a record's text."""

PARTS = ("value", "confidence", "adjudicated")
"""What is read of a question's struct."""


@dataclass(frozen=True)
class Label:
    """One label: in words, None for none; its confidence, None where the record is not there."""

    value: str | None
    confidence: float | None


class LabelColumn:
    """One question of some records: `keys` tell labels apart, null is no label."""

    def __init__(self, table: pa.Table, question: VersionQuestion) -> None:
        column = table.column(question.column).combine_chunks()
        self._values = pc.struct_field(column, "value")
        self._confidence = pc.struct_field(column, "confidence")
        self.adjudicated = pc.struct_field(column, "adjudicated")
        self.keys = _keys(self._values)

    def rows(self, places: pa.Array) -> Iterator[Label]:
        """The labels at these places."""
        values, sure = self._values.take(places).to_pylist(), self._confidence.take(places)
        for value, confidence in zip(values, sure.to_pylist(), strict=True):
            yield Label(_words(value), confidence)


def _words(value: Any) -> str | None:
    if value is None:
        return None
    words = f"{value:g}" if isinstance(value, float) else text(value)
    return words if len(words) <= MAX_CHARACTERS else f"{words[: MAX_CHARACTERS - 1]}…"


def _keys(values: pa.Array) -> pa.Array:
    """Values as texts that are equal where the values are."""
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_floating(values.type):
        return pa.array([_words(value) for value in values.to_pylist()], pa.string())
    rows = (None if v is None else json.dumps(v, sort_keys=True) for v in values.to_pylist())
    return pa.array(rows, pa.string())


def differing(one: pa.Array, other: pa.Array) -> pa.Array:
    """Where two columns differ; null is equal to null."""
    unlike = pc.fill_null(pc.not_equal(one, other), False)
    return pc.or_(unlike, pc.xor(pc.is_null(one), pc.is_null(other)))


def moves(was: pa.Array, now: pa.Array) -> Iterator[tuple[tuple[str | None, str | None], int]]:
    table = (
        pa.table({"was": was, "now": now}).group_by(["was", "now"]).aggregate([([], "count_all")])
    )
    for row in table.to_pylist():
        yield (row["was"], row["now"]), row["count_all"]


def differing_texts(before: pa.Table, after: pa.Table) -> pa.Array:
    """Where the texts of records differ."""
    found = pa.array([False] * len(after), pa.bool_())
    one, other = (table.column("fields").combine_chunks() for table in (before, after))
    for name in dict.fromkeys(f.name for t in (one.type, other.type) for f in t):
        sides = [_field(column, name) for column in (one, other)]
        found = pc.or_(found, differing(*sides))
    return found


def _field(column: pa.Array, name: str) -> pa.Array:
    if column.type.get_field_index(name) < 0:
        return pa.nulls(len(column), pa.string())
    return _keys(pc.struct_field(column, name))


def few(records: pa.Table) -> list[tuple[str, str | None, str]]:
    """Id, external id, and how the text begins, of a few records."""
    columns = (records.column(name).to_pylist() for name in (ID, "external_id", "fields"))
    return [(i, external, _about(fields)) for i, external, fields in zip(*columns, strict=True)]


def _about(fields: Mapping[str, Any]) -> str:
    found = (beginning(texts, ABOUT) for value in fields.values() for texts in _texts(value))
    return next(found, "")


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(turn["content"]) for turn in value or ()][:1]
