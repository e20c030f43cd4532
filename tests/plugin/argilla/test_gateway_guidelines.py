"""Guidelines are read whole and written whole, and nothing else is sent."""

from __future__ import annotations

import json

import httpx
import pytest

from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.errors import InvalidValue, NotInArgilla


def gateway(answer: httpx.Response, requests: list[httpx.Request]) -> Gateway:
    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return answer

    return Gateway(httpx.Client(base_url="http://argilla", transport=httpx.MockTransport(handle)))


@pytest.mark.parametrize(("given", "read"), [("# Be kind\n", "# Be kind\n"), (None, ""), ("", "")])
def test_guidelines_are_read_and_none_is_empty(given: str | None, read: str) -> None:
    answer = httpx.Response(200, json={"id": "d1", "guidelines": given})
    assert gateway(answer, []).guidelines("d1") == read


@pytest.mark.parametrize(("text", "sent"), [("# Be kind", "# Be kind"), ("", None)])
def test_only_the_guidelines_are_sent_and_empty_ones_are_none(text: str, sent: str | None) -> None:
    requests: list[httpx.Request] = []
    gateway(httpx.Response(200, json={}), requests).write_guidelines("d1", text)
    assert [(r.method, r.url.path, json.loads(r.content)) for r in requests] == [
        ("PATCH", "/api/v1/datasets/d1", {"guidelines": sent})
    ]


def test_refusals_are_errors_of_ours() -> None:
    with pytest.raises(InvalidValue):
        gateway(httpx.Response(422, text="too long"), []).write_guidelines("d1", "x" * 10_001)
    with pytest.raises(NotInArgilla):
        gateway(httpx.Response(404), []).guidelines("d1")
