"""One call to Argilla's API: made, timed, and every failure turned into one of our errors.

What is called, and why, is `gateway`.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx

from plugin.errors import ArgillaRefused, ArgillaUnavailable, InvalidValue, NotFound

Timer = Callable[[str, float, bool], None]
"""Told the name of a call, its seconds and whether it succeeded."""


@cache
def tls() -> ssl.SSLContext:
    """The trusted certificates. Reading them takes 25 ms: workers do it once, before they fork."""
    return httpx.create_ssl_context()


class Calls:
    """Calls through one authenticated HTTP client, whose connections are kept."""

    _limit_s: float | None = None

    def __init__(self, http: httpx.Client, timer: Timer | None = None) -> None:
        self._http = http
        self._timer = timer

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @contextmanager
    def within(self, limit_s: float) -> Iterator[None]:
        """Calls made inside are given up after so many seconds without a word of the answer."""
        self._limit_s = limit_s
        try:
            yield
        finally:
            self._limit_s = None

    def _json(self, name: str, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            data: dict[str, Any] = self._call(name, method, path, **options).json()
        except ValueError:
            raise ArgillaUnavailable(f"{method} {path}: the answer is not JSON") from None
        return data

    def _call(self, name: str, method: str, path: str, **options: Any) -> httpx.Response:
        if self._limit_s is not None:
            options["timeout"] = httpx.Timeout(self._limit_s, connect=min(5.0, self._limit_s))
        with self._timed(name):
            try:
                answer = self._http.request(method, f"/api/v1/{path}", **options)
            except httpx.HTTPError as error:
                reason = type(error).__name__
                raise ArgillaUnavailable(f"{method} {path}: {reason}") from None
            if answer.is_success:
                return answer
            raise _error(answer.status_code, f"{method} {path}", answer.text[:500])

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start, success = time.perf_counter(), False
        try:
            yield
            success = True
        finally:
            if self._timer:
                self._timer(name, time.perf_counter() - start, success)


def _error(status: int, call: str, text: str) -> Exception:
    if status >= 500 or status in (408, 425, 429):
        return ArgillaUnavailable(f"{call}: Argilla answered {status}")
    if status == 404:
        return NotFound(f"{call}: not found")
    if status == 422:
        return InvalidValue(f"{call}: {text}")
    if status in (401, 403):
        return ArgillaRefused(
            f"{call}: Argilla answered {status}: the key or role does not allow it"
        )
    return ArgillaRefused(f"{call}: Argilla answered {status}: {text}")
