"""The commands `round start | end | cancel | list | status`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from argilla_distill.domain.disclosure import COMPLETED
from argilla_distill.domain.rounds.progress import Step, progress
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.wording import many, moment, percent, reach
from argilla_distill.workers.cli.alive import Patience, tell_if_nobody_works
from argilla_distill.workers.cli.context import Opened, as_json, bar, print_json, print_lines, width
from argilla_distill.workers.cli.datasets import dataset_argument, named
from argilla_distill.workers.cli.layout import plain, table

if TYPE_CHECKING:
    from argilla_distill.workers.use_cases.rounds.planning import Planned


name_argument = click.argument("name", metavar="ROUND")


@click.group("round")
def round_() -> None:
    """Rounds: a sample of a model's outputs, brought in to be annotated."""


@round_.command()
@dataset_argument
@click.argument("outputs", type=click.Path(path_type=Path), metavar="OUTPUTS.jsonl")
@click.option("--name", required=True, help="The round's name, such as 4.")
@click.option("--model", required=True, help="Whose outputs these are.")
@click.option("--trained-on", default="", metavar="VERSION", help="What that model learned from.")
@click.option("--take", default=300, show_default=True, metavar="N", help="How many to take.")
@click.option("--question", default="", metavar="NAME", help="Tells whether an output passes.")
@click.option(
    "--pass",
    "passes",
    multiple=True,
    metavar="LABEL",
    help="An answer with which it passes. May be repeated. Default: the model's prediction.",
)
@click.option("--dry-run", is_flag=True, help="Tell the plan; write nothing.")
@as_json
@click.pass_obj
def start(
    opened: Opened,
    dataset: str,
    outputs: Path,
    name: str,
    model: str,
    trained_on: str,
    take: int,
    question: str,
    passes: tuple[str, ...],
    dry_run: bool,
    json_: bool,
) -> None:
    """Take a sample of a model's outputs into a dataset, as records to be annotated.

    OUTPUTS.jsonl has one JSON object a line: fields, and if you like external_id, prediction, score.
    Safe to repeat: what is there is not written twice.
    """
    from argilla_distill.domain.rounds.wish import Wish
    from argilla_distill.workers.use_cases.rounds import starting  # loads the engine: a second

    wish = Wish(name, model, trained_on, take, question, passes)
    with opened.world() as world:
        chosen = named(world, dataset)
        with bar(f"round {name}", json_) as progress:

            def tell(stage: str, done: int) -> None:
                progress(done, None, f"round {name}: reading {stage}")

            def written(done: int, total: int) -> None:
                progress(done, total, f"round {name}: writing records")

            if dry_run:
                found = starting.planned(world, chosen, outputs, wish, tell)
            else:
                tell_if_nobody_works(world)
                known = starting.start(world, chosen, outputs, wish, tell, written)
    if dry_run:
        print_json(_plan_json(found)) if json_ else print_lines(_plan_lines(found))
    else:
        _show(known, json_)


@round_.command()
@dataset_argument
@name_argument
@as_json
@click.pass_obj
def cancel(opened: Opened, dataset: str, name: str, json_: bool) -> None:
    """Take back the records of a round that nobody has answered. Those with answers stay."""
    from argilla_distill.workers.use_cases.rounds.cancelling import cancel as cancelled

    with opened.world() as world:
        known = cancelled(world, named(world, dataset), name)
    _show(known, json_)


@round_.command()
@dataset_argument
@name_argument
@click.option("--wait/--no-wait", default=False, help="Wait until it is counted.")
@as_json
@click.pass_obj
def end(opened: Opened, dataset: str, name: str, wait: bool, json_: bool) -> None:
    """End a round now: a version is made, and then it is told what the round came to.

    A round whose records are all completed ends by itself.
    """
    from argilla_distill.workers.use_cases.rounds.ending import end as ended

    with opened.world() as world:
        tell_if_nobody_works(world)
        chosen = named(world, dataset)
        known = ended(world, chosen, name)
        patience = Patience(world)
        while wait and known.state == "ending" and not known.error:
            patience.pause()
            known = world.store.rounds.of(chosen.id, name) or known
        _tell(known, world.store.rounds.reports(chosen.id).get(name), json_)


@round_.command()
@dataset_argument
@name_argument
@as_json
@click.pass_obj
def status(opened: Opened, dataset: str, name: str, json_: bool) -> None:
    """How far a round is, and when it has ended, what it came to."""
    from argilla_distill.workers.use_cases.rounds.cancelling import found

    with opened.world() as world:
        chosen = named(world, dataset)
        known = found(world, chosen, name)
        counted = world.store.rounds.reports(chosen.id).get(name)
        ids = [each.record_id for each in world.store.rounds.taken(chosen.id, name)]
        ledger = world.store.datasets.ledger(chosen.id, [i for i in ids if i])
        completed = sum(entry is not None and entry.status == COMPLETED for entry in ledger)
    _tell(known, counted, json_, completed)


