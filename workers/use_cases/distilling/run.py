"""What one run over one dataset works with, from taking the lease to giving it back, and what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from argilla_distill.domain.observing.answers import Copy, Reading
from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.errors import NotInArgilla
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.use_cases.distilling.ahead import FirstRecords
from argilla_distill.workers.use_cases.distilling.annotators import NumberedAnnotators
from argilla_distill.workers.use_cases.world import World

if TYPE_CHECKING:
    from argilla_distill.workers.models.dataset_models import (
        Models,  # it loads the engine, which a visit does without
    )


BATCH = 250
"""So many records are read and published in one call."""

WAITS_FOR_FIT = "waits for a fit"
"""Stale records are left, and no question has a model yet to decide them with: the fit wakes the dataset."""


@dataclass
class RunOutcome:
    """What one run did, for the log line.

    `status` is how it ended: `done`, `busy`, `forwarded`, `disconnected`, `ignored`, `deleted`,
    `lease lost`, `failed` or `WAITS_FOR_FIT`. `waiting` says whether something is left to the next run.
    """

    dataset_id: str
    status: str = "done"
    records: int = 0
    entries: int = 0
    published: int = 0
    waiting: bool = False
    errors: list[str] = field(default_factory=list)


@dataclass
class Visit:
    """The world, and what is known of the dataset in hand: enough to observe it.

    `review` is its review dataset, None where there is none or where it is not as it should be.
    """

    world: World
    lease: Lease
    dataset: Dataset
    plan: DatasetSettings
    annotators: NumberedAnnotators
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
            self.annotators.reviews,
            self.annotators.is_reviewer,
        )

    def copies(self, ids: Sequence[str]) -> Mapping[str, Copy]:
        """The copies of these records as Argilla shows them now; those that are gone are missing."""
        if self.review is None:
            return {}
        known = zip(ids, self.store.reviews.copies(self.dataset.id, ids), strict=True)
        copy_of = {record_id: kept.id for record_id, kept in known if kept}
        if not copy_of:
            return {}
        try:
            found = self.world.gateway.records(self.review.id, list(copy_of.values()))
        except NotInArgilla:  # the review dataset is gone: what was said there still holds
            return {}
        return {r: Copy.of(found[c], self.review) for r, c in copy_of.items() if c in found}


class DatasetChanged(Exception):
    """The dataset is not as its run began with: it is to be begun anew. Nothing was published."""


@dataclass
class Run(Visit):
    """A visit with the dataset's models: enough to learn, decide and publish as well.

    `first` are the records that wait first, where they were asked for while the run began. `asked` is the
    dataset as it is now, where the run began with the one that the run before knew; None once it is known.
    `failing` is how many runs failed one after the other before this one.
    `decided` holds the records decided since the models were last asked what moved; `entries_at_draw` is
    how many entries there were when records near a limit were last drawn, to be compared as well.
    """

    models: Models
    outcome: RunOutcome
    first: FirstRecords = field(default_factory=FirstRecords)
    asked: Future[Dataset] | None = None
    decided: set[str] = field(default_factory=set)
    entries_at_draw: int = 0
    failing: int = 0

    def confirm(self) -> None:
        """Make sure that the dataset is there, and as the run began with: before anything is published, and
        before records count as deleted.

        Raises
        ------
        DatasetChanged : it is another one now.
        ArgillaUnavailable, ArgillaRefused : as reading it does.
        """
        asked, self.asked = self.asked, None
        if asked is not None and not asked.result().is_as(self.dataset):
            raise DatasetChanged(self.dataset.id)

    def page(self, record_id: str) -> str:
        """The address of a record's explanation."""
        return f"{self.world.settings.public_url}/records/{record_id}"
