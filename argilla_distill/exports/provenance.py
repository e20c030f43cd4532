"""Where records come from, as far as the segments of an export ask."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from argilla_distill.domain.versions.segments import (
    ANSWERED,
    LABEL,
    Condition,
    Provenance,
    Selection,
    week_of,
)
from argilla_distill.exports.readable_version import ReadableVersion, Row
from argilla_distill.exports.request import InvalidExport, values


class Origins:
    """The provenance of a version's records: of each what the conditions of one selection ask for.

    What only the answers tell is read once, from `votes`; of each record those conditions are kept that
    it fulfils.

    Raises
    ------
    InvalidExport : a segment that is in no record; the nearest is named.
    """

    def __init__(self, source: ReadableVersion, selection: Selection) -> None:
        self._of_label = {q.name: q.column for q in source.manifest.questions}
        self._conditions = selection.conditions
        self._asked = [c for c in self._conditions if c.kind in ANSWERED]
        self._fulfilled: dict[str, list[Condition]] = {}
        known: dict[str, Collection[str]] = dict(values(source.manifest.questions))
        known.update(
            {f"label:{q.name}": q.options or set(q.labels) for q in source.manifest.questions}
        )
        known["round"] = set(source.manifest.rounds)
        if any(c.kind == "model" for c in self._conditions):
            known["model"] = {r["model"] for r in source.rows("records", ["model"]) if r["model"]}
        if self._asked:
            known.update(self._read(source))
        try:
            selection.check(known)
        except ValueError as error:
            raise InvalidExport(str(error)) from None

    @property
    def columns(self) -> list[str]:
        """What has to be read of a row of `records`."""
        labels = {c.question for c in self._conditions if c.kind == LABEL}
        return ["record_id", "round", "model", "split", *(self._column(name) for name in labels)]

    def of(self, row: Row) -> Provenance:
        """The provenance of a record."""
        held = self._fulfilled.get(row["record_id"], ())
        answered = {kind: [c.value for c in held if c.kind == kind] for kind in ANSWERED}
        labels = {
            c.question: labels_of(row[self._of_label[c.question]])
            for c in self._conditions
            if c.kind == LABEL
        }
        return Provenance(
            row["round"] or "",
            row["model"] or "",
            row["split"],
            labels,
            answered["annotator"],
            answered["source"],
            answered["guidelines"],
            answered["week"],
        )

    def _column(self, question: str) -> str:
        return f"{self._of_label[question]}.value"

    def _read(self, source: ReadableVersion) -> dict[str, set[str]]:
        """Read the answers; returns kind → all values that there are."""
        kinds = {c.kind for c in self._asked}
        if "guidelines" in kinds and "guidelines" not in source.schema_of("votes").names:
            raise InvalidExport(
                f"{source.manifest.name} does not say under which guidelines answers were given: it was made "
                "by an earlier release"
            )
        columns = ["week" if kind == "week" else kind for kind in kinds]
        read = ["at" if column == "week" else column for column in columns]
        known: dict[str, set[str]] = {kind: set() for kind in kinds}
        for row in source.rows("votes", ["record_id", "counted", *read]):
            if not row["counted"]:
                continue
            has = dict(_said(row, kinds))
            for kind, value in has.items():
                known[kind].add(value)
            for condition in self._asked:
                if has.get(condition.kind) == condition.value:
                    held = self._fulfilled.setdefault(row["record_id"], [])
                    if condition not in held:
                        held.append(condition)
        return known


def labels_of(column: Row | None) -> list[str]:
    """The distilled label in words; several of a multi-label question, none where it is open."""
    value: Any = (column or {}).get("value")
    if value is None:
        return []
    several = value if isinstance(value, list) else [value]
    return [_word(each) for each in several if not isinstance(each, dict)]


def _word(value: object) -> str:
    """
    >>> _word(5.0), _word(2.5), _word("tone")
    ('5', '2.5', 'tone')
    """
    return f"{value:g}" if isinstance(value, float) else str(value)


def _said(row: Row, kinds: Collection[str]) -> Iterator[tuple[str, str]]:
    for kind in kinds:
        value = row["at" if kind == "week" else kind]
        if isinstance(value, datetime):
            yield kind, week_of(round(value.timestamp() * 1000))
        elif value is not None:
            yield kind, str(value)
