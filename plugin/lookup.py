"""What the pages read from the store: only what their visitor may see.

To somebody who may not see it, a record in a foreign workspace is the same as no record at all.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from plugin.accounts import Visitor
from plugin.record_view import Known
from plugin.store import Store

LATEST_CONFLICTS = 5


def record(store: Store, text: str, visitor: Visitor) -> Known | None:
    """All that we know of the record of this id; None if none that the visitor may see."""
    datasets, record_id = store.datasets, _id(text)
    dataset_id = datasets.of_record(record_id) if record_id else None
    if record_id is None or dataset_id is None:
        return None
    info = datasets.info(dataset_id)
    ledger = datasets.ledger(dataset_id, [record_id])[0]
    if ledger is None or not visitor.may_see(info.get("workspace_id")):
        return None
    decisions = datasets.decisions(dataset_id, [record_id])[0] or {}
    pairs = [(record_id, question) for question in decisions]
    return Known(
        record_id=record_id,
        dataset_id=dataset_id,
        info=info,
        annotators=datasets.annotators(dataset_id),
        ledger=ledger,
        decisions=decisions,
        conflicts={q: c for (_, q), c in datasets.conflicts_on(dataset_id, pairs).items()},
        entries=store.history.entries(dataset_id, ledger["h"]),
        set_aside=store.dirty.poisoned(dataset_id).get(record_id, {}).get("error", ""),
    )


def overview(store: Store, visitor: Visitor) -> list[dict[str, Any]]:
    """A few facts on each dataset that the visitor may see, by name."""
    found = []
    for dataset_id in store.datasets.ids():
        info = store.datasets.info(dataset_id)
        if visitor.may_see(info.get("workspace_id")):
            found.append(_facts(store, dataset_id, info))
    return sorted(found, key=lambda facts: str(facts["name"]))


def _facts(store: Store, dataset_id: str, info: dict[str, str]) -> dict[str, Any]:
    counts = {name: int(info.get(name, 0)) for name in ("records", "completed", "conflicts")}
    waiting, _, set_aside = store.dirty.sizes(dataset_id)
    return {
        "id": dataset_id,
        "name": info.get("name", dataset_id),
        "state": info.get("state", "new"),
        "word": info.get("word", ""),
        **counts,
        "waiting": waiting,
        "set_aside": set_aside,
        "latest_conflicts": _latest(store, dataset_id) if counts["conflicts"] else [],
    }


def _latest(store: Store, dataset_id: str) -> list[dict[str, Any]]:
    """The newest open conflicts."""
    conflicts = store.datasets.conflicts(dataset_id).items()
    standing = [(c["since"], r, q, list(c["labels"])) for (r, q), c in conflicts if _open(c)]
    return [
        {"record": record_id, "question": question, "since": since, "labels": labels}
        for since, record_id, question, labels in sorted(standing, reverse=True)[:LATEST_CONFLICTS]
    ]


def _open(conflict: dict[str, Any]) -> bool:
    return bool(conflict["state"] == "open")


def _id(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None
