"""A version's texts, labels and answers as columns, and the segments that they are of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np

from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.domain.versions.segments import (
    Condition,
    InvalidSegment,
    Segment,
    Selection,
    week_of,
)
from argilla_distill.exports.provenance import Origins, labels_of
from argilla_distill.exports.readable_version import ReadableVersion
from argilla_distill.exports.request import InvalidExport
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.engine.contract.numbers import Ints
from argilla_distill.workers.evaluation.segments import Kind
from argilla_distill.workers.evaluation.tf_idf import text_of
from argilla_distill.workers.use_cases.tracing.due import TYPES
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.reading import kept_version

MAX_CHARACTERS = 2_000
"""Of each record's text so many are read."""

REVIEWER = "reviewer"


@dataclass(frozen=True)
class Answers:
    """The answers to one question that count, reviewers' left out: columns of equal length."""

    record: list[int] = field(default_factory=list)
    value: list[str] = field(default_factory=list)
    annotator: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    guidelines: list[str] = field(default_factory=list)
    week: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Material:
    """Everything that tracing needs of one question of a version. Columns are by record.

    Attributes
    ----------
    labels : in words, "" where it is left open
    rounds, models : "" for none
    disputed : whether answers ever contradicted each other
    """

    manifest: Manifest
    question: VersionQuestion
    ids: list[str]
    external: list[str]
    texts: list[str]
    labels: list[str]
    rounds: list[str]
    models: list[str]
    groups: list[str]
    splits: list[str]
    disputed: list[bool]
    answers: Answers

    @cached_property
    def places(self) -> dict[str, int]:
        """Record id or external id → its row."""
        named = {name: row for row, name in enumerate(self.external) if name}
        return named | {name: row for row, name in enumerate(self.ids)}

    @cached_property
    def values(self) -> list[str]:
        """All labels, and all values that were answered."""
        return sorted({*self.labels, *self.answers.value} - {""})

    def codes(self, words: Iterable[str]) -> Ints:
        """Places in `values`, -1 for ""."""
        known = {value: code for code, value in enumerate(self.values)}
        return np.array([known.get(word, -1) for word in words], np.int64)

    def kinds(self) -> list[Kind]:
        """Its segments of every kind of which there are several, or one, and something else beside it."""
        found = [
            self._of_records("round", self.rounds),
            self._of_answers("guidelines", self.answers.guidelines, apart=True),
            self._of_answers("week", self.answers.week, apart=True),
            self._of_records("model", self.models),
            self._of_answers("annotator", self.answers.annotator),
            self._of_answers("source", self.answers.source),
            self._of_both(),
        ]
        return [
            kind
            for kind in found
            if len(kind.names) > 1 or (len(kind.names) == 1 and bool((kind.segment < 0).any()))
        ]

    def _of_records(self, kind: str, words: Sequence[str]) -> Kind:
        names, part = _numbered(words)
        of_label = self.codes(self.labels)
        record = np.flatnonzero(of_label >= 0)
        written = [_written(**{kind: name}) for name in names]
        return Kind(kind, written, record, of_label[record], part[record], part)

    def _of_answers(self, kind: str, words: Sequence[str], apart: bool = False) -> Kind:
        """`apart`: what of the records is held out is what most of their answers are of."""
        names, segment = _numbered(words)
        record = np.array(self.answers.record, np.int64)
        written = [_written(**{kind: name}) for name in names]
        part = _mostly(record, segment, len(self.ids), len(names)) if apart else None
        return Kind(kind, written, record, self.codes(self.answers.value), segment, part)

    def _of_both(self) -> Kind:
        """One annotator in one round."""
        rounds = [self.rounds[row] for row in self.answers.record]
        pairs = list(zip(self.answers.annotator, rounds, strict=True))
        names = sorted({pair for pair in pairs if all(pair)})
        known = {pair: number for number, pair in enumerate(names)}
        segment = np.array([known.get(pair, -1) for pair in pairs], np.int64)
        written = [_written(annotator=who, round=name) for who, name in names]
        record, code = np.array(self.answers.record, np.int64), self.codes(self.answers.value)
        part = _numbered(self.rounds)[1]
        return Kind("annotator and round", written, record, code, segment, part, small=True)


