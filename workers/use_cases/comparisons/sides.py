"""One version's rows, as far as they are compared, and what its strategy says without the audits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.evaluation.tf_idf import text_of
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.reading import rows

Row = Mapping[str, Any]


def question_in(manifest: Manifest, name: str) -> VersionQuestion | None:
    return next((q for q in manifest.questions if q.name == name), None)


class VersionSide:
    """One version's rows, by record."""

    def __init__(self, world: World, manifest: Manifest) -> None:
        storage = Storage(world.settings.versions)
        self.manifest, self.name = manifest, manifest.name
        self.rows: dict[str, Row] = {}
        columns = [q.column for q in manifest.questions]
        for row in rows(storage, manifest, "records"):
            slim = {
                c: {k: row[c][k] for k in ("value", "posterior", "adjudicated")} for c in columns
            }
            about = {k: row[k] for k in ("group", "split")}
            self.rows[row["record_id"]] = {**about, **slim, "text": text_of(row["fields"])}
        self.held_out = {
            (row["question"], row["record_id"]): None
            if row["value"] is None
            else json.loads(row["value"])
            for row in rows(storage, manifest, "audits")
        }

    def value(self, name: str, record: str) -> Any:
        """What its strategy says of a record, without knowing its audit; in Argilla's JSON."""
        if (name, record) in self.held_out:
            return self.held_out[name, record]
        of = self.of(name, record)
        return None if of["adjudicated"] else of["value"]

    def of(self, name: str, record: str) -> Row:
        """What it has of one question of a record."""
        question = question_in(self.manifest, name)
        assert question is not None  # only what all versions ask is compared
        found: Row = self.rows[record][question.column]
        return found

    def blind(self, name: str, record: str) -> bool:
        """Whether it is known what it says of a record without its audit."""
        return (name, record) in self.held_out or not self.of(name, record)["adjudicated"]
