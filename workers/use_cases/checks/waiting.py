"""What some datasets still wait for before everything that was answered is decided and published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from argilla_distill.plugin.dispatch import DISTIL, SWEEP
from argilla_distill.workers.use_cases.world import World


@dataclass(frozen=True)
class Waiting:
    """What is to be done yet; falsy if nothing.

    Attributes
    ----------
    records : how many are to be looked at, or published anew.
    copies : how many copies for review are to be brought in line.
    readings : how many readings of a whole dataset are queued or running.
    datasets : how many are being worked on, or have learned something that is not settled yet: what
        they think of other records may still change.
    jobs : how many jobs of these datasets are queued; they may find nothing left to do.
    reasons : why work on them failed last, if it did.
    """

    records: int = 0
    copies: int = 0
    readings: int = 0
    datasets: int = 0
    jobs: int = 0
    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.records or self.copies or self.readings or self.datasets)

    def __str__(self) -> str:
        counts = (
            (self.records, "record", "records"),
            (self.copies, "copy for review", "copies for review"),
            (self.readings, "reading of a dataset", "readings of datasets"),
            (self.datasets, "dataset at work", "datasets at work"),
            (self.jobs, "queued job", "queued jobs"),
        )
        parts = [f"{n:,} {one if n == 1 else many}" for n, one, many in counts if n]
        return "; ".join([", ".join(parts) or "nothing", *self.reasons])


def waiting(world: World, dataset_ids: Sequence[str]) -> Waiting:
    """What these datasets wait for: records, copies, queued and running jobs."""
    store = world.store
    records = sum(sum(store.dirty.sizes(i)[:2]) for i in dataset_ids)
    reviewed = [i for i in dataset_ids if _reviewed(world, i)]
    busy = [i for i in dataset_ids if store.leased(i) or store.unsettled(i)]
    jobs = world.dispatch.pending(dataset_ids)
    infos = (store.datasets.info(i) for i in dataset_ids)
    return Waiting(
        records,
        sum(store.reviews.desk_size(i) for i in reviewed),
        jobs[SWEEP],
        len(busy),
        jobs[DISTIL],
        tuple(f"{info.get('name', '?')}: {info['word']}" for info in infos if info.get("word")),
    )


def _reviewed(world: World, dataset_id: str) -> bool:
    kept = world.store.reviews.of(dataset_id)
    return kept is not None and not kept.gone
