"""One webhook request, from raw bytes to event type and ids. Verifies first, parses then.

The signature follows Standard Webhooks over the raw body. Marking and waking is `dispatch`.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from math import floor
from typing import Any
from uuid import UUID

from standardwebhooks.webhooks import (
    EmptyWebhookSecretError,
    Webhook,
    WebhookVerificationError,
)

from argilla_distill.domain.records import milliseconds
from argilla_distill.plugin.errors import BadDelivery

EVENTS = (
    "response.created",
    "response.updated",
    "response.deleted",
    "record.deleted",
    "dataset.deleted",
)
"""What we subscribe to, no more: Argilla delivers only some events a second."""


SIGNED_BY = ("webhook-id", "webhook-timestamp", "webhook-signature")
"""The headers that sign a delivery."""

TIME = "time"
"""The outcome of a delivery that is signed with our secret, at a time too far from ours."""

TOO_FAR = "Message timestamp"
"""How the library's words begin where only the time was looked at."""

UNVERIFIED = "the delivery cannot be verified"

LARGE_BYTES = 1_000_000
"""Larger bodies hold images or long texts."""

LONG_STRING = 500
"""Of bytes: strings of so many are emptied. No id, type or time is as long."""

BACKSLASH = ord("\\")


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
    missing = [name for name in SIGNED_BY if not headers.get(name)]
    if missing:
        raise BadDelivery(401, "unsigned", f"missing header {', '.join(missing)}")
    return {name: headers[name] for name in SIGNED_BY}


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
            signed = _Signed(secret, body)
        except EmptyWebhookSecretError:
            continue  # a secret set by hand that is none
        except ValueError:  # one that is no base64
            reason = "malformed signature headers"
            continue
        try:
            signed.verify("", given, json_parse=False)
            return
        except WebhookVerificationError as error:
            reason = str(error)
            if reason.startswith(TOO_FAR) and signed.matches(given):
                raise BadDelivery(401, TIME, f"{UNVERIFIED}: {reason} by our clock") from None
        except (ValueError, UnicodeError, OverflowError):  # malformed header or body
            reason = "malformed signature headers"
    raise BadDelivery(401, "signature", f"{UNVERIFIED}: {reason}")


class _Signed(Webhook):
    """The library's check, without its copies of the body: as text and as what is signed."""

    def __init__(self, secret: str, body: bytes) -> None:
        super().__init__(secret)
        self._body = body

    def sign(self, msg_id: str, timestamp: datetime, data: str) -> str:
        """The signature of the body; `data` is not looked at."""
        mac = hmac.new(self._whsecret, f"{msg_id}.{floor(timestamp.timestamp())}.".encode(), sha256)
        mac.update(self._body)
        return f"v1,{b64encode(mac.digest()).decode()}"

    def matches(self, given: Mapping[str, str]) -> bool:
        """Whether the signature is by our secret, whatever the time that it names, which can be read."""
        at = datetime.fromtimestamp(float(given["webhook-timestamp"]), timezone.utc)
        expected = self.sign(given["webhook-id"], at, "").encode()
        found = given["webhook-signature"].encode().split(b" ")
        return any(hmac.compare_digest(expected, each) for each in found)


def shortened(body: bytes) -> bytes:
    """JSON whose long strings are empty: of a record with images little is left, and all its ids.

    Parsed as it is, a body takes up to ten times its size in memory.

    >>> shortened(b'{"id": "7", "image": "' + b"x" * 900 + b'", "n": [1, 2]}')
    b'{"id": "7", "image": "", "n": [1, 2]}'
    """
    parts, at = [], 0
    while (start := body.find(b'"', at)) >= 0:
        end = _end_of_string(body, start)
        if end - start > LONG_STRING:
            parts += [body[at : start + 1], b'"']
        else:
            parts.append(body[at : end + 1])
        at = end + 1
    return b"".join([*parts, body[at:]])


def _end_of_string(body: bytes, start: int) -> int:
    """Where the string ends that begins at `start`: the next quote that no backslash takes away."""
    end = start
    while (end := body.find(b'"', end + 1)) >= 0:
        before = end
        while body[before - 1] == BACKSLASH:
            before -= 1
        if (end - before) % 2 == 0:
            return end
    return len(body)


def reduce(body: bytes) -> Delivery:
    """Event type and ids of a verified delivery.

    Raises
    ------
    BadDelivery : 400 where the body is not what Argilla sends.
    """
    try:
        payload = json.loads(shortened(body) if len(body) > LARGE_BYTES else body)
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
