"""The rows of a version, read from its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from argilla_distill.domain.versions.manifest import Manifest
from tests.workers.service_in_memory import ServiceInMemory


def rows(
    service: ServiceInMemory, manifest: Manifest, table: str = "records"
) -> list[dict[str, Any]]:
    """The rows of a version, by record id."""
    folder = Path(service.world.settings.versions) / manifest.dataset_id / manifest.name
    found: list[dict[str, Any]] = []
    for file in sorted(folder.glob(f"{table}-*.parquet")):
        found += pq.read_table(file).to_pylist()
    return sorted(found, key=lambda row: row["record_id"])
