"""Everything that was said and decided about one record, or became of a dataset as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from argilla_distill.domain.explanation.dataset_timeline import dataset_events
from argilla_distill.domain.explanation.timeline import Event, events
from argilla_distill.domain.explanation.voices import Annotator, people, unnamed
from argilla_distill.domain.history import Entry
from argilla_distill.domain.wording import Wording
from argilla_distill.plugin.store import Store


@dataclass(frozen=True)
class FoundRecord:
    """A record by its id or external id, with its dataset's id and name; `status` as we last saw it."""

    dataset_id: str
    dataset: str
    record: str
    external_id: str | None
    status: str


@dataclass(frozen=True)
class RecordHistory:
    """Everything said and decided about a record, oldest first.

    Attributes
    ----------
    entries : as they are stored, each with who it is of: None for ourselves.
    events : the same for people to read.
    """

    entries: list[tuple[Entry, Annotator | None]]
    events: list[Event]


def find(store: Store, name: str, dataset: str = "") -> list[FoundRecord]:
    """The records of this id or external id.

    Parameters
    ----------
    dataset : only in the dataset of this name or id; "": in all.
    """
    found = []
    for dataset_id, record_id in store.datasets.named(name, among=_ids(store, dataset)):
        (entry,) = store.datasets.ledger(dataset_id, [record_id])
        found.append(
            FoundRecord(
                dataset_id,
                store.datasets.info(dataset_id).get("name", "?"),
                record_id,
                entry.external_id if entry else None,
                entry.status if entry else "",
            )
        )
    return found


def _ids(store: Store, dataset: str) -> list[str] | None:
    if not dataset:
        return None
    return store.datasets.called(dataset)


def history(store: Store, found: FoundRecord) -> RecordHistory:
    """The history of a record that was found."""
    (ledger,) = store.datasets.ledger(found.dataset_id, [found.record])
    entries = store.history.entries(found.dataset_id, ledger.history if ledger else ())
    known = people(store.datasets.annotators(found.dataset_id))
    of = [(entry, _annotator(known, entry.annotator)) for entry in entries]
    return RecordHistory(of, events(entries, known, Wording({})))


def of_dataset(store: Store, dataset_id: str) -> RecordHistory:
    """The history of a dataset's guidelines, settings and rounds."""
    entries = store.history.news(dataset_id)
    return RecordHistory([(entry, None) for entry in entries], dataset_events(entries))


def _annotator(known: Mapping[int, Annotator], number: int | None) -> Annotator | None:
    if number is None:
        return None
    return known.get(number) or unnamed(number)
