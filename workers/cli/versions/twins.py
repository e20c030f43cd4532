"""The command `version twin`, and what the others tell of a version's twin in Argilla."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.plugin.argilla.links import dataset_link
from argilla_distill.workers.cli.alive import Patience, tell_if_nobody_works
from argilla_distill.workers.cli.context import Opened, as_json, bar, print_json, print_lines
from argilla_distill.workers.cli.datasets import dataset_argument, kept, named
from argilla_distill.workers.use_cases.world import World


@click.command()
@dataset_argument
@click.argument("version", metavar="VERSION")
@click.option(
    "--delete", is_flag=True, help="Take it out of Argilla, unless somebody answered in it."
)
@click.option("--wait/--no-wait", default=False, help="Wait until all its records are written.")
@as_json
@click.pass_obj
def twin(opened: Opened, dataset: str, version: str, delete: bool, wait: bool, json_: bool) -> None:
    """Copy a version into Argilla, as a dataset to look at and filter. Safe to repeat."""
    from argilla_distill.workers.use_cases.twins import asking, taking_away
    from argilla_distill.workers.use_cases.versions.keeping import found

    if delete and wait:
        raise click.UsageError("--delete waits by itself: leave --wait out")
    with opened.world() as world:
        chosen = (kept if delete else named)(world, dataset)
        manifest = found(world, chosen, version)
        if delete:
            outcome = taking_away.take_away(world, chosen.id, manifest.name)
            print_json(asdict(outcome)) if json_ else click.echo(outcome.text)
            raise SystemExit(0 if outcome.gone else 1)
        tell_if_nobody_works(world)
        asked = asking.ask(world, chosen, manifest.name, manifest.records)
        if wait:
            asked = waited(world, chosen, manifest.name, json_)
        shown = twin_json(world, asked)
        lines = twin_lines(world, asked)
    print_json(shown) if json_ else print_lines(lines)


def waited(world: World, dataset: Dataset, version: str, quiet: bool) -> Twin:
    """Until a version's twin is done.

    Raises
    ------
    ClickException : it failed, or somebody took it away.
    """
    patience = Patience(world)
    with bar(f"twin of {version}", quiet) as progress:
        while True:
            found = world.store.twins.of(dataset.id, version)
            if found is None:
                raise click.ClickException(f"the twin of {version} was taken away")
            progress(found.written, found.total or None, f"twin of {version}: {found.state}")
            if found.state == "failed":
                raise click.ClickException(f"the twin of {version}: {found.error}")
            if found.state == "done":
                return found
            patience.pause()


def twin_json(world: World, found: Twin | None) -> dict[str, Any] | None:
    """A twin as scripts read it; None where there is none."""
    if found is None:
        return None
    address = dataset_link(world.settings.argilla_url, found.id) if found.id else ""
    return {**asdict(found), "url": address}


def twin_lines(world: World, found: Twin | None) -> list[str]:
    """A twin as people read it: what it is called, how far it has come, where it is."""
    if found is None:
        return []
    how: str = found.state
    if found.state != "done" and found.total:
        how += f", {found.written:,} of {found.total:,} records"
    lines = [f"  twin {found.name or 'in Argilla'}: {how}"]
    lines += [f"    {n:,} left out: {why}" for why, n in sorted(found.left_out.items())]
    if found.error:
        lines.append(f"    {found.error}")
    if found.id:
        lines.append(f"    {dataset_link(world.settings.argilla_url, found.id)}")
    return lines
