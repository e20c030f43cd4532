"""One version, as far as it is compared, and what its strategy says without the audits.

A version is read as often as it has questions, some columns at a time, so that no row of it is held whole and
texts go by.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.evaluation.tf_idf import text_of
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.reading import rows


def question_in(manifest: Manifest, name: str) -> VersionQuestion | None:
    return next((q for q in manifest.questions if q.name == name), None)


@dataclass(frozen=True)
class SaidOfAll:
    """What a version has of one question of every record, in the order of `VersionSide.places`.

    Attributes
    ----------
    values : in Argilla's JSON; None where it is left open
    sure : ndarray of shape (n_records, n_labels), the posterior of each label
    adjudicated : ndarray of shape (n_records,)
    """

    values: list[Any]
    sure: NDArray[np.float32]
    adjudicated: NDArray[np.bool_]


class VersionSide:
    """One version. `places` is record → its number here; `groups`, `splits` and `labelled` are by number.

    Labelled is a record to which some question's answer was decided.
    """

    def __init__(self, world: World, manifest: Manifest, between: Callable[[], None]) -> None:
        self.manifest, self.name = manifest, manifest.name
        self._storage = Storage(world.settings.versions)
        self._between = between
        self.places: dict[str, int] = {}
        self.groups: list[str] = []
        self.splits: list[str] = []
        self.labelled = bytearray()
        columns = [question.column for question in manifest.questions]
        wanted = ("record_id", "group", "split", *(f"{column}.value" for column in columns))
        for number, row in enumerate(self._rows(*wanted)):
            self.labelled.append(any(row[each]["value"] is not None for each in columns))
            self.places[row["record_id"]] = number
            self.groups.append(row["group"] or row["record_id"])
            self.splits.append(sys.intern(row["split"]))
        self.held_out = {
            (row["question"], row["record_id"]): None
            if row["value"] is None
            else json.loads(row["value"])
            for row in rows(self._storage, manifest, "audits")
        }

    def tests(self, record: str) -> bool:
        """Whether a record is of the test split."""
        return self.splits[self.places[record]] == "test"

    def labels(self, record: str) -> bool:
        """Whether a record is labelled."""
        return bool(self.labelled[self.places[record]])

    def texts(self, wanted: Container[str]) -> Iterator[tuple[str, str]]:
        """Record and text of those that are wanted, in the order of the files."""
        for row in self._rows("record_id", "fields"):
            if row["record_id"] in wanted:
                yield row["record_id"], text_of(row["fields"])

    def said(self, name: str, labels: Sequence[str]) -> SaidOfAll:
        """What it has of one question, and how probable it holds these labels to be."""
        question = question_in(self.manifest, name)
        assert question is not None  # only what all versions ask is compared
        column, of = question.column, {label: n for n, label in enumerate(labels)}
        n = len(self.places)
        values: list[Any] = []
        sure, adjudicated = np.zeros((n, len(labels)), np.float32), np.zeros(n, bool)
        parts = [f"{column}.{part}" for part in ("value", "posterior", "adjudicated")]
        for number, row in enumerate(self._rows(*parts)):
            values.append(_shared(row[column]["value"]))
            adjudicated[number] = bool(row[column]["adjudicated"])
            for each in row[column]["posterior"] or ():
                if each["value"] in of:
                    sure[number, of[each["value"]]] = max(each["p"], 0.0)
        return SaidOfAll(values, sure, adjudicated)

    def _rows(self, *columns: str) -> Iterator[dict[str, Any]]:
        found = rows(self._storage, self.manifest, "records", columns=columns)
        for number, row in enumerate(found):
            if number % 1_000 == 0:
                self._between()
            yield row


def _shared(value: Any) -> Any:
    """A label once, however many records have it."""
    return sys.intern(value) if isinstance(value, str) else value
