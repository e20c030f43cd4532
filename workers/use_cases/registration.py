"""Connect and disconnect: our one webhook in Argilla, and the datasets that we distil.

Argilla makes a webhook's secret itself and cannot change it in place: rotating means a new webhook
beside the old one, until every delivery signed with the old secret has come in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from plugin.deliveries import EVENTS
from plugin.records import Dataset, Record
from plugin.store.lease import Lease
from workers.publication import restored
from workers.use_cases.world import World, patiently
from workers.use_cases.writing import writing

DESCRIPTION = "argilla-distill: keeps distilled suggestions current"
GAP_S = 5.0
"""How long a rotation waits for deliveries that were signed with the old secret."""

PAGE = 500


@dataclass(frozen=True)
class Registered:
    """Our webhook after `register`: its id, and whether it was `created`, `adopted` or `kept`."""

    id: str
    word: str


def register(world: World) -> Registered:
    """See to it that Argilla has exactly one webhook to our listener, and that we know its secret.

    A webhook to our address that we do not know is adopted; further ones are deleted.
    """
    url = world.settings.delivery_url
    kept = world.store.service.webhooks()
    ours = [w for w in world.gateway.webhooks() if w["url"] == url or w["id"] in kept]
    ours.sort(key=lambda w: (w["url"] != url, w["id"] not in kept, w["inserted_at"]))
    word = "created"
    if ours:
        first = ours[0]
        same = (first["url"], sorted(first["events"]), first["enabled"])
        word = "kept" if first["id"] in kept else "adopted"
        if same != (url, sorted(EVENTS), True):
            world.gateway.update_webhook(first["id"], url=url, events=list(EVENTS), enabled=True)
    else:
        first = world.gateway.create_webhook(url, EVENTS, DESCRIPTION)
    world.store.service.keep_webhook(first["id"], url, first["secret"])
    for surplus in ours[1:]:
        world.gateway.delete_webhook(surplus["id"])
    for webhook_id in set(kept) - {first["id"]}:
        world.store.service.forget_webhook(webhook_id)
    return Registered(first["id"], word)


def rotate_secret(world: World, wait: Callable[[float], None] = time.sleep) -> Registered:
    """Replace our webhook by a new one with a new secret, without a moment in which none is good."""
    old = world.store.service.webhooks()
    url = world.settings.delivery_url
    new = world.gateway.create_webhook(url, EVENTS, DESCRIPTION)
    world.store.service.keep_webhook(new["id"], url, new["secret"])
    for webhook_id in old:
        world.gateway.delete_webhook(webhook_id)
    wait(GAP_S)
    for webhook_id in old:
        world.store.service.forget_webhook(webhook_id)
    return Registered(new["id"], "created")


def unregister(world: World) -> int:
    """Delete our webhooks from Argilla; the answer is how many there were."""
    url = world.settings.delivery_url
    kept = world.store.service.webhooks()
    ours = [w["id"] for w in world.gateway.webhooks() if w["url"] == url or w["id"] in kept]
    for webhook_id in ours:
        world.gateway.delete_webhook(webhook_id)
    for webhook_id in kept:
        world.store.service.forget_webhook(webhook_id)
    return len(ours)


def distilled(world: World) -> list[Dataset]:
    """The published datasets that the settings say to distil; none that we review in."""
    return [d for d in world.gateway.datasets() if world.distils(d)]


def withdraw_all(
    world: World, dataset_id: str, restore: bool, progress: Callable[[int, int], None]
) -> int:
    """Take every suggestion of ours back from a dataset; the answer is from how many records.

    Parameters
    ----------
    restore : put other agents' suggestions, whose place ours took, back where they stood.

    Raises
    ------
    DatasetBusy : the distiller did not give the dataset's lease back in time.
    """
    dataset, touched, offset, total = world.gateway.dataset(dataset_id), 0, 0, 1
    while offset < total:
        lease = patiently(world, dataset_id)
        try:
            records, total = world.gateway.page(dataset_id, offset, PAGE)
            touched += _withdraw(world, lease, dataset, records, restore)
        finally:
            lease.release()
        offset += PAGE
        progress(min(offset, total), total)
    return touched


def _withdraw(
    world: World, lease: Lease, dataset: Dataset, records: Sequence[Record], restore: bool
) -> int:
    """Take our suggestions back from these records, and note that nothing of ours shows any more."""
    datasets, ids = world.store.datasets, [record.id for record in records]
    ledger = datasets.ledger(dataset.id, ids)
    decided = datasets.decisions(dataset.id, ids)
    items: list[dict[str, Any]] = []
    closed: dict[str, Any] = {}
    for record, entry, decisions in zip(records, ledger, decided, strict=True):
        kept = (entry or {}).get("m", {})
        back, gone = _backwards(dataset, record, kept if restore else {})
        if back:
            items.append({"id": record.id, "suggestions": back})
        if gone:
            with writing(world, lease, dataset.id, [record.id]):
                world.gateway.withdraw(record.id, gone)
        if decisions and (back or gone):
            closed[record.id] = _closed(decisions, {} if restore else kept, world.store.now())
    if items:
        with writing(world, lease, dataset.id, [item["id"] for item in items]):
            world.gateway.suggest(dataset.id, items)
    lease.commit(lambda pipe: datasets.write_decisions(pipe, dataset.id, closed))
    return len({item["id"] for item in items}.union(closed))


def _closed(decisions: dict[str, Any], kept: dict[str, Any], now: int) -> dict[str, Any]:
    """Decisions of which nothing shows any more; `left` marks what may still be restored later."""
    for question, decision in decisions.items():
        shown = decision["shown"]
        if shown and shown[-1][2] is None:
            shown[-1][2] = now
        if question in kept:
            decision["left"] = True
    return decisions


def _backwards(
    dataset: Dataset, record: Record, kept: dict[str, Any]
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
