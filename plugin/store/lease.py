"""One distiller per dataset at a time: a lease that its holder renews and that runs out by itself.

A killed worker's lease ends after `LEASE_MS`; the cron then wakes the dataset again. Whoever lost
the lease (a stalled machine, say) cannot write any more: every write goes through `commit`.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError, WatchError

from plugin.errors import LeaseLost
from plugin.store.dirty import WAKE_S
from plugin.store.keys import Keys

LEASE_MS = 15_000
RENEW_S = 4.0

_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], '1', 'EX', ARGV[3])
return 1
"""

_RELEASE_IF_IDLE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
if redis.call('HLEN', KEYS[3]) > 0 or redis.call('SCARD', KEYS[4]) > 0 then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
return 1
"""

_RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if tonumber(ARGV[2]) > 0 then redis.call('SET', KEYS[2], '1', 'EX', ARGV[2])
else redis.call('DEL', KEYS[2]) end
return 1
"""


class Lease:
    """The right to write one dataset's state. Made by `take`, kept alive by a thread of its own."""

    def __init__(self, redis: Any, keys: Keys, dataset_id: str, token: str) -> None:
        self._redis = redis
        self._token = token
        self._key = keys.of(dataset_id, "lease")
        self._wake = keys.of(dataset_id, "wake")
        self._waiting = [keys.of(dataset_id, "dirty"), keys.of(dataset_id, "stale")]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True, name="lease")

    @classmethod
    def take(cls, redis: Any, keys: Keys, dataset_id: str) -> Lease | None:
        """The lease, or None while somebody else holds it."""
        token = secrets.token_hex(8)
        if not redis.set(keys.of(dataset_id, "lease"), token, nx=True, px=LEASE_MS):
            return None
        lease = cls(redis, keys, dataset_id, token)
        lease._thread.start()
        return lease

    def commit(self, write: Callable[[Any], None]) -> None:
        """Run `write(pipeline)` as one transaction, only if the lease is still ours.

        Raises
        ------
        LeaseLost : nothing was written.
        """
        while True:
            with self._redis.pipeline(transaction=True) as pipe:
                pipe.watch(self._key)
                if (pipe.get(self._key) or b"").decode() != self._token:
                    raise LeaseLost("the lease ran out; another distiller goes on")
                pipe.multi()
                write(pipe)
                try:
                    pipe.execute()
                    return
                except WatchError:  # the lease was renewed in between, or lost: look again
                    continue

    def release_if_idle(self) -> bool:
        """Give the lease back if no record waits; False if there is more to do.

        Raises
        ------
        LeaseLost : it was not ours any more.
        """
        keys = [self._key, self._wake, *self._waiting]
        answer = self._redis.eval(_RELEASE_IF_IDLE, 4, *keys, self._token)
        if answer != 0:
            self._ended.set()
        if answer == -1:
            raise LeaseLost("the lease ran out; another distiller goes on")
        return bool(answer == 1)

    def release(self, rest_s: int = 0) -> None:
        """Give the lease back; nobody need wake the dataset for the next `rest_s` seconds."""
        self._ended.set()
        self._redis.eval(_RELEASE, 2, self._key, self._wake, self._token, rest_s)

    def _keep(self) -> None:
        while not self._ended.wait(RENEW_S):
            try:
                arguments = (self._key, self._wake, self._token, LEASE_MS, WAKE_S)
                if not self._redis.eval(_RENEW, 2, *arguments):
                    return
            except RedisError:  # tried again in a moment; `commit` is what guards the writes
                continue
