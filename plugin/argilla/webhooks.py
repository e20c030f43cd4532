"""The webhooks that are registered in Argilla."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.plugin.argilla.calls import Calls
from argilla_distill.plugin.errors import NotInArgilla


@dataclass(frozen=True, slots=True)
class RegisteredWebhook:
    """A webhook: where its deliveries go, of which events, and the secret that they are signed with."""

    id: str
    url: str
    events: tuple[str, ...]
    enabled: bool
    secret: str = field(repr=False)
    made: str = ""

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> RegisteredWebhook:
        """A webhook from Argilla's JSON. `made` is when, as Argilla writes it."""
        return cls(
            data["id"],
            data["url"],
            tuple(data["events"]),
            data["enabled"],
            data["secret"],
            str(data.get("inserted_at") or ""),
        )


class Webhooks:
    """What is asked of Argilla about them. Needs an owner's key. Raises as methods of `Gateway` do."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def all(self) -> list[RegisteredWebhook]:
        """Those of the whole server, secrets included."""
        items = self._calls.json("webhooks", "GET", "webhooks")["items"]
        return [RegisteredWebhook.parse(item) for item in items]

    def create(self, url: str, events: Sequence[str], description: str) -> RegisteredWebhook:
        """Register one. Returns it with its id and secret."""
        body = {"url": url, "events": list(events), "description": description}
        return RegisteredWebhook.parse(self._calls.json("webhooks", "POST", "webhooks", json=body))

    def update(self, webhook_id: str, **changes: Any) -> None:
        """Change `events`, `enabled`, `url` or `description` of one."""
        self._calls.json("webhooks", "PATCH", f"webhooks/{webhook_id}", json=changes)

    def delete(self, webhook_id: str) -> None:
        """Delete one; one already gone is no error."""
        with suppress(NotInArgilla):
            self._calls.call("webhooks", "DELETE", f"webhooks/{webhook_id}")

    def ping(self, webhook_id: str) -> None:
        """Ask Argilla to deliver a ping to one."""
        self._calls.call("ping", "POST", f"webhooks/{webhook_id}/ping")
