"""Why Redis does not do what we ask, in a sentence, and what to do about it: all that we say of it.

A Redis may answer and yet take nothing: full, without room on its disk, a replica, still loading. Each
has an error of its own, or, from inside a script, a text of its own. Nothing of that text is shown,
whose arguments may be secrets. Connections that fail are `plugin.unreachable`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import TimeoutError as RedisTimeout
from redis.sentinel import MasterNotFoundError

from argilla_distill.plugin.settings.addresses import shown
from argilla_distill.plugin.unreachable import why_unreachable

SETTING = "DISTILL_REDIS_URL"


@dataclass(frozen=True)
class Trouble:
    """What is wrong with Redis, in the words that follow its name, and what to do."""

    state: str
    remedy: str

    @property
    def what(self) -> str:
        """What is wrong, as a sentence without its full stop."""
        return f"Redis {self.state}"


FULL = Trouble(
    "is full: it has reached its maxmemory and takes no writes",
    "give it more (`maxmemory` in redis.conf, or CONFIG SET maxmemory at once); never let it evict, "
    "that loses history",
)
DISK = Trouble(
    "cannot save to its disk and takes no writes until it can",
    "make room on the disk of its data directory; its own log says more",
)
REPLICA = Trouble("takes no writes: it is a replica", f"name the primary in {SETTING}")
LOADING = Trouble("is still loading its data", "wait a moment")
PASSWORD = Trouble(f"does not accept the password or user name in {SETTING}", "correct them there")
FORBIDDEN = Trouble(
    f"does not allow what we must do to the user in {SETTING}",
    "its ACL must allow all commands but dangerous ones, INFO and CONFIG GET, on all keys",
)
NUMBER = Trouble(
    "has no database of that number", f"correct it in {SETTING}, or raise Redis's `databases`"
)
ALONE = Trouble(
    "lacks the replicas that it needs to take writes",
    "start its replicas, or set min-replicas-to-write",
)
NO_PRIMARY = Trouble(
    "has no primary that a Sentinel can name",
    "check DISTILL_REDIS_SENTINELS, and the name in DISTILL_REDIS_URL; during a fail-over wait a moment",
)
AWAY = Trouble("does not answer", f"start it, check {SETTING}")

BY_TYPE: tuple[tuple[type[RedisError], Trouble], ...] = (
    (MasterNotFoundError, NO_PRIMARY),
    (OutOfMemoryError, FULL),
    (ReadOnlyError, REPLICA),
    (BusyLoadingError, LOADING),
    (AuthenticationError, PASSWORD),
    (AuthorizationError, FORBIDDEN),
    (NoPermissionError, FORBIDDEN),
)
BY_SIGN = {
    "OOM ": FULL,
    "MISCONF ": DISK,
    "READONLY ": REPLICA,
    "LOADING ": LOADING,
    "MASTERDOWN ": LOADING,
    "NOREPLICAS ": ALONE,
    "NOAUTH": PASSWORD,
    "WRONGPASS": PASSWORD,
    "without any password configured": PASSWORD,
    "NOPERM ": FORBIDDEN,
    "DB index": NUMBER,
}
"""What an error's text begins with, or holds where a script passes it on."""


def trouble(error: Exception) -> Trouble:
    """What an error of Redis's means.

    >>> trouble(RedisError("MISCONF Errors writing to the AOF file: No space left on device")) is DISK
    True
    >>> trouble(RedisError("Connection refused")).what
    'Redis does not answer'
    >>> trouble(ResponseError("ERR unknown command 'X'")).what
    'Redis refused a command (ERR)'
    """
    for kind, found in BY_TYPE:
        if isinstance(error, kind):
            return found
    text = str(error)
    known = next((found for sign, found in BY_SIGN.items() if sign in text), None)
    return known or (_refused(text) if isinstance(error, ResponseError) else AWAY)


def with_address(error: Exception, url: str) -> str:
    """What an error of Redis's means, with the address of that Redis, and what to do."""
    place, found = f"Redis at {shown(url)}", trouble(error)
    if found is not AWAY:
        return f"{place} {found.state}: {found.remedy}"
    reason = why_unreachable(error, SETTING)
    if reason and "not trusted" in reason:
        reason = reason.replace("SSL_CERT_FILE", "DISTILL_REDIS_CA")
    if reason:
        return f"{place} {reason}"
    if isinstance(error, RedisTimeout):
        return f"{place} did not answer in time: it is overloaded or hangs, or speaks TLS where we do not"
    return f"{place} broke the connection off: it is going down, or wants TLS (rediss://)"


def is_setting(error: Exception) -> bool:
    """Whether it is `DISTILL_REDIS_URL` that is wrong, so that trying again cannot help."""
    return trouble(error) in (PASSWORD, NUMBER)


def _refused(text: str) -> Trouble:
    """A command was refused, for a reason that we know nothing more of."""
    code = re.match(r"[A-Z]{3,}\b", text)
    return Trouble(f"refused a command{f' ({code[0]})' if code else ''}", "its own log may say why")
