"""An HTTP server that is none: what the gateway sends, and what it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from argilla_distill.plugin.argilla.gateway import Gateway

KEY = "the.owners.key"
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Wire:
    """Answers by method and path; remembers every request."""

    routes: dict[str, Any] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)

    def gateway(self, **options: Any) -> Gateway:
        transport = httpx.MockTransport(self._answer)
        headers = {"X-Argilla-Api-Key": KEY}
        client = httpx.Client(base_url="http://argilla", headers=headers, transport=transport)
        return Gateway(client, **options)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.routes.get(f"{request.method} {request.url.path.removeprefix('/api/v1/')}")
        if found is None:
            return httpx.Response(404, json={"detail": "not found"})
        if isinstance(found, Exception):
            raise found
        if isinstance(found, httpx.Response):
            return found
        return httpx.Response(200, json=found(request) if callable(found) else found)


def fixed(answer: httpx.Response | Exception) -> Gateway:
    """A gateway to an Argilla that answers everything the same."""

    def handle(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    headers = {"X-Argilla-Api-Key": KEY}
    transport = httpx.MockTransport(handle)
    return Gateway(httpx.Client(base_url="http://argilla", headers=headers, transport=transport))
