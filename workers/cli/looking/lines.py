"""How `status` and `history` read: lines for a terminal of any width, or for a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

from argilla_distill.domain.explanation.timeline import Event
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.domain.wording import count, many, size, span
from argilla_distill.workers.cli.layout import INDENT, entry, plain, table, wrapped
from argilla_distill.workers.use_cases.checks.record_history import FoundRecord
from argilla_distill.workers.use_cases.checks.status import DatasetStatus, QuestionStatus

HEADER = ("dataset", "done", "people", "models", "open", "waiting", "state")
MEANING = (
    "done: records completed, of all; people, models: answers of each that count (models: templates"
    " and other agents' suggestions too); open: conflicts. More: argilla-distill status DATASET"
)
ANOTHER_CHANCE = "set aside: the next answer, or argilla-distill reconcile, gives another chance"
NAMES = 11
"""Cells for the names in a dataset's details."""


def overview(datasets: Sequence[DatasetStatus], width: int) -> Iterator[str]:
    """One line a dataset, then what is wrong with any of them."""
    yield from table(HEADER, [_row(dataset) for dataset in datasets], width)
    yield ""
    for dataset in datasets:
        for trouble in troubles(dataset):
            yield from wrapped(f"{plain(dataset.name)}: {plain(trouble)}", width, "! ", "  ")
    yield from wrapped(MEANING, width)


def _row(d: DatasetStatus) -> tuple[str, ...]:
    models = d.answers.of_models + d.answers.of_templates + d.suggestions
    counts = (d.answers.of_people, models, d.conflicts, d.dirty + d.stale)
    state = d.state + (" !" if any(troubles(d)) else "")
    return (d.name, f"{d.completed}/{d.records}", *map(str, counts), state)


def troubles(d: DatasetStatus) -> Iterator[str]:
    """What somebody ought to look at."""
    if d.message:
        yield d.message
    if d.set_aside:
        yield f"{many(len(d.set_aside), 'record')} set aside"
    if d.review and d.review.message:
        yield d.review.message
    if d.review and d.review.refused:
        yield f"Argilla takes no copy of {many(len(d.review.refused), 'record')} for review"
    for waits in d.versions.making:
        if waits.error:
            yield f"version {waits}"
    for failed in d.versions.failed:
        yield f"version {failed.name} could not be made: {failed.error}"
    for twin in (*d.versions.twins.waiting, *d.versions.twins.failed):
        if twin.error:
            what = "is tried again" if twin.waits else "could not be written"
            yield f"the twin of {twin.version} {what}: {twin.error}"
    if d.archive_trouble:
        yield f"old entries of the history stay in Redis: {d.archive_trouble}"
    yield from d.settings


def details(d: DatasetStatus, width: int) -> Iterator[str]:
    """Everything about one dataset."""
    yield f"{plain(d.name)}  ({d.id})"
    for name, text in _facts(d):
        yield from entry(name, plain(text), width, NAMES)
    if d.questions:
        yield f"{INDENT}questions"
    for name, question in d.questions.items():
        text = f"{plain(name)}: {plain(_question(question, d.gone))}"
        yield from wrapped(text, width, INDENT * 2, INDENT * 3)
    if d.set_aside:
        yield from wrapped(ANOTHER_CHANCE, width, INDENT, INDENT * 2)
    for record, note in d.set_aside.items():
        name = plain(called(record, note.external_id))
        yield from wrapped(f"{name}: {plain(note.error)}", width, INDENT * 2, INDENT * 3)


def _facts(d: DatasetStatus) -> Iterator[tuple[str, str]]:
    yield "state", d.state
    for trouble in troubles(d):
        yield "look at", trouble
    yield "records", f"{count(d.records)}, of which {count(d.completed)} completed"
    others = [
        f"{count(n)} of {name}"
        for n, name in ((d.answers.of_models, "models"), (d.answers.of_templates, "templates"))
        if n
    ]
    yield "answers", ", ".join([f"{count(d.answers.of_people)} of people", *others])
    yield "suggestions", f"{count(d.suggestions)} of other agents, each counted as a vote"
    shown = "were shown when it was deleted" if d.gone else "are shown"
    yield "labels", f"{count(d.labels)} of ours {shown}; {count(d.writes)} writes so far"
    yield "conflicts", f"{count(d.conflicts)} open"
    yield "waiting", f"{count(d.dirty)} for a look, {count(d.stale)} to be refreshed"
    yield "failures", f"{many(d.failures, 'failed attempt')} so far"
    review = d.review
    if review:
        found = f"{many(review.due, 'record')} worth it, {many(review.copies, 'copy', 'copies')}"
        found += f"; {count(review.audits)} more drawn for an audit" if review.audits else ""
        found += " when the dataset was deleted; nobody is asked any more" if d.gone else ""
        yield "review", f"{review.name}: {found}"
    kept = f"{many(d.versions.kept, 'version')} kept, {d.versions.bytes / 1e6:.1f} MB"
    making = [str(each) for each in d.versions.making if not each.error]
    yield "versions", "; ".join([kept, *making])
    twins = d.versions.twins
    if twins.done or twins.waiting or twins.failed:
        yield (
            "twins",
            "; ".join([f"{count(twins.done)} in Argilla", *map(_unfinished, twins.waiting)]),
        )
    in_files = f", of which {count(d.archived)} in files ({size(d.archived_bytes)})"
    yield "history", many(d.entries, "entry", "entries") + (in_files if d.archived else "")
    yield "memory", _memory(d)


