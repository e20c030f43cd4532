"""What Argilla does dearly at every step, done more cheaply; what it answers stays the same.

For: `make demo` and the live tests, whose CPU is Argilla's for the larger part. Runs inside Argilla's
environment, never in ours, where `LEAN` is set: benchmarks take Argilla as it is.

- A question to SQLite is asked at once, by whoever wants to know. aiosqlite hands each statement, each fetch
  and each end of a cursor to a thread of the connection, which takes a quarter of a request's CPU. What
  writes still goes there: it may have to wait for another connection.
- What was imported stays to the end: the collector of garbage need not walk it again and again.
- What is kept of a password is hashed 16 times, and not 4,096 times, which takes a quarter of a second: the
  live tests make a hundred accounts of people who are gone an hour later.
"""

import gc
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import bcrypt
from aiosqlite.core import Connection

READS = ("SELECT", "PRAGMA")

_by_thread = Connection._execute


async def _execute(self: Connection, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
    writes = given and isinstance(given[0], str) and not given[0].lstrip().startswith(READS)
    if writes:
        return await _by_thread(self, call, *given, **named)
    if not self._running or not self._connection:
        raise ValueError("Connection closed")
    return call(*given, **named)


def lean() -> None:
    """Once all is imported."""
    if not os.environ.get("LEAN"):
        return
    Connection._execute = _execute
    bcrypt.gensalt = partial(bcrypt.gensalt, rounds=4)
    gc.collect()
    gc.freeze()
