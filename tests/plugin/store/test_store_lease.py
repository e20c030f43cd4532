"""One distiller per dataset at a time, on a real Redis: exclusive, renewed, lost, given back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis.backoff import NoBackoff
from redis.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from argilla_distill.domain.state.review import ReviewInfo
from argilla_distill.plugin.errors import LeaseLost
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.work import lease
from argilla_distill.plugin.store.work.lease import Lease

D = "dataset"


class Clock:
    """Seconds that tests move."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def run_out(store: Store) -> None:
    """What Redis does to a lease that nobody renewed in time."""
    store.redis.delete(key(store))


def key(store: Store, name: str = "lease") -> str:
    return store.keys.of(D, name)


def eventually(condition: Callable[[], bool]) -> None:
    """Waits for what a thread does: a minute, however slow the machine is."""
    for _ in range(6_000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("did not come true")


@pytest.fixture
def unattended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases that are renewed by hand only."""
    monkeypatch.setattr(lease, "RENEW_S", 3_600.0)


@pytest.fixture
def held(store: Store) -> Iterator[Lease]:
    taken = store.lease(D)
    assert taken is not None
    yield taken
    taken.release()


def note(store: Store, word: str) -> Any:
    return lambda pipe: store.datasets.count(pipe, D, word, 1)


def test_it_is_exclusive_until_it_is_released(store: Store, held: Lease) -> None:
    assert store.lease(D) is None
    assert store.leased(D)
    other = store.lease("another dataset")
    assert other is not None
    other.release()
    held.release()
    assert not store.leased(D)
    again = store.lease(D)
    assert again is not None
    again.release()


def test_with_it_comes_what_its_holder_wants_to_know_first(store: Store) -> None:
    store.datasets.note(D, name="bench/d")
    store.reviews.keep("original", ReviewInfo(D, "bench/d"))
    taken, look = store.begin(D)
    assert taken is not None
    assert look == ("original", False, {"name": "bench/d"})
    assert taken.left_s() > 0
    store.service.keep_webhook("h", "http://us", "s")
    nobody, look = store.begin(D)
    assert nobody is None
    assert look.connected
    assert store.look(D) == look
    assert store.look("another dataset") == (None, True, {})
    taken.release()
    assert not store.leased(D)


def test_writes_go_through_while_it_is_ours(store: Store, held: Lease) -> None:
    held.commit(note(store, "published"))
    assert store.datasets.info(D) == {"published": "1"}


def test_it_runs_out_when_its_holder_died(store: Store) -> None:
    first = store.lease(D)
    run_out(store)
    second = store.lease(D)
    assert first is not None
    assert second is not None
    with pytest.raises(LeaseLost):
        first.commit(note(store, "published"))
    assert store.datasets.info(D) == {}
    second.commit(note(store, "observed"))
    assert store.datasets.info(D) == {"observed": "1"}
    for each in (first, second):
        each.release()


def test_whoever_lost_it_can_neither_give_it_back_nor_renew_it(store: Store) -> None:
    first = store.lease(D)
    run_out(store)
    second = store.lease(D)
    assert first is not None
    assert second is not None
    first.release(30)
    assert store.leased(D)
    with pytest.raises(LeaseLost):
        first.release_if_idle()
    assert store.leased(D)
    second.release()


def test_one_that_nobody_renews_runs_out_by_itself(store: Store, held: Lease) -> None:
    assert 0 < store.redis.pttl(key(store)) <= lease.LEASE_MS


@pytest.mark.usefixtures("quick")
def test_its_holder_renews_it_and_the_wake_with_it(store: Store) -> None:
    """Both keys are made to last for ever; whoever gives them an end again has renewed them."""
    held = store.lease(D)
    assert held is not None
    store.wake(D)
    for name in ("lease", "wake"):
        store.redis.persist(key(store, name))
        eventually(lambda name=name: store.redis.pttl(key(store, name)) > 0)  # type: ignore[misc]
    assert store.leased(D)
    assert not store.wake(D)
    held.commit(note(store, "published"))
    held.release()
    assert not store.leased(D)
    assert store.wake(D)


def test_a_lost_one_is_not_renewed(store: Store, held: Lease) -> None:
    run_out(store)
    with pytest.raises(LeaseLost):
        held.renew()
    assert not store.leased(D)
    assert held.left_s() == 0


@pytest.mark.usefixtures("unattended")
def test_its_holder_knows_how_long_it_lasts_without_asking(store: Store) -> None:
    clock = Clock()
    held = Lease.take(store.redis, store.keys, D, clock)
    assert held is not None
    assert held.left_s() == lease.LEASE_MS / 1000
    clock.now_s += 10
    assert held.left_s() == lease.LEASE_MS / 1000 - 10
    held.renew()
    assert held.left_s() == lease.LEASE_MS / 1000
    clock.now_s += 1_000
    assert held.left_s() == 0
    held.release()


@pytest.mark.usefixtures("unattended")
def test_the_time_that_redis_took_counts_against_what_is_left(store: Store) -> None:
    """A call that hangs for five seconds may have been carried out at once."""

    class Slow:
        """The real Redis at the end of a slow line."""

        def set(self, *args: Any, **options: Any) -> Any:
            clock.now_s += 5
            return store.redis.set(*args, **options)

        def pipeline(self, **options: Any) -> Any:
            clock.now_s += 5
            return store.redis.pipeline(**options)

        def eval(self, *args: Any) -> Any:
            return store.redis.eval(*args)

    clock = Clock()
    held = Lease.take(Slow(), store.keys, D, clock)
    assert held is not None
    assert held.left_s() == lease.LEASE_MS / 1000 - 5
    held.renew()
    assert held.left_s() == lease.LEASE_MS / 1000 - 5
    held.release()


def test_a_renewal_in_the_middle_of_a_write_does_not_lose_it(store: Store, held: Lease) -> None:
    keys = store.keys
    turns: list[int] = []

    def write(pipe: Any) -> None:
        if not turns:
            store.redis.pexpire(keys.of(D, "lease"), 15_000)
        turns.append(1)
        store.datasets.count(pipe, D, "published", 1)

    held.commit(write)
    assert store.datasets.info(D) == {"published": "1"}
    assert len(turns) == 2


def without_reply(monkeypatch: pytest.MonkeyPatch, kind: type, act: Callable[[], Any]) -> Any:
    """What `act` returns where the connection breaks instead of the first reply of that kind."""
    lost: list[Any] = []
    read = AbstractConnection.read_response

    def broken(self: AbstractConnection, *args: Any, **options: Any) -> Any:
        reply = read(self, *args, **options)
        if isinstance(reply, kind) and not lost:
            lost.append(reply)
            raise RedisConnectionError("the connection broke")
        return reply

    with monkeypatch.context() as patched:
        patched.setattr(AbstractConnection, "read_response", broken)
        returned = act()
    assert lost
    return returned


def test_a_write_whose_reply_is_lost_is_written_once(
    store: Store, held: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library tells it as a lease that changed, so that it was written again: counts were doubled."""
    write = note(store, "published")
    without_reply(monkeypatch, list, lambda: held.commit(write))  # the transaction's
    assert store.datasets.info(D) == {"published": "1"}
    held.commit(write)
    assert store.datasets.info(D) == {"published": "2"}


def test_it_is_had_though_the_reply_is_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library asks again, and found it taken: by us, so that nobody worked until it ran out."""
    store.redis.set_retry(Retry(NoBackoff(), 1))
    taken = without_reply(monkeypatch, bytes, lambda: store.lease(D))
    assert taken is not None
    assert store.lease(D) is None
    taken.release()


def test_a_lease_lost_in_the_middle_of_a_write_writes_nothing(store: Store, held: Lease) -> None:
    keys = store.keys

    def write(pipe: Any) -> None:
        store.redis.set(keys.of(D, "lease"), "somebody else")
        store.datasets.count(pipe, D, "published", 1)

    with pytest.raises(LeaseLost):
        held.commit(write)
    assert store.datasets.info(D) == {}
    store.redis.delete(keys.of(D, "lease"))


@pytest.mark.parametrize("waiting", ["dirty", "stale"])
def test_it_is_not_given_back_while_something_waits(
    store: Store, held: Lease, waiting: str
) -> None:
    if waiting == "dirty":
        store.dirty.mark(D, ["r1"])
    else:
        store.dirty.make_stale(D, ["r1"])
    assert not held.release_if_idle()
    assert store.leased(D)
    store.dirty.drop(D)
    assert held.release_if_idle()
    assert not store.leased(D)


def test_given_back_idle_it_lets_the_next_answer_wake_the_dataset(
    store: Store, held: Lease
) -> None:
    store.wake(D)
    assert held.release_if_idle()
    assert store.dirty.mark(D, ["r1"])


def test_given_back_after_a_failure_it_keeps_the_dataset_asleep_for_a_while(
    store: Store, held: Lease
) -> None:
    held.release(30)
    assert not store.leased(D)
    assert not store.dirty.mark(D, ["r1"])


def test_whoever_waits_for_it_is_known_for_a_moment(store: Store) -> None:
    assert not store.lease_wanted(D)
    store.want_lease(D)
    assert store.lease_wanted(D)
    assert not store.lease_wanted("another dataset")
    store.got_lease(D)
    assert not store.lease_wanted(D)


def threads() -> list[threading.Thread]:
    """Those that renew leases now."""
    return [thread for thread in threading.enumerate() if thread.name == "lease"]


@pytest.fixture
def quick(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leases that are renewed at every moment. Over only once no thread asks Redis any more."""
    before = set(threads())
    monkeypatch.setattr(lease, "RENEW_S", 0.01)
    yield
    eventually(lambda: set(threads()) <= before)


def test_it_is_ours_until_it_is_somebody_elses_or_nobodys(store: Store, held: Lease) -> None:
    assert held.ours()
    store.redis.set(key(store), "somebody else")
    assert not held.ours()
    run_out(store)
    assert not held.ours()


@pytest.mark.usefixtures("unattended")
def test_it_can_be_held_for_longer_and_no_longer_than_that(store: Store, held: Lease) -> None:
    held.hold(100.0)
    assert 99_000 < store.redis.pttl(key(store)) <= 100_000


def test_whoever_lost_it_is_told_that_it_ran_out(store: Store, held: Lease) -> None:
    run_out(store)
    with pytest.raises(LeaseLost, match=lease.LOST):
        held.renew()
    with pytest.raises(LeaseLost, match=lease.LOST):
        held.commit(note(store, "published"))
    with pytest.raises(LeaseLost, match=lease.LOST):
        held.release_if_idle()


def test_given_back_idle_what_was_learned_is_settled(store: Store, held: Lease) -> None:
    held.commit(lambda pipe: store.unsettle(pipe, D))
    assert store.unsettled(D)
    assert held.release_if_idle()
    assert not store.unsettled(D)


@pytest.mark.usefixtures("unattended")
def test_nobody_renews_it_any_more_once_it_is_given_back(store: Store) -> None:
    before = set(threads())
    held = store.lease(D)
    assert held is not None
    (thread,) = set(threads()) - before
    assert thread.daemon  # a process that ends does not wait for it
    assert held.release_if_idle()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.usefixtures("quick")
def test_what_was_not_given_back_goes_on_being_renewed(store: Store) -> None:
    held = store.lease(D)
    assert held is not None
    store.dirty.mark(D, ["r1"])
    assert not held.release_if_idle()
    for _ in range(3):
        store.redis.persist(key(store))
        eventually(lambda: store.redis.pttl(key(store)) > 0)
    held.release()


@pytest.mark.usefixtures("quick")
def test_a_renewal_that_redis_did_not_take_is_tried_again(store: Store) -> None:
    failures: list[str] = []

    class Restarted:
        """The real Redis, which is away when the lease is first renewed."""

        def pipeline(self, transaction: bool) -> Any:
            if transaction and not failures:  # it is taken without one
                failures.append("away")
                raise RedisConnectionError("away")
            return store.redis.pipeline(transaction=transaction)

        def eval(self, *args: Any) -> Any:
            return store.redis.eval(*args)

    held = Lease.take(Restarted(), store.keys, D, Clock())
    assert held is not None
    eventually(lambda: bool(failures))
    store.redis.persist(key(store))
    eventually(lambda: store.redis.pttl(key(store)) > 0)
    held.release()
