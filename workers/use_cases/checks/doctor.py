"""Doctor: look at every part that the service needs; each finding says what to do about it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.argilla import release as argilla_release
from argilla_distill.plugin.argilla.webhooks import RegisteredWebhook
from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable, DistillError
from argilla_distill.plugin.health import readiness
from argilla_distill.plugin.settings.addresses import shown
from argilla_distill.plugin.store import StoreError, StoreRefused
from argilla_distill.plugin.store import trouble as redis_trouble
from argilla_distill.plugin.webhook.deliveries import EVENTS
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.use_cases.checks import plan_check, redis_database, storage_check
from argilla_distill.workers.use_cases.checks.finding import FAIL, OK, WARN, Finding
from argilla_distill.workers.use_cases.checks.refused_pings import not_arrived, to_reach
from argilla_distill.workers.use_cases.connecting.registration import distilled
from argilla_distill.workers.use_cases.reviews import inspect
from argilla_distill.workers.use_cases.world import World

ARRIVAL_S = 15.0

MEND_STRATEGY = (
    "mend the package or `strategy` in distill.toml, restart the workers, run `argilla-distill refit`; "
    "what was last published stays until then"
)

NEARLY_FULL = 0.9


def examine(world: World) -> Iterator[Finding]:
    """All findings in turn. None raises: what cannot be looked at is a finding too."""
    checks: list[Callable[[World], Iterator[Finding]]] = [
        _redis,
        _argilla,
        _webhook,
        _processes,
        _datasets,
        storage_check.versions,
        _plan,
    ]
    for check in checks:
        name = check.__name__.strip("_")
        try:
            yield from check(world)
        except StoreError as error:
            yield _beyond(world, name, error)
        except DistillError as error:
            yield Finding(name, FAIL, str(error), "see the findings above")


def _beyond(world: World, name: str, error: StoreError) -> Finding:
    """What could not be looked at, as Redis does not do what that takes."""
    found = redis_trouble.trouble(error)
    if found is redis_trouble.AWAY:
        message = redis_trouble.with_address(error, world.settings.redis_url.get_secret_value())
        return Finding(name, FAIL, message, "check DISTILL_REDIS_URL")
    return Finding(name, FAIL, f"cannot be examined: {found.what}", found.remedy)


def _redis(world: World) -> Iterator[Finding]:
    redis = world.store.redis  # no PING: a Redis whose disk is full answers all else that only asks
    trouble = redis_database.shared(redis)
    if trouble:
        yield Finding("redis database", WARN, trouble, redis_database.REMEDY)
    memory, persistence = redis.info("memory"), redis.info("persistence")
    yield _room(world, memory)
    policy = memory.get("maxmemory_policy", "unknown")
    if policy == "noeviction":
        yield Finding("redis eviction", OK, policy)
    else:
        yield Finding("redis eviction", FAIL, policy, "set maxmemory-policy noeviction")
    if persistence.get("aof_enabled"):
        yield Finding("redis persistence", OK, "append-only file")
        return
    try:
        snapshots = redis.config_get("save").get("save")
    except StoreRefused:
        snapshots = None
    if snapshots:
        text = "snapshots only: a crash loses the last minutes of the history"
        yield Finding("redis persistence", WARN, text, "set appendonly yes")
    else:
        yield Finding("redis persistence", FAIL, "none: a restart loses all", "set appendonly yes")


def _room(world: World, memory: Mapping[str, Any]) -> Finding:
    """Whether Redis takes writes, and how much more it has room for."""
    used, limit = memory.get("used_memory", 0), memory.get("maxmemory", 0)
    text = (
        f"{used / 1e6:,.0f} of {limit / 1e6:,.0f} MB used"
        if limit
        else f"{used / 1e6:,.0f} MB used"
    )
    try:
        world.store.service.try_write()
    except StoreError as error:
        found = redis_trouble.trouble(error)
        return Finding("redis writes", FAIL, f"{found.what}; {text}", found.remedy)
    if limit and used > NEARLY_FULL * limit:
        return Finding("redis writes", WARN, f"nearly full: {text}", redis_trouble.FULL.remedy)
    return Finding("redis writes", OK, text)


def _argilla(world: World) -> Iterator[Finding]:
    address = world.settings.argilla_api_url
    try:
        release = world.gateway.release()
    except (ArgillaUnavailable, ArgillaRefused) as error:
        yield Finding("argilla", FAIL, str(error), f"check ARGILLA_API_URL ({shown(address)})")
        return
    works, shortcoming = argilla_release.shortcoming(release)
    text = f"{release} at {shown(address)}"
    if not works:
        yield Finding("argilla", FAIL, f"{text}: {shortcoming}", "upgrade Argilla")
    elif shortcoming:
        remedy = "try it with a dataset of no importance first"
        yield Finding("argilla", WARN, f"{text}: {shortcoming}", remedy)
    else:
        yield Finding("argilla", OK, text)
    try:
        user = world.gateway.me()
    except ArgillaRefused as error:
        yield Finding("argilla key", FAIL, str(error), "set ARGILLA_API_KEY to an owner's key")
        return
    text = f"{user.username} is {user.role}"
    if user.role == "owner":
        yield Finding("argilla key", OK, text)
    else:
        yield Finding("argilla key", FAIL, text, "webhooks need an owner's key")


def _webhook(world: World) -> Iterator[Finding]:
    url, kept = world.settings.delivery_url, world.store.service.webhooks()
    every = world.gateway.webhooks.all()
    good = [w.id for w in every if w.id in kept and w.enabled and w.url == url]
    trouble, remedy = _webhook_trouble(url, set(kept), every)
    if trouble:
        yield Finding("webhook", FAIL, trouble, remedy or "run `argilla-distill connect`")
        return
    yield Finding("webhook", OK, shown(url))
    before, counted = world.store.service.beats().get("ping", 0), world.store.service.counters()
    try:
        world.gateway.webhooks.ping(good[0])
    except ArgillaUnavailable as error:
        yield Finding("listener", FAIL, str(error), to_reach(url))
        return
    if _arrives(lambda: world.store.service.beats().get("ping", 0) > before):
        yield Finding("listener", OK, "a ping from Argilla arrived")
    else:
        yield not_arrived(url, counted, world.store.service.counters())
        return
    yield _argilla_worker(world)


def _webhook_trouble(
    url: str, kept: set[str], every: Sequence[RegisteredWebhook]
) -> tuple[str, str]:
    """What is wrong with our webhook, "" if nothing is, and what to do if that is not `connect`."""
    address, ours = shown(url), [w for w in every if w.id in kept]
    there = [w for w in every if w.url == url]
    if not ours and not there:
        lost = "the one that we made is no longer in Argilla" if kept else "none was made yet"
        return f"{lost}: Argilla tells us nothing", ""
    elsewhere = [shown(w.url) for w in ours if w.url != url]
    if elsewhere:
        remedy = (
            "correct DISTILL_PUBLIC_URL or DISTILL_LISTENER_URL, or run `argilla-distill connect`"
            " to move it"
        )
        return f"ours goes to {elsewhere[0]}, but by the settings we are at {address}", remedy
    if not ours:
        return f"Argilla has one to {address}, whose secret we do not know", ""
    if not all(w.enabled for w in ours):
        return f"ours to {address} is disabled in Argilla", ""
    if len({w.id for w in [*ours, *there]}) > 1:
        return f"Argilla has {len(there)} to {address}: deliveries come more than once", ""
    if sorted(ours[0].events) != sorted(EVENTS):
        return f"ours to {address} does not tell all that we need", ""
    return "", ""


def _argilla_worker(world: World) -> Finding:
    """Pings come from Argilla's web process; only an event shows that its worker delivers.

    Events are counted where they arrive: a worker of ours may have forgotten the probe at once.
    """
    before = _events(world)
    probe = world.gateway.create_and_delete_dataset(f"distill-doctor-{secrets.token_hex(4)}")
    if probe is None:
        return Finding("argilla worker", WARN, "no workspace to try it in", "create a workspace")
    arrived = _arrives(lambda: _events(world) > before)
    world.store.datasets.forget(probe)
    if arrived:
        return Finding("argilla worker", OK, "an event arrived")
    remedy = "start `python -m argilla_server worker` beside Argilla"
    return Finding("argilla worker", FAIL, "an event did not arrive", remedy)


def _events(world: World) -> int:
    """How many events other than pings were ever taken."""
    return sum(
        count
        for (what, *how), count in world.store.service.counters().items()
        if what == "deliveries" and how[0] != "ping" and how[1] == "accepted"
    )


def _arrives(happened: Callable[[], bool]) -> bool:
    end = time.monotonic() + ARRIVAL_S
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.1)
    return False


def _processes(world: World) -> Iterator[Finding]:
    report = readiness.check(world.store, world.settings.queue)
    if "why" in report:
        text = "cannot be told: nobody can show that they are alive while Redis takes no writes"
        yield Finding("workers, cron", FAIL, text, "see the findings above")
        return
    if report["workers"]:
        yield Finding("workers", OK, f"{report['workers']} alive")
    else:
        yield Finding("workers", FAIL, "none alive", "start `argilla-distill worker`")
    if report["cron"]:
        yield Finding("cron", OK, "alive")
    else:
        yield Finding("cron", FAIL, "no sign of life", "start `argilla-distill cron`")
    if report["oldest_dirty_s"] > 60:
        text = f"the oldest dirty record waits for {report['oldest_dirty_s']:.0f} s"
        yield Finding(
            "backlog", WARN, text, "start more workers, or see the log of those there are"
        )


def _datasets(world: World) -> Iterator[Finding]:
    found = distilled(world)
    if not found:
        yield Finding(
            "datasets", WARN, "none to distil", "publish one, or see `distil` in distill.toml"
        )
    for brief in found:
        dataset, plan = world.gateway.dataset(brief.id), world.plan(brief.full_name)
        models = Models.load(world.store, dataset, plan, anyway=True)
        models.close()
        for name, error in models.failed.items():
            yield Finding(f"{brief.full_name}, {name}", FAIL, error, MEND_STRATEGY)
        parts = [f"{n} → {m.strategy.name}" for n, m in models.by_question.items()]
        parts += [f"{name}: {reason}" for name, reason in models.left_alone.items()]
        for wrong in world.store.archive.wrong(brief.id)[:1]:
            yield Finding(f"{brief.full_name}, history", FAIL, wrong, "bring the files back")
        note = dataset.question(plan.conflict_question)
        remedy = ""
        if not models.by_question and not models.failed:
            remedy = "no question is distilled"
        elif note is None or note.type != "text":
            remedy = (
                f"without a text question {plan.conflict_question!r} there are no conflict notes"
            )
        poisoned = len(world.store.dirty.poisoned(brief.id))
        if poisoned:
            parts.append(f"{poisoned} records set aside")
            remedy = "see `argilla-distill status DATASET` for their errors"
        yield Finding(brief.full_name, WARN if remedy else OK, "; ".join(parts), remedy)
        yield from _review(world, brief)


def _plan(world: World) -> Iterator[Finding]:
    """What distill.toml names and Argilla does not have."""
    for mismatch in plan_check.compare(world):
        remedy = "correct it in distill.toml, or make it in Argilla"
        yield Finding("distill.toml", WARN, str(mismatch), remedy)


def _review(world: World, brief: Dataset) -> Iterator[Finding]:
    """The dataset's review dataset, where there is one."""
    kept = world.store.reviews.of(brief.id)
    if kept is None:
        return
    message = inspect(world, brief.id)
    if message:
        yield Finding(f"review of {brief.full_name}", WARN, message, "see `argilla-distill review`")
    else:
        due = world.store.reviews.count_due(brief.id)
        text = f"in {kept.name}; {due} records are worth a review"
        yield Finding(f"review of {brief.full_name}", OK, text)
