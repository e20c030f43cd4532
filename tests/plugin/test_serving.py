"""The server under the listener: slow and large connections cost no thread, a stop loses nothing."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from argilla_distill.plugin import serving
from argilla_distill.plugin.listener import create_app
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store
from tests.plugin.asked_servers import BEGINNINGS, HEAD, ask, served, slow
from tests.plugin.webhook.signed_events import DATASET, PATH, SECRET, event, signed


@pytest.fixture
def settings(redis_url: str, store: Store) -> Settings:
    return Settings.model_validate(
        {
            "argilla_api_url": "http://127.0.0.1:9",
            "argilla_api_key": "key",
            "queue": f"q-{os.getpid()}",
        }
    )


@pytest.fixture
def listener(settings: Settings, store: Store) -> Iterator[tuple[serving.Server, int]]:
    store.service.keep_webhook("h1", "http://us", SECRET)
    app = create_app(settings, store)
    with served(app, settings.max_body_bytes) as running:
        yield running


def refusal(port: int, method: str, path: str, **options: Any) -> tuple[int, bytes]:
    """How a large body is refused. Who is still sending when the server closes may not get to read it."""
    for _ in range(50):
        with suppress(OSError):
            return ask(port, method, path, **options)[:2]
    raise AssertionError("no answer could be read")


# Slow connections


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
def test_two_hundred_slow_connections_take_nothing_from_anybody_else(
    listener: tuple[serving.Server, int], store: Store, beginning: bytes
) -> None:
    """Eight were once enough: each held a thread of the server's until its last byte."""
    _, port = listener
    with slow(port, beginning) as there:
        for one in there if beginning.startswith(HEAD) else ():
            one.sendall(b"y")
        assert ask(port)[0] == 200
        body = event()
        status, answer, _ = ask(port, "POST", PATH, body=body, headers=signed(body))
        assert (status, json.loads(answer)) == (202, {"status": "accepted"})
        assert ask(port, path="/sign-in")[0] == 200
    assert store.dirty.sizes(DATASET)[0] == 1