def material(world: World, manifest: Manifest, question: str) -> Material:
    """Read a version.

    Raises
    ------
    InvalidRequest : the version has no such question, it has no few values, or its files are gone.
    """
    asked = _asked(manifest, question)
    source = kept_version(Storage(world.settings.versions), manifest)
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    wanted = ["record_id", "external_id", "fields", "round", "model", "group", "split"]
    parts = [f"{asked.column}.value", f"{asked.column}.conflict"]
    for row in source.rows("records", [*wanted, *parts]):
        held = row[asked.column] or {}
        columns["ids"].append(row["record_id"])
        columns["external"].append(row["external_id"] or "")
        columns["texts"].append(text_of(row["fields"] or {})[:MAX_CHARACTERS])
        columns["labels"].append(next(iter(labels_of(held)), ""))
        columns["rounds"].append(row["round"] or "")
        columns["models"].append(row["model"] or "")
        columns["groups"].append(row["group"] or row["record_id"])
        columns["splits"].append(row["split"])
        columns["disputed"].append(bool((held.get("conflict") or {}).get("ever")))
    rows = {record_id: number for number, record_id in enumerate(columns["ids"])}
    answers = _answers(source, asked, rows)
    return Material(manifest, asked, answers=answers, **columns)


def rows_in(world: World, found: Material, segment: str) -> list[int]:
    """The rows of a segment, as options take it, in the order of the version.

    Raises
    ------
    InvalidRequest : it is none, or no record is in it.
    """
    source = kept_version(Storage(world.settings.versions), found.manifest)
    try:
        selection = Selection.parse([segment])
        origins = Origins(source, selection)
        held = [
            row["record_id"]
            for row in source.rows("records", origins.columns)
            if selection.holds(origins.of(row))
        ]
    except (InvalidSegment, InvalidExport) as error:
        raise InvalidRequest(str(error)) from None
    if not held:
        raise InvalidRequest(f"no record of {found.manifest.name} is in {segment}")
    of = {record_id: row for row, record_id in enumerate(found.ids)}
    return [of[record_id] for record_id in held]


_COLUMNS = (
    *("ids", "external", "texts", "labels", "rounds", "models", "groups", "splits"),
    "disputed",
)


def _asked(manifest: Manifest, name: str) -> VersionQuestion:
    if manifest.deleted_at:
        raise InvalidRequest(f"the files of {manifest.name} are deleted: name another version")
    able = [q for q in manifest.questions if q.type in TYPES]
    if not name and len(able) == 1:
        return able[0]
    named = ", ".join(q.name for q in able) or "none"
    found = next((q for q in manifest.questions if q.name == name), None)
    if found is None:
        said = (
            f"there is no question {name}" if name else "say which question is meant (--question)"
        )
        raise InvalidRequest(f"{said}; of {manifest.name} these can be traced: {named}")
    if found not in able:
        raise InvalidRequest(
            f"{name} is a {found.type} question; traced are label and rating questions: {named}"
        )
    return found


def _answers(source: ReadableVersion, asked: VersionQuestion, rows: dict[str, int]) -> Answers:
    found = Answers()
    columns = ["record_id", "question", "annotator", "source", "value", "counted", "at"]
    if "guidelines" in source.schema_of("votes").names:
        columns.append("guidelines")
    for row in source.rows("votes", columns):
        if row["question"] != asked.name or not row["counted"] or row["value"] is None:
            continue
        if row["source"] == REVIEWER:
            continue
        at, edition = row["at"], row.get("guidelines")
        found.record.append(rows[row["record_id"]])
        found.value.append(_word(asked, row["value"]))
        found.annotator.append(row["annotator"] or "")
        found.source.append(row["source"] or "")
        found.guidelines.append("" if edition is None else str(edition))
        moment = round(at.timestamp() * 1000) if isinstance(at, datetime) else 0
        found.week.append(week_of(moment) if moment else "")
    return found


def _word(asked: VersionQuestion, value: str) -> str:
    """A rating is JSON in the file; labels are as they are."""
    if asked.type != "rating":
        return value
    return f"{float(json.loads(value)):g}"


def _numbered(words: Sequence[str]) -> tuple[list[str], Ints]:
    """The different words in order, and the number of each; -1 for ""."""
    names = sorted(set(words) - {""})
    known = {name: number for number, name in enumerate(names)}
    return names, np.array([known.get(word, -1) for word in words], np.int64)


def _mostly(record: Ints, segment: Ints, n_records: int, n_segments: int) -> Ints:
    """Of each record, the segment that most of its answers are of; -1 without any."""
    counts = np.zeros((n_records, max(n_segments, 1)), np.int32)
    some = segment >= 0
    np.add.at(counts, (record[some], segment[some]), 1)
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1)


def _written(**conditions: str) -> str:
    return str(Segment(tuple(Condition(kind, value) for kind, value in conditions.items())))
