"""What belongs to the whole service: webhook secrets, users, counters, timings, signs of life."""

from __future__ import annotations

import json
import secrets
from typing import Any

from argilla_distill.plugin.store.keys import Keys

BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram of Argilla calls, in seconds."""

PROBE_S = 60

WITHDRAWN, RESTORED, EVERYTHING = "withdrawn", "restored", "everything"
"""What a disconnection takes back: our suggestions; the same, with other agents' put back where ours had
replaced them; guidelines' sections and unopened copies too."""


class Service:
    """The state that is not of one dataset."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    # Webhooks

    def webhooks(self) -> dict[str, dict[str, str]]:
        """Our registered webhooks: id → url and secret."""
        found = self._redis.hgetall(self._keys.shared("webhooks"))
        return {webhook_id.decode(): json.loads(value) for webhook_id, value in found.items()}

    def any_webhook(self) -> bool:
        """Whether there is one."""
        return bool(self._redis.exists(self._keys.shared("webhooks")))

    def keep_webhook(self, webhook_id: str, url: str, secret: str) -> None:
        """Remember a webhook with its secret."""
        value = json.dumps({"url": url, "secret": secret})
        self._redis.hset(self._keys.shared("webhooks"), webhook_id, value)

    def forget_webhook(self, webhook_id: str) -> None:
        """Forget a webhook: what is signed with its secret is refused from now on."""
        self._redis.hdel(self._keys.shared("webhooks"), webhook_id)

    # Disconnected: what is to be taken back of what lands in Argilla from then on

    def disconnection(self) -> frozenset[str]:
        """What `disconnect` took back since we were last connected: `WITHDRAWN`, …; empty for nothing."""
        return frozenset(w.decode() for w in self._redis.smembers(self._keys.shared("left")))

    def note_disconnection(self, *taken: str) -> None:
        """One more `disconnect` is to take this back."""
        self._redis.sadd(self._keys.shared("left"), *taken)

    def forget_disconnection(self) -> None:
        """Nothing is to be taken back: we are connected, or suggestions were asked to stay."""
        self._redis.delete(self._keys.shared("left"))

    # Users of Argilla

    def users(self) -> dict[str, str]:
        """User id → user name, as Argilla last gave them."""
        found = self._redis.hgetall(self._keys.shared("users"))
        return {user_id.decode(): name.decode() for user_id, name in found.items()}

    def keep_users(self, users: dict[str, str]) -> None:
        """Replace the list of users."""
        key = self._keys.shared("users")
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(key)
            if users:
                pipe.hset(key, mapping=users)
            pipe.execute()

    # Cookies

    def cookie_key(self) -> bytes:
        """The key that signs session cookies, the same for every listener process."""
        key = self._keys.shared("cookie")
        self._redis.set(key, secrets.token_hex(32), nx=True)
        return bytes(self._redis.get(key))

    # Counters and timings: kept here, because what a forked job counts in memory vanishes

    def count(self, *labels: str, by: int = 1) -> None:
        """Raise a counter, named by its labels: ``("deliveries", type, outcome)``."""
        self._redis.hincrby(self._keys.shared("counters"), "|".join(labels), by)

    def counters(self) -> dict[tuple[str, ...], int]:
        """All counters by their labels."""
        found = self._redis.hgetall(self._keys.shared("counters"))
        return {tuple(name.decode().split("|")): int(value) for name, value in found.items()}

    def time(self, call: str, seconds: float, success: bool) -> None:
        """Add one call to the histogram of calls to Argilla."""
        key = self._keys.shared("timings")
        bucket = next((f"{bound}" for bound in BUCKETS_S if seconds <= bound), "+Inf")
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.hincrby(key, f"{call}|{bucket}", 1)
            pipe.hincrbyfloat(key, f"{call}|sum", seconds)
            if not success:
                pipe.hincrby(key, f"{call}|errors", 1)
            pipe.execute()

    def timings(self) -> dict[str, dict[str, float]]:
        """Call → bucket, `sum` or `errors` → number. Buckets are not cumulative."""
        calls: dict[str, dict[str, float]] = {}
        for name, value in self._redis.hgetall(self._keys.shared("timings")).items():
            call, _, part = name.decode().partition("|")
            calls.setdefault(call, {})[part] = float(value)
        return calls

    # Signs of life

    def try_write(self) -> None:
        """Write, as a delivery would. Raises redis' errors where Redis takes no write."""
        self._redis.set(self._keys.shared("probe"), 1, ex=PROBE_S)

    def beat(self, name: str, now: int) -> None:
        """Note that something is alive (`cron`) or arrived (`ping`)."""
        self._redis.hset(self._keys.shared("beats"), name, now)

    def beats(self) -> dict[str, int]:
        """Name → ms since the epoch."""
        found = self._redis.hgetall(self._keys.shared("beats"))
        return {name.decode(): int(at) for name, at in found.items()}
