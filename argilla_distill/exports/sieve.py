"""Which records are wanted, and how many were left out for what reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b

from argilla_distill.exports.held_out import HeldOut
from argilla_distill.exports.provenance import Origins
from argilla_distill.exports.readable_version import ReadableVersion, Row
from argilla_distill.exports.request import TRAINING, ExportRequest, InvalidExport


class Sieve:
    """The records of a version that a request wants. Counts the others in `left_out`, by reason.

    What filters ask for (`--only` and the like) is not counted: nobody has to be told that it is not there.
    """

    def __init__(
        self,
        source: ReadableVersion,
        request: ExportRequest,
        left_out: Counter[str],
        earlier: ReadableVersion | None,
    ) -> None:
        self._source, self._request, self.left_out = source, request, left_out
        trains = request.format in TRAINING and "test" not in request.splits
        self._held_out = HeldOut(source) if trains else None
        self._origins = Origins(source, request.selection) if request.selection else None
        self._before = Before(source, earlier) if earlier is not None else None

    def rows(self, columns: Sequence[str]) -> Iterator[Row]:
        """The wanted rows of `records`, with these columns and those that the sieve needs."""
        needed = ["record_id", "group", "split", *columns]
        needed += self._held_out.columns if self._held_out else []
        needed += self._origins.columns if self._origins else []
        needed += self._before.columns if self._before else []
        read = list(dict.fromkeys(needed))
        for row in self._source.rows("records", read, self._request.splits):
            if self.wants(row):
                yield row

    def wants(self, row: Row) -> bool:
        """Whether a record is wanted. The row has all that `rows` reads."""
        if self._origins and not self._request.selection.holds(self._origins.of(row)):
            return False
        if self._before and not self._before.differs(row):
            return False
        why = self._held_out.why(row) if self._held_out else ""
        if why:
            self.left_out[why] += 1
        return not why


class Before:
    """The labels and texts of an earlier version: record → a digest of them, 8 bytes a record.

    Raises
    ------
    InvalidExport : it is a version of another dataset, or has other questions.
    """

    def __init__(self, source: ReadableVersion, earlier: ReadableVersion) -> None:
        now, then = source.manifest, earlier.manifest
        if then.dataset_id != now.dataset_id:
            raise InvalidExport(f"{then.name} is a version of {then.dataset}, not of {now.dataset}")
        if then.deleted_at:
            raise InvalidExport(f"the files of {then.name} are deleted")
        known = {q.name: q.column for q in then.questions}
        shared = [q for q in now.questions if q.name in known]
        self._new = {q.column for q in now.questions} - {q.column for q in shared}
        self._columns = [q.column for q in shared]
        columns = ["record_id", "fields", *(f"{known[q.name]}.value" for q in shared)]
        named = [known[q.name] for q in shared]
        self._digests = {
            row["record_id"]: _digest(row, named) for row in earlier.rows("records", columns)
        }

    @property
    def columns(self) -> list[str]:
        """What has to be read of a row."""
        return ["fields", *(f"{column}.value" for column in (*self._columns, *self._new))]

    def differs(self, row: Row) -> bool:
        """Whether the record is new, or a label or a text of it is another one."""
        if any((row[column] or {}).get("value") is not None for column in self._new):
            return True
        return self._digests.get(row["record_id"]) != _digest(row, self._columns)


def _digest(row: Row, columns: Sequence[str]) -> bytes:
    content = [row["fields"], [(row[column] or {}).get("value") for column in columns]]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return blake2b(text.encode(), digest_size=8).digest()
