"""The state of the whole service on a real Redis: webhooks, users, counters, timings, signs of life."""

from __future__ import annotations

import pytest

from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.service import BUCKETS_S


def test_webhooks_are_kept_with_their_secrets_until_forgotten(store: Store) -> None:
    store.service.keep_webhook("h1", "http://us", "s1")
    store.service.keep_webhook("h2", "http://us", "s2")
    store.service.forget_webhook("h1")
    assert store.service.webhooks() == {"h2": {"url": "http://us", "secret": "s2"}}


def test_there_is_a_webhook_until_the_last_is_forgotten(store: Store) -> None:
    before = store.service.any_webhook()
    store.service.keep_webhook("h1", "http://us", "s1")
    kept = store.service.any_webhook()
    store.service.forget_webhook("h1")
    assert (before, kept, store.service.any_webhook()) == (False, True, False)


def test_users_are_replaced_as_a_whole(store: Store) -> None:
    store.service.keep_users({"u1": "ann", "u2": "ben"})
    store.service.keep_users({"u2": "benno"})
    assert store.service.users() == {"u2": "benno"}
    store.service.keep_users({})
    assert store.service.users() == {}


def test_the_cookie_key_is_drawn_once_for_all_processes(store: Store) -> None:
    first = store.service.cookie_key()
    assert len(first) == 64
    assert store.service.cookie_key() == first


def test_counters_are_told_apart_by_their_labels(store: Store) -> None:
    for _ in range(2):
        store.service.count("deliveries", "ping", "accepted")
    store.service.count("deliveries", "other", "signature", by=5)
    assert store.service.counters() == {
        ("deliveries", "ping", "accepted"): 2,
        ("deliveries", "other", "signature"): 5,
    }


def test_calls_fall_into_the_bucket_whose_bound_they_do_not_pass(store: Store) -> None:
    for seconds in (BUCKETS_S[0], 0.011, 99.0):
        store.service.time("me", seconds, success=True)
    store.service.time("page", 0.3, success=False)
    timings = store.service.timings()
    assert timings["me"] == {
        "0.01": 1,
        "0.025": 1,
        "+Inf": 1,
        "sum": pytest.approx(99.021),
    }
    assert timings["page"] == {"0.5": 1, "sum": pytest.approx(0.3), "errors": 1}


def test_signs_of_life_are_the_latest(store: Store) -> None:
    store.service.beat("cron", 1)
    store.service.beat("cron", 2)
    assert store.service.beats() == {"cron": 2}


def test_the_clock_is_rediss_in_milliseconds(store: Store) -> None:
    seconds, _ = store.redis.time()
    assert 0 <= store.now() - seconds * 1000 < 5_000