def test_more_slow_connections_than_there_is_room_for_make_room(
    listener: tuple[serving.Server, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, port = listener
    monkeypatch.setattr(server.adj, "most_channels", 20)
    with slow(port, BEGINNINGS["a head that does not end"], 60):
        assert [ask(port)[0] for _ in range(5)] == [200] * 5
        assert len(server.active_channels) <= 20


class Waiting:
    """A channel as `is_slow` sees it."""

    def __init__(self, received: int | None = None, to_send: int = 0, served: bool = False) -> None:
        self.channel = serving.Channel.__new__(serving.Channel)
        self.channel.requests = [object()] if served else []
        self.channel.outbufs = [object()]
        self.channel.total_outbufs_len = to_send
        self.request = serving.Request.__new__(serving.Request)
        self.request.body_bytes_received = received or 0
        self.channel.request = None if received is None else self.request

    def until_slow(self) -> int | None:
        """After how many seconds it is; None if not within an hour."""
        return next((s for s in range(3_600) if self.channel.is_slow(1e9 + s)), None)


def test_a_connection_is_slow_by_what_it_sends_or_reads_in_its_time() -> None:
    grace = serving.GRACE_S + 1
    assert Waiting(received=0).until_slow() == grace
    assert Waiting(received=20_000_000).until_slow() == grace + 1_000
    assert Waiting(to_send=200_000).until_slow() == grace + 10
    assert Waiting().until_slow() is None
    assert Waiting(received=0, served=True).until_slow() is None


def test_a_new_request_on_the_same_connection_has_its_own_time() -> None:
    one = Waiting(received=0)
    assert not one.channel.is_slow(0.0)
    assert not one.channel.is_slow(30.0)
    one.channel.request = serving.Request.__new__(serving.Request)
    assert not one.channel.is_slow(40.0)
    assert not one.channel.is_slow(70.0)
    assert one.channel.is_slow(71.0)


def test_slow_connections_are_closed(
    listener: tuple[serving.Server, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, port = listener
    monkeypatch.setattr(serving, "GRACE_S", 0)
    monkeypatch.setattr(server.adj, "cleanup_interval", 0)
    with slow(port, BEGINNINGS["a body that does not come"], 3) as there:
        for one in there:
            one.settimeout(30)
            assert one.recv(1) == b""


# Large bodies


def test_a_delivery_with_a_record_of_a_megabyte_and_more_is_taken(
    listener: tuple[serving.Server, int], store: Store
) -> None:
    """All of them were once refused (413): the answers were left to the next look round."""
    _, port = listener
    for size in (1_000_000, 5_000_000):
        body = event(fields={"text": "ü" * (size // 2)})
        assert ask(port, "POST", PATH, body=body, headers=signed(body))[0] == 202
        pieces: Iterable[bytes] = (body[n : n + 60_000] for n in range(0, len(body), 60_000))
        chunked = {**signed(body), "Transfer-Encoding": "chunked"}
        assert ask(port, "POST", PATH, body=pieces, headers=chunked, encode_chunked=True)[0] == 202
    assert store.service.counters()["deliveries", "response.created", "accepted"] == 4


@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_larger_than_allowed_is_refused_by_us_and_counted(
    settings: Settings, store: Store, chunked: bool
) -> None:
    body = b"x" * 60_000
    small = settings.model_copy(update={"max_body_bytes": 50_000})
    with served(create_app(small, store), small.max_body_bytes) as (_, port):
        pieces: Any = [body[n : n + 9_000] for n in range(0, len(body), 9_000)]
        options = {"body": pieces, "encode_chunked": True} if chunked else {"body": body}
        headers = {**signed(body), **({"Transfer-Encoding": "chunked"} if chunked else {})}
        status, answer = refusal(port, "POST", PATH, headers=headers, **options)
        assert (status, json.loads(answer)) == (
            413,
            {"error": "the body is larger than 50000 bytes"},
        )
        assert ask(port)[0] == 200
    assert set(store.service.counters()) == {("deliveries", "other", "size")}


def test_only_deliveries_may_be_large(listener: tuple[serving.Server, int]) -> None:
    """A form that strangers send is no reason to take megabytes in."""
    _, port = listener
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    form = b"a=" + b"x" * 70_000
    assert refusal(port, "POST", "/sign-in", body=form, headers=head)[0] == 413


@pytest.mark.parametrize(
    ("path", "arrive"),
    [("/datasets/7/trace/failures", 300_000), ("/datasets/7/trace/failures/1", 0)],
)
def test_a_thousand_failures_arrive_and_are_not_taken_for_none(path: str, arrive: int) -> None:
    """What they were sent with was cut off by the server, and the page said that none was sent."""

    def count(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        return [str(len(environ["wsgi.input"].read())).encode()]

    with served(count, 32_000_000) as (_, port):
        assert refusal(port, "POST", path, body=b"x" * 300_000)[1] == str(arrive).encode()


def test_only_so_many_large_bodies_are_on_their_way_at_once(
    listener: tuple[serving.Server, int],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _, port = listener
    monkeypatch.setattr(serving, "MAX_LARGE", 3)
    large = HEAD + b"Content-Length: 2000000\r\n\r\nx"
    body = event(fields={"text": "x" * 1_100_000})
    with caplog.at_level(logging.WARNING), slow(port, large, 3):
        assert ask(port)[0] == 200
        assert refusal(port, "POST", PATH, body=body, headers=signed(body))[0] == 503
        assert ask(port, "POST", PATH, body=event(), headers=signed(event()))[0] in (202, 401)
    assert "one more is refused" in caplog.text
    answers = (refusal(port, "POST", PATH, body=body, headers=signed(body))[0] for _ in range(50))
    assert 202 in answers  # their room is free once they have gone


def test_a_head_that_is_too_large_is_refused(listener: tuple[serving.Server, int]) -> None:
    _, port = listener
    assert refusal(port, "GET", "/healthz", headers={"x-much": "y" * 40_000})[0] == 431


# Proxies


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """Which of a proxy's headers reach the application."""
    start("200 OK", [])
    return [json.dumps(sorted(n for n in environ if "FORWARDED" in n)).encode()]


@pytest.mark.parametrize(("proxies", "reach"), [(0, []), (1, ["FOR", "PROTO"])])
def test_what_proxies_say_reaches_the_application_only_where_they_are_trusted(
    proxies: int, reach: list[str]
) -> None:
    headers = {"X-Forwarded-For": "10.0.0.9", "X-Forwarded-Proto": "https"}
    with served(echo, proxies=proxies) as (_, port):
        _, told, _ = ask(port, headers=headers)
    assert json.loads(told) == [f"HTTP_X_FORWARDED_{name}" for name in reach]


# Stopping
