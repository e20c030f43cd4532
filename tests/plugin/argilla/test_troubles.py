"""What went wrong with Argilla or Redis is told in our words: where, why, what to do; no secret."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from argilla_distill.plugin.argilla.calls import Calls
from argilla_distill.plugin.argilla.troubles import is_setting, with_redis
from argilla_distill.plugin.errors import ArgillaUnavailable, DistillError, NotFound
from argilla_distill.plugin.settings.addresses import shown

JARGON = ("Error", "Errno", "httpx", "redis.exc", "Exception", "Traceback", "WinError", "object")


@pytest.fixture
def breaking() -> Iterator[int]:
    """The port of a server that takes connections and closes them without a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def argilla(address: str) -> str:
    """What is told of an Argilla at an address."""
    with httpx.Client(base_url=address, timeout=0.5, trust_env=False) as http:
        return failing(http)


def failing(http: httpx.Client) -> str:
    with pytest.raises(DistillError) as caught:
        Calls(http)._json("me", "GET", "me")
    return checked(str(caught.value))


def answered(answer: httpx.Response, address: str = "http://user:hidden@argilla") -> str:
    """What is told of an Argilla that answers this."""
    transport = httpx.MockTransport(lambda _: answer)
    with httpx.Client(base_url=address, transport=transport) as http:
        return failing(http)


def checked(told: str) -> str:
    assert not any(word in told for word in JARGON), told
    assert "hidden" not in told
    assert "\n" not in told
    return told


# Argilla


def test_an_argilla_that_is_not_there_is_told_with_its_address() -> None:
    told = argilla("http://user:hidden@127.0.0.1:1")
    assert "Argilla at http://127.0.0.1:1 refuses the connection" in told
    assert "ARGILLA_API_URL" in told


def test_a_host_that_there_is_not_is_told() -> None:
    assert "there is no host of that name; correct ARGILLA_API_URL" in argilla("http://x.invalid")


def test_an_argilla_that_breaks_off_or_hangs_is_told(breaking: int, silent: int) -> None:
    assert "broke the connection off" in argilla(f"http://127.0.0.1:{breaking}")
    told = argilla(f"http://127.0.0.1:{silent}")
    assert "did not answer within 0.5 s" in told
    assert "DISTILL_ARGILLA_TIMEOUT_S" in told


def test_a_certificate_that_is_not_trusted_is_told() -> None:
    refused = ssl.SSLCertVerificationError(1, "certificate verify failed")
    refused.verify_message = "self-signed certificate"
    error = httpx.ConnectError("hidden")
    error.__cause__ = refused

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with httpx.Client(base_url="https://a", transport=httpx.MockTransport(fail)) as http:
        told = failing(http)
    assert "not trusted (self-signed certificate)" in told
    assert "SSL_CERT_FILE" in told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "does not know our API key (401): set ARGILLA_API_KEY"),
        (403, "must be an owner's"),
        (429, "asks us to try later (429)"),
        (500, "failed (500): its own log says why"),
        (502, "is away (502)"),
        (503, "is away (503)"),
        (504, "is away (504)"),
        (308, "sends us on to https://there/x (308): set ARGILLA_API_URL"),
    ],
)
def test_an_answer_that_is_no_help_is_told_by_what_it_means(status: int, told: str) -> None:
    headers = {"Location": "https://a:hidden@there/x"}
    found = answered(httpx.Response(status, headers=headers, text="x"))
    assert found.startswith("Argilla at http://argilla ")
    assert told in found


def test_what_is_not_argilla_is_told() -> None:
    told = answered(httpx.Response(200, text="<html>"))
    assert "what answers at http://argilla is not Argilla" in told


def test_a_page_that_is_not_found_does_not_mean_that_anything_is_gone() -> None:
    """Else a proxy that is set wrong would have us believe that every record was deleted."""
    html = httpx.Response(404, html="<h1>404 page not found</h1>")
    transport = httpx.MockTransport(lambda _: html)
    with httpx.Client(base_url="http://a", transport=transport) as http:
        with pytest.raises(ArgillaUnavailable, match="is not Argilla"):
            Calls(http)._json("record", "GET", "records/1")
        html = httpx.Response(404, json={"detail": "Record not found"})
        with pytest.raises(NotFound):
            Calls(http)._json("record", "GET", "records/1")


# Redis


def asked(url: str) -> str:
    """What is told of a Redis at an address."""
    retry = Retry(NoBackoff(), 0)
    client = redis.Redis.from_url(url, retry=retry, socket_timeout=0.5, socket_connect_timeout=0.5)
    with client, pytest.raises(redis.RedisError) as caught:
        client.ping()
    return checked(with_redis(caught.value, url))


def test_a_redis_that_cannot_be_reached_is_told_with_its_address(
    tmp_path: Path, breaking: int, silent: int
) -> None:
    told = asked("redis://:hidden@127.0.0.1:1/5")
    assert "Redis at redis://127.0.0.1:1/5 refuses the connection" in told
    assert "DISTILL_REDIS_URL" in told
    assert "there is no host of that name" in asked("redis://x.invalid:6379/5")
    assert "no such socket" in asked(f"unix://{tmp_path}/none.sock?db=5")
    assert "broke the connection off" in asked(f"redis://127.0.0.1:{breaking}/5")
    assert "did not answer in time" in asked(f"redis://127.0.0.1:{silent}/5")


def test_a_wrong_password_or_database_is_a_wrong_setting(redis_url: str) -> None:
    socket_path = redis_url.partition("?")[0]
    for url, told in (
        (f"{socket_path}?db=99", "has no database of that number"),
        (f"{socket_path.replace('unix://', 'unix://ada:hidden@')}?db=5", "password or user name"),
    ):
        assert told in asked(url)
        with redis.Redis.from_url(url) as client, pytest.raises(redis.RedisError) as caught:
            client.ping()
        assert is_setting(caught.value)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (redis.OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), "is full"),
        (redis.exceptions.BusyLoadingError("Redis is loading"), "still loading"),
        (redis.ReadOnlyError("READONLY hidden"), "is a replica"),
        (redis.exceptions.NoPermissionError("hidden"), "ACL"),
        (redis.ResponseError("MISCONF Redis is configured to save hidden"), "cannot save"),
        (
            redis.ResponseError("ERR unknown command 'X', with args beginning with: 'hidden'"),
            "(ERR)",
        ),
        (redis.ResponseError("WRONGPASS hidden"), "does not accept the password"),
        (redis.ResponseError("NOAUTH Authentication required."), "does not accept the password"),
        (redis.ConnectionError("Connection closed by server."), "broke the connection off"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_redis_says_is_told_by_what_it_means(error: Exception, told: str) -> None:
    found = checked(with_redis(error, "redis://u:hidden@redis:6379/5"))
    assert found.startswith("Redis at redis://redis:6379/5 ")
    assert told in found


@pytest.mark.parametrize(
    "address",
    [
        "redis://:hidden@h:6379/5",
        "redis://u:hidden@h/5?password=hidden&username=hidden",
        "redis://:hid/hidden@h:6379/5",
        "redis://:hidden@h:port/5",
        "redis://:hidden#hidden@h/5",
        "redis://:hidden?hidden@h/5",
        "unix://u:hidden@/run/r.sock?db=5&password=hidden",
        "https://u:hidden@h/a?key=hidden#hidden",
        "https://u:hidden@[::1:6900/",
        "hidden",
        "hidden@h:6379",
    ],
)
def test_no_password_is_in_an_address_that_is_shown(address: str) -> None:
    assert "hidden" not in shown(address)
