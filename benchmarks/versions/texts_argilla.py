"""An Argilla that has a text for every record of a large dataset, made when it is asked for."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from argilla_distill.domain.records import Dataset, Record
from argilla_distill.plugin.argilla.gateway import Gateway
from benchmarks.scale.drawn import QUESTION
from benchmarks.scale.made_texts import Texts

DATASET = Dataset(
    "da7a0000-0000-4000-8000-000000000001", "big", "w", "support", "ready", 0, (QUESTION,)
)
ID = 16
ROUNDS = 6


class TextsArgilla(Gateway):
    """Argilla; `cpu_s` is what making the pages took.

    Parameters
    ----------
    ids : a file of the records' ids, 16 bytes each: what a version takes is to be measured, not what we hold.
    """

    def __init__(self, ids: Path, texts: Texts) -> None:
        super().__init__(httpx.Client())
        self._ids, self._texts, self.cpu_s = ids, texts, 0.0
        self._n = ids.stat().st_size // ID

    def dataset(
        self, dataset_id: str, workspaces: Mapping[str, str] | None = None, lately: bool = False
    ) -> Dataset:
        return DATASET

    def blueprint(self, dataset_id: str) -> dict[str, Any]:
        fields = [{"name": n, "settings": {"type": "text"}} for n in ("prompt", "reply")]
        return {"fields": fields, "questions": [], "guidelines": ""}

    def guidelines(self, dataset_id: str) -> str:
        return ""

    def page(self, dataset_id: str, offset: int, limit: int) -> tuple[list[Record], int]:
        start = time.process_time()
        with self._ids.open("rb") as file:
            file.seek(offset * ID)
            ids = file.read(limit * ID)
        found = [
            Record(
                str(uuid.UUID(bytes=ids[at : at + ID])),
                "completed",
                self._texts.of(number),
                metadata={"round": f"round {1 + number * ROUNDS // self._n}"},
                external_id=f"reply-{number}",
            )
            for number, at in enumerate(range(0, len(ids), ID), offset)
        ]
        self.cpu_s += time.process_time() - start
        return found, self._n
