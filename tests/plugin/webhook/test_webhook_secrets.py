"""Which secrets are good now: rotation is known at once, strangers cannot make us ask Redis."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from argilla_distill.plugin.errors import BadDelivery
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.webhook import signing_secrets
from argilla_distill.plugin.webhook.signing_secrets import WebhookSecrets


class Clock:
    """A monotonic clock that tests move."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(signing_secrets, "time", clock)
    return clock


class Door:
    """Lets those in who know one secret, and counts who knocked with what."""

    def __init__(self, opens_with: str) -> None:
        self.opens_with = opens_with
        self.tried: list[list[str]] = []

    def __call__(self, secrets: Iterable[str]) -> None:
        self.tried.append(sorted(secrets))
        if self.opens_with not in self.tried[-1]:
            raise BadDelivery(401, "signature", "no")


def test_kept_secrets_and_those_set_by_hand_are_both_tried(store: Store, clock: Clock) -> None:
    store.service.keep_webhook("w1", "http://us", "kept")
    door = Door("by-hand")
    WebhookSecrets(store.service, ("by-hand",)).check(door)
    assert door.tried == [["by-hand", "kept"]]


def test_a_secret_rotated_in_is_known_at_the_first_delivery_signed_with_it(
    store: Store, clock: Clock
) -> None:
    store.service.keep_webhook("w1", "http://us", "old")
    known = WebhookSecrets(store.service, ())
    known.check(Door("old"))
    store.service.keep_webhook("w2", "http://us", "new")
    clock.now += 1.5
    door = Door("new")
    known.check(door)
    assert door.tried == [["old"], ["new", "old"]]


def test_a_secret_rotated_out_is_refused_within_half_a_minute(store: Store, clock: Clock) -> None:
    store.service.keep_webhook("w1", "http://us", "old")
    known = WebhookSecrets(store.service, ())
    known.check(Door("old"))
    store.service.forget_webhook("w1")
    clock.now += 31
    with pytest.raises(BadDelivery):
        known.check(Door("old"))


def test_strangers_make_us_look_at_most_once_a_second(store: Store, clock: Clock) -> None:
    known = WebhookSecrets(store.service, ("ours",))
    known.check(Door("ours"))
    clock.now += 2
    forged = Door("forged")
    for _ in range(50):
        with pytest.raises(BadDelivery):
            known.check(forged)
    assert len(forged.tried) == 51  # one second chance for fifty knocks
    clock.now += 1.1
    with pytest.raises(BadDelivery):
        known.check(forged)
    assert len(forged.tried) == 53


def test_with_no_secret_at_all_the_check_decides(store: Store, clock: Clock) -> None:
    with pytest.raises(BadDelivery):
        WebhookSecrets(store.service, ()).check(Door("any"))


def test_secrets_are_fresh_for_exactly_as_long_as_is_said(store: Store, clock: Clock) -> None:
    store.service.keep_webhook("w1", "http://us", "old")
    known = WebhookSecrets(store.service, ())
    known.check(Door("old"))
    store.service.keep_webhook("w2", "http://us", "new")
    clock.now += signing_secrets.FRESH_S
    door = Door("new")
    known.check(door)
    assert door.tried == [["new", "old"]]
