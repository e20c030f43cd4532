"""Calls to the service with an API key, repeated where that may help.

A call that gets no answer, or one that says *later* (429, 502, 503, 504), is repeated after a pause that
doubles each time, or as long as the service asks for. Calls read, or set what may be set twice.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from argilla_distill.client.errors import (
    ClientError,
    Deleted,
    Failed,
    NotAllowed,
    NotFound,
    NotMade,
    NotTheService,
    Refused,
    Unavailable,
    WrongKey,
)

LATER = (429, 502, 503, 504)

FIRST_PAUSE_S = 0.5

LONGEST_PAUSE_S = 60.0
"""Who asks for a longer one is not waited for."""

TEXT = 300
"""Characters that are shown of an answer that is not the service's."""


class Connection:
    """Calls to one service.

    Parameters
    ----------
    timeout_s : how long to wait for each part of an answer.
    retries : how often a call is repeated.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        timeout_s: float = 30.0,
        retries: int = 5,
    ) -> None:
        self.url = _address(url)
        self._retries = retries
        headers = {"Authorization": f"Bearer {_key(api_key)}", "Accept": "application/json"}
        self._http = httpx.Client(headers=headers, timeout=timeout_s)

    def json(self, path: str, **parameters: str) -> dict[str, Any]:
        """What the service says at a path.

        Raises
        ------
        ClientError : it is refused, is not there, or cannot be had (see `errors`).
        """
        return self._asked("GET", path, params=parameters or None)

    def send(self, path: str, **form: str | Sequence[str]) -> dict[str, Any]:
        """Send a form to a path; what the service says then. Doing it twice must do no harm.

        Parameters
        ----------
        form : a field with several texts is sent as often.

        Raises
        ------
        ClientError : as `json`.
        """
        return self._asked("POST", path, data=form)

    def send_bytes(self, path: str, data: bytes) -> dict[str, Any]:
        """Send bytes to a path; what the service says then. Doing it twice must do no harm.

        Raises
        ------
        ClientError : as `json`.
        """
        return self._asked("POST", path, content=data)

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """An answer whose body is yet to be read. Call it within one of `attempts`."""
        with self._answer("GET", path, headers=headers) as answer:
            yield answer

    def attempts(self) -> Iterator[Attempt]:
        """Attempts at one thing: an attempt that may be repeated ends silently, the last raises.

        ```
        for attempt in connection.attempts():
            with attempt:
                return something()
        ```
        """
        number = 0
        while True:
            attempt = Attempt(self.url, last=number >= self._retries)
            yield attempt
            number = 0 if attempt.got_on else number + 1
            pause = FIRST_PAUSE_S * 2**number * random.uniform(0.75, 1.25)  # noqa: S311  # not a secret
            self.wait(max(pause, attempt.wait_s))

    def wait(self, seconds: float) -> None:
        """A pause between two attempts."""
        time.sleep(seconds)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _asked(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        for attempt in self.attempts():
            with attempt, self._answer(method, path, **given) as answer:
                answer.read()
                return self._object(answer)
        raise AssertionError("the last attempt raises")

    @contextmanager
    def _answer(self, method: str, path: str, **given: Any) -> Iterator[httpx.Response]:
        with self._http.stream(method, f"{self.url}{path}", **given) as answer:
            if answer.status_code >= 300 and answer.status_code != 416:
                answer.read()
                raise self._refusal(answer)
            yield answer

    def _object(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            content = answer.json()
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise NotTheService(
                f"{self.url} answers, but not as argilla-distill: {_beginning(answer)}. "
                "Give the address of its web process"
            )
        return content

    def _refusal(self, answer: httpx.Response) -> Exception:
        """The error that an answer is."""
        status = answer.status_code
        if status in LATER:
            return Later(_said(answer) or f"it answers {status}", _wait_s(answer))
        if answer.is_redirect:
            where = answer.headers.get("Location", "elsewhere")
            return NotTheService(f"{self.url} sends us to {where}: give that address as url")
        said = _said(answer)
        if not said:
            return NotTheService(
                f"{self.url} answers {status}, and not as argilla-distill does: {_beginning(answer)}. "
                "Give the address of its web process"
            )
        if status == 404 and (making := answer.json().get("making")):
            return NotMade(said, making["stage"], making["done"], making["total"])
        kinds: Mapping[int, type[ClientError]] = {
            400: NotFound,
            401: WrongKey,
            403: NotAllowed,
            404: NotFound,
            409: Deleted,
            410: Deleted,
            422: Refused,
        }
        return kinds.get(status, Failed)(said)


class Later(Exception):
    """The service asks to come back, in so many seconds (0: it does not say when)."""

    def __init__(self, text: str, wait_s: float = 0.0) -> None:
        super().__init__(text)
        self.wait_s = wait_s


class Attempt:
    """One of several attempts: swallows what may be repeated, unless it is the last.

    Attributes
    ----------
    got_on : whether it came further than all before: then those no longer count.
    wait_s : how long the service asks to wait before the next.
    """

    def __init__(self, url: str, last: bool) -> None:
        self._url = url
        self._last = last
        self.got_on = False
        self.wait_s = 0.0

    def __enter__(self) -> Attempt:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Later):
            self.wait_s = error.wait_s
            if self._gives_up or error.wait_s > LONGEST_PAUSE_S:
                raise Unavailable(f"{self._url}: {error}") from None
            return True
        if isinstance(error, httpx.TransportError):
            if isinstance(error, httpx.UnsupportedProtocol):
                raise NotTheService(f"{self._url}: {error}") from None
            if self._gives_up:
                why = str(error) or type(error).__name__
                raise Unavailable(
                    f"{self._url} does not answer ({why}). Is the address right, and does the service run?"
                ) from None
            return True
        return False

    @property
    def _gives_up(self) -> bool:
        return self._last and not self.got_on


def _address(url: str) -> str:
    """An address without the slash at its end.

    >>> _address("https://distill.example/")
    'https://distill.example'
    """
    if not url.startswith(("http://", "https://")):
        raise NotTheService(f"{url!r} is no address: give one like https://distill.example")
    return url.rstrip("/")


def _key(api_key: str) -> str:
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise WrongKey("This cannot be an API key. Yours is in Argilla, under “My settings”.")
    return api_key


def _said(answer: httpx.Response) -> str:
    """The sentence that the service gives with a refusal; "" where it is not the service's."""
    try:
        content = answer.json()
    except ValueError:
        return ""
    return str(content.get("error", "")) if isinstance(content, dict) else ""


def _wait_s(answer: httpx.Response) -> float:
    """What `Retry-After` asks for, where it is a number of seconds."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0.0


def _beginning(answer: httpx.Response) -> str:
    return repr(answer.text[:TEXT])
