"""What of the spool counts: the records as they stood at a version's moment, with their entries.

The spool has the records as Argilla shows them now, or as an earlier version of them was found. Which of
them were there, what of them has changed since, and whether they were completed, the history tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from argilla_distill.domain.disclosure import COMPLETED
from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.record_state import (
    MODEL_PROPERTY,
    RECORD,
    RecordState,
    digest,
    digest_of_fields,
)
from argilla_distill.domain.state.ledger_entry import SUBMITTED
from argilla_distill.workers.versions.spool import RecordRow, Spool

PENDING = "pending"

LATER, FIELDS, METADATA, TEXTLESS = "later", "fields", "metadata", "textless"
"""What is not known of a record at the moment: it was first looked at later, its fields or its metadata
have changed since, or it is gone and its fields with it."""


@dataclass(frozen=True)
class Scene:
    """The moment of a version, as far as records depend on it.

    Attributes
    ----------
    as_of : the moment that was asked for, ms since the epoch; 0 for now.
    asked_at : when it was asked for.
    overlap : so many submitted answers complete a record.
    round_property : the metadata property that names a record's round.
    wanted : whether a record with these entries is to be in the version; asked before anything is decided.
    """

    as_of: int
    asked_at: int
    overlap: int
    round_property: str
    wanted: Callable[[RecordRow, Sequence[Entry]], bool] = lambda row, entries: True


@dataclass(frozen=True)
class Bucket:
    """One bucket of the spool, as far as it counts.

    Attributes
    ----------
    records : by id, sorted.
    entries : record → its entries in order; without those of records that are left out.
    unknown : what is not known, in records.
    """

    records: Mapping[str, RecordRow]
    entries: Mapping[str, Sequence[Entry]]
    unknown: Counter[str] = field(default_factory=Counter)


def standing(spool: Spool, name: str, scene: Scene) -> Bucket:
    """What counts of one bucket."""
    rows, entries = spool.records(name), spool.entries(name)
    unknown: Counter[str] = Counter()
    records, left_out = {}, set()
    for record_id, row in rows.items():
        said = entries.get(record_id, [])
        stood, lacks = as_it_stood(row, said, scene)
        if stood is None:
            continue
        if not scene.wanted(stood, said):
            left_out.add(record_id)
            continue
        records[record_id] = stood
        unknown.update(lacks)
    for record_id in entries.keys() - rows.keys():
        said = entries[record_id]
        if not scene.wanted(_blank(record_id, said, scene), said):
            left_out.add(record_id)
        elif scene.as_of and _is_answered(said):
            unknown[TEXTLESS] += 1
    kept = {record_id: said for record_id, said in entries.items() if record_id not in left_out}
    return Bucket(records, kept, unknown)


def as_it_stood(
    row: RecordRow, entries: Sequence[Entry], scene: Scene
) -> tuple[RecordRow | None, tuple[str, ...]]:
    """A record at the moment, None where it was not there; and what is not known of it."""
    state = state_of(entries)
    status = COMPLETED if submitted(entries) >= scene.overlap else PENDING
    row = row._replace(status=status)
    if state is None:  # the history did not know it: Argilla tells when it was made
        if row.created_at > (scene.as_of or scene.asked_at):
            return None, ()
        return row, ((LATER,) if scene.as_of else ())
    if not scene.as_of:
        return row, ()
    if state.gone:
        return None, ()
    lacks = []
    if state.fields != digest_of_fields(row.fields):
        lacks.append(FIELDS)
    if state.metadata != digest([row.metadata, row.external_id]):
        lacks.append(METADATA)
        row = row._replace(metadata=_named(row.metadata, state, scene.round_property))
    return row, tuple(lacks)


def state_of(entries: Sequence[Entry]) -> RecordState | None:
    """What a record last said, by these entries; None where they do not tell."""
    entry = next((each for each in reversed(entries) if each.kind == RECORD), None)
    return None if entry is None else RecordState.of_entry(entry)


def submitted(entries: Sequence[Entry]) -> int:
    """How many answers to the record itself are submitted, after these entries."""
    status = {
        entry.annotator: entry.status == SUBMITTED and not entry.details.on_copy
        for entry in entries
        if entry.kind == "answer"
    }
    return sum(status.values())


def _named(
    metadata: Mapping[str, object], state: RecordState, round_property: str
) -> dict[str, object]:
    """Today's metadata with the round and the model of then."""
    then = {round_property: state.round, MODEL_PROPERTY: state.model}
    others = {name: value for name, value in metadata.items() if name not in then}
    return others | {name: value for name, value in then.items() if value is not None}


def _blank(record_id: str, entries: Sequence[Entry], scene: Scene) -> RecordRow:
    """What is left of a record whose fields are gone."""
    state = state_of(entries) or RecordState()
    metadata = _named({}, state, scene.round_property)
    return RecordRow(record_id, {}, metadata, None, "", PENDING)


def _is_answered(entries: Sequence[Entry]) -> bool:
    state = state_of(entries)
    return submitted(entries) > 0 and (state is None or not state.gone)
