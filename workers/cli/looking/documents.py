"""What `status` and `history` print as JSON, key by key as docs/json.md has it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.plugin.store.shapes.history_shapes import details_json
from argilla_distill.workers.cli.context import formerly
from argilla_distill.workers.use_cases.checks.record_history import FoundRecord, RecordHistory
from argilla_distill.workers.use_cases.checks.status import (
    DatasetStatus,
    QuestionStatus,
    ReviewStatus,
    SetAside,
)

MODEL = ("strategy", "fit", "votes", "fit_votes", "changes", "taught", "training")
"""What is of interest to others of a question's model."""

TWIN = ("version", "state", "name", "written", "total", "error")
"""The same of a twin that is not whole."""


def status_json(found: DatasetStatus) -> dict[str, Any]:
    """The status of a dataset."""
    return {
        "id": found.id,
        "name": found.name,
        "state": found.state,
        "message": found.message,
        **formerly("word", found.message),
        "settings": found.settings,
        "review": _review(found.review) if found.review else None,
        "records": found.records,
        "completed": found.completed,
        "answers": found.answers.of_people,
        "model_answers": found.answers.of_models,
        "template_answers": found.answers.of_templates,
        "suggestions": found.suggestions,
        "labels": found.labels,
        "conflicts": found.conflicts,
        "dirty": found.dirty,
        "stale": found.stale,
        "failures": found.failures,
        "poisoned": {i: _set_aside(each) for i, each in found.set_aside.items()},
        "questions": {name: _question(each) for name, each in found.questions.items()},
        "writes": found.writes,
        "entries": found.entries,
        "archived": found.archived,
        "archived_bytes": found.archived_bytes,
        "archive_trouble": found.archive_trouble,
        "memory": _memory(found),
        "versions": {
            "kept": found.versions.kept,
            "bytes": found.versions.bytes,
            "making": [vars(each) for each in found.versions.making],
            "failed": [vars(each) for each in found.versions.failed],
            "twins": {
                "done": found.versions.twins.done,
                "waiting": [_twin(each) for each in found.versions.twins.waiting],
                "failed": [_twin(each) for each in found.versions.twins.failed],
            },
        },
    }


def _memory(found: DatasetStatus) -> dict[str, Any] | None:
    """What the dataset takes of Redis's memory; None where nobody has counted it yet."""
    whole = found.memory
    taken = whole.datasets.get(found.id) if whole else None
    if whole is None or taken is None:
        return None
    return {
        "counted_at": whole.at,
        "bytes": taken.bytes,
        "history_bytes": taken.history,
        "bytes_an_answer": taken.bytes_an_answer,
        "answers_left": whole.answers_left(found.id),
        "redis_used": whole.used,
        "redis_limit": whole.limit,
        "maxmemory": whole.limited,
    }


def _twin(twin: Twin) -> dict[str, Any]:
    return {key: getattr(twin, key) for key in TWIN}


def _review(review: ReviewStatus) -> dict[str, Any]:
    return {**vars(review), **formerly("word", review.message)}


def _set_aside(record: SetAside) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if value is not None}


def _question(question: QuestionStatus) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if question.model:
        known = {name: getattr(question.model, name) for name in MODEL}
        known |= formerly("version", known["fit"]) | formerly("version_votes", known["fit_votes"])
    return {
        "type": question.type,
        "labels": question.labels,
        "field": question.field,
        "status": question.status,
        **formerly("word", question.status),
        **({"failed": question.failed} if question.failed else {}),
        **{name: value for name, value in known.items() if value is not None},
        "audited": _audited(question.audited),
    }


def _audited(audited: Audited) -> dict[str, Any]:
    """What audits say; figures that nobody knows yet are null."""
    figures = ("right", "majority", "gain", "overconfidence")
    known = {name: getattr(audited, name) for name in figures}
    return {
        "audits": audited.audits,
        "waiting": audited.waiting,
        **{name: asdict(figure) if figure else None for name, figure in known.items()},
        "to_halve": audited.to_halve,
        "to_settle": audited.to_settle,
        "message": audited.sentence,
    }


def history_json(found: FoundRecord | None, history: RecordHistory) -> list[dict[str, Any]]:
    """The entries of a record's history, or of a dataset's, oldest first."""
    return [
        {
            "record": found.record if found else "",
            "external_id": found.external_id if found else None,
            "at": entry.at or entry.seen_at,
            "kind": entry.kind,
            "who": annotator.name if annotator else _author(entry.kind),
            "source": annotator.kind if annotator else "",
            "status": entry.status,
            "values": entry.values,
            "replaced": entry.replaced,
            **({"more": more} if (more := details_json(entry)) else {}),
        }
        for entry, annotator in history.entries
    ]


def _author(kind: str) -> str:
    """Who it is of, where that is no annotator: ourselves, or nobody that the history knows."""
    return "distill" if kind == "decision" else ""
