"""Status: what is known of every dataset, as data. The command line makes a table of it."""

from __future__ import annotations

import json
from typing import Any

from plugin.store import Store


def status(store: Store) -> list[dict[str, Any]]:
    """One object per dataset: progress, what waits, what is set aside, models, and words on trouble."""
    return [_dataset(store, dataset_id) for dataset_id in store.datasets.ids()]


def _dataset(store: Store, dataset_id: str) -> dict[str, Any]:
    info = store.datasets.info(dataset_id)
    dirty, stale, _ = store.dirty.sizes(dataset_id)
    questions = json.loads(info.get("questions", "{}"))
    models = store.datasets.models(dataset_id)
    return {
        "id": dataset_id,
        "name": info.get("name", "?"),
        "state": info.get("state", "new"),
        "word": info.get("word", ""),
        "review": _review(store, dataset_id),
        "records": int(info.get("records", 0)),
        "completed": int(info.get("completed", 0)),
        "answers": store.history.length(dataset_id) and int(info.get("observed", 0)),
        "published": int(info.get("published", 0)),
        "conflicts": int(info.get("conflicts", 0)),
        "dirty": dirty,
        "stale": stale,
        "failures": int(info.get("failures", 0)),
        "poisoned": store.dirty.poisoned(dataset_id),
        "questions": {name: {**q, **models.get(name, {})} for name, q in questions.items()},
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


def history(store: Store, record_id: str) -> list[dict[str, Any]] | None:
    """Everything said and decided about a record, oldest first; None if we do not know it."""
    dataset_id = store.datasets.of_record(record_id)
    if dataset_id is None:
        return None
    (ledger,) = store.datasets.ledger(dataset_id, [record_id])
    annotators = store.datasets.annotators(dataset_id)
    return [
        {
            "at": entry.at or entry.seen_at,
            "kind": entry.kind,
            "who": annotators[entry.annotator]["name"]
            if entry.annotator is not None
            else "distill",
            "source": annotators[entry.annotator]["kind"] if entry.annotator is not None else "",
            "status": entry.status,
            "values": entry.values,
            "replaced": entry.replaced,
            **({"more": entry.extra} if entry.extra else {}),
        }
        for entry in store.history.entries(dataset_id, (ledger or {}).get("h", []))
    ]
