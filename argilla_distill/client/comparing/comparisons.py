"""Which version, or which of your own models, is better: found out by a worker, and waited for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Failed, NotMade
from argilla_distill.domain.report import read
from argilla_distill.domain.runs.standing import RunStanding
from argilla_distill.domain.versions.contest import VersionsCompared

FIRST_LOOK_S, LONGEST_LOOK_S = 0.2, 2.0

BETWEEN = "..."
"""Stands between two names in an address."""


def compared(
    connection: Connection,
    dataset_id: str,
    versions: Sequence[str],
    runs: Sequence[str],
    wait_s: float,
) -> VersionsCompared:
    """Have versions and runs compared by the audits that are answered by now, and wait for it.

    Raises
    ------
    NotMade : it takes longer than `wait_s`. It is still being compared.
    Failed : it cannot be made; the text says why.
    """
    path = f"/datasets/{dataset_id}/compare"
    if versions:
        path += f"/{quote(BETWEEN.join(versions), safe='.')}"
    if runs:
        path += f"?runs={quote(BETWEEN.join(runs), safe='.')}"
    found, waited, pause = connection.send(path), 0.0, FIRST_LOOK_S
    while asked := found["comparing"]:
        if asked["error"]:
            raise Failed(f"It could not be compared: {asked['error']}")
        if waited >= wait_s:
            names, done, total = " and ".join((*versions, *runs)), asked["done"], asked["total"]
            text = (
                f"{names} are still being compared after {wait_s:g} s ({done:,} of {total:,}). Call "
                "again later. `argilla-distill status` says whether a worker is alive"
            )
            raise NotMade(text, "comparing", done, total)
        connection.wait(pause)
        waited, pause = waited + pause, min(2 * pause, LONGEST_LOOK_S)
        found = connection.json(path)
    return VersionsCompared.read(found)


def runs_of(connection: Connection, dataset_id: str) -> list[RunStanding]:
    """All runs, the first added first, each with what audits say of it, as last counted."""
    listed = connection.json(f"/datasets/{dataset_id}/runs")["runs"]
    return [_standing(each) for each in listed]


def _standing(data: dict[str, Any]) -> RunStanding:
    return read(RunStanding, {**data, "run": data})
