"""Distil: observe the dirty records of one dataset, learn, decide, publish the difference.

One distiller per dataset at a time. It works in batches until nothing waits or its slice of time is
over. Whatever interrupts it (a killed process, Redis or Argilla away) leaves the records dirty, and
every step may be repeated: observing twice adds nothing, publishing compares with what stands.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.domain.records import Dataset, Record
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    DatasetBusy,
    LeaseLost,
    NotFound,
)
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.errors import StrategyFailed
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.models.values import json_of
from argilla_distill.workers.use_cases import late_writes
from argilla_distill.workers.use_cases.distilling import backlog
from argilla_distill.workers.use_cases.distilling.crowd import Crowd
from argilla_distill.workers.use_cases.distilling.deciding import decide
from argilla_distill.workers.use_cases.distilling.observing import Look, look
from argilla_distill.workers.use_cases.distilling.publishing import limits, publish, told
from argilla_distill.workers.use_cases.distilling.refit import release_outgrown
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.reports import report_due
from argilla_distill.workers.use_cases.reviews.enabling import forward, review_of
from argilla_distill.workers.use_cases.reviews.upkeep import reorder, tidy
from argilla_distill.workers.use_cases.world import World

log = logging.getLogger("distill.distil")

BATCH = 250
STALE_BATCH = 50
"""Refreshing is done in smaller steps, so that a fresh answer does not wait long for its turn."""

DECIDE_AT_ONCE = 2_000

MAX_TEXTS = 250
"""The models are saved at the latest when they hold so many texts that are not: whoever loads them
reads these again."""

HEED = 0.25
"""Records are looked at again when they moved by this share of the tolerance since we last looked:
what a model last told of a record need not be what was last written."""

ROUNDING = 0.001
"""Posteriors are stored to so much: what differs by no more is the same."""

SLICE_S = 30.0
MOST_REST_S = 20
CAREFUL_TRIES = 3
"""A batch that was begun so often without an end is worked on record by record."""
LAST_TRY = 6
"""A single record that was begun so often without an end is set aside."""


@dataclass
class Outcome:
    """What one run did, for the log line."""

    dataset_id: str
    word: str = "done"
    records: int = 0
    entries: int = 0
    published: int = 0
    waiting: bool = False
    errors: list[str] = field(default_factory=list)


def distil(world: World, dataset_id: str, slice_s: float = SLICE_S) -> Outcome:
    """Work on one dataset until nothing waits, or `slice_s` seconds and the batch in hand are over.

    The time begins when the models are loaded, and a slice does one batch at least: so it gets on,
    however long loading takes.

    Failures that time may mend end the run with a word in the outcome; the records stay dirty.
    """
    outcome = Outcome(dataset_id)
    lease = world.store.lease(dataset_id)
    if lease is None:
        outcome.word = "busy"
        return outcome
    rest_s = 0
    try:
        original = world.store.reviews.original_of(dataset_id)
        if original is not None:
            outcome.word, outcome.records = "forwarded", forward(world, dataset_id, original)
            return outcome
        _work(world, dataset_id, lease, outcome, slice_s)
    except LeaseLost:
        outcome.word = "lease lost"
    except (ArgillaUnavailable, ArgillaRefused) as error:
        if isinstance(error, NotFound) and _is_gone(world, dataset_id):
            _let_go(world, outcome)
        else:
            rest_s = _failed(world, dataset_id, error)
            outcome.word, outcome.waiting = "failed", False
            outcome.errors.append(str(error))
    finally:
        lease.release(rest_s)
    _take_back(world, outcome)
    return outcome


def _take_back(world: World, outcome: Outcome) -> None:
    """Take back what landed after a `disconnect`; what fails is tried again when the cron looks."""
    try:
        late_writes.take_back(world, outcome.dataset_id)
    except (ArgillaUnavailable, ArgillaRefused, NotFound, LeaseLost, DatasetBusy) as error:
        outcome.errors.append(str(error))


def _work(world: World, dataset_id: str, lease: Lease, outcome: Outcome, slice_s: float) -> None:
    """The run; where a strategy of a team's own fails in the middle, begun anew without it."""
    while (run := begin(world, dataset_id, lease, outcome)) is not None:
        try:
            run.models.look_at_lacking(world.store)
            Work(run, outcome).until(time.monotonic() + slice_s)
            run.models.forget_failures(world.store)
            trouble = "; ".join(f"{name}: {error}" for name, error in run.models.failed.items())
            world.store.datasets.note(dataset_id, failing=0, word=trouble)
            report_due.ask(world, dataset_id)
            return
        except StrategyFailed as error:
            outcome.errors.append(str(error))
        finally:
            run.models.keep_failures(world.store)
            run.models.close()


