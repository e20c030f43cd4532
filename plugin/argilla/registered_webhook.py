"""A webhook that is registered in Argilla."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
