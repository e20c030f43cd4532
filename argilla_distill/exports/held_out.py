"""What models are never trained on: groups that hold a test record, and records that were audited.

A record's split is drawn from its group, so that a group is in one split. This looks again, because a
file that somebody trains on cannot be called back: whatever made the version, a record whose group has a
member in `test`, or an audit in it, is left out of every file for training and validation.
"""

from __future__ import annotations

from argilla_distill.exports.readable_version import ReadableVersion, Row

AUDIT = "audit_pi"
"""The part of a question's struct that says with which probability the record was drawn for an audit."""


class HeldOut:
    """The groups and records of one version that are held out."""

    def __init__(self, source: ReadableVersion) -> None:
        self._audited = [
            q.column
            for q in source.manifest.questions
            if source.schema.field(q.column).type.get_field_index(AUDIT) >= 0
        ]
        self._groups: set[str] = set()
        for row in source.rows("records", ["group", "split"], ["test"]):
            self._groups.add(row["group"])
        if self._audited:
            for row in source.rows("records", ["group", *self.columns]):
                if self.is_audit(row):
                    self._groups.add(row["group"])
        self._groups -= {"", None}

    @property
    def columns(self) -> list[str]:
        """What has to be read of a row."""
        return [f"{column}.{AUDIT}" for column in self._audited]

    def is_audit(self, row: Row) -> bool:
        """Whether it was drawn for an audit."""
        return any((row[column] or {}).get(AUDIT) is not None for column in self._audited)

    def why(self, row: Row) -> str:
        """Why the record is held out; "" where it is not. The row has `group`, `split` and `columns`."""
        if self.is_audit(row):
            return "audited, which models are tested with"
        if row["split"] == "test" or row["group"] in self._groups:
            return "in a group that models are tested with"
        return ""