def _is_gone(world: World, dataset_id: str) -> bool:
    """Whether it was the dataset that was not found in the middle of the work."""
    try:
        world.gateway.dataset(dataset_id)
    except NotFound:
        return True
    except (ArgillaUnavailable, ArgillaRefused):
        return False
    return False


def _let_go(world: World, outcome: Outcome) -> None:
    """Nothing is to be done any more with a dataset that was deleted; what is known of it is kept."""
    datasets, dataset_id = world.store.datasets, outcome.dataset_id
    outcome.word, outcome.waiting = "deleted", False
    world.store.dirty.drop(dataset_id)
    if "name" in datasets.info(dataset_id):
        datasets.note(dataset_id, state="deleted", word="deleted in Argilla; its history is kept")
    else:
        datasets.forget(dataset_id)


def _failed(world: World, dataset_id: str, error: Exception) -> int:
    """Note a failed attempt; the answer is for how many seconds to leave Argilla alone."""
    datasets = world.store.datasets
    failing = int(datasets.info(dataset_id).get("failing", 0)) + 1
    failures = int(datasets.info(dataset_id).get("failures", 0)) + 1
    datasets.note(dataset_id, failing=failing, failures=failures, word=str(error))
    world.store.dirty.end(dataset_id)
    return int(min(2 ** min(failing, 10), MOST_REST_S))


def begin(world: World, dataset_id: str, lease: Lease, outcome: Outcome) -> Run | None:
    """Get to know the dataset; None where there is nothing to be done with it."""
    datasets = world.store.datasets
    if not world.connected:
        outcome.word = "disconnected"
        return None
    try:
        known = datasets.info(dataset_id)  # Argilla cannot rename a workspace
        names = {known["workspace_id"]: known["workspace"]} if "workspace_id" in known else {}
        dataset = world.gateway.dataset(dataset_id, names)
    except NotFound:
        _let_go(world, outcome)
        return None
    datasets.add(dataset_id)
    plan = world.plan(dataset.full_name)
    crowd = Crowd(world.store, world.gateway, dataset_id, world.settings.plan.sources)
    models = Models.load(world.store, dataset, plan, crowd.annotators)
    state = "active" if plan.distil and dataset.status == "ready" else "ignored"
    datasets.note(dataset_id, **_facts(dataset, models, plan, state))
    if state == "ignored" or not (models.by_question or models.failed):
        outcome.word = "ignored"
        world.store.dirty.drop(dataset_id)
        models.close()
        return None
    review = review_of(world, dataset_id)
    return Run(world, lease, dataset, plan, crowd, models, review=review)


def _facts(
    dataset: Dataset, models: Models, plan: DatasetSettings, state: str
) -> dict[str, str | int | float]:
    questions = {
        q.name: {
            "type": q.type,
            "labels": list(q.labels),
            "field": q.field,
            "word": models.left_alone.get(q.name, "distilled"),
            **({"failed": models.failed[q.name]} if q.name in models.failed else {}),
        }
        for q in dataset.questions
    }
    return {
        "name": dataset.full_name,
        "workspace": dataset.workspace,
        "workspace_id": dataset.workspace_id,
        "state": state,
        "publish": plan.publish,
        "overlap": dataset.min_submitted,
        "review_share": plan.review_share,
        "explains": plan.explanation_question,
        "questions": json.dumps(questions),
    }