def _show(known: Round, json_: bool) -> None:
    print_json(round_json(known)) if json_ else print_lines(round_lines(known))


def _tell(
    known: Round, counted: RoundReport | None, json_: bool, completed: int | None = None
) -> None:
    if json_:
        report = {"report": None if counted is None else report_json(counted)}
        print_json({**round_json(known), "completed": completed, **report})
        return
    print_lines(round_lines(known))
    if completed is not None and known.open:
        click.echo(f"  {completed:,} of {known.written:,} records are completed")
    if known.state == "ending" and not known.error:
        click.echo(f"  {known.version} is being made; `round status` tells what the round came to")
    if known.error:
        click.echo(f"  {known.error}")
    if counted is not None:
        print_lines(f"  {plain(sentence)}" for sentence in counted.sentences)


@round_.command("list")
@dataset_argument
@as_json
@click.pass_obj
def list_(opened: Opened, dataset: str, json_: bool) -> None:
    """All rounds of a dataset."""
    with opened.world() as world:
        dataset_id = named(world, dataset).id
        every, reports = world.store.rounds.all(dataset_id), world.store.rounds.reports(dataset_id)
    made = progress(every, reports)
    if json_:
        rounds = [
            {**round_json(e), "report": report_json(reports[e.name]) if e.name in reports else None}
            for e in every
        ]
        steps = [step_json(each) for each in made.steps]
        whole = step_json(made.whole) if made.whole else None
        print_json({"rounds": rounds, "steps": steps, "whole": whole})
        return
    heads = ["round", "model", "trained on", "records", "state", "pass rate", "started"]
    cells = [
        [
            each.name,
            plain(each.model),
            each.trained_on,
            f"{each.written:,} of {each.taken:,}",
            each.state,
            _rate(reports.get(each.name)),
            moment(each.started_at),
        ]
        for each in every
    ]
    if cells:
        print_lines(table(heads, cells, width()))
        print_lines(made.sentences)
    else:
        click.echo("no round yet: start one with `argilla-distill round start`")


def _rate(counted: RoundReport | None) -> str:
    rate = counted and (counted.pass_rate or counted.by_labels)
    if not counted or not rate:
        return ""
    by = "" if counted.pass_rate else ", by labels"
    return f"{percent(rate.value)} ({reach(rate.low, rate.high)}){by}"


def report_json(counted: RoundReport) -> dict[str, Any]:
    """What a round came to, as scripts read it."""
    return {**asdict(counted), "sentences": list(counted.sentences)}


def step_json(step: Step) -> dict[str, Any]:
    """The same of the change from one round to the next."""
    return {**asdict(step), "sentence": step.sentence}


def round_json(known: Round) -> dict[str, Any]:
    """A round as scripts read it."""
    values = {key: value for key, value in vars(known).items() if key != "population"}
    return {**values, "passes": list(known.passes), "plan": known.plan}


def round_lines(known: Round) -> Iterator[str]:
    """A round as people read it."""
    trained = f", trained on {known.trained_on}" if known.trained_on else ""
    yield f"round {known.name} of model {plain(known.model)}{trained}: {known.state}"
    yield f"  {known.plan}"
    yield f"  {known.chosen_by}"
    yield f"  {plain(known.passing)}"
    if known.state == "being written":
        yield f"  {known.written:,} of {known.taken:,} are in Argilla: repeat the command to go on"
    if known.state == "cancelled":
        stays = known.written - known.removed
        yield f"  {many(known.removed, 'record')} taken back, {stays:,} with answers left where they are"


def _plan_json(found: Planned) -> dict[str, Any]:
    taken = [
        {key: value for key, value in vars(each).items() if key != "record_id"}
        for each in found.taken
    ]
    return {**round_json(found.round), "missing": list(found.form.missing), "outputs_taken": taken}


def _plan_lines(found: Planned) -> Iterator[str]:
    known = found.round
    yield f"round {known.name} of model {plain(known.model)}: nothing is written yet"
    yield f"  {known.plan}"
    yield f"  {known.chosen_by}"
    yield f"  {plain(known.passing)}"
    for name in found.form.missing:
        yield f"  the metadata property {name!r} will be made; annotators do not see it"
    cells = [
        [f"{each.line:,}", each.external_id, each.how, f"{each.pi:.3f}", plain(each.prediction)]
        for each in found.taken[:10]
    ]
    for line in table(["line", "external id", "drawn", "π", "prediction"], cells, width() - 4):
        yield f"    {line}"
    if known.taken > len(cells):
        yield f"    … and {known.taken - len(cells):,} more (--json lists them all)"


COMMANDS = (round_,)
