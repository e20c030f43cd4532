"""What the cron does: wake whoever waits, look cheaply for what no delivery reported, sweep daily.

`tick` every few seconds finds datasets with waiting records and no distiller (a worker was killed, a
job was lost, Argilla was away). `look_round` every minute compares, per dataset, Argilla's time of
the last activity and its counts of responses with ours; where they differ for two looks in a row,
some delivery never arrived, and the dataset is swept.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence

from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.dispatch import SWEEP
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    DatasetBusy,
    NotInArgilla,
)
from argilla_distill.workers.models.failed_strategies import FailedStrategies
from argilla_distill.workers.use_cases.distilling.dataset_news import is_new
from argilla_distill.workers.use_cases.due import archives_due, orders_due, rounds_due, versions_due
from argilla_distill.workers.use_cases.reports import report_due
from argilla_distill.workers.use_cases.reviews import CannotReview, adopt, inspect
from argilla_distill.workers.use_cases.sending.guarded_call import look_again
from argilla_distill.workers.use_cases.twins import turns
from argilla_distill.workers.use_cases.world import World

log = logging.getLogger("distill.cron")

TICK_S = 5.0
LOOK_S = 60.0
SWEEP_MS = 86_400_000
UNHEARD_MS = 2_000
"""Argilla notes an activity and dates its event within so many ms of each other."""
SILENCE_MS = 180_000
"""After the cron was away for so long, deliveries may have been given up: everything is swept."""


def tick(world: World) -> int:
    """Wake every dataset that waits and on which nobody works; returns how many there were."""
    store, woken = world.store, 0
    now, before = store.now(), store.service.beats().get("cron", 0)
    store.service.beat("cron", now)
    for dataset_id in store.datasets.ids():
        look_again(world, dataset_id, store.unanswered.due(dataset_id, now))
    if not world.connected:
        return 0
    if before and now - before > SILENCE_MS:
        for dataset_id in store.datasets.ids():
            world.dispatch.enqueue(SWEEP, dataset_id)
    for dataset_id in store.datasets.ids():
        dirty, stale, _ = store.dirty.sizes(dataset_id)
        waits = dirty or stale or store.reviews.desk_size(dataset_id)
        waits = waits or FailedStrategies.of(store, dataset_id).due()
        if waits and not store.leased(dataset_id):
            world.dispatch.wake(dataset_id)
            woken += 1
        report_due.ask(world, dataset_id)
        turns.wake(world, dataset_id)
        rounds_due.ask(world, dataset_id)
        orders_due.ask(world, dataset_id)
        archives_due.ask(world, dataset_id)
    versions_due.ask(world)
    return woken


def look_round(world: World) -> list[str]:
    """One cheap look at every dataset; returns which are to be swept.

    Datasets that Argilla has and we do not know yet are swept at once, if they are to be distilled.
    """
    due: list[str] = []
    if not world.connected:
        return due
    try:
        every = world.gateway.datasets()
        datasets = [d for d in every if world.distils(d)]
        users = world.gateway.users()
    except (ArgillaUnavailable, ArgillaRefused) as error:
        log.warning("look round: %s", error)
        return due
    _adopt(world, every)
    for dataset in datasets:
        try:
            _wake_for_news(world, dataset)
            if _is_due(world, dataset, users) or _review_is_due(world, dataset, every):
                due.append(dataset.id)
                world.dispatch.enqueue(SWEEP, dataset.id)
        except (ArgillaUnavailable, ArgillaRefused) as error:
            log.warning("look at %s: %s", dataset.full_name, error)
    known = {d.id for d in datasets}
    for dataset_id in world.store.datasets.ids():
        _clear(world, dataset_id)
        state = world.store.datasets.info(dataset_id).get("state")
        if dataset_id not in known and state not in ("deleted", "ignored"):
            world.dispatch.wake(dataset_id)  # deleted, perhaps: the distiller asks Argilla
    return due


def _clear(world: World, dataset_id: str) -> None:
    """A storage that is away now is tried again at the next look."""
    try:
        orders_due.clear_uploads(world, dataset_id)
    except OSError as error:
        log.warning("uploads of dataset=%s: %s", dataset_id, error)


def _adopt(world: World, every: Sequence[Dataset]) -> None:
    """A review that cannot be taken over now is tried again at the next look."""
    try:
        adopt(world, every)
    except (ArgillaUnavailable, ArgillaRefused, NotInArgilla, CannotReview, DatasetBusy) as error:
        log.warning("reviews: %s", error)


def _wake_for_news(world: World, dataset: Dataset) -> None:
    """Have a dataset's new guidelines or settings noted in its history."""
    facts = world.store.datasets.info(dataset.id)
    if "swept_at" in facts and is_new(dataset, world.plan(dataset.full_name), facts):
        world.dispatch.wake(dataset.id)


def _review_is_due(world: World, dataset: Dataset, every: Sequence[Dataset]) -> bool:
    """Look at a dataset's review dataset; True if some delivery about it never arrived."""
    inspect(world, dataset.id)
    kept = world.store.reviews.of(dataset.id)
    review = next((d for d in every if kept and d.id == kept.id), None)
    if review is None or any(world.store.dirty.sizes(dataset.id)[:2]):
        return False
    info = world.store.datasets.info(review.id)
    doubt = _unheard(review, info, world.store.now())
    world.store.datasets.note(review.id, doubt=doubt)
    return bool(doubt) and doubt == info.get("doubt")


def _is_due(world: World, dataset: Dataset, users: dict[str, str]) -> bool:
    store = world.store
    info = store.datasets.info(dataset.id)
    if "swept_at" not in info:
        return True
    if abs(store.now() - int(info["swept_at"])) > SWEEP_MS:
        return True
    if info.get("swept_overlap", str(dataset.min_submitted)) != str(dataset.min_submitted):
        return True  # other records are complete than before, and no event tells which
    if any(store.dirty.sizes(dataset.id)[:2]):
        return False  # work is under way; look again in a minute
    theirs = _argillas_counts(world, dataset, users)
    ours = _our_counts(world, dataset)
    doubt = "" if theirs == ours else f"{sorted((theirs - ours) + (ours - theirs))}"
    doubt += _unheard(dataset, info, store.now())
    store.datasets.note(dataset.id, doubt=doubt)
    return bool(doubt) and doubt == info.get("doubt")


def _unheard(dataset: Dataset, info: Mapping[str, str], now: int) -> str:
    """The activity that neither a delivery reported nor the last sweep saw, in words; "" if none.

    Argilla's clock may once have been ahead of ours, and nothing would be later than that for years.
    So what the last sweep saw is compared for equality, and nothing is heard before its time.
    """
    activity = dataset.last_activity
    if activity == int(info.get("swept_activity", 0)):
        return ""
    heard = int(info.get("heard", 0))
    heard = heard if heard <= now else 0
    return f" activity at {activity}, heard {heard}" if activity > heard + UNHEARD_MS else ""


def _argillas_counts(
    world: World, dataset: Dataset, users: dict[str, str]
) -> Counter[tuple[str, str]]:
    names = set(users.values())
    progress = world.gateway.progress(dataset.id)
    return Counter(
        {
            (name, status): count
            for name, counts in progress.items()
            for status, count in counts.items()
            if count and name in names
        }
    )


def _our_counts(world: World, dataset: Dataset) -> Counter[tuple[str, str]]:
    annotators = world.store.datasets.annotators(dataset.id)
    counts: Counter[tuple[str, str]] = Counter()
    for (number, status), count in world.store.datasets.responses(dataset.id).items():
        counts[annotators[number].name, status] += count
    return counts
