"""An Argilla of a few endpoints, in memory: who somebody is, and reading one record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from zlib import crc32

import httpx

from argilla_distill.plugin.argilla.gateway import Gateway

SERVICE_KEY = "service.apikey"


@dataclass
class FakeArgilla:
    """`accounts`: user name → (password, role, workspaces). `away`: it answers 503 to everything,
    `gone`: 404, as an address does that is not Argilla's; `fails` answers instead of it.

    The API key of a user is their name and `.apikey`; `updated_at` is another after each change of
    password or role.
    """

    accounts: dict[str, tuple[str, str, list[str]]] = field(default_factory=dict)
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    away: bool = False
    gone: bool = False
    fails: Callable[[httpx.Request], httpx.Response] | None = None
    calls: list[httpx.Request] = field(default_factory=list)

    def anonymous(self) -> Gateway:
        """A gateway without a key."""
        return Gateway(httpx.Client(base_url="http://argilla", transport=self._transport()))

    def service(self) -> Gateway:
        """A gateway with the service's key."""
        headers = {"X-Argilla-Api-Key": SERVICE_KEY}
        transport = self._transport()
        return Gateway(
            httpx.Client(base_url="http://argilla", headers=headers, transport=transport)
        )

    def _transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        path = request.url.path.removeprefix("/api/v1/")
        if self.fails is not None:
            return self.fails(request)
        if self.gone:
            return httpx.Response(404)
        if self.away:
            return httpx.Response(503)
        if path == "token":
            given = {name: value[0] for name, value in parse_qs(request.content.decode()).items()}
            known = self.accounts.get(given.get("username", ""))
            if known is None or known[0] != given.get("password"):
                return httpx.Response(401, json={"detail": "Could not validate credentials"})
            return httpx.Response(201, json={"access_token": given["username"]})
        if path.startswith("users/"):
            return self._user(request, path.removeprefix("users/"))
        if path == "me" and request.headers.get("X-Argilla-Api-Key") == SERVICE_KEY:
            return httpx.Response(200, json={"id": "service", "username": "s", "role": "owner"})
        if path.startswith("records/"):
            return self._record(request, path.removeprefix("records/"))
        if key := request.headers.get("X-Argilla-Api-Key"):
            name = key.removesuffix(".apikey")
        else:
            name = request.headers["Authorization"].removeprefix("Bearer ")
        if name not in self.accounts:
            return httpx.Response(401, json={"detail": "Unauthorized"})
        return self._told(name, spaces=path == "me/workspaces")

    def _user(self, request: httpx.Request, path: str) -> httpx.Response:
        user_id, _, part = path.partition("/")
        name = user_id.removeprefix("id-of-")
        if request.headers.get("X-Argilla-Api-Key") != SERVICE_KEY:
            return httpx.Response(401)
        if name not in self.accounts:
            return httpx.Response(404, json={"detail": "not found"})
        return self._told(name, spaces=part == "workspaces")

    def _told(self, name: str, spaces: bool) -> httpx.Response:
        password, role, workspaces = self.accounts[name]
        if spaces:
            items = [{"id": i, "name": i} for i in workspaces]
            return httpx.Response(200, json={"items": items})
        changed = f"version {crc32(f'{password} {role}'.encode())}"
        told = {"id": f"id-of-{name}", "username": name, "role": role, "updated_at": changed}
        return httpx.Response(200, json=told)

    def _record(self, request: httpx.Request, record_id: str) -> httpx.Response:
        if request.headers.get("X-Argilla-Api-Key") != SERVICE_KEY:
            return httpx.Response(401)
        if record_id not in self.fields:
            return httpx.Response(404)
        record = {"id": record_id, "status": "completed", "fields": self.fields[record_id]}
        return httpx.Response(200, json=record)
