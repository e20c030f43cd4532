"""Commands that change something: connect, backfill, reconcile, refit, rotate-secret."""

from __future__ import annotations

import sys
import time

import click

from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.errors import DatasetBusy, InvalidSettings
from argilla_distill.workers.cli.alive import Patience, tell_if_nobody_works
from argilla_distill.workers.cli.context import Opened, as_json, bar, console, formerly, print_json
from argilla_distill.workers.cli.datasets import chosen
from argilla_distill.workers.use_cases.checks import redis_database
from argilla_distill.workers.use_cases.checks.waiting import waiting
from argilla_distill.workers.use_cases.connecting import registration
from argilla_distill.workers.use_cases.reviews import adopt
from argilla_distill.workers.use_cases.sweep import SweepReport, sweep
from argilla_distill.workers.use_cases.world import World

names = click.argument("datasets", nargs=-1, metavar="[WORKSPACE/DATASET]...")


@click.command()
@names
@click.option("--wait/--no-wait", default=False, help="Wait until everything is published.")
@as_json
@click.pass_obj
def connect(opened: Opened, datasets: tuple[str, ...], wait: bool, json_: bool) -> None:
    """Register our webhook in Argilla and take in what was answered so far. Safe to repeat."""
    with opened.world() as world:
        _look_at_redis(world)
        tell_if_nobody_works(world)
        if datasets:
            chosen(world, datasets)  # nothing is done where one of them is none
        registered = registration.register(world)
        adopt(world, world.gateway.datasets())
        console().print(
            f"webhook {registered.action}: {world.settings.delivery_url}"
        ) if not json_ else None
        reports = _sweep_all(world, chosen(world, datasets), json_)
        if wait:
            wait_until_published(world, [r.dataset_id for r in reports], json_)
        _print(reports, json_, webhook=registered.action)


@click.command()
@names
@as_json
@click.pass_obj
def backfill(opened: Opened, datasets: tuple[str, ...], json_: bool) -> None:
    """Take in everything that was answered so far, as `connect` does."""
    with opened.world() as world:
        tell_if_nobody_works(world)
        _print(_sweep_all(world, chosen(world, datasets), json_), json_)


@click.command()
@names
@as_json
@click.pass_obj
def reconcile(opened: Opened, datasets: tuple[str, ...], json_: bool) -> None:
    """Compare everything with Argilla, take in what no delivery reported, wait until it is published."""
    with opened.world() as world:
        tell_if_nobody_works(world)
        reports = _sweep_all(world, chosen(world, datasets), json_)
        wait_until_published(world, [r.dataset_id for r in reports], json_)
        _print(reports, json_)


@click.command()
@names
@as_json
@click.pass_obj
def refit(opened: Opened, datasets: tuple[str, ...], json_: bool) -> None:
    """Fit the models anew and begin a new fit of each."""
    from argilla_distill.workers.use_cases.distilling.fitting.refit import (
        refit as refit_dataset,  # loads the engine: a second
    )

    with opened.world() as world:
        tell_if_nobody_works(world)
        fits = {d.full_name: refit_dataset(world, d.id) for d in chosen(world, datasets)}
    if json_:
        print_json(fits)
    for name, questions in fits.items() if not json_ else ():
        text = ", ".join(
            f"{question} is at fit {n}" if isinstance(n, int) else f"{question}: {n}"
            for question, n in questions.items()
        )
        console().print(f"{name}: {text or 'no question is distilled'}")
    if any(isinstance(n, str) for questions in fits.values() for n in questions.values()):
        sys.exit(1)


@click.command("rotate-secret")
@click.pass_obj
def rotate_secret(opened: Opened) -> None:
    """Replace our webhook by one with a new secret. No delivery is refused meanwhile."""
    with opened.world() as world:
        registration.rotate_secret(world)
    console().print("the webhook has a new secret; the old one is refused from now on")


def _look_at_redis(world: World) -> None:
    """Argilla's own database is refused while nothing of ours is in it, and warned of later.

    Raises
    ------
    InvalidSettings : it is Argilla's, and nothing would be lost by taking another.
    """
    trouble = redis_database.shared(world.store.redis)
    if trouble and not world.connected and not world.store.datasets.ids():
        raise InvalidSettings(f"DISTILL_REDIS_URL: {trouble}; {redis_database.REMEDY}")
    if trouble:
        click.echo(f"argilla-distill: Redis: {trouble}; {redis_database.REMEDY}", err=True)


def _sweep_all(world: World, datasets: list[Dataset], quiet: bool) -> list[SweepReport]:
    reports = []
    for dataset in datasets:
        with bar(f"reading {dataset.full_name}", quiet) as progress:
            reports.append(sweep(world, dataset.id, progress))
    return reports


def wait_until_published(
    world: World, dataset_ids: list[str], quiet: bool, timeout_s: float = 3600
) -> None:
    """Until nothing of these datasets waits, is queued, or is being worked on any more."""
    end, total, patience = time.monotonic() + timeout_s, 1, Patience(world)
    with bar("publishing", quiet) as progress:
        while left := waiting(world, dataset_ids):
            total = max(total, left.records + left.copies)
            progress(total - left.records - left.copies, total, f"waiting for {left}")
            patience.check()
            if time.monotonic() > end:
                raise DatasetBusy(f"still waiting for {left}; are workers running? see `doctor`")
            time.sleep(0.2)
        progress(total, total, "published")


def _print(reports: list[SweepReport], json_: bool, **more: str) -> None:
    if json_:
        datasets = [
            {
                "dataset_id": report.dataset_id,
                "name": report.name,
                "records": report.records,
                "differing": report.differing,
                "status": report.status,
                **formerly("word", report.status),
            }
            for report in reports
        ]
        print_json({**more, "datasets": datasets})
        return
    for report in reports:
        console().print(
            f"{report.name}: {report.records} records compared, {report.differing} differed"
            + ("" if report.status == "done" else f" ({report.status})")
        )
    if not reports:
        console().print(
            "no dataset to distil: publish one in Argilla, or see `distil` in distill.toml"
        )


COMMANDS = (connect, backfill, reconcile, refit, rotate_secret)
