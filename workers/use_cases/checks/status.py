"""Status: what is known of every dataset.

What the values mean is in docs/json.md. The command line prints it, as JSON or as a table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.state.model_info import ModelInfo
from argilla_distill.domain.state.redis_memory import RedisMemory
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.datasets import DELETED
from argilla_distill.workers.use_cases.checks.version_overview import VersionsOverview, overview

DISCONNECTED = "disconnected"


@dataclass(frozen=True)
class QuestionStatus:
    """A question of a dataset.

    Attributes
    ----------
    type : Argilla's.
    labels : what may be chosen; empty where that is open.
    field : the field that spans lie in.
    status : `distilled`, or why it is not.
    failed : why its strategy cannot be used for now; empty if it can.
    model : what is known of its model; None if there is none yet.
    audited : how often its labels are right, as audits tell.
    """

    type: str
    labels: Sequence[str]
    field: str
    status: str
    failed: str
    model: ModelInfo | None
    audited: Audited


@dataclass(frozen=True)
class ReviewStatus:
    """How a dataset is reviewed.

    Attributes
    ----------
    id, name : of the review dataset.
    message : what is wrong with it; empty if nothing is.
    due, copies : how many records are worth a review, and how many copies there are.
    audits : how many records were drawn for an audit, and wait for it.
    refused : record → why Argilla takes no copy of it.
    """

    id: str
    name: str
    message: str
    due: int
    copies: int
    audits: int
    refused: Mapping[str, str]


@dataclass(frozen=True)
class SetAside:
    """A record that nobody works on until its next answer: why, and since when (ms)."""

    error: str
    at: int
    external_id: str | None


@dataclass(frozen=True)
class AnswerCounts:
    """How many submitted responses there are, by who gave them; reviewers are people."""

    of_people: int = 0
    of_models: int = 0
    of_templates: int = 0


@dataclass(frozen=True)
class DatasetStatus:
    """Progress, what waits, what is set aside, models, and what went wrong.

    Attributes
    ----------
    message : why the last attempt failed, or what became of the dataset; empty if all is well.
    suggestions : how many of other agents count as votes.
    labels, writes : labels of ours that Argilla shows now, and suggestions written so far.
    conflicts : how many are open.
    dirty, stale : records that wait for a look, and for their label to be refreshed.
    failures : failed attempts so far.
    entries, archived, archived_bytes : of the history: all, those that lie in files, and what these take.
    archive_trouble : why the last attempt to move some there failed.
    memory : what was last counted of Redis's memory; None: nothing yet.
    memory_age : how long ago that was, in seconds.
    settings : what is wrong with its settings; found by asking Argilla (`plan_check`).
    """

    id: str
    name: str
    state: str
    message: str
    review: ReviewStatus | None
    records: int
    completed: int
    answers: AnswerCounts
    suggestions: int
    labels: int
    conflicts: int
    dirty: int
    stale: int
    failures: int
    set_aside: Mapping[str, SetAside]
    questions: Mapping[str, QuestionStatus]
    writes: int
    entries: int
    archived: int
    archived_bytes: int
    archive_trouble: str
    versions: VersionsOverview
    memory: RedisMemory | None = None
    memory_age: float = 0.0
    settings: list[str] = field(default_factory=list)

    @property
    def gone(self) -> bool:
        """Whether it was deleted in Argilla."""
        return self.state == DELETED


def status(store: Store) -> list[DatasetStatus]:
    """The status of every dataset, by name."""
    connected, memory = bool(store.service.webhooks()), store.memory.last()
    age = (store.now() - memory.at) / 1000 if memory else 0.0
    found = [_dataset(store, i, connected) for i in store.datasets.ids()]
    found = [replace(each, memory=memory, memory_age=age) for each in found]
    return sorted(found, key=lambda each: (each.name, each.id))


def _dataset(store: Store, dataset_id: str, connected: bool) -> DatasetStatus:
    info = store.datasets.info(dataset_id)
    dirty, stale, _ = store.dirty.sizes(dataset_id)
    questions = json.loads(info.get("questions", "{}"))
    models, audited = store.models.all(dataset_id), store.reports.audited(dataset_id)
    state = info.get("state", "new")
    archived, archived_bytes = store.archive.size(dataset_id)
    return DatasetStatus(
        id=dataset_id,
        name=info.get("name") or info.get("unswept_name", "?"),
        state=state if connected or state in (DELETED, "ignored") else DISCONNECTED,
        message="; ".join(filter(None, (info.get("word"), info.get("unswept")))),
        review=_review(store, dataset_id),
        records=int(info.get("records", 0)),
        completed=int(info.get("completed", 0)),
        answers=answers_of(store, dataset_id),
        suggestions=int(info.get("suggested", 0)),
        labels=int(info.get("labels", 0)),
        conflicts=int(info.get("conflicts", 0)),
        dirty=dirty,
        stale=stale,
        failures=int(info.get("failures", 0)),
        set_aside=_set_aside(store, dataset_id),
        questions={
            name: _question(q, models.get(name), audited.get(name, Audited()))
            for name, q in questions.items()
        },
        writes=int(info.get("published", 0)),
        entries=store.history.length(dataset_id),
        archived=archived,
        archived_bytes=archived_bytes,
        archive_trouble=store.archive.trouble(dataset_id),
        versions=overview(store, dataset_id),
    )


def _question(
    stored: Mapping[str, Any], model: ModelInfo | None, audited: Audited
) -> QuestionStatus:
    return QuestionStatus(
        type=stored["type"],
        labels=stored["labels"],
        field=stored["field"],
        status=stored["word"],
        failed=stored.get("failed", ""),
        model=model,
        audited=audited,
    )


def answers_of(store: Store, dataset_id: str) -> AnswerCounts:
    """The current submitted answers to a dataset."""
    annotators = store.datasets.annotators(dataset_id)
    counts = {"person": 0, "model": 0, "template": 0}
    for (number, state), count in store.datasets.responses(dataset_id).items():
        if state == "submitted":
            kind = annotators[number].kind
            counts[kind if kind in counts else "person"] += count
    return AnswerCounts(*counts.values())


def _set_aside(store: Store, dataset_id: str) -> dict[str, SetAside]:
    found = store.dirty.poisoned(dataset_id)
    external = store.datasets.external_ids(dataset_id, list(found))
    return {
        record_id: SetAside(note.error, note.at, external.get(record_id))
        for record_id, note in found.items()
    }


def _review(store: Store, dataset_id: str) -> ReviewStatus | None:
    kept = store.reviews.of(dataset_id)
    if kept is None:
        return None
    return ReviewStatus(
        id=kept.id,
        name=kept.name,
        message=kept.trouble,
        due=store.reviews.count_due(dataset_id),
        copies=store.reviews.count_copies(dataset_id),
        audits=store.reviews.count_audits(dataset_id),
        refused=store.reviews.refused(dataset_id),
    )
