"""What a use case receives: Argilla, the store and the settings, already built."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.dispatch import Dispatch
from argilla_distill.plugin.errors import DatasetBusy
from argilla_distill.plugin.settings import DatasetSettings, Settings
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.plugin.store.work.leases import Leases
from argilla_distill.workers.models.kept_models import KeptModels

LEASE_WAIT_S = 60.0

LOOK_S = 0.005
"""So often somebody who waits for a lease looks: a distiller that gave it back comes again as soon as a
worker takes its next job, after some 10 ms."""


@dataclass(frozen=True)
class World:
    """The outside, as a use case sees it, and the models that its process keeps."""

    gateway: Gateway
    store: Store
    settings: Settings
    kept: KeptModels = field(default_factory=KeptModels)

    @property
    def dispatch(self) -> Dispatch:
        """Puts jobs on our queues."""
        return Dispatch(self.store, self.settings.queue)

    @property
    def connected(self) -> bool:
        """Whether `connect` was run, and `disconnect` not since: else nothing is written."""
        return self.store.service.any_webhook()

    def distils(self, dataset: Dataset) -> bool:
        """Whether a dataset is to be distilled: the settings say so, and we did not make it ourselves."""
        review = dataset.review_of or self.store.reviews.original_of(dataset.id)
        ours = review or self.is_twin(dataset)
        return not ours and self.plan(dataset.full_name).distil

    def is_twin(self, dataset: Dataset) -> bool:
        """Whether a dataset is a version's twin: it bears our mark, or our store knows it.

        A name that looks like a twin's says nothing.
        """
        return bool(dataset.twin_of or self.store.twins.original_of(dataset.id))

    def plan(self, dataset_name: str) -> DatasetSettings:
        """The settings of the dataset `workspace/name`."""
        return self.settings.plan.dataset(dataset_name)


def patiently(
    leases: Leases, dataset_id: str, wait_s: float = LEASE_WAIT_S, what: str = "dataset"
) -> Lease:
    """The lease, after its holder has finished the batch in hand.

    Raises
    ------
    DatasetBusy : that took longer than `wait_s`; `what` of this id was busy, it says.
    """
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        lease = leases.lease(dataset_id)
        if lease is not None:
            leases.got_lease(dataset_id)
            return lease
        leases.want_lease(dataset_id)
        time.sleep(LOOK_S)
    raise DatasetBusy(f"{what} {dataset_id} was busy for {wait_s:.0f} s")
