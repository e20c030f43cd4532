"""What the pages read from the store: only what their visitor may see, and never all of a dataset.

To somebody who may not see it, what is in a foreign workspace is the same as nothing at all. What is
counted over a whole dataset is in its report (`domain.report`); everything else here is of a few records.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from argilla_distill.domain.disclosure import complete_entry, may_read_why, oversees
from argilla_distill.domain.history import Entry
from argilla_distill.domain.queue_length import SHARE, Queue
from argilla_distill.plugin.errors import ArchiveDamaged, ArchiveUnavailable
from argilla_distill.plugin.pages.looked_up import Due, Found, Known, Own, is_gone
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.visitors.visitor import Visitor

log = logging.getLogger("distill.pages")

MAX_NEAR = 12
"""So many near-identical records are shown of one."""

MAX_ENTRIES = 400
"""Of a record on which more has happened, only the latest is shown."""


def datasets(store: Store, visitor: Visitor) -> list[Found]:
    """The datasets that the visitor may see, by name."""
    infos = {dataset_id: store.datasets.info(dataset_id) for dataset_id in store.datasets.ids()}
    found = [
        _found(store, dataset_id, info)
        for dataset_id, info in infos.items()
        if visitor.may_see(info.get("workspace_id"))
    ]
    return sorted(found, key=lambda each: each.name)


def dataset(store: Store, text: str, visitor: Visitor) -> Found | None:
    """The dataset of this id; None if none that the visitor may see."""
    dataset_id = overseen(store, text, visitor)
    return _found(store, dataset_id, store.datasets.info(dataset_id)) if dataset_id else None


def overseen(store: Store, text: str, visitor: Visitor) -> str | None:
    """The id of a dataset that the visitor may see all of, as we write it; None if there is none."""
    dataset_id = _id(text)
    info = store.datasets.info(dataset_id) if dataset_id else {}
    return dataset_id if info and visitor.may_see(info.get("workspace_id")) else None


def own(store: Store, visitor: Visitor) -> list[Own]:
    """The datasets in workspaces that the visitor is in, also those in which they have yet to answer."""
    parts = (own_in(store, dataset_id, visitor) for dataset_id in store.datasets.ids())
    return sorted((p for p in parts if p is not None), key=lambda p: p.name)


def own_in(store: Store, text: str, visitor: Visitor) -> Own | None:
    """The visitor's own part in one dataset; None if they are not, or no longer, in its workspace."""
    dataset_id = _id(text) or text
    info = store.datasets.info(dataset_id)
    if not info or not visitor.belongs_to(info.get("workspace_id")):
        return None
    known = store.datasets.annotators(dataset_id).items()
    number = next((number for number, a in known if a.key == visitor.id), None)
    return Own(dataset_id, info, number)


def still_known(store: Store, dataset_id: str, records: Sequence[str]) -> set[str]:
    """Of the records that a report names, those whose decision every annotator may know now.

    When they were counted, all of them were complete; some may have been reopened or deleted since.
    """
    ids, info = list(dict.fromkeys(records)), store.datasets.info(dataset_id)
    entries = zip(ids, store.datasets.ledger(dataset_id, ids), strict=True)
    return {i for i, entry in entries if entry is None or complete_entry(entry, info)}


def explained(store: Store, own: Own, visitor: Visitor, records: Sequence[str]) -> set[str]:
    """Of these records, those whose explanation the visitor may read."""
    ids = list(dict.fromkeys(records))
    entries = zip(ids, store.datasets.ledger(own.id, ids), strict=True)
    return {i for i, entry in entries if may_read_why(visitor, own.info, entry, own.number)}


def queue(store: Store, dataset_id: str, most: int) -> list[Due]:
    """The records that are most worth a review, best first."""
    due = store.reviews.due(dataset_id, 0, most)
    decided = store.datasets.decisions(dataset_id, [record_id for record_id, _ in due])
    pairs = [
        (r, q) for (r, _), questions in zip(due, decided, strict=True) for q in questions or ()
    ]
    conflicts = store.datasets.conflicts_on(dataset_id, pairs)
    ids = [record_id for record_id, _ in due]
    texts = store.reviews.about(dataset_id, ids)
    external = store.datasets.external_ids(dataset_id, ids)
    return [
        Due(
            record_id,
            worth,
            questions,
            {q: conflicts[record_id, q] for q in questions if (record_id, q) in conflicts},
            texts.get(record_id, ""),
            external.get(record_id),
        )
        for (record_id, worth), questions in zip(due, decided, strict=True)
        if questions
    ]


