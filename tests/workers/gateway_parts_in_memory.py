"""Parts of the gateway to an Argilla in memory: what rounds add, and its webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.domain.records import Record
from argilla_distill.plugin.argilla.added_records import AddedRecords
from argilla_distill.plugin.argilla.webhooks import RegisteredWebhook, Webhooks
from argilla_distill.plugin.errors import InvalidValue

Json = Mapping[str, Any]


@dataclass
class AddedInMemory(AddedRecords):
    """Records are created, all of a call or none.

    `properties` are the metadata properties that are declared; `items` what was created, in order.
    """

    fields: Callable[[], Mapping[str, str]]
    there: Callable[[str], dict[str, Record]]
    make: Callable[[str, Json], str]
    noted: Callable[[str], None]
    properties: dict[str, dict[str, Any]] = field(default_factory=dict)
    items: list[Json] = field(default_factory=list)

    def form(self, dataset_id: str) -> tuple[list[Json], list[Json]]:
        fields = [
            {"name": name, "required": True, "settings": {"type": kind}}
            for name, kind in self.fields().items()
        ]
        kept = [{"name": name, "settings": each} for name, each in self.properties.items()]
        return list(fields), list(kept)

    def declare(self, dataset_id: str, name: str) -> None:
        self.noted("declare")
        self.properties[name] = {"type": "terms"}

    def create(self, dataset_id: str, items: Sequence[Json]) -> dict[str, str] | None:
        self.noted("create_records")
        known = self.there(dataset_id)
        if any(item["external_id"] in known for item in items):
            return None
        for item in items:
            if set(item["metadata"]) - set(self.properties):
                raise InvalidValue("metadata property does not exist")
        made = {item["external_id"]: self.make(dataset_id, item) for item in items}
        self.items += items
        self.noted("records_created")
        return made

    def named(self, dataset_id: str, external_ids: Sequence[str]) -> dict[str, Record]:
        known = self.there(dataset_id)
        some = {name: known[name] for name in external_ids if name in known}
        return some if len(some) == len(external_ids) else {}


@dataclass
class WebhooksInMemory(Webhooks):
    """None of their deliveries ever arrives.

    `kept` are those that are registered, as Argilla's JSON, by id; `before` and `after` see each call.
    """

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
