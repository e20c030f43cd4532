"""Exactly one webhook of ours in Argilla, whatever was there before, and its secret known."""

from __future__ import annotations

from typing import Any

import pytest

from argilla_distill.plugin.webhook.deliveries import EVENTS
from argilla_distill.workers.use_cases.connecting import registration
from argilla_distill.workers.use_cases.connecting.registration import (
    register,
    rotate_secret,
    unregister,
)
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    """A service without a webhook."""
    return build(connected=False)


def hook(service: ServiceInMemory, url: str | None = None, **changes: Any) -> dict[str, Any]:
    """A webhook that somebody made in Argilla."""
    made = service.argilla.webhooks.create(
        url or service.world.settings.delivery_url, EVENTS, "by hand"
    )
    kept = service.argilla.webhooks.kept[made.id]
    kept.update(changes)
    return kept


def one(service: ServiceInMemory) -> dict[str, Any]:
    """The only webhook to our address; its secret must be the one that we know."""
    url = service.world.settings.delivery_url
    (found,) = [h for h in service.argilla.webhooks.kept.values() if h["url"] == url]
    assert service.store.service.webhooks() == {
        found["id"]: {"url": url, "secret": found["secret"]}
    }
    assert (sorted(found["events"]), found["enabled"]) == (sorted(EVENTS), True)
    return found


def test_where_there_is_none_one_is_created(service: ServiceInMemory) -> None:
    assert not service.world.connected
    assert register(service.world).action == "created"
    assert one(service)["id"] == "hook-1"
    assert service.world.connected


def test_repeating_keeps_it(service: ServiceInMemory) -> None:
    register(service.world)
    assert register(service.world).action == "kept"
    assert one(service)["id"] == "hook-1"


def test_one_to_our_address_that_we_do_not_know_is_adopted(service: ServiceInMemory) -> None:
    hook(service)
    assert register(service.world).action == "adopted"
    one(service)


@pytest.mark.parametrize("changes", [{"enabled": False}, {"events": ["record.updated"]}])
def test_one_that_was_changed_is_put_right(
    service: ServiceInMemory, changes: dict[str, Any]
) -> None:
    register(service.world)
    one(service).update(changes)
    register(service.world)
    one(service)


def test_surplus_ones_are_deleted_and_the_known_one_stays(service: ServiceInMemory) -> None:
    register(service.world)
    hook(service)
    assert register(service.world).action == "kept"
    assert one(service)["id"] == "hook-1"


def test_a_new_address_moves_the_webhook_along(service: ServiceInMemory) -> None:
    known = hook(service, "http://old-address/webhooks/argilla")
    service.store.service.keep_webhook(known["id"], known["url"], known["secret"])
    assert register(service.world).action == "kept"
    assert one(service)["id"] == known["id"]


def test_other_peoples_webhooks_are_left_alone(service: ServiceInMemory) -> None:
    other = hook(service, "http://somebody/else")
    register(service.world)
    assert unregister(service.world) == 1
    assert list(service.argilla.webhooks.kept) == [other["id"]]
    assert service.store.service.webhooks() == {}


def test_one_that_argilla_forgot_is_made_anew(service: ServiceInMemory) -> None:
    register(service.world)
    service.argilla.webhooks.kept.clear()
    hook(service, "http://somebody/else")
    assert register(service.world).action == "created"
    one(service)


def test_a_rotation_never_leaves_a_moment_without_a_good_secret(service: ServiceInMemory) -> None:
    register(service.world)
    old = one(service)["secret"]
    known: list[set[str]] = []

    def note(_: object) -> None:
        known.append({kept["secret"] for kept in service.store.service.webhooks().values()})

    service.argilla.before = service.argilla.after = note
    rotate_secret(service.world, wait=note)
    new = one(service)["secret"]
    assert old != new
    assert all(secrets & {old, new} for secrets in known)
    assert {old, new} in known


def test_a_rotation_waits_for_what_was_signed_with_the_old_secret(service: ServiceInMemory) -> None:
    register(service.world)
    waited: list[float] = []
    rotate_secret(service.world, wait=waited.append)
    assert waited == [registration.GAP_S]
