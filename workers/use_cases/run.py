"""What one run over one dataset works with, from taking the lease to giving it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.records import Dataset
from plugin.settings import DatasetSettings
from plugin.store import Store
from plugin.store.lease import Lease
from workers.use_cases.crowd import Crowd
from workers.use_cases.world import World

if TYPE_CHECKING:
    from workers.models import Models  # it loads the engine, which a visit does without


@dataclass
class Visit:
    """The world, and what is known of the dataset in hand: enough to observe it."""

    world: World
    lease: Lease
    dataset: Dataset
    plan: DatasetSettings
    crowd: Crowd

    @property
    def store(self) -> Store:
        """The store."""
        return self.world.store


@dataclass
class Run(Visit):
    """A visit with the dataset's models: enough to learn, decide and publish as well."""

    models: Models

    def page(self, record_id: str) -> str:
        """The address of a record's explanation."""
        return f"{self.world.settings.public_url}/records/{record_id}"
