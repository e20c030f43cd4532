"""Status: what is known of every dataset, as data, and everything about one record.

What the keys mean is told in docs/json.md. The command line makes a table of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argilla_distill.domain.explanation.timeline import Event, events
from argilla_distill.domain.explanation.voices import Annotator, people, unnamed
from argilla_distill.domain.state.model_info import ModelInfo
from argilla_distill.domain.wording import Wording
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.shapes import details_json

DISCONNECTED = "disconnected"
MODEL = ("strategy", "version", "votes", "version_votes", "changes", "taught", "training")


def status(store: Store) -> list[dict[str, Any]]:
    """One object per dataset: progress, what waits, what is set aside, models, and what went wrong.

    `settings` is for what is wrong with its settings; that is found by asking Argilla (`plan_check`).
    """
    connected = bool(store.service.webhooks())
    found = [_dataset(store, dataset_id, connected) for dataset_id in store.datasets.ids()]
    return sorted(found, key=lambda each: (each["name"], each["id"]))


def _dataset(store: Store, dataset_id: str, connected: bool) -> dict[str, Any]:
    info = store.datasets.info(dataset_id)
    dirty, stale, _ = store.dirty.sizes(dataset_id)
    questions = json.loads(info.get("questions", "{}"))
    models = store.datasets.models(dataset_id)
    state = info.get("state", "new")
    return {
        "id": dataset_id,
        "name": info.get("name", "?"),
        "state": state if connected or state in ("deleted", "ignored") else DISCONNECTED,
        "word": info.get("word", ""),
        "settings": [],
        "review": _review(store, dataset_id),
        "records": int(info.get("records", 0)),
        "completed": int(info.get("completed", 0)),
        **_answers(store, dataset_id),
        "suggestions": int(info.get("suggested", 0)),
        "labels": int(info.get("labels", 0)),
        "conflicts": int(info.get("conflicts", 0)),
        "dirty": dirty,
        "stale": stale,
        "failures": int(info.get("failures", 0)),
        "poisoned": _set_aside(store, dataset_id),
        "questions": {name: {**q, **_model(models.get(name))} for name, q in questions.items()},
        "writes": int(info.get("published", 0)),
        "entries": store.history.length(dataset_id),
    }


def _model(info: ModelInfo | None) -> dict[str, Any]:
    """What is of interest to others of a question's model."""
    known = {name: getattr(info, name) for name in MODEL} if info else {}
    return {name: value for name, value in known.items() if value is not None}


def _answers(store: Store, dataset_id: str) -> dict[str, int]:
    """Submitted responses by who gave them: people (reviewers are people), models, templates."""
    annotators = store.datasets.annotators(dataset_id)
    counts = {"answers": 0, "model_answers": 0, "template_answers": 0}
    names = {"model": "model_answers", "template": "template_answers"}
    for (number, state), count in store.datasets.responses(dataset_id).items():
        if state == "submitted":
            counts[names.get(annotators[number].kind, "answers")] += count
    return counts


def _set_aside(store: Store, dataset_id: str) -> dict[str, dict[str, Any]]:
    """Records set aside: id → error, time and, where there is one, external id."""
    found = store.dirty.poisoned(dataset_id)
    external = store.datasets.external_ids(dataset_id, list(found))
    return {
        record_id: {
            **note,
            **({"external_id": external[record_id]} if record_id in external else {}),
        }
        for record_id, note in found.items()
    }


def _review(store: Store, dataset_id: str) -> dict[str, Any] | None:
    """How the dataset is reviewed; None where it is not."""
    kept = store.reviews.of(dataset_id)
    if kept is None:
        return None
    return {
        "id": kept["id"],
        "name": kept["name"],
        "word": kept["word"],
        "due": store.reviews.count_due(dataset_id),
        "copies": store.reviews.count_copies(dataset_id),
        "refused": store.reviews.refused(dataset_id),
    }


def find(store: Store, name: str, dataset: str = "") -> list[dict[str, Any]]:
    """The records of this id or external id: dataset's id and name, id, external id, status.

    Parameters
    ----------
    dataset : only in the dataset of this name or id; "": in all.
    """
    found = []
    for dataset_id, record_id in store.datasets.named(name, among=_ids(store, dataset)):
        (entry,) = store.datasets.ledger(dataset_id, [record_id])
        found.append(
            {
                "dataset_id": dataset_id,
                "dataset": store.datasets.info(dataset_id).get("name", "?"),
                "record": record_id,
                "external_id": (entry or {}).get("e"),
                "status": (entry or {}).get("s", ""),
            }
        )
    return found


def _ids(store: Store, dataset: str) -> list[str] | None:
    if not dataset:
        return None
    infos = {i: store.datasets.info(i).get("name") for i in store.datasets.ids()}
    return [i for i, name in infos.items() if dataset in (i, name)]


@dataclass(frozen=True)
class Story:
    """Everything said and decided about a record, oldest first: as it is stored, and in words."""

    entries: list[dict[str, Any]]
    events: list[Event]


def history(store: Store, found: Mapping[str, Any]) -> Story:
    """The history of a record that was found."""
    dataset_id = found["dataset_id"]
    (ledger,) = store.datasets.ledger(dataset_id, [found["record"]])
    entries = store.history.entries(dataset_id, (ledger or {}).get("h", []))
    who = people(store.datasets.annotators(dataset_id))
    told = [
        {
            "record": found["record"],
            "external_id": found["external_id"],
            "at": entry.at or entry.seen_at,
            "kind": entry.kind,
            "who": "distill" if entry.annotator is None else _who(who, entry.annotator).name,
            "source": "" if entry.annotator is None else _who(who, entry.annotator).kind,
            "status": entry.status,
            "values": entry.values,
            "replaced": entry.replaced,
            **({"more": more} if (more := details_json(entry)) else {}),
        }
        for entry in entries
    ]
    return Story(told, events(entries, who, Wording({})))


def _who(people: Mapping[int, Annotator], number: int) -> Annotator:
    return people.get(number) or unnamed(number)
