"""Connect and disconnect: our one webhook in Argilla, and the datasets that we distil.

What a disconnection takes back, and what it leaves, is `leaving`.

Argilla makes a webhook's secret itself and cannot change it in place: rotating means a new webhook
beside the old one, until every delivery signed with the old secret has come in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.webhook.deliveries import EVENTS
from argilla_distill.workers.use_cases.world import World

DESCRIPTION = "argilla-distill: keeps distilled suggestions current"
GAP_S = 5.0
"""How long a rotation waits for deliveries that were signed with the old secret."""


@dataclass(frozen=True)
class Registered:
    """Our webhook after `register`: its id, and whether it was `created`, `adopted` or `kept`."""

    id: str
    action: str


def register(world: World) -> Registered:
    """See to it that Argilla has exactly one webhook to our listener, and that we know its secret.

    A webhook to our address that we do not know is adopted; further ones are deleted.
    """
    url = world.settings.delivery_url
    kept = world.store.service.webhooks()
    ours = [w for w in world.gateway.webhooks.all() if w.url == url or w.id in kept]
    ours.sort(key=lambda w: (w.url != url, w.id not in kept, w.made))
    action = "created"
    if ours:
        first = ours[0]
        same = (first.url, sorted(first.events), first.enabled)
        action = "kept" if first.id in kept else "adopted"
        if same != (url, sorted(EVENTS), True):
            world.gateway.webhooks.update(first.id, url=url, events=list(EVENTS), enabled=True)
    else:
        first = world.gateway.webhooks.create(url, EVENTS, DESCRIPTION)
    world.store.service.keep_webhook(first.id, url, first.secret)
    world.store.service.forget_disconnection()
    for surplus in ours[1:]:
        world.gateway.webhooks.delete(surplus.id)
    for webhook_id in set(kept) - {first.id}:
        world.store.service.forget_webhook(webhook_id)
    return Registered(first.id, action)


def rotate_secret(world: World, wait: Callable[[float], None] = time.sleep) -> Registered:
    """Replace our webhook by a new one with a new secret, without a moment in which none is good."""
    old = world.store.service.webhooks()
    url = world.settings.delivery_url
    new = world.gateway.webhooks.create(url, EVENTS, DESCRIPTION)
    world.store.service.keep_webhook(new.id, url, new.secret)
    for webhook_id in old:
        world.gateway.webhooks.delete(webhook_id)
    wait(GAP_S)
    for webhook_id in old:
        world.store.service.forget_webhook(webhook_id)
    return Registered(new.id, "created")


def unregister(world: World) -> int:
    """Delete our webhooks from Argilla; returns how many there were."""
    url = world.settings.delivery_url
    kept = world.store.service.webhooks()
    ours = [w.id for w in world.gateway.webhooks.all() if w.url == url or w.id in kept]
    for webhook_id in ours:
        world.gateway.webhooks.delete(webhook_id)
    for webhook_id in kept:
        world.store.service.forget_webhook(webhook_id)
    return len(ours)


def distilled(world: World) -> list[Dataset]:
    """The published datasets that the settings say to distil; none that we review in."""
    return [d for d in world.gateway.datasets() if world.distils(d)]
