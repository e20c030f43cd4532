"""Disconnect: take back what we wrote into Argilla, and say what stays.

Suggestions of ours are withdrawn from every dataset that we ever distilled; other agents' suggestions
are left alone, and those that ours replaced are put back on request. With everything else that is asked
for (`--all`), the sections in guidelines go, and the copies for reviews that nobody has opened. What
anybody answered in a review dataset stays, without our suggestions. The history is always kept.
What lands later is `late_writes`.
Each step may be repeated, and `connect` begins again from what is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from argilla_distill.domain.records import Dataset, Record
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.domain.state.ledger_entry import LedgerSuggestion
from argilla_distill.domain.wording import many
from argilla_distill.plugin.errors import NotInArgilla
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.use_cases import counts, reviews
from argilla_distill.workers.use_cases.reports import guidelines
from argilla_distill.workers.use_cases.sending.guarded_call import guarded_call
from argilla_distill.workers.use_cases.world import World, patiently
from argilla_distill.workers.writing.guidelines_section import BrokenMarkers, Guidelines
from argilla_distill.workers.writing.suggestions import restored

PAGE = 500
DELETED_AT_ONCE = 100

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Left:
    """Something of ours in Argilla: `kind` is `guidelines`, `review`, `twin` or `suggestions`.

    `dataset_id` is of the dataset that it belongs to; `name` says where it is, `text` what it is.
    `made_id` is of the dataset that we made for it, if it is one.
    """

    kind: str
    dataset_id: str
    name: str
    text: str
    made_id: str = ""


def ours(world: World) -> list[Dataset]:
    """The published datasets that we distil or once did; none that we review in."""
    known, reviews = set(world.store.datasets.ids()), world.store.reviews
    return [
        d
        for d in world.gateway.datasets()
        if not (d.review_of or reviews.original_of(d.id)) and (d.id in known or world.distils(d))
    ]


def left(world: World) -> list[Left]:
    """What of ours Argilla has, suggestions on annotators' records apart, whether we know it or not."""
    found = []
    for dataset in ours(world):
        if _has_section(world.gateway.guidelines(dataset.id)):
            text = "the section of examples in the guidelines"
            found.append(Left("guidelines", dataset.id, dataset.full_name, text))
    for dataset in world.gateway.datasets():
        original = dataset.review_of or world.store.reviews.original_of(dataset.id)
        if original:
            copies = world.gateway.page(dataset.id, 0, 1)[1]
            text = f"the review dataset, with {many(copies, 'copy', 'copies')}"
            found.append(Left("review", original, dataset.full_name, text, dataset.id))
        elif world.is_twin(dataset):
            known = world.store.twins.original_of(dataset.id) or ""
            text = f"the twin of {dataset.twin_version or 'a version'}"
            of = dataset.twin_of or known
            found.append(Left("twin", of, dataset.full_name, text, dataset.id))
    return found


def _has_section(text: str) -> bool:
    try:
        return Guidelines.of(text).section is not None
    except BrokenMarkers:
        return True


def take_away(world: World, thing: Left, progress: Progress) -> tuple[bool, str]:
    """Take it out of Argilla as far as nobody else's work is in it: whether it is gone, and a sentence.

    Raises
    ------
    DatasetBusy : the distiller did not give the dataset's lease back in time.
    """
    if thing.kind == "guidelines":
        outcome = guidelines.remove(world, thing.dataset_id)
        return outcome.state != "refused", outcome.message
    if thing.kind == "twin":
        return _twin_taken_away(world, thing)
    return _review_taken_away(world, thing, progress)


def _twin_taken_away(world: World, thing: Left) -> tuple[bool, str]:
    """Delete the twin, unless somebody answered in it."""
    from argilla_distill.workers.use_cases.twins import taking_away as twins  # loads the engine

    for twin in world.store.twins.all(thing.dataset_id).values():
        if twin.id == thing.made_id:
            outcome = twins.take_away(world, thing.dataset_id, twin.version)
            return outcome.gone, outcome.text
    answers = twins.answers_in(world, thing.made_id)
    if answers:
        return False, f"the twin of a version, with {many(answers, 'answer')} in it"
    world.gateway.delete_dataset(thing.made_id)
    return True, "the twin is deleted"


def _review_taken_away(world: World, thing: Left, progress: Progress) -> tuple[bool, str]:
    """Delete the copies that nobody has opened, withdraw our suggestions from the others.

    The review dataset goes if nothing is in it any more.
    """
    kept = world.store.reviews.of(thing.dataset_id)
    if kept is not None and kept.id == thing.made_id:
        reviews.disable(world, thing.dataset_id)
    try:
        deleted = _copies_taken_away(world, thing.made_id, progress)
        opened = world.gateway.page(thing.made_id, 0, 1)[1]
        if opened:
            some = f"{many(opened, 'copy', 'copies')} that somebody opened"
            return False, f"{deleted} deleted; {some}, without our suggestions now"
        world.gateway.delete_dataset(thing.made_id)
    except NotInArgilla:
        return True, "the review dataset was gone already"
    return True, f"the review dataset is deleted, with {many(deleted, 'copy', 'copies')}"


