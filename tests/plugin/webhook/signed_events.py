"""Deliveries as Argilla sends them, signed."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from standardwebhooks.webhooks import Webhook

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

PATH = "/webhooks/argilla"

DATASET, RECORD = str(uuid4()), str(uuid4())

TOLD = "text that an annotator wrote"


def event(kind: str = "response.created", fields: dict[str, str] | None = None) -> bytes:
    record = {"id": RECORD, "dataset": {"id": DATASET}, "fields": fields or {"text": TOLD}}
    data: Any = {"id": str(uuid4()), "record": record} if "response" in kind else record
    data = {"id": DATASET} if kind == "dataset.deleted" else data
    now = datetime.now(timezone.utc).isoformat()
    return json.dumps({"type": kind, "version": 1, "timestamp": now, "data": data}).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    now = datetime.now(timezone.utc)
    return {
        "Content-Type": "application/json",
        "webhook-id": "m1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("m1", now, body.decode()),
    }
