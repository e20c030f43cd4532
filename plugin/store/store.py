"""Our state in one Redis: the rooms of this package on one connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store.connection import opened
from argilla_distill.plugin.store.datasets import Datasets
from argilla_distill.plugin.store.histories.archive import Archive
from argilla_distill.plugin.store.histories.history import History
from argilla_distill.plugin.store.histories.thoughts import StoredThoughts
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.models import StoredModels
from argilla_distill.plugin.store.redis_memory import CountedMemory
from argilla_distill.plugin.store.reports import Reports
from argilla_distill.plugin.store.reviews import Reviews
from argilla_distill.plugin.store.rounds import Rounds
from argilla_distill.plugin.store.service import Service
from argilla_distill.plugin.store.tracing.requests import ReviewRequests
from argilla_distill.plugin.store.tracing.segment_audits import KeptSegmentAudits
from argilla_distill.plugin.store.tracing.sent_failures import SentFailures
from argilla_distill.plugin.store.tracing.suspicions import KeptSuspicions
from argilla_distill.plugin.store.versions.comparisons import StoredComparisons
from argilla_distill.plugin.store.versions.differences import Differences
from argilla_distill.plugin.store.versions.manifests import Versions
from argilla_distill.plugin.store.versions.prompts import Prompts
from argilla_distill.plugin.store.versions.runs import Runs
from argilla_distill.plugin.store.versions.standings import StoredStandings
from argilla_distill.plugin.store.versions.twins import Twins
from argilla_distill.plugin.store.visits.attempts import Attempts
from argilla_distill.plugin.store.visits.sign_ins import SignIns
from argilla_distill.plugin.store.work.dirty import Dirty
from argilla_distill.plugin.store.work.first_look import FirstLook
from argilla_distill.plugin.store.work.fits import Fits
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.plugin.store.work.leases import Leases
from argilla_distill.plugin.store.work.model_copies import ModelCopies
from argilla_distill.plugin.store.work.moved_records import MovedRecords
from argilla_distill.plugin.store.work.orders import Orders
from argilla_distill.plugin.store.work.sweeps import Sweeps
from argilla_distill.plugin.store.work.text_blocks import TextBlocks
from argilla_distill.plugin.store.work.unanswered import Unanswered
from argilla_distill.plugin.store.work.unfitted_texts import UnfittedTexts
from argilla_distill.plugin.store.work.uploads import Uploads


def connect(settings: Settings, timeout_s: float = 5.0, retries: int = 3) -> Store:
    """The store that the settings name. Nothing is sent before the first call."""
    redis = opened(settings, timeout_s, retries)
    return Store(redis, settings.key_prefix, versions=settings.versions)


class Store(Leases):
    """All state of the service, and the leases by which one at a time writes a dataset's.

    Parameters
    ----------
    prefix : what the names of all its keys begin with; the names are `keys`.
    clock : seconds that never go back, by which a lease's holder knows how long it still lasts.
    versions : where versions are kept, and beside them old entries of histories; "": nowhere.
    """

    def __init__(
        self,
        redis: Any,
        prefix: str,
        clock: Callable[[], float] = time.monotonic,
        versions: str = "",
    ) -> None:
        self.redis = redis
        self.keys = Keys(prefix)
        super().__init__(redis, self.keys, clock)
        self.attempts = Attempts(redis, self.keys)
        self.datasets = Datasets(redis, self.keys)
        self.differences = Differences(redis, self.keys)
        self.compared = StoredComparisons(redis, self.keys)
        self.dirty = Dirty(redis, self.keys)
        self.fits = Fits(redis, self.keys)
        self.archive = Archive(redis, self.keys, versions)
        self.history = History(redis, self.keys, self.archive)
        self.memory = CountedMemory(redis, self.keys)
        self.model_copies = ModelCopies(redis, self.keys)
        self.moved = MovedRecords(redis, self.keys)
        self.orders = Orders(redis, self.keys)
        self.models = StoredModels(redis, self.keys)
        self.reports = Reports(redis, self.keys)
        self.requests = ReviewRequests(redis, self.keys)
        self.reviews = Reviews(redis, self.keys)
        self.rounds = Rounds(redis, self.keys, clock)
        self.sent_failures = SentFailures(redis, self.keys)
        self.segment_audits = KeptSegmentAudits(redis, self.keys, self.datasets)
        self.runs = Runs(redis, self.keys)
        self.standings = StoredStandings(redis, self.keys)
        self.service = Service(redis, self.keys)
        self.sign_ins = SignIns(redis, self.keys)
        self.sweeps = Sweeps(redis, self.keys)
        self.suspicions = KeptSuspicions(redis, self.keys)
        self.text_blocks = TextBlocks(redis, self.keys)
        self.texts = UnfittedTexts(redis, self.keys)
        self.thoughts = StoredThoughts(redis, self.keys)
        self.twins = Twins(redis, self.keys, clock)
        self.unanswered = Unanswered(redis, self.keys)
        self.uploads = Uploads(redis, self.keys)
        self.versions = Versions(redis, self.keys)
        self.prompts = Prompts(redis, self.keys)

    def begin(self, dataset_id: str) -> tuple[Lease | None, FirstLook]:
        """A dataset's lease, None while somebody else holds it; and what its holder wants to know first."""

        def look(pipe: Any) -> None:
            FirstLook.ask(pipe, self.keys, dataset_id)

        lease, answers = Lease.take_and_ask(self.redis, self.keys, dataset_id, self._clock, look)
        return lease, FirstLook.of(answers)

    def look(self, dataset_id: str) -> FirstLook:
        """What the holder of its lease wants to know first, once more."""
        with self.redis.pipeline(transaction=False) as pipe:
            FirstLook.ask(pipe, self.keys, dataset_id)
            return FirstLook.of(pipe.execute())

    def unsettle(self, pipe: Any, dataset_id: str) -> None:
        """Note, within a transaction, that something was learned whose consequences are not drawn."""
        pipe.set(self.keys.of(dataset_id, "unsettled"), "1")

    def unsettled(self, dataset_id: str) -> bool:
        """Whether something was learned since a distiller last found nothing left to do."""
        return bool(self.redis.exists(self.keys.of(dataset_id, "unsettled")))

    def wake(self, dataset_id: str) -> bool:
        """Claim the right to enqueue a dataset's job; False if one is queued or running."""
        return self.dirty.mark(dataset_id, ())

    def now(self) -> int:
        """Redis's time, the one clock of all machines, in ms since the epoch."""
        seconds, micros = self.redis.time()
        return int(seconds) * 1000 + int(micros) // 1000
