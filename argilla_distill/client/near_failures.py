"""Failures are sent, and waited for: a worker finds the training records that are near to them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Refused, Unavailable
from argilla_distill.domain.report import read
from argilla_distill.domain.versions.tracing import FailuresOrigin

LOOK_S = 2.0


def near_to(
    connection: Connection,
    dataset_id: str,
    failures: Iterable[str | Mapping[str, Any]],
    terms: Mapping[str, str],
    wait_s: float,
) -> FailuresOrigin:
    """What is near to failures. `RemoteDataset.near_failures` says what they are, and what is raised."""
    rows = ({"text": each} if isinstance(each, str) else each for each in failures)
    lines = "\n".join(json.dumps(row) for row in rows)
    path = f"/datasets/{dataset_id}/trace/failures"
    found, waited = connection.send(path, failures=lines, **terms), 0.0
    while found["failures"] is None:
        if found["error"]:
            raise Refused(found["error"])
        if waited >= wait_s:
            raise Unavailable(f"Nothing is found after {wait_s:g} s: {found['progress']}")
        connection.wait(LOOK_S)
        waited += LOOK_S
        found = connection.json(f"{path}/{found['id']}")
    return read(FailuresOrigin, found)
