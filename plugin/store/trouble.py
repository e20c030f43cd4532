"""Why Redis takes no write, in a sentence, and what to do about it.

A Redis may answer and yet take nothing: full, without room on its disk, a replica, still loading. Each
is told by an error of its own, from a script's inside only by the error's text.
"""

from __future__ import annotations

from dataclasses import dataclass

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
)


@dataclass(frozen=True)
class Trouble:
    """What is wrong with Redis, and what to do."""

    what: str
    remedy: str


FULL = Trouble(
    "Redis is full: it has reached its maxmemory and takes no writes",
    "give it more (`maxmemory` in redis.conf, or CONFIG SET maxmemory at once); never let it evict, "
    "that loses history",
)
DISK = Trouble(
    "Redis cannot write to its disk and takes no writes until it can",
    "make room on the disk of its data directory; Redis's log says more",
)
REPLICA = Trouble("this Redis is a read-only replica", "let DISTILL_REDIS_URL point to the primary")
LOADING = Trouble("Redis is still loading its data", "wait a moment")
LOCKED = Trouble(
    "Redis does not let us in, or not do what we must",
    "set the user and password in DISTILL_REDIS_URL; our user needs all commands on all keys",
)
ALONE = Trouble(
    "Redis lacks the replicas that it needs to take writes",
    "start its replicas, or set min-replicas-to-write",
)
AWAY = Trouble("Redis does not answer", "start it, check DISTILL_REDIS_URL")

BY_TYPE: tuple[tuple[type[RedisError], Trouble], ...] = (
    (OutOfMemoryError, FULL),
    (ReadOnlyError, REPLICA),
    (BusyLoadingError, LOADING),
    (AuthenticationError, LOCKED),
    (AuthorizationError, LOCKED),
    (NoPermissionError, LOCKED),
)
BY_CODE = {
    "OOM ": FULL,
    "MISCONF ": DISK,
    "READONLY ": REPLICA,
    "LOADING ": LOADING,
    "MASTERDOWN ": LOADING,
    "NOREPLICAS ": ALONE,
    "NOAUTH ": LOCKED,
    "WRONGPASS ": LOCKED,
    "NOPERM ": LOCKED,
}
"""What an error's text begins with, or holds where a script passes it on."""


def trouble(error: RedisError) -> Trouble:
    """What an error of Redis's means.

    >>> trouble(RedisError("MISCONF Errors writing to the AOF file: No space left on device")) is DISK
    True
    >>> trouble(RedisError("Connection refused")).what
    'Redis does not answer'
    """
    for kind, found in BY_TYPE:
        if isinstance(error, kind):
            return found
    text = str(error)
    return next((found for code, found in BY_CODE.items() if code in text), AWAY)
