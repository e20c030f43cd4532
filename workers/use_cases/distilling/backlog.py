"""What is done about a backlog before its first batch: learn from what waits, and let go what is gone.

Else what is published first would be published again as the models get to know the rest. Records that
are surveyed stay dirty, and each is read again just before it is published; those that Argilla does not
have any more are done with, for a look at many costs no more than one at a few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from argilla_distill.plugin.argilla.records_by_id import INDEX_LAG_S
from argilla_distill.workers.use_cases.distilling.batch import learn_from
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed
from argilla_distill.workers.use_cases.distilling.steps.publishing import publish

SURVEY = 5_000
"""So many waiting records are surveyed at once, at most."""

STEP = 1_000
"""So many of them are read in one go: what is fresh comes first after each."""


def worth_it(run: Run, batch: Sequence[str]) -> bool:
    """Whether most of a batch waits that was not surveyed yet."""
    return 2 * len(run.store.dirty.unsurveyed(run.dataset.id, batch)) > len(batch)


def survey(run: Run, interrupted: Callable[[int], bool]) -> int:
    """Survey what waits longest; returns how many records were gone and are done with.

    Parameters
    ----------
    interrupted : lets go first whatever came since a moment (ms); True ends the survey.
    """
    dirty, dataset_id, started, done = run.store.dirty, run.dataset.id, run.store.now(), 0
    waiting = dict(dirty.take(dataset_id, SURVEY))
    ids = dirty.unsurveyed(dataset_id, list(waiting))
    for start in range(0, len(ids), STEP):
        now, part = run.store.now(), ids[start : start + STEP]
        settled = now - started > INDEX_LAG_S * 1000
        records, observed = learn_from(run, part, now, settled)
        gone = {i for i in observed.ledger if records[i] is None}
        ledger = {i: observed.ledger[i] for i in gone}
        decided = {i: observed.decided[i] for i in gone}
        if gone:
            publish(run, [], Observed([], ledger, decided, {}), now)
            dirty.clear(dataset_id, [(i, waiting[i]) for i in gone])
        dirty.note_surveyed(dataset_id, [i for i in part if i not in gone])
        done += len(gone)
        if interrupted(started):
            break
    run.models.settle()
    return done