def record(store: Store, text: str, visitor: Visitor) -> Known | None:
    """All that we know of the record of this id, or of this external id if it is the only one.

    None if there is none that the visitor may see.
    """
    found = places(store, text, visitor)
    if len(found) != 1:
        return None
    ((dataset_id, record_id),) = found
    return _known(store, dataset_id, record_id)


def own_record(store: Store, text: str, visitor: Visitor) -> tuple[Known, int] | None:
    """All that we know of a record that the visitor answered, and the visitor's number.

    None where there is none, or more than one, whose explanation they may read.
    """
    found = []
    for dataset_id, record_id in store.datasets.named(text):
        mine = own_in(store, dataset_id, visitor)
        if mine and mine.number is not None and explained(store, mine, visitor, [record_id]):
            known = _known(store, dataset_id, record_id)
            found += [(known, mine.number)] if known else []
    return found[0] if len(found) == 1 else None


def _known(store: Store, dataset_id: str, record_id: str) -> Known | None:
    known, info = store.datasets, store.datasets.info(dataset_id)
    ledger = known.ledger(dataset_id, [record_id])[0]
    if ledger is None:
        return None
    decisions = known.decisions(dataset_id, [record_id])[0] or {}
    pairs = [(record_id, question) for question in decisions]
    near = [other for other in store.reports.alike(dataset_id, record_id) if other != record_id]
    gone = is_gone(info)  # nobody is asked about it any more
    drawn = set[str]() if gone else store.reviews.to_audit(dataset_id, [record_id, *near])
    near = [other for other in near if other not in drawn][:MAX_NEAR]
    review, (copy,) = store.reviews.of(dataset_id), store.reviews.copies(dataset_id, [record_id])
    entries, lacking = _entries(store, dataset_id, ledger.history[-MAX_ENTRIES:])
    found = Known(
        record_id=record_id,
        dataset_id=dataset_id,
        info=info,
        annotators=known.annotators(dataset_id),
        ledger=ledger,
        decisions=decisions,
        conflicts={q: c for (_, q), c in known.conflicts_on(dataset_id, pairs).items()},
        entries=entries,
        lacking=lacking,
        set_aside=store.dirty.why_set_aside(dataset_id, record_id),
        review=review.id if review and copy else "",
        near_identical=dict(zip(near, known.decisions(dataset_id, near), strict=True)),
        answers=_answers(store, dataset_id, list(decisions)),
        words={
            question: report.words
            for question in decisions
            if (report := store.reports.question(dataset_id, question)) is not None
        },
    )
    waits = copy is not None and copy.audit_pi is not None and record_id in drawn
    asked = store.requests.of(dataset_id, [record_id]).get(record_id)
    waits |= asked is not None and asked.blind and asked.waits(ledger)
    return found.blind() if waits and not gone else found


def _entries(store: Store, dataset_id: str, ids: Sequence[str]) -> tuple[list[Entry], bool]:
    """Entries of the history, and whether some of them cannot be read for now."""
    try:
        return store.history.entries(dataset_id, ids), False
    except (ArchiveUnavailable, ArchiveDamaged) as error:
        log.warning("old entries of a history: %s", error)
        return store.history.latest_entries(dataset_id, ids), True


def places(store: Store, text: str, visitor: Visitor) -> list[tuple[str, str]]:
    """Every (dataset, record) of this id or, if there is none, of this external id.

    External ids are unique within a dataset only, so there may be several.
    """
    if not visitor.oversees:
        return []
    found = store.datasets.named(text)
    return [
        (dataset_id, record_id)
        for dataset_id, record_id in found
        if oversees(visitor, store.datasets.info(dataset_id))
    ]


def _answers(store: Store, dataset_id: str, questions: list[str]) -> dict[str, dict[int, int]]:
    """Question → annotator's number → how many answers they had given when last counted."""
    return {
        question: {each.number: each.votes for each in report.annotators}
        for question in questions
        if (report := store.reports.question(dataset_id, question)) is not None
    }


def _found(store: Store, dataset_id: str, info: Mapping[str, str]) -> Found:
    waiting, _, set_aside = store.dirty.sizes(dataset_id)
    due = store.reviews.count_due(dataset_id)
    return Found(
        id=dataset_id,
        info=info,
        waiting=waiting,
        set_aside=set_aside,
        due=due,
        queue=queue_of(info, due),
        overview=store.reports.overview(dataset_id),
        review=store.reviews.of(dataset_id),
        audits=store.reviews.count_audits(dataset_id),
    )


def queue_of(info: Mapping[str, str], due: int) -> Queue:
    """The review queue of a dataset with these facts, where so many records are worth a review."""
    share = float(info.get("review_share") or SHARE)
    return Queue.of(due, int(info.get("completed", 0)), share)


def _id(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None
