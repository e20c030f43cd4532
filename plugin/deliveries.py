"""One webhook request, from raw bytes to event type and ids. Verifies first, parses then.

The signature follows Standard Webhooks over the raw body. Marking and waking is `dispatch`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from standardwebhooks.webhooks import (
    EmptyWebhookSecretError,
    Webhook,
    WebhookVerificationError,
)

from plugin.errors import BadDelivery
from plugin.records import milliseconds

EVENTS = (
    "response.created",
    "response.updated",
    "response.deleted",
    "record.deleted",
    "dataset.deleted",
)
"""What we subscribe to, no more: Argilla delivers only some events a second."""


@dataclass(frozen=True)
class Delivery:
    """What remains of a delivery: it is a wake-up, never the truth.

    `at` is Argilla's time of the event in ms; ids are None where the event has none.
    """

    event: str
    dataset_id: str | None = None
    record_id: str | None = None
    at: int = 0


def signature(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that sign a delivery, by their names in lower case.

    Raises
    ------
    BadDelivery : 401 where one is missing. The body need not be read to know.
    """
    needed = ("webhook-id", "webhook-timestamp", "webhook-signature")
    given = {name: headers.get(name, "") for name in needed}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise BadDelivery(401, "unsigned", f"missing header {', '.join(missing)}")
    return given


def verify(body: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> None:
    """Check the signature and the age of a delivery against each of our secrets.

    Raises
    ------
    BadDelivery : 401, with a reason that names no secret.
    """
    given = signature(headers)
    reason = "no webhook is registered; run `argilla-distill connect`"
    for secret in secrets:
        try:
            Webhook(secret).verify(body, given, json_parse=False)
            return
        except WebhookVerificationError as error:
            reason = str(error)
        except EmptyWebhookSecretError:
            continue  # a secret set by hand that is none
        except (ValueError, UnicodeError, OverflowError):  # malformed header or body
            reason = "malformed signature headers"
    raise BadDelivery(401, "signature", f"the delivery cannot be verified: {reason}")


def reduce(body: bytes) -> Delivery:
    """Event type and ids of a verified delivery.

    Raises
    ------
    BadDelivery : 400 where the body is not what Argilla sends.
    """
    try:
        payload = json.loads(body)
        event, data = payload["type"], payload["data"]
        if not isinstance(event, str) or not isinstance(data, dict):
            raise TypeError
        if event not in EVENTS:
            return Delivery(event)
        at = milliseconds(payload["timestamp"])
        if event == "dataset.deleted":
            return Delivery(event, dataset_id=_id(data["id"]), at=at)
        record: Any = data["record"] if event.startswith("response.") else data
        return Delivery(event, _id(record["dataset"]["id"]), _id(record["id"]), at)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        text = "the body is not an Argilla event: JSON with type, timestamp and data is expected"
        raise BadDelivery(400, "malformed", text) from None


def _id(text: str) -> str:
    return str(UUID(text))