def _copies_taken_away(world: World, review_id: str, progress: Progress) -> int:
    """Returns how many copies were deleted: those that nobody had opened."""
    unopened: list[str] = []
    offset, total = 0, 1
    while offset < total:
        records, total = world.gateway.page(review_id, offset, PAGE)
        offset += PAGE
        for record in records:
            if not record.responses:
                unopened.append(record.id)
                continue
            suggestions = [s.id for s in record.suggestions if s.ours]
            if suggestions:
                world.gateway.withdraw(record.id, suggestions)
        progress(min(offset, total), total)
    for start in range(0, len(unopened), DELETED_AT_ONCE):
        world.gateway.delete_records(review_id, unopened[start : start + DELETED_AT_ONCE])
    return len(unopened)


def withdraw_all(
    world: World, dataset_id: str, restore: bool, progress: Callable[[int, int], None]
) -> int:
    """Take every suggestion of ours back from a dataset; returns from how many records.

    Parameters
    ----------
    restore : put other agents' suggestions, whose place ours took, back where they stood.

    Raises
    ------
    DatasetBusy : the distiller did not give the dataset's lease back in time.
    """
    dataset, touched, offset, total = world.gateway.dataset(dataset_id), 0, 0, 1
    while offset < total:
        lease = patiently(world.store, dataset_id)
        try:
            records, total = world.gateway.page(dataset_id, offset, PAGE)
            touched += _withdraw(world, lease, dataset, records, restore)
        finally:
            lease.release()
        offset += PAGE
        progress(min(offset, total), total)
    return touched


def withdraw(
    world: World, lease: Lease, dataset_id: str, records: Sequence[str], restore: bool
) -> None:
    """The same for some records, by id, of a dataset whose lease is held."""
    found = world.gateway.records(dataset_id, records)
    _withdraw(world, lease, world.gateway.dataset(dataset_id), list(found.values()), restore)


def _withdraw(
    world: World, lease: Lease, dataset: Dataset, records: Sequence[Record], restore: bool
) -> int:
    """Take our suggestions back from these records, and note that nothing of ours shows any more."""
    datasets, ids = world.store.datasets, [record.id for record in records]
    ledger = datasets.ledger(dataset.id, ids)
    decided = datasets.decisions(dataset.id, ids)
    items: list[dict[str, Any]] = []
    closed: dict[str, Decisions] = {}
    shown = 0
    for record, entry, decisions in zip(records, ledger, decided, strict=True):
        kept = entry.suggestions if entry else {}
        back, gone = _backwards(dataset, record, kept if restore else {})
        if back:
            items.append({"id": record.id, "suggestions": back})
        if gone:
            with guarded_call(world, lease, dataset.id, [record.id]):
                world.gateway.withdraw(record.id, gone)
        if decisions and (back or gone):
            shown += counts.labels(decisions)
            closed[record.id] = _closed(decisions, {} if restore else kept, world.store.now())
    if items:
        with guarded_call(world, lease, dataset.id, [item["id"] for item in items]):
            world.gateway.suggest(dataset.id, items)

    def write(pipe: Any) -> None:
        datasets.write_decisions(pipe, dataset.id, closed)
        world.store.model_copies.write_decided(pipe, dataset.id, closed)
        datasets.count(pipe, dataset.id, "labels", sum(map(counts.labels, closed.values())) - shown)

    lease.commit(write)
    return len({item["id"] for item in items}.union(closed))


def _closed(decisions: Decisions, kept: Collection[str], now: int) -> Decisions:
    """Decisions of which nothing shows any more, and where what others suggested may still return.

    Parameters
    ----------
    kept : the questions of which the ledger has another agent's suggestion.
    """
    return {
        question: replace(decision.closed(now), restorable=decision.restorable or question in kept)
        for question, decision in decisions.items()
    }


def _backwards(
    dataset: Dataset, record: Record, kept: Mapping[str, LedgerSuggestion]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The suggestions to restore on a record, and the ids of those of ours to delete."""
    back, gone = [], []
    for suggestion in record.suggestions:
        question = dataset.question(dataset.named(suggestion.question_id) or "")
        if not suggestion.ours or question is None:
            continue
        if question.name in kept:
            back.append(restored(question, kept[question.name]))
        else:
            gone.append(suggestion.id)
    return back, gone
