"""Rows of a version in a format: the way in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from argilla_distill.exports.formats.choices import Choices, comparing
from argilla_distill.exports.formats.classification import Classification
from argilla_distill.exports.formats.completions import Completions, Corrections
from argilla_distill.exports.formats.preference import Preference
from argilla_distill.exports.formats.stepwise import Stepwise
from argilla_distill.exports.formats.tables import Records, VoteRows
from argilla_distill.exports.readable_version import ReadableVersion, Row
from argilla_distill.exports.request import ExportRequest
from argilla_distill.exports.sieve import Sieve

METADATA = b"argilla_distill"
"""The key under which a Parquet file says what it is: version, digest, and what was asked for."""


class Format(Protocol):
    """What every format can do."""

    @property
    def schema(self) -> pa.Schema:
        """The columns."""

    def rows(self, sieve: Sieve) -> Iterator[Row]:
        """The rows of the records that the sieve lets through."""


@dataclass
class Exported:
    """What was asked for, to be read once.

    Attributes
    ----------
    schema : the columns; their metadata say of which version they are.
    rows : made as they are read.
    left_out : reason → how many records (or pairs of them) are not there; complete once all rows are read.
    """

    schema: pa.Schema
    rows: Iterator[Row]
    left_out: Counter[str] = field(default_factory=Counter)

    def table(self) -> pa.Table:
        """All rows in memory."""
        return pa.Table.from_pylist(list(self.rows), self.schema)


def export(
    source: ReadableVersion, request: ExportRequest, earlier: ReadableVersion | None = None
) -> Exported:
    """Rows of a version in a format.

    Parameters
    ----------
    earlier : the version that `request.since` names.

    Raises
    ------
    InvalidExport : the version has not what was asked for; said before any row is read.
    """
    request.check(source.manifest)
    left_out: Counter[str] = Counter()
    format_ = _format(source, request, left_out)
    sieve = Sieve(source, request, left_out, earlier)
    manifest = source.manifest
    about = {
        "version": manifest.name,
        "dataset": manifest.dataset,
        "content_sha256": manifest.content_sha256,
        **request.written(),
    }
    schema = format_.schema.with_metadata({METADATA: json.dumps(about, ensure_ascii=False)})
    return Exported(schema, format_.rows(sieve), left_out)


def _format(source: ReadableVersion, request: ExportRequest, left_out: Counter[str]) -> Format:
    given = (source, request, left_out)
    match request.format:
        case "records":
            return Records(*given)
        case "votes":
            return VoteRows(*given)
        case "classification":
            return Classification(*given)
        case "stepwise-supervision":
            return Stepwise(*given)
        case "preference":
            question = comparing(source, request)
            return Preference(*given) if question is None else Choices(*given, question)
    named = request.named(source.manifest)
    if request.format == "prompt-completion" and named is not None and named.type == "text":
        return Corrections(*given, named)
    return Completions(*given)
