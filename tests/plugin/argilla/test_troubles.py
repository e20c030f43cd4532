"""What went wrong with Argilla is said in our words: where, why, what to do; no secret."""

from __future__ import annotations

import ssl

import httpx
import pytest

from argilla_distill.plugin.argilla.calls import Calls
from argilla_distill.plugin.errors import ArgillaUnavailable, DistillError, NotInArgilla
from argilla_distill.plugin.settings.addresses import shown
from tests.plugin.plain_words import checked


def argilla(address: str) -> str:
    """What is told of an Argilla at an address."""
    with httpx.Client(base_url=address, timeout=0.5, trust_env=False) as http:
        return failing(http)


def failing(http: httpx.Client) -> str:
    with pytest.raises(DistillError) as caught:
        Calls(http).json("me", "GET", "me")
    return checked(str(caught.value))


def answered(answer: httpx.Response, address: str = "http://user:hidden@argilla") -> str:
    """What is told of an Argilla that answers this."""
    transport = httpx.MockTransport(lambda _: answer)
    with httpx.Client(base_url=address, transport=transport) as http:
        return failing(http)


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
            Calls(http).json("record", "GET", "records/1")
        html = httpx.Response(404, json={"detail": "Record not found"})
        with pytest.raises(NotInArgilla):
            Calls(http).json("record", "GET", "records/1")


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
