"""`records` and `votes` as they are: all columns, for reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa

from argilla_distill.exports.readable_version import ReadableVersion, Row
from argilla_distill.exports.request import ExportRequest
from argilla_distill.exports.sieve import Sieve


class Records:
    """The rows of `records`. With a least confidence, those that are that sure of the question, or of all."""

    def __init__(
        self, source: ReadableVersion, request: ExportRequest, left_out: Counter[str]
    ) -> None:
        questions = source.manifest.questions
        named = [q for q in questions if q.name == request.question]
        self._columns = [q.column for q in named or questions]
        self._sure, self._left_out = request.sure, left_out
        self.schema: pa.Schema = source.schema

    def rows(self, sieve: Sieve) -> Iterator[Row]:
        """The rows of a version's records."""
        for row in sieve.rows(self.schema.names):
            if all(is_sure(row[column], self._sure) for column in self._columns):
                yield row
            else:
                self._left_out[f"open, or less sure than {self._sure:g}"] += 1


class VoteRows:
    """The rows of `votes` on the records that are wanted, of one question if one is named."""

    def __init__(
        self, source: ReadableVersion, request: ExportRequest, left_out: Counter[str]
    ) -> None:
        self._source, self._request, self._left_out = source, request, left_out
        self._column_of = {q.name: q.column for q in source.manifest.questions}
        self.schema: pa.Schema = source.schema_of("votes")

    def rows(self, sieve: Sieve) -> Iterator[Row]:
        """The rows of a version's votes: on wanted records, and there on questions that are sure enough."""
        sure, named = self._request.sure, self._request.question
        questions = [named] if named else list(self._column_of)
        every = not (sure or self._request.split or self._request.selection or self._request.since)
        parts = [
            f"{self._column_of[q]}.{part}" for q in questions for part in ("value", "confidence")
        ]
        wanted = (
            {}
            if every
            else {
                row["record_id"]: frozenset(
                    q for q in questions if is_sure(row[self._column_of[q]], sure)
                )
                for row in sieve.rows(parts)
            }
        )
        for row in self._source.rows("votes"):
            if row["question"] not in questions:
                continue
            if every or row["question"] in wanted.get(row["record_id"], ()):
                yield row
            elif row["record_id"] in wanted:
                self._left_out[f"on labels that are open, or less sure than {sure:g}"] += 1


def is_sure(decided: Row | None, least: float) -> bool:
    """Whether a question is decided, and as sure as that; without a least confidence everything is."""
    if not least:
        return True
    return decided is not None and decided["value"] is not None and decided["confidence"] >= least
