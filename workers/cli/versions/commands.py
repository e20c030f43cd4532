"""The commands `version create | list | show | verify | tag | delete`."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import click

from argilla_distill.domain.records import milliseconds
from argilla_distill.domain.versions.manifest import LISTED, Manifest
from argilla_distill.domain.versions.segments import InvalidSegment, Selection
from argilla_distill.domain.wording import moment
from argilla_distill.workers.cli.alive import Patience, tell_if_nobody_works
from argilla_distill.workers.cli.context import Opened, as_json, bar, print_json, print_lines, width
from argilla_distill.workers.cli.datasets import dataset_argument, kept, named, none
from argilla_distill.workers.cli.layout import table
from argilla_distill.workers.cli.versions.diff import diff
from argilla_distill.workers.cli.versions.printed import (
    manifest_lines,
    twin_cell,
    unmade,
    unmade_json,
)
from argilla_distill.workers.cli.versions.twins import twin, twin_json, twin_lines, waited
from argilla_distill.workers.use_cases.checks.version_overview import overview
from argilla_distill.workers.use_cases.remains import of_former
from argilla_distill.workers.use_cases.world import World

if TYPE_CHECKING:
    from argilla_distill.domain.versions.manifest import VersionRequest


version_argument = click.argument("version", metavar="VERSION")


@click.group("version")
def version() -> None:
    """Versions of a distilled dataset: made, listed, verified, tagged, deleted."""


@version.command()
@dataset_argument
@click.option("--strategy", default="", help="Decides every question that it suits.")
@click.option(
    "--as-of", default="", metavar="TIME", help="ISO 8601; what was said later does not count."
)
@click.option(
    "--only", multiple=True, metavar="SEGMENT", help="Only these records, such as round=2."
)
@click.option(
    "--without", multiple=True, metavar="SEGMENT", help="None of these, such as annotator=ann."
)
@click.option("--tag", "tags", multiple=True, help="A name that can be moved. May be repeated.")
@click.option("--note", default="", help="What the version is for.")
@click.option("--twin", "twin_", is_flag=True, help="Copy it into Argilla too: see `version twin`.")
@click.option("--wait/--no-wait", default=False, help="Wait until it is made, and its twin.")
@as_json
@click.pass_obj
def create(
    opened: Opened,
    dataset: str,
    strategy: str,
    as_of: str,
    only: tuple[str, ...],
    without: tuple[str, ...],
    tags: tuple[str, ...],
    note: str,
    twin_: bool,
    wait: bool,
    json_: bool,
) -> None:
    """Make a version: a distilled dataset that never changes."""
    from argilla_distill.workers.use_cases.twins import asking as twins
    from argilla_distill.workers.use_cases.versions.asking import (  # loads the engine: a second
        ask,
        unmet,
    )

    try:
        selection = Selection.parse(only, without)
    except InvalidSegment as error:
        raise click.UsageError(str(error)) from None
    with opened.world() as world:
        tell_if_nobody_works(world)
        chosen = named(world, dataset)
        if twin_:
            twins.check(world, chosen)
        who = world.gateway.me().username
        moment_ = _moment(as_of)
        request = ask(world, chosen, strategy, moment_, tags, note, selection, who)
        if not moment_ and not wait:
            print_lines(unmet(world, chosen.id, selection), err=True)
        asked = twins.ask(world, chosen, request.name) if twin_ else None
        manifest = _wait(world, chosen.id, request, json_) if wait else None
        if wait and asked is not None:
            asked = waited(world, chosen, request.name, json_)
        twin_text, twin_shown = twin_lines(world, asked), twin_json(world, asked)
    if json_:
        shown = manifest.as_json() if manifest else {"name": request.name, "state": "asked for"}
        print_json({**shown, **({"twin": twin_shown} if twin_shown else {})})
    elif manifest is None:
        click.echo(f"{request.name} is being made; `version show` says when it is there")
    else:
        print_lines([*manifest_lines(manifest), *twin_text])


@version.command("list")
@dataset_argument
@as_json
@click.pass_obj
def list_(opened: Opened, dataset: str, json_: bool) -> None:
    """All versions of a dataset."""
    with opened.world() as world:
        chosen = kept(world, dataset)
        every, tags = overview(world.store, chosen.id), world.store.versions.tags(chosen.id)
        manifests = world.store.versions.manifests(chosen.id)
        twins = world.store.twins.all(chosen.id)
        for former in of_former(world.store, chosen):
            click.echo(former.namesake, err=True)
    of = {m.name: sorted(t for t, name in tags.items() if name == m.name) for m in manifests}
    if json_:
        rows = [
            {
                **{key: getattr(m, key) for key in LISTED},
                "tags": of[m.name],
                "twin": twins[m.name].state if m.name in twins else "",
            }
            for m in manifests
        ]
        print_json({"versions": rows, **unmade_json(every.making, every.failed)})
        return
    heads = ["version", "made", "records", "answers", "size", "twin", "tags"]
    cells = [
        [
            m.name,
            moment(m.created_at),
            f"{m.records:,}",
            f"{m.votes:,}",
            "deleted" if m.deleted_at else f"{m.bytes / 1e6:.1f} MB",
            twin_cell(twins.get(m.name)),
            ", ".join(of[m.name]),
        ]
        for m in manifests
    ]
    if cells:
        print_lines(table(heads, cells, width()))
    print_lines(unmade(every.making, every.failed))
    if not cells and not every.making and not every.failed:
        click.echo(none(chosen, "version", "make one with `argilla-distill version create`"))


@version.command()
@dataset_argument
@version_argument
@as_json
@click.pass_obj
def show(opened: Opened, dataset: str, version: str, json_: bool) -> None:
    """Everything about one version but its rows. VERSION: its name, or a tag."""
    from argilla_distill.workers.use_cases.versions.keeping import found

    with opened.world() as world:
        chosen = kept(world, dataset)
        every = overview(world.store, chosen.id)
        making = [each for each in every.making if each.name == version]
        failed = [each for each in every.failed if each.name == version]
        if making or failed:
            if json_:
                print_json(unmade_json(making, failed))
            else:
                print_lines(unmade(making, failed))
            return
        manifest = found(world, chosen, version)
        tags = [t for t, n in world.store.versions.tags(chosen.id).items() if n == manifest.name]
        known = world.store.twins.of(chosen.id, manifest.name)
        twin_text, twin_shown = twin_lines(world, known), twin_json(world, known)
    if json_:
        print_json({**manifest.as_json(), "tags": sorted(tags), "twin": twin_shown})
    else:
        print_lines([*manifest_lines(manifest, sorted(tags)), *twin_text])


@version.command()
@dataset_argument
@version_argument
@click.option("--files", is_flag=True, help="Look at the files only; do not make it again.")
@as_json
@click.pass_obj
def verify(opened: Opened, dataset: str, version: str, files: bool, json_: bool) -> None:
    """Whether a version's files are what was written, and come out the same when it is made again.

    Exit code 1 if they are not.
    """
    from argilla_distill.workers.use_cases.versions.verifying import verify as verified

    with opened.world() as world:
        chosen = kept(world, dataset)
        with bar(f"verifying {version}", json_) as progress:

            def tell(stage: str, done: int, total: int) -> None:
                progress(done, total or None, f"{version}: {stage}")

            verdict = verified(world, chosen, version, not files, tell)
    if json_:
        print_json(vars(verdict))
    else:
        click.echo(f"{verdict.name}: {verdict.status}")
        print_lines(f"  {sentence}" for sentence in (*verdict.wrong, *verdict.notes))
    sys.exit(0 if verdict.status == "identical" else 1)


@version.command()
@dataset_argument
@version_argument
@click.argument("tag")
@click.option("--remove", is_flag=True, help="Take TAG off it; it names no version then.")
@click.pass_obj
def tag(opened: Opened, dataset: str, version: str, tag: str, remove: bool) -> None:
    """Let TAG name a version, and no other any more."""
    from argilla_distill.workers.use_cases.twins.asking import retitle
    from argilla_distill.workers.use_cases.versions import keeping

    with opened.world() as world:
        chosen = kept(world, dataset)
        before = world.store.versions.tags(chosen.id).get(tag, "")
        change = keeping.untag if remove else keeping.tag
        manifest = change(world, chosen, version, tag)
        retitle(world, chosen, manifest.name, before)
    click.echo(f"{tag} names no version any more" if remove else f"{tag} is {manifest.name}")


@version.command()
@dataset_argument
@version_argument
@click.pass_obj
def delete(opened: Opened, dataset: str, version: str) -> None:
    """Delete a version's files, and its twin. Its manifest stays, and its name is given to no other."""
    from argilla_distill.workers.use_cases.twins.taking_away import take_away
    from argilla_distill.workers.use_cases.versions import keeping

    with opened.world() as world:
        chosen = kept(world, dataset)
        manifest = keeping.delete(world, chosen, version)
        click.echo(f"the files of {manifest.name} are deleted; its manifest is kept")
        outcome = take_away(world, chosen.id, manifest.name)
    if outcome.name:
        click.echo(outcome.text)


def _wait(world: World, dataset_id: str, request: VersionRequest, quiet: bool) -> Manifest:
    """Until the version is made."""
    patience, store = Patience(world), world.store.versions
    with bar(f"making {request.name}", quiet) as progress:
        while True:
            manifest = store.manifest(dataset_id, request.name)
            if manifest is not None:
                return manifest
            every = overview(world.store, dataset_id)
            for failed in every.failed:
                if failed.name == request.name:
                    raise click.ClickException(f"{request.name} failed: {failed.error}")
            for each in every.making:
                if each.name == request.name:
                    progress(each.done, each.total or None, str(each))
            patience.pause()


def _moment(text: str) -> int:
    """A moment as people write it, UTC where they do not say; 0 for none."""
    if not text:
        return 0
    try:
        return milliseconds(text)
    except ValueError:
        example = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M")
        raise click.BadParameter(f"{text!r} is no time; write it like {example}") from None


version.add_command(diff)
version.add_command(twin)

COMMANDS = (version,)
