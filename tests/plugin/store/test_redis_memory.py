"""What datasets take of Redis's memory: near the truth, of each by itself, without looking at everything."""

from __future__ import annotations

import secrets

import pytest
import redis

from argilla_distill.domain.history import Entry
from argilla_distill.plugin.store import Store

MANY = 8_000


def fill(store: Store, dataset_id: str, answers: int) -> None:
    """A history of so many answers, and as many records."""
    for start in range(0, answers, 2_000):
        ids = store.history.ids(dataset_id, 1_000, 2_000)
        with store.redis.pipeline(transaction=True) as pipe:
            entries = [
                Entry("answer", f"record-{start + n}", n % 7, "submitted", {"q": "yes"}, at=n, id=i)
                for n, i in enumerate(ids)
            ]
            store.history.append(pipe, dataset_id, entries)
            known = {entry.record: secrets.token_bytes(80) for entry in entries}
            pipe.hset(store.keys.of(dataset_id, "ledger"), mapping=known)
            pipe.execute()


def used(store: Store) -> int:
    return int(store.redis.info("memory")["used_memory"])


def test_what_is_counted_is_what_redis_has_taken_within_a_tenth(store: Store) -> None:
    before = used(store)
    fill(store, "large", MANY)
    taken = used(store) - before
    fill(store, "small", MANY // 4)
    counted = store.memory.count({"large": (MANY, MANY, MANY), "small": (1, 1, 1)}, 7)
    large, small = counted.datasets["large"], counted.datasets["small"]
    assert large.bytes == pytest.approx(taken, rel=0.1)
    assert small.bytes == pytest.approx(taken / 4, rel=0.15)
    assert large.history > 0 < large.others
    assert store.memory.last() == counted


def test_how_many_answers_fit_below_its_maxmemory_is_told(redis_url: str, store: Store) -> None:
    fill(store, "d", 2_000)
    counts = {"d": (2_000, 2_000, 2_000)}
    free = store.memory.count(counts, 1)
    assert not free.limited
    assert free.limit > free.used, "the machine's memory"
    with redis.Redis.from_url(redis_url) as client:
        room = 50_000_000
        client.config_set("maxmemory", free.used + room)
        try:
            counted = store.memory.count(counts, 2)
        finally:
            client.config_set("maxmemory", 0)
    assert counted.limited
    an_answer = counted.datasets["d"].bytes_an_answer
    assert an_answer is not None
    assert counted.answers_left("d") == int(counted.free / an_answer)
    assert counted.free == pytest.approx(room, rel=0.1)


def test_of_few_answers_and_of_unknown_datasets_nobody_says_how_many_fit(store: Store) -> None:
    fill(store, "d", 2_000)
    counted = store.memory.count({"d": (2_000, 2_000, 20)}, 1)
    assert counted.datasets["d"].bytes > 0
    assert counted.answers_left("d") is None
    assert counted.answers_left("another") is None


def test_a_prefix_with_signs_of_a_pattern_finds_its_own_keys_only(store: Store) -> None:
    odd = Store(store.redis, store.keys.prefix + "[a]*?")
    odd.redis.set(odd.keys.of("d", "info"), "x" * 5_000)
    store.redis.set(f"{store.keys.prefix}a??:d:info", "x" * 50_000)
    assert 5_000 < odd.memory.count({"d": (0, 0, 0)}, 1).datasets["d"].bytes < 10_000
