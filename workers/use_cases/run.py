"""What one run over one dataset works with, from taking the lease to giving it back."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.records import Dataset
from plugin.settings import DatasetSettings
from plugin.store import Store
from plugin.store.lease import Lease
from workers.models import Models
from workers.use_cases.crowd import Crowd
from workers.use_cases.world import World


@dataclass
class Run:
    """The world, and what is known of the dataset in hand."""

    world: World
    lease: Lease
    dataset: Dataset
    plan: DatasetSettings
    models: Models
    crowd: Crowd

    @property
    def store(self) -> Store:
        """The store."""
        return self.world.store

    def page(self, record_id: str) -> str:
        """The address of a record's explanation."""
        return f"{self.world.settings.public_url}/records/{record_id}"
