"""One call to Argilla's API: made, timed, and every failure turned into one of our errors.

What is called, and why, is `gateway`.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx

from argilla_distill.plugin.argilla.troubles import (
    ARGILLA_SETTING,
    no_argilla,
    refused_by_argilla,
)
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    InvalidValue,
    NotInArgilla,
)
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.settings.addresses import shown
from argilla_distill.plugin.unreachable import why_unreachable

Timer = Callable[[str, float, bool], None]
"""Called with the name of a call, its seconds and whether it succeeded."""


@cache
def tls() -> ssl.SSLContext:
    """The trusted certificates. Reading them takes 25 ms."""
    return httpx.create_ssl_context()


def load() -> None:
    """Load what the first client needs, certificates and code: 0.2 s, once and before workers fork."""
    httpx.Client(verify=tls()).close()


def client(settings: Settings, timeout_s: float, headers: dict[str, str]) -> httpx.Client:
    """What calls are made through."""
    return httpx.Client(
        base_url=settings.argilla_api_url,
        headers=headers,
        timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 5.0)),
        verify=tls(),
    )


class _Limit(threading.local):
    """How many seconds a call of this thread may take; None: as long as the client says."""

    seconds: float | None = None


class Calls:
    """Calls through one authenticated HTTP client, whose connections are kept."""

    def __init__(self, http: httpx.Client, timer: Timer | None = None) -> None:
        self._http = http
        self._timer = timer
        self._limits = _Limit()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @contextmanager
    def within(self, limit_s: float) -> Iterator[None]:
        """Calls made inside are given up after so many seconds in which nothing of the answer came.

        Only those of the same thread: what another one calls meanwhile may take its own time.
        """
        before, self._limits.seconds = self._limits.seconds, limit_s
        try:
            yield
        finally:
            self._limits.seconds = before

    def json(self, name: str, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The JSON that a call gives. Raises as `call` does."""
        return self.unparsed(name, method, path, **options)()

    def unparsed(
        self, name: str, method: str, path: str, **options: Any
    ) -> Callable[[], dict[str, Any]]:
        """A call that was made, and a function that parses the JSON that it gave. Both raise as `json`."""
        answer = self.call(name, method, path, **options)

        def parsed() -> dict[str, Any]:
            try:
                data: dict[str, Any] = answer.json()
            except ValueError:
                message = f"{no_argilla(self._address)} ({method} {path} gave no JSON)"
                raise ArgillaUnavailable(message) from None
            return data

        return parsed

    @property
    def _address(self) -> str:
        return str(self._http.base_url).rstrip("/")

    def call(self, name: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Make one call, timed under its name. `options` are those of httpx.

        Raises
        ------
        ArgillaUnavailable, ArgillaRefused, NotInArgilla, InvalidValue : what went wrong, and what to do.
        """
        limit_s = self._limits.seconds
        if limit_s is not None:
            options["timeout"] = httpx.Timeout(limit_s, connect=min(5.0, limit_s))
        with self._timed(name):
            try:
                answer = self._http.request(method, f"/api/v1/{path}", **options)
            except httpx.HTTPError as error:
                reason = _no_answer(error, self._address, limit_s or self._http.timeout.read)
                raise ArgillaUnavailable(f"{reason} ({method} {path})") from None
            if answer.is_success:
                return answer
            raise _error(answer, f"{method} {path}", self._address)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start, success = time.perf_counter(), False
        try:
            yield
            success = True
        finally:
            if self._timer:
                self._timer(name, time.perf_counter() - start, success)


def _no_answer(error: Exception, address: str, timeout_s: float | None) -> str:
    """Why Argilla gave no answer at all."""
    place = f"Argilla at {shown(address)}"
    if isinstance(error, httpx.ProxyError):
        return (
            f"{place}: the proxy of HTTP_PROXY or HTTPS_PROXY does not let us through; see NO_PROXY"
        )
    reason = why_unreachable(error, ARGILLA_SETTING)
    if reason:
        return f"{place} {reason}"
    if isinstance(error, httpx.ConnectTimeout):
        return f"{place} cannot be reached: nothing answers there; start it, or correct {ARGILLA_SETTING}"
    if isinstance(error, httpx.TimeoutException):
        waited = "in time" if timeout_s is None else f"within {timeout_s:g} s"
        return f"{place} did not answer {waited}: it is overloaded, or DISTILL_ARGILLA_TIMEOUT_S is too short"
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in str(error):
        return (
            f"{place} gave no answer of a web server; should {ARGILLA_SETTING} begin with https://?"
        )
    return f"{place} broke the connection off; its log may say why"


def _error(answer: httpx.Response, call: str, address: str) -> Exception:
    status, detail = answer.status_code, answer.text[:500]
    message = f"{refused_by_argilla(status, address, answer.headers.get('Location', ''))} ({call})"
    if status >= 500 or status in (408, 425, 429):
        return ArgillaUnavailable(message)
    if status == 404 and answer.headers.get("Content-Type", "").startswith("text/html"):
        # A proxy that knows no such path: nothing that we asked for is gone.
        return ArgillaUnavailable(f"{no_argilla(address)} ({call} gave 404)")
    if status == 404:
        return NotInArgilla(f"{call}: not found in Argilla")
    if status == 422:
        return InvalidValue(f"{call}: {detail}")
    if status in (401, 403) or status < 400:
        return ArgillaRefused(message)
    return ArgillaRefused(f"{message}: {detail}")
