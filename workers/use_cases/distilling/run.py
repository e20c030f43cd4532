"""What one run over one dataset works with, from taking the lease to giving it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from argilla_distill.domain.answers import Copy, Reading
from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.errors import NotFound
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.use_cases.distilling.crowd import Crowd
from argilla_distill.workers.use_cases.world import World

if TYPE_CHECKING:
    from argilla_distill.workers.models.dataset_models import (
        Models,  # it loads the engine, which a visit does without
    )


@dataclass
class Visit:
    """The world, and what is known of the dataset in hand: enough to observe it.

    `review` is its review dataset, None where there is none or where it is not as it should be.
    """

    world: World
    lease: Lease
    dataset: Dataset
    plan: DatasetSettings
    crowd: Crowd
    review: Dataset | None = field(default=None, kw_only=True)

    @property
    def store(self) -> Store:
        """The store."""
        return self.world.store

    @property
    def reading(self) -> Reading:
        """How the dataset's records are read."""
        return Reading(
            self.plan.conflict_question,
            self.plan.reason_question,
            self.plan.round_property,
            self.crowd.reviews,
            self.crowd.is_reviewer,
        )

    def copies(self, ids: Sequence[str]) -> Mapping[str, Copy]:
        """The copies of these records as Argilla shows them now; those that are gone are missing."""
        if self.review is None:
            return {}
        known = zip(ids, self.store.reviews.copies(self.dataset.id, ids), strict=True)
        copy_of = {record_id: kept["id"] for record_id, kept in known if kept}
        if not copy_of:
            return {}
        try:
            found = self.world.gateway.records(self.review.id, list(copy_of.values()))
        except NotFound:  # the review dataset is gone: what was said there stands
            return {}
        return {r: Copy.of(found[c], self.review) for r, c in copy_of.items() if c in found}


@dataclass
class Run(Visit):
    """A visit with the dataset's models: enough to learn, decide and publish as well."""

    models: Models

    def page(self, record_id: str) -> str:
        """The address of a record's explanation."""
        return f"{self.world.settings.public_url}/records/{record_id}"
