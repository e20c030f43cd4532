"""An Argilla that knows texts and nothing else, for what reads them alone."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from argilla_distill.domain.records import Record
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.world import World


class OnlyTexts(Gateway):
    """An Argilla that knows a text for every record and nothing else."""

    def records(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        return {i: Record(i, "completed", {"text": f"Where is parcel {i}? " * 10}) for i in ids}


def world(store: Store) -> World:
    """What a report needs."""
    settings = {"argilla_api_url": "http://argilla", "argilla_api_key": "of-nobody"}
    return World(OnlyTexts(httpx.Client()), store, Settings.model_validate(settings))
