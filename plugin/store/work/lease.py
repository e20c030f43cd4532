"""One distiller per dataset at a time: a lease that its holder renews and that runs out by itself.

A killed worker's lease ends after `LEASE_MS`; the cron then wakes the dataset again. Whoever lost
the lease (a stalled machine, say) cannot write any more: every write goes through `commit`. Writes to
Argilla, which asks for no lease, are `workers.use_cases.sending`.
"""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError, WatchError

from argilla_distill.plugin.errors import LeaseLost
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.work.dirty import WAKE_S

LEASE_MS = 15_000
RENEW_S = 4.0

LOST = "the lease ran out; another distiller goes on"

_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[2])))
redis.call('SET', KEYS[2], '1', 'EX', ARGV[3])
return 1
"""

_RELEASE_IF_IDLE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
if redis.call('HLEN', KEYS[3]) > 0 or redis.call('SCARD', KEYS[4]) > 0 then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[5])
return 1
"""

_RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if tonumber(ARGV[2]) > 0 then redis.call('SET', KEYS[2], '1', 'EX', ARGV[2])
else redis.call('DEL', KEYS[2]) end
return 1
"""


def alone(pipe: Any) -> None:
    """Sends nothing with it."""


class Lease:
    """The right to write one dataset's state. Made by `take`, kept alive by a thread of its own.

    Redis alone decides when a lease has run out. `left_s` is what its holder can know of that
    without asking: never more than Redis would grant.

    Parameters
    ----------
    clock : seconds, of any origin, that never go back.
    """

    def __init__(
        self, redis: Any, keys: Keys, dataset_id: str, token: str, clock: Callable[[], float]
    ) -> None:
        self._redis = redis
        self.token = token
        self._clock = clock
        self._until_s = -math.inf
        self._key = keys.of(dataset_id, "lease")
        self._wake = keys.of(dataset_id, "wake")
        self._committed = keys.of(dataset_id, "committed")
        waiting = ("dirty", "stale", "unsettled")
        self._waiting = [keys.of(dataset_id, name) for name in waiting]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True, name="lease")

    @classmethod
    def take(
        cls, redis: Any, keys: Keys, dataset_id: str, clock: Callable[[], float] = time.monotonic
    ) -> Lease | None:
        """The lease, or None while somebody else holds it."""
        return cls.take_and_ask(redis, keys, dataset_id, clock)[0]

    @classmethod
    def take_and_ask(
        cls,
        redis: Any,
        keys: Keys,
        dataset_id: str,
        clock: Callable[[], float] = time.monotonic,
        also: Callable[[Any], None] = alone,
    ) -> tuple[Lease | None, list[Any]]:
        """As `take`; and what Redis answers to what `also` asks, which is sent at once and done behind it."""
        lease = cls(redis, keys, dataset_id, secrets.token_hex(8), clock)
        until_s = clock() + LEASE_MS / 1000  # counted from before the call, as Redis counts later
        with redis.pipeline(transaction=False) as pipe:
            pipe.set(lease._key, lease.token, nx=True, px=LEASE_MS)
            pipe.get(lease._key)  # ours too where a reply was lost, and all was sent once more
            also(pipe)
            _, holder, *answers = pipe.execute()
        if (holder or b"").decode() != lease.token:
            return None, answers
        lease._until_s = until_s
        lease._thread.start()
        return lease, answers

    def left_s(self) -> float:
        """Seconds for which the lease is certainly still ours if nobody renews it; 0 if none."""
        return max(0.0, self._until_s - self._clock())

    def renew(self) -> None:
        """Make it last `LEASE_MS` from now at least, and let nobody wake the dataset meanwhile.

        Raises
        ------
        LeaseLost : it was not ours any more.
        """
        self.hold(LEASE_MS / 1000)

    def hold(self, for_s: float, also: Callable[[Any], None] = alone) -> None:
        """Make it last for so many seconds from now at least. As `renew` otherwise.

        `also` is sent at once, and done whether the lease is ours or not.
        """
        until_s = self._clock() + for_s
        arguments = (self._key, self._wake, self.token, round(for_s * 1000), WAKE_S)
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.eval(_RENEW, 2, *arguments)
            also(pipe)
            held = pipe.execute()[0]
        if not held:
            self._until_s = -math.inf
            raise LeaseLost(LOST)
        self._until_s = max(self._until_s, until_s)

    def ours(self, also: Callable[[Any], None] = alone) -> bool:
        """Whether it is still ours, as Redis knows it; `also` is done at once, and sees the same."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.get(self._key)
            also(pipe)
            holder = pipe.execute()[0]
        return bool((holder or b"").decode() == self.token)

    def commit(self, write: Callable[[Any], None]) -> None:
        """Run `write(pipeline)` as one transaction, once, and only if the lease is still ours.

        Raises
        ------
        LeaseLost : nothing was written.
        """
        mark = secrets.token_hex(8)
        while not self._committed_with(mark, write):
            # The lease was renewed in between, or lost, or Redis's reply was. What may still wait there of
            # the last try fails once the lease is renewed, which it watches.
            self.renew()
            if (self._redis.get(self._committed) or b"").decode() == mark:
                return

    def _committed_with(self, mark: str, write: Callable[[Any], None]) -> bool:
        """Try to, leaving a mark if it goes through; False if nobody can say whether it did."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.watch(self._key)
            if (pipe.get(self._key) or b"").decode() != self.token:
                raise LeaseLost(LOST)
            pipe.multi()
            write(pipe)
            pipe.set(self._committed, mark, ex=WAKE_S)
            try:
                pipe.execute()
            except WatchError:
                return False
        return True

    def release_if_idle(self) -> bool:
        """Give the lease back if no record waits; False if there is more to do.

        What was learned is settled then: see `Store.unsettle`.

        Raises
        ------
        LeaseLost : it was not ours any more.
        """
        keys = [self._key, self._wake, *self._waiting]
        answer = self._redis.eval(_RELEASE_IF_IDLE, 5, *keys, self.token)
        if answer != 0:
            self._ended.set()
        if answer == -1:
            raise LeaseLost(LOST)
        return bool(answer == 1)

    def release(self, rest_s: int = 0) -> None:
        """Give the lease back; nobody need wake the dataset for the next `rest_s` seconds."""
        self._ended.set()
        self._redis.eval(_RELEASE, 2, self._key, self._wake, self.token, rest_s)

    def _keep(self) -> None:
        while not self._ended.wait(RENEW_S):
            try:
                self.renew()
            except LeaseLost:
                return
            except RedisError:  # tried again in a moment; `commit` is what guards the writes
                continue
