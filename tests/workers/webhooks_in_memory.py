"""The webhooks of an Argilla in memory. None of their deliveries ever arrives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.plugin.argilla.webhooks import RegisteredWebhook, Webhooks


@dataclass
class WebhooksInMemory(Webhooks):
    """`kept` are those that are registered, as Argilla's JSON, by id; `before` and `after` see each call."""

    before: Callable[[str], None]
    after: Callable[[str], None]
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: int = 0

    def all(self) -> list[RegisteredWebhook]:
        self.before("webhooks")
        return [RegisteredWebhook.parse(hook) for hook in self.kept.values()]

    def create(self, url: str, events: Sequence[str], description: str) -> RegisteredWebhook:
        self.before("create_webhook")
        self.made += 1
        hook: dict[str, Any] = {
            "id": f"hook-{self.made}",
            "url": url,
            "events": list(events),
            "description": description,
            "enabled": True,
            "secret": f"c2VjcmV0LW{self.made}",
            "inserted_at": f"2026-01-0{self.made}T00:00:00",
        }
        self.kept[hook["id"]] = hook
        self.after("create_webhook")
        return RegisteredWebhook.parse(hook)

    def update(self, webhook_id: str, **changes: Any) -> None:
        self.before("update_webhook")
        self.kept[webhook_id].update(changes)
        self.after("update_webhook")

    def delete(self, webhook_id: str) -> None:
        self.before("delete_webhook")
        self.kept.pop(webhook_id, None)
        self.after("delete_webhook")

    def ping(self, webhook_id: str) -> None:
        self.before("ping")
        self.after("ping")
