"""The command `disconnect`: what is taken back, what stays, and how that can be taken away too."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import click

from argilla_distill.domain.wording import many
from argilla_distill.plugin.store.service import EVERYTHING, RESTORED, WITHDRAWN
from argilla_distill.workers.cli.context import Opened, as_json, bar, print_json, print_lines, width
from argilla_distill.workers.cli.layout import plain, wrapped
from argilla_distill.workers.use_cases.connecting import leaving, registration
from argilla_distill.workers.use_cases.connecting.leaving import Left
from argilla_distill.workers.use_cases.world import World


@dataclass
class Gone:
    """What a disconnection did, and what it left: sentences with the place that they are about.

    `unanswered` is how many writes of ours may still land.
    """

    webhooks: int = 0
    records: int = 0
    unanswered: int = 0
    removed: list[tuple[Left, str]] = field(default_factory=list)
    stays: list[tuple[Left, str]] = field(default_factory=list)
    failed: bool = False


@click.command()
@click.option(
    "--restore", is_flag=True, help="Put back other agents' suggestions that ours replaced."
)
@click.option("--keep-suggestions", is_flag=True, help="Leave our suggestions where they stand.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Take out our sections in guidelines and unopened copies for reviews, too.",
)
@as_json
@click.pass_obj
def disconnect(
    opened: Opened, restore: bool, keep_suggestions: bool, everything: bool, json_: bool
) -> None:
    """Delete our webhook, withdraw our suggestions, and say what stays. The history is kept."""
    if keep_suggestions and (restore or everything):
        other = "--restore" if restore else "--all"
        raise click.UsageError(f"{other} and --keep-suggestions exclude each other")
    with opened.world() as world:
        _note(world, restore, keep_suggestions, everything)
        gone = Gone(registration.unregister(world))
        if keep_suggestions:
            gone.stays += [(thing, thing.text) for thing in _suggestions(world)]
        else:
            gone.records = _withdrawn(world, restore, json_)
        for thing in leaving.left(world):
            if everything:
                _take_away(world, thing, gone, json_)
            else:
                gone.stays.append((thing, thing.text))
        if not keep_suggestions:
            gone.unanswered = sum(map(world.store.unanswered.count, world.store.datasets.ids()))
    if json_:
        print_json(_as_json(gone))
    else:
        print_lines(_lines(gone, restore, everything))
    if gone.failed:
        sys.exit(1)


def _note(world: World, restore: bool, keep_suggestions: bool, everything: bool) -> None:
    """Have what lands later treated as what is there now. Before we disconnect, so that nothing slips."""
    if keep_suggestions:
        world.store.service.forget_disconnection()
        return
    taken = {WITHDRAWN: True, RESTORED: restore, EVERYTHING: everything}
    world.store.service.note_disconnection(*(name for name, wanted in taken.items() if wanted))


def _suggestions(world: World) -> list[Left]:
    text = "our suggestions on its records"
    return [Left("suggestions", d.id, d.full_name, text) for d in leaving.ours(world)]


def _withdrawn(world: World, restore: bool, quiet: bool) -> int:
    touched = 0
    for dataset in leaving.ours(world):
        with bar(f"withdrawing {dataset.full_name}", quiet) as progress:
            touched += leaving.withdraw_all(world, dataset.id, restore, progress)
    return touched


def _take_away(world: World, thing: Left, gone: Gone, quiet: bool) -> None:
    with bar(f"taking away from {thing.name}", quiet) as progress:
        done, text = leaving.take_away(world, thing, progress)
    (gone.removed if done else gone.stays).append((thing, text))
    gone.failed |= not done and thing.kind == "guidelines"


def _as_json(gone: Gone) -> dict[str, object]:
    def as_json(things: list[tuple[Left, str]]) -> list[dict[str, str]]:
        return [{"kind": thing.kind, "name": thing.name, "text": text} for thing, text in things]

    return {
        "webhooks_deleted": gone.webhooks,
        "records": gone.records,
        "unanswered": gone.unanswered,
        "removed": as_json(gone.removed),
        "stays": as_json(gone.stays),
    }


def _lines(gone: Gone, restore: bool, everything: bool) -> list[str]:
    back = "; other agents' are back where ours had replaced them" if restore else ""
    lines = [
        f"{many(gone.webhooks, 'webhook')} deleted, suggestions withdrawn from"
        f" {many(gone.records, 'record')}{back}"
    ]
    lines += [f"{plain(thing.name)}: {plain(text)}" for thing, text in gone.removed]
    if gone.stays:
        lines.append("in Argilla there stays:")
        lines += [f"- {plain(thing.name)}: {plain(text)}" for thing, text in gone.stays]
    if gone.stays and not everything:
        lines.append(
            "`argilla-distill disconnect --all` takes that away as well, apart from what reviewers"
            " and annotators answered"
        )
    if gone.unanswered:
        lines.append(
            f"{many(gone.unanswered, 'write')} to Argilla may still land: whatever does is taken back by"
            " workers and cron if you leave them running for an hour; else run `argilla-distill"
            " disconnect` once more then"
        )
    lines.append("the history is kept in Redis, and `argilla-distill connect` begins again from it")
    return [part for line in lines for part in wrapped(line, width(), "", "  ")]


COMMANDS = (disconnect,)
