"""Batch after batch, until nothing waits or a slice of time is over."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.workers.models import idle_fits
from argilla_distill.workers.use_cases.distilling import backlog, saving
from argilla_distill.workers.use_cases.distilling.batch import distil_batch
from argilla_distill.workers.use_cases.distilling.fitting import fit_beside
from argilla_distill.workers.use_cases.distilling.fitting.refit import begin_due_fits
from argilla_distill.workers.use_cases.distilling.moved import make_moved_stale
from argilla_distill.workers.use_cases.distilling.run import BATCH, Run
from argilla_distill.workers.use_cases.distilling.steps.reviewing import audit_candidates
from argilla_distill.workers.use_cases.distilling.steps.reviewing.upkeep import reorder, tidy

STALE_BATCH = 50
"""Refreshing is done in smaller steps, so that a fresh answer does not wait long for its turn."""

CAREFUL_TRIES = 3
"""A batch that was begun so often without an end is worked on record by record."""

FAIR_S = 1.0
"""After so long, a slice ends with the batch in hand if jobs of other datasets wait for a worker."""

LOOK_S = 0.05
"""So often is looked whether they do."""

LAST_TRY = 6
"""A single record that was begun so often without an end is set aside."""


class TimeSlice:
    """The work on one dataset until `end` (by `time.monotonic`)."""

    def __init__(self, run: Run, end: float) -> None:
        self.run = run
        self.store = run.store
        self.id = run.dataset.id
        self.end = end
        self.giving_way = False
        self._look_at = time.monotonic() + FAIR_S
        self._texts_left = False

    def work(self) -> None:
        """Batches until nothing waits, or until the time is over; the outcome says whether some waits."""
        audit_candidates.begin(self.run)
        self._texts_left = not saving.read_again(self.run, self.over, saving.MOST_AT_FIRST)
        while True:
            if not self._batch() and self._idle():
                return
            fit_beside.ask(self.run)
            if self.over() or self.store.lease_wanted(self.id) or not self.run.world.connected:
                break
        if self.giving_way:  # that comes often: what is not saved is in memory, and in the history
            saving.save_if_worth_it(self.run)
        else:
            saving.save(self.run)
        self.run.outcome.waiting = True

    def over(self) -> bool:
        """Whether the slice is over: whatever is not begun yet is left to the next."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            self.giving_way |= self.run.world.dispatch.queued(DISTIL) > 0
        return self.giving_way or now >= self.end

    def _batch(self) -> bool:
        """Work on the dirty records that wait longest, else refresh some stale ones; False if none.

        Tries count the beginnings, so that a record which kills its worker is found and set aside.
        """
        dirty = self.store.dirty
        tries = dirty.begin(self.id)
        careful = tries > CAREFUL_TRIES
        taken = dirty.take(self.id, 1) if careful else self._next()
        stale = [] if taken else dirty.take_stale(self.id, 1 if careful else STALE_BATCH)
        waiting = taken or [(record_id, "") for record_id in stale]
        if waiting and tries > LAST_TRY:
            failed = {waiting[0][0]: f"a worker died or failed {tries - 1} times at this record"}
        else:
            failed = distil_batch(self.run, [record_id for record_id, _ in waiting])
        self._done(waiting, failed)
        dirty.clear_stale(self.id, [record_id for record_id, _ in waiting])
        dirty.end(self.id)
        return bool(waiting)

    def _next(self) -> list[tuple[str, str]]:
        """The next batch, of all ages; if it is the first of a backlog, that is surveyed before."""
        taken = self.store.dirty.take_mixed(self.id, BATCH)
        if len(taken) < BATCH or not backlog.worth_it(self.run, [i for i, _ in taken]):
            return taken
        self.run.outcome.records += backlog.survey(self.run, self._interrupted)
        return self.store.dirty.take_mixed(self.id, BATCH)

    def _interrupted(self, since: int) -> bool:
        """Work on what came since a moment (ms); True if that is all for this slice."""
        fresh = self.store.dirty.take_since(self.id, since, BATCH)
        if fresh:
            self._done(fresh, distil_batch(self.run, [record_id for record_id, _ in fresh]))
        return self.over() or self.store.lease_wanted(self.id)

    def _done(self, waiting: Sequence[tuple[str, str]], failed: Mapping[str, str]) -> None:
        """These records need no more work; those that failed are set aside."""
        for pair in waiting:
            if pair[0] in failed:
                self._set_aside(pair, failed[pair[0]])
        done = [pair for pair in waiting if pair[1] and pair[0] not in failed]
        self.store.dirty.clear(self.id, done)

    def _set_aside(self, taken: tuple[str, str], error: str) -> None:
        self.run.outcome.errors.append(f"{taken[0]}: {error}")
        self.store.dirty.set_aside(self.id, taken, error, self.store.now())
        count = self.store.datasets.count
        self.run.lease.commit(lambda pipe: count(pipe, self.id, "failures", 1))

    def _wanted(self) -> bool:
        """Whether something else is to be done now."""
        waits = self.store.dirty.oldest(self.id) is not None
        return waits or self.over() or self.store.lease_wanted(self.id)

    def _idle(self) -> bool:
        """Nothing waits: see whom the news moved, save, and give the lease back if that is all."""
        if self._texts_left and not saving.read_again(self.run, self._wanted):
            return False
        self._texts_left = False
        if not idle_fits.prepare(self.run.models, self._wanted):
            return False
        swept = self.store.moved.swept(self.id)
        if not idle_fits.fit(self.run.models, self.over, swept):
            return False
        if not begin_due_fits(self.run, self.over):
            return False
        fit_beside.ask(self.run)
        if swept:
            self.store.moved.note_near(self.id)
        if make_moved_stale(self.run):
            return False
        reorder(self.run)
        saving.save_if_worth_it(self.run)
        if tidy(self.run):
            return False
        return self.run.lease.release_if_idle()
