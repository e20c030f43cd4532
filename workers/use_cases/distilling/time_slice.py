"""Batch after batch, until nothing waits or a slice of time is over."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence

from argilla_distill.plugin.errors import LeaseLost
from argilla_distill.plugin.store.work.lease import LOST
from argilla_distill.workers.models import idle_fits
from argilla_distill.workers.use_cases.distilling import saving
from argilla_distill.workers.use_cases.distilling.backlog import Backlog
from argilla_distill.workers.use_cases.distilling.batch import decided_batch, distil_batch
from argilla_distill.workers.use_cases.distilling.fitting import fit_beside
from argilla_distill.workers.use_cases.distilling.fitting.refit import begin_due_fits
from argilla_distill.workers.use_cases.distilling.moved import make_moved_stale
from argilla_distill.workers.use_cases.distilling.run import BATCH, WAITS_FOR_FIT, Run
from argilla_distill.workers.use_cases.distilling.steps.reviewing import audit_candidates
from argilla_distill.workers.use_cases.distilling.steps.reviewing.upkeep import reorder, tidy
from argilla_distill.workers.use_cases.distilling.underway import Underway

log = logging.getLogger("distill.distil")

STALE_BATCH = 100
"""Refreshing is done in smaller steps, so that a fresh answer does not wait long for its turn: less than a
second, as Argilla takes 8 ms for a record."""

FIRST_BATCH = 32
"""The first batch of many is small, so that Argilla has something to do at once; each further one is twice as
large, up to `BATCH`: Argilla takes twice as long to write a record, and more, as we to read and decide it."""

MOST_HALVINGS = 8
"""Each run that failed halves the first batch of the next: so many records take an Argilla that is overloaded
longer than a call may, again and again."""

CAREFUL_TRIES = 3
"""When a batch was begun so often without an end, the next is of `FEW` records, and those after it of one."""

FEW = 8
"""Where these end well they are larger again by one step, so that each step costs the worker's life once for
each of its parts at most: a record that kills its worker is found after some twenty deaths, and not three for
each record that waits before it."""

FAIR_S = 1.0
"""After so long, a slice ends with the batch in hand if jobs wait for a worker. One that distils this very
dataset has nothing to wait for: what it is to do is being done."""

LOOK_S = 0.05
"""So often is looked whether they do."""

LAST_TRY = 7
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
        self._draws = False  # audits, as the settings say
        self.underway = Underway()
        self.backlog = Backlog(run)
        self._size = _halved(min(FIRST_BATCH, BATCH), run.failing)
        self._stale_size = _halved(STALE_BATCH, run.failing)
        self._caution = 0  # tries of the batch in hand, where it is a small one for that
        self._surveys = False  # a batch of full size was taken: the next is one of a backlog

    def work(self) -> None:
        """Batches until nothing waits, or until the time is over; the outcome says whether some waits.

        Where something fails, the batch that is underway is ended before that is raised, if Argilla took it.
        """
        soon = time.monotonic() + FAIR_S
        self._draws = audit_candidates.begin(
            self.run, lambda: self.over() or time.monotonic() >= soon
        )
        try:
            self._texts_left = not saving.read_first(self.run, self.over)
            if self._batches():
                return
            self.underway.finish()
        except Exception:
            self._end_after_all()
            raise
        finally:
            self.underway.close()
        if self.giving_way:  # that comes often: what is not saved is in memory, and in the history
            saving.save_if_worth_it(self.run)
        else:
            saving.save(self.run)
        self.run.outcome.waiting = True

    def _batches(self) -> bool:
        """Batch after batch; False if something was left."""
        while self._batch() or not self._idle():
            fit_beside.ask(self.run)
            if self.over() or self.store.lease_wanted(self.id) or not self.run.world.connected:
                return False
        return True

    def _end_after_all(self) -> None:
        try:
            self.underway.finish()
        except Exception as error:  # another is on its way; what was not ended is done again
            log.info("dataset=%s: the batch underway failed as well: %s", self.id, error)

    def over(self) -> bool:
        """Whether the slice is over: whatever is not begun yet is left to the next."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            self.giving_way |= self.run.world.dispatch.others_wait(self.id)
        return self.giving_way or now >= self.end

    def _batch(self) -> bool:
        """Work on the dirty records that wait longest, else refresh some stale ones; False if none.

        Where more wait than are taken, what is written of them is sent beside: Argilla takes it while the
        next batch is read, learned from and decided.

        Tries count the beginnings, so that a record which kills its worker is found and set aside. One of
        them counts for the batch underway and the next, and what is underway is never a batch for caution.
        """
        dirty = self.store.dirty
        if not self.underway.ids and not dirty.any_waits(self.id):
            return False
        tries = 0 if self.underway.ids else self.run.first.begun() or dirty.begin(self.id)
        self._caution = tries if tries > CAREFUL_TRIES else 0
        few = 0 if not self._caution else FEW if tries == CAREFUL_TRIES + 1 else 1
        taken = dirty.take(self.id, min(few, self._size)) if few else self._next()
        stale = [] if taken or self.run.models.none_yet else self._stale(few or self._stale_size)
        waiting = taken or [(record_id, "") for record_id in stale]
        ids = [record_id for record_id, _ in waiting]
        if not waiting and self.underway.finish():
            return True  # an answer to a record in it may have come meanwhile
        if waiting and tries > LAST_TRY:
            failed = {ids[0]: f"a worker died or failed {tries - 1} times at this record"}
            self._caution = 0
            self._ended(waiting, failed)
        elif not few and (
            self.underway.ids or len(ids) >= (self._size if taken else self._stale_size)
        ):
            self._send_beside(waiting)
        else:
            self._ended(waiting, distil_batch(self.run, ids, self.backlog.known(waiting)))
        return bool(waiting)

    def _send_beside(self, waiting: Sequence[tuple[str, str]]) -> None:
        """Decide a batch, and begin to send it once Argilla has taken the one before, which is ended then."""
        ids = [record_id for record_id, _ in waiting]
        self._grow(len(ids))
        batch = decided_batch(self.run, ids, self.backlog.known(waiting))

        def end() -> None:
            self._ended(waiting, batch.end())

        if batch.publishing.writes:
            if self.underway.send(ids, batch.publishing.send, end):
                self.store.dirty.begin(self.id)  # the one before took its tries with it
            return
        if self.underway.finish():
            self.store.dirty.begin(self.id)
        end()

    def _ended(self, waiting: Sequence[tuple[str, str]], failed: Mapping[str, str]) -> None:
        """A batch was worked on, and which of its records failed. LeaseLost: it was not ours any more."""
        for pair in waiting:
            if pair[0] in failed:
                self._set_aside(pair, failed[pair[0]])
        done = [pair for pair in waiting if pair[1] and pair[0] not in failed]
        tries = max(0, self._caution - 2)  # the next one is a step larger
        ids = [record_id for record_id, _ in waiting]
        if not self.store.dirty.finish(self.id, self.run.lease.token, done, ids, tries):
            raise LeaseLost(LOST)

    def _next(self) -> list[tuple[str, str]]:
        """The next batch, of all ages; before a further one of a backlog, some that wait are read."""
        taken = self._mixed()
        while self._surveys and self._is_of_backlog(taken) and not self.over():
            self.run.outcome.records += self.backlog.survey(self.underway.ids)
            taken = self._mixed()
        self.backlog.taken(i for i, _ in taken)
        return taken

    def _grow(self, taken: int) -> None:
        """So many were taken: while Argilla takes them, twice as many can be read and decided."""
        self._surveys = self._surveys or taken == BATCH
        self._size = min(2 * self._size, BATCH) if taken >= self._size else self._size

    def _is_of_backlog(self, taken: Sequence[tuple[str, str]]) -> bool:
        return len(taken) == BATCH and self.backlog.unknown([i for i, _ in taken])

    def _mixed(self) -> list[tuple[str, str]]:
        return self.store.dirty.take_mixed(self.id, self._size, self.underway.ids)

    def _stale(self, most: int) -> list[str]:
        """Some stale records, none of which is underway."""
        found = self.store.dirty.take_stale(self.id, most + len(self.underway.ids))
        return [record_id for record_id in found if record_id not in self.underway.ids][:most]

    def _set_aside(self, taken: tuple[str, str], error: str) -> None:
        self.run.outcome.errors.append(f"{taken[0]}: {error}")
        self.store.dirty.set_aside(self.id, taken, error, self.store.now())
        count = self.store.datasets.count
        self.run.lease.commit(lambda pipe: count(pipe, self.id, "failures", 1))

    def _drawing(self) -> bool:
        """See to it that audits are drawn as the settings say; False if something else comes first."""
        self._draws = self._draws or audit_candidates.begin(self.run, self._wanted)
        return self._draws

    def _wanted(self) -> bool:
        """Whether something else is to be done now."""
        waits = self.store.dirty.oldest(self.id) is not None
        return waits or self.over() or self.store.lease_wanted(self.id)

    def _idle(self) -> bool:
        """Nothing waits: see whom the news moved, save, and give the lease back if that is all.

        What is stale waits where no question has a model before a fit, which wakes the dataset in the end.
        """
        if self.run.models.none_yet:
            fit_beside.ask(self.run)
            self.run.outcome.status = WAITS_FOR_FIT
            return self._drawing() and self.store.dirty.oldest(self.id) is None
        if not self._drawing():
            return False
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


def _halved(size: int, times: int) -> int:
    return max(1, size >> min(times, MOST_HALVINGS))