def _memory(d: DatasetStatus) -> str:
    """What the dataset takes of Redis's memory, how many answers still fit, and how old the count is."""
    found = d.memory
    taken = found.datasets.get(d.id) if found else None
    if found is None or taken is None:
        return "not counted yet: argilla-distill cron does that every five minutes"
    told = f"{size(taken.bytes)} of Redis"
    if taken.bytes_an_answer is not None:
        told += f", {size(taken.bytes_an_answer)} an answer"
    told += f" (counted {span(d.memory_age)} ago)"
    left, whole = found.answers_left(d.id), size(found.limit)
    if not found.limited:
        told += "; Redis has no maxmemory: set one, or it may take all memory of its machine"
    if left is not None:
        where = "of its maxmemory" if found.limited else "of the machine's memory"
        told += f"; about {many(left, 'more answer')} would fit in what is free {where}, {whole}"
    return told


def _unfinished(twin: Twin) -> str:
    share = f" {twin.written / twin.total:.0%}" if twin.total else ""
    return f"that of {twin.version} is {twin.state}{share}"


def _question(q: QuestionStatus, gone: bool) -> str:
    if q.model is None:
        return q.status
    known = f"{q.model.strategy}:{q.model.fit}, {many(q.model.votes, 'vote')}"
    if q.model.training is not None:
        known = f"{known}. {q.model.training[:1].upper()}{q.model.training[1:]}"
    return f"{known.rstrip('.')}. {q.audited.told if gone else q.audited.sentence}"


def called(record_id: str, external_id: str | None) -> str:
    """How a record is named: by its own id, and by its external id where it has one."""
    return f"{record_id} ({external_id})" if external_id else record_id


def story(found: FoundRecord, events: Sequence[Event], width: int) -> Iterator[str]:
    """Everything that was said and decided about a record, oldest first."""
    status = "deleted" if found.status == "gone" else found.status
    yield f"record {plain(called(found.record, found.external_id))}"
    yield f"in {plain(found.dataset)}, {status}; times are UTC"
    yield from _events(events, width)


def dataset_story(name: str, events: Sequence[Event], width: int) -> Iterator[str]:
    """What happened to a dataset as a whole, oldest first."""
    yield f"dataset {plain(name)}; times are UTC"
    if not events:
        yield "nothing is known yet of its guidelines, settings and rounds"
    yield from _events(events, width)


def _events(events: Sequence[Event], width: int) -> Iterator[str]:
    for event in events:
        moment = datetime.fromtimestamp(event.at / 1000, timezone.utc)
        kind = f" ({event.who.kind})" if event.who.kind and event.kind != "decision" else ""
        who = f"{plain(event.who.name)}{kind} " if event.who.name else ""
        yield ""
        yield from wrapped(
            f"{moment:%Y-%m-%d %H:%M:%S}  {who}{plain(event.what)}", width, "", INDENT
        )
        for change in event.changes:
            yield from _change(change.question, change.before, change.after, width)
        for name in event.echoes:
            text = f"{plain(name)}: an echo of our suggestion, no vote"
            yield from wrapped(text, width, INDENT, INDENT * 2)
        if event.why:
            yield from wrapped(f"why: {plain(event.why)}", width, INDENT, INDENT * 2)


def _change(question: str, before: str | None, after: str | None, width: int) -> Iterator[str]:
    was = f" (before: {plain(before)})" if before is not None and after is not None else ""
    now = f"taken back: {plain(before)}" if after is None else plain(after)
    yield from wrapped(f"{plain(question)}: {now}{was}", width, INDENT, INDENT * 2)
