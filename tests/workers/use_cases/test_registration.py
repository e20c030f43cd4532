"""Exactly one webhook of ours in Argilla, whatever was there before, and its secret known."""

from __future__ import annotations

from typing import Any

import pytest

from argilla_distill.plugin.webhook.deliveries import EVENTS
from argilla_distill.workers.use_cases import registration
from argilla_distill.workers.use_cases.registration import register, rotate_secret, unregister
from tests.workers.conftest import Build
from tests.workers.service_in_memory import Town


@pytest.fixture
def town(build: Build) -> Town:
    """A town without a webhook."""
    return build(connected=False)


def hook(town: Town, url: str | None = None, **changes: Any) -> dict[str, Any]:
    """A webhook that somebody made in Argilla."""
    made = town.argilla.create_webhook(url or town.world.settings.delivery_url, EVENTS, "by hand")
    made.update(changes)
    return made


def one(town: Town) -> dict[str, Any]:
    """The only webhook to our address; its secret must be the one that we know."""
    url = town.world.settings.delivery_url
    (found,) = [h for h in town.argilla.hooks.values() if h["url"] == url]
    assert town.store.service.webhooks() == {found["id"]: {"url": url, "secret": found["secret"]}}
    assert (sorted(found["events"]), found["enabled"]) == (sorted(EVENTS), True)
    return found


def test_where_there_is_none_one_is_created(town: Town) -> None:
    assert not town.world.connected
    assert register(town.world).word == "created"
    assert one(town)["id"] == "hook-1"
    assert town.world.connected


def test_repeating_keeps_it(town: Town) -> None:
    register(town.world)
    assert register(town.world).word == "kept"
    assert one(town)["id"] == "hook-1"


def test_one_to_our_address_that_we_do_not_know_is_adopted(town: Town) -> None:
    hook(town)
    assert register(town.world).word == "adopted"
    one(town)


@pytest.mark.parametrize("changes", [{"enabled": False}, {"events": ["record.updated"]}])
def test_one_that_was_changed_is_put_right(town: Town, changes: dict[str, Any]) -> None:
    register(town.world)
    one(town).update(changes)
    register(town.world)
    one(town)


def test_surplus_ones_are_deleted_and_the_known_one_stays(town: Town) -> None:
    register(town.world)
    hook(town)
    assert register(town.world).word == "kept"
    assert one(town)["id"] == "hook-1"


def test_a_new_address_moves_the_webhook_along(town: Town) -> None:
    known = hook(town, "http://old-address/webhooks/argilla")
    town.store.service.keep_webhook(known["id"], known["url"], known["secret"])
    assert register(town.world).word == "kept"
    assert one(town)["id"] == known["id"]


def test_other_peoples_webhooks_are_left_alone(town: Town) -> None:
    other = hook(town, "http://somebody/else")
    register(town.world)
    assert unregister(town.world) == 1
    assert list(town.argilla.hooks) == [other["id"]]
    assert town.store.service.webhooks() == {}


def test_one_that_argilla_forgot_is_made_anew(town: Town) -> None:
    register(town.world)
    town.argilla.hooks.clear()
    hook(town, "http://somebody/else")
    assert register(town.world).word == "created"
    one(town)


def test_a_rotation_never_leaves_a_moment_without_a_good_secret(town: Town) -> None:
    register(town.world)
    old = one(town)["secret"]
    known: list[set[str]] = []

    def note(_: object) -> None:
        known.append({kept["secret"] for kept in town.store.service.webhooks().values()})

    town.argilla.before = town.argilla.after = note
    rotate_secret(town.world, wait=note)
    new = one(town)["secret"]
    assert old != new
    assert all(secrets & {old, new} for secrets in known)
    assert {old, new} in known


def test_a_rotation_waits_for_what_was_signed_with_the_old_secret(town: Town) -> None:
    register(town.world)
    waited: list[float] = []
    rotate_secret(town.world, wait=waited.append)
    assert waited == [registration.GAP_S]
