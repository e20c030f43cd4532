"""What a run asks Argilla for at its beginning, while it looks into the store itself.

The records that wait first are asked for where the models are at hand and few wait: so an answer's record is
there by the time that the run has begun. The dataset is always asked for, after them: Argilla's API is one
process, and would take as much longer for them. While it tells, the run goes on with the dataset as the run
before knew it, up to what only a dataset as it is now allows: see `Run.confirm`. Threads of their own ask,
and do nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from types import TracebackType

from argilla_distill.domain.records import Dataset, Record
from argilla_distill.workers.use_cases.world import World

FEW = 25
"""Where more wait, reading them takes longer than what is done meanwhile."""


@dataclass
class FirstRecords:
    """The records that wait first, as they are being read.

    Attributes
    ----------
    tries : how often a batch was begun, this time included, since one last ended; 0 if none was begun.
    at : when they were asked for, by `monotonic_ms`.
    numbers : record → the number of its delivery when it was asked for.
    """

    tries: int = 0
    at: int = 0
    numbers: Mapping[str, str] = field(default_factory=dict)
    reading: Future[dict[str, Record]] | None = None

    def begun(self) -> int:
        """The tries of the batch that was begun so; 0 where that is still to be done, or was asked before."""
        tries, self.tries = self.tries, 0
        return tries

    def found(self) -> Mapping[str, Record]:
        """Those that were read; none where none were asked for. Raises as reading does."""
        reading, self.reading = self.reading, None
        return {} if reading is None else reading.result()


def monotonic_ms() -> int:
    """Time that never goes back, by which this process knows how long ago it read something."""
    return round(time.monotonic() * 1000)


class Ahead:
    """Asks beside. To be used in a `with`: at its end nothing more is asked for, and what was is awaited by
    whoever wants it; where it ends with an error, nothing is under way any more."""

    def __init__(self, world: World, dataset_id: str) -> None:
        self._world = world
        self._dataset_id = dataset_id
        self._asking = ThreadPoolExecutor(max_workers=2, thread_name_prefix="ahead")

    def __enter__(self) -> Ahead:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._asking.shutdown(wait=kind is not None)

    def dataset(self, workspaces: Mapping[str, str], first: FirstRecords) -> Future[Dataset]:
        """The dataset as it is now, with questions that were read lately; asked for once `first` are read."""

        def ask() -> Dataset:
            if first.reading is not None:
                wait([first.reading])
            return self._world.gateway.dataset(self._dataset_id, workspaces, lately=True)

        return self._asking.submit(ask)

    def records(self, careful: int) -> FirstRecords:
        """The records that wait first, where few do, and none is suspected to kill its worker.

        A batch counts as begun with this, so that one that kills its worker here is found as well.

        Parameters
        ----------
        careful : with more tries than so many, they are begun, and not read.
        """
        dataset_id = self._dataset_id
        tries, numbers = self._world.store.dirty.begin_few(dataset_id, FEW)
        first = FirstRecords(tries, monotonic_ms(), numbers)
        if numbers and tries <= careful:
            gateway = self._world.gateway
            first.reading = self._asking.submit(gateway.records, dataset_id, list(numbers))
        return first
