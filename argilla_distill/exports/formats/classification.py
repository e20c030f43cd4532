"""`classification`: a text, its label, how probable each label is, and how much the label weighs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from argilla_distill.exports.readable_version import ReadableVersion, Row
from argilla_distill.exports.request import ExportRequest, InvalidExport
from argilla_distill.exports.sieve import Sieve
from argilla_distill.exports.turns import as_text, known_field

LABELS: Mapping[str, pa.DataType] = {
    "label_selection": pa.string(),
    "multi_label_selection": pa.list_(pa.string()),
    "rating": pa.float64(),
}
"""The types of questions that have classes, and what a label of each is."""


class Classification:
    """Rows of text, label, soft label and weight. The weight is the label's confidence."""

    def __init__(
        self, source: ReadableVersion, request: ExportRequest, left_out: Counter[str]
    ) -> None:
        what = "a label, multi-label or rating question"
        self._question = request.only(source.manifest, LABELS, what)
        self._fields = [
            known_field(source.fields, name, "--field") for name in request.fields
        ] or list(source.fields)
        self._sure, self._left_out = request.sure, left_out
        self._options = list(self._question.options) or _options(source, self._question.column)
        if not self._options:
            raise InvalidExport(f"nobody answered {self._question.name}: it has no label")

    @property
    def schema(self) -> pa.Schema:
        """The columns."""
        soft = pa.struct([(label, pa.float64()) for label in self._options])
        return pa.schema(
            [
                ("record_id", pa.string()),
                ("text", pa.string()),
                ("label", LABELS[self._question.type]),
                ("soft_label", soft),
                ("weight", pa.float64()),
            ]
        )

    def rows(self, sieve: Sieve) -> Iterator[Row]:
        """The rows of a version's records."""
        column = self._question.column
        columns = [f"fields.{name}" for name in self._fields]
        columns += [f"{column}.{part}" for part in ("value", "confidence", "posterior")]
        for row in sieve.rows(columns):
            decided = row[column]
            if decided["value"] is None:
                self._left_out["left open"] += 1
            elif decided["confidence"] < self._sure:
                self._left_out[f"less sure than {self._sure:g}"] += 1
            else:
                yield {
                    "record_id": row["record_id"],
                    "text": "\n\n".join(self._texts(row["fields"])),
                    "label": decided["value"],
                    "soft_label": self._soft(decided["posterior"]),
                    "weight": decided["confidence"],
                }

    def _texts(self, fields: Mapping[str, Any]) -> Iterator[str]:
        yield from (text for name in self._fields if (text := as_text(fields[name])))

    def _soft(self, posterior: list[dict[str, Any]]) -> dict[str, float]:
        """Label → how probable it is; 0 for what the posterior leaves out."""
        found = {each["value"]: each["p"] for each in posterior}
        return {label: found.get(label, 0.0) for label in self._options}


def _options(source: ReadableVersion, column: str) -> list[str]:
    """The labels that posteriors name, where the manifest of an older version does not say."""
    found: dict[str, None] = {}
    for row in source.rows("records", [f"{column}.posterior"]):
        found.update(dict.fromkeys(each["value"] for each in row[column]["posterior"]))
    return list(found)