class Work:
    """The work on one dataset, batch by batch."""

    def __init__(self, run: Run, outcome: Outcome) -> None:
        self.run = run
        self.store = run.store
        self.id = run.dataset.id
        self.outcome = outcome
        self.decided: set[str] = set()
        self.end = math.inf
        self.texts: set[str] = set()

    def until(self, end: float) -> None:
        """Batches until nothing waits, or until the time is over."""
        self.end = end
        if not self._read_again():
            self._save([m for m in self.run.models.by_question.values() if m.unsaved])
            self.outcome.waiting = True
            return
        while True:
            if not self._step() and self._idle():
                return
            if self._over() or self.store.lease_wanted(self.id) or not self.run.world.connected:
                break
        self._save([m for m in self.run.models.by_question.values() if m.unsaved])
        self.outcome.waiting = True

    def _over(self) -> bool:
        """Whether the slice is over: whatever is not begun yet is left to the next."""
        return time.monotonic() >= self.end

    def _step(self) -> bool:
        """Work on the dirty records that wait longest, else refresh some stale ones; False if none.

        Tries count the beginnings, so that a record which kills its worker is found and set aside.
        """
        dirty = self.store.dirty
        tries = dirty.begin(self.id)
        careful = tries > CAREFUL_TRIES
        taken = dirty.take(self.id, 1) if careful else self._of_all_ages()
        stale = [] if taken else dirty.take_stale(self.id, 1 if careful else STALE_BATCH)
        waiting = taken or [(record_id, "") for record_id in stale]
        if waiting and tries > LAST_TRY:
            failed = {waiting[0][0]: f"a worker died or failed {tries - 1} times at this record"}
        elif taken:
            failed = self._batch([record_id for record_id, _ in taken])
        else:
            failed = self._batch(stale)
        self._done(waiting, failed)
        dirty.clear_stale(self.id, [record_id for record_id, _ in waiting])
        dirty.end(self.id)
        return bool(waiting)

    def _of_all_ages(self) -> list[tuple[str, str]]:
        """The next batch; if it is the first of a backlog, that is surveyed before."""
        taken = self.store.dirty.take_mixed(self.id, BATCH)
        if len(taken) < BATCH or not backlog.worth_it(self.run, [i for i, _ in taken]):
            return taken
        self.outcome.records += backlog.survey(self.run, self._look, self._interrupted)
        return self.store.dirty.take_mixed(self.id, BATCH)

    def _done(self, waiting: Sequence[tuple[str, str]], failed: Mapping[str, str]) -> None:
        """These records need no more work; those that failed are set aside."""
        for pair in waiting:
            if pair[0] in failed:
                self._set_aside(pair, failed[pair[0]])
        done = [pair for pair in waiting if pair[1] and pair[0] not in failed]
        self.store.dirty.clear(self.id, done)

    def _interrupted(self, since: int) -> bool:
        """Work on what came since a moment (ms); True if that is all for this slice."""
        fresh = self.store.dirty.take_since(self.id, since, BATCH)
        if fresh:
            self._done(fresh, self._batch([record_id for record_id, _ in fresh]))
        return self._over() or self.store.lease_wanted(self.id)

    def _differing(self, records: list[str]) -> list[str]:
        """Those of the records that we decide differently now than we last did."""
        models, tolerance = self.run.models, max(self.run.plan.tolerance, ROUNDING)
        decided = models.decide(records, self.run.plan)
        before = self.store.datasets.decisions(self.id, records)

        def differs(question: str, decision: Decision, old: Mapping[str, Any]) -> bool:
            if question not in old:
                return True
            was, now = old[question], round(decision.confidence, 6)  # as it is stored
            parts = was["p"].items() if decision.scores is not None else ()
            return (
                was["v"] != json_of(models.by_question[question].asked, decision.value)
                or abs(told(was) - decision.confidence) > tolerance
                or any((was["c"] >= at) != (now >= at) for at in limits(self.run, question))
                or any(abs(decision.posterior.get(part, p) - p) > tolerance for part, p in parts)
            )

        return [
            record_id
            for record_id, old in zip(records, before, strict=True)
            if old is not None  # gone, or waiting for its first look anyway
            and any(differs(q, decision, old) for q, decision in decided[record_id].items())
        ]

    def _idle(self) -> bool:
        """Nothing waits: see whom the news moved, save, and give the lease back if that is all."""
        if not self.run.models.rest(self._over) or not release_outgrown(self.run, self._over):
            return False
        aside = self.store.dirty.poisoned(self.id)
        heed = self.run.plan.tolerance * HEED
        near = sorted(self.decided.union(self.store.datasets.near(self.id)))
        self.decided.clear()
        found = dict.fromkeys([*self.run.models.moved(heed), *near])
        moved = [i for i in found if i not in aside]
        for start in range(0, len(moved), DECIDE_AT_ONCE):
            part = moved[start : start + DECIDE_AT_ONCE]  # without the time to compare: all of them
            self.store.dirty.make_stale(self.id, part if self._over() else self._differing(part))
        reorder(self.run)
        unsaved = [m for m in self.run.models.by_question.values() if m.unsaved]
        worth_it = self.run.models.unsaved() or len(self.texts) > MAX_TEXTS
        self._save(unsaved if worth_it else [])
        if tidy(self.run):
            return False
        return self.run.lease.release_if_idle()

    def _save(self, unsaved: list[Model]) -> None:
        if unsaved:
            read = [] if self.run.models.failed else list(self.texts)

            def write(pipe: Any) -> None:
                self.run.models.write(pipe, self.store, unsaved)
                self.store.texts.saved(pipe, self.id, read)

            self.run.lease.commit(write)
            self.texts.difference_update(read)
            for model in unsaved:
                model.unsaved = 0

    def _look(
        self, ids: Sequence[str], now: int, settled: bool = False
    ) -> tuple[Mapping[str, Record | None], Look]:
        """Read, observe and learn. `settled`: see `Gateway.records`."""
        found = self.run.world.gateway.records(self.id, ids, settled)
        overlap = self.run.dataset.min_submitted
        records = {i: found[i].counted(overlap) if i in found else None for i in ids}
        seen = look(self.run, records, self.run.copies(ids), now)
        read = [r for i, r in records.items() if r is not None and i in seen.ledger]
        self.run.models.learn(seen.entries, read)
        self._note_read([record.id for record in read])
        self.outcome.entries += len(seen.entries)
        return records, seen

    def _note_read(self, ids: Sequence[str]) -> None:
        """The texts of these records are known to the models in hand, and not saved."""
        if self.run.models.readers:
            self.texts.update(ids)
            self.store.texts.note(self.id, ids)

    def _read_again(self) -> bool:
        """Take in the texts that the models, as they were saved, do not hold; False if time is over."""
        texts = self.store.texts
        if self.run.models.anew and self.run.models.readers:
            standing = self.store.datasets.standing(self.id)
            texts.note(self.id, texts.unread(self.id, standing))
        ids = texts.unsaved(self.id)
        for start in range(0, len(ids), BATCH):
            if start and self._over():
                return False
            part = ids[start : start + BATCH]
            self.run.models.read(self.run.world.gateway.records(self.id, part, True).values())
            self.texts.update(part)
        self.run.models.settle()
        return True

    def _batch(self, ids: list[str]) -> dict[str, str]:
        """Read, observe, learn, decide, publish. The answer is which records failed, and why."""
        if not ids:
            return {}
        now = self.store.now()
        records, seen = self._look(ids, now)
        self.run.models.settle()
        resolutions = decide(self.run, records, seen, now)
        sent = publish(self.run, resolutions, seen, now)
        self.decided.update(resolution.record.id for resolution in resolutions)
        self.outcome.records += len(ids)
        self.outcome.published += sent.suggestions
        return {**seen.failed, **sent.refused}

    def _set_aside(self, taken: tuple[str, str], error: str) -> None:
        self.outcome.errors.append(f"{taken[0]}: {error}")
        self.store.dirty.set_aside(self.id, taken, error, self.store.now())
        count = self.store.datasets.count
        self.run.lease.commit(lambda pipe: count(pipe, self.id, "failures", 1))
