"""The commands `round start | end | cancel | list | status`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from argilla_distill.domain.disclosure import COMPLETED
from argilla_distill.domain.rounds.progress import progress
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.suspected import SUSPECT
from argilla_distill.domain.wording import moment, percent, reach
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.cli.alive import Patience, tell_if_nobody_works
from argilla_distill.workers.cli.context import Opened, as_json, bar, print_json, print_lines, width
from argilla_distill.workers.cli.datasets import dataset_argument, kept, named, none
from argilla_distill.workers.cli.layout import plain, table
from argilla_distill.workers.cli.rounds.printed import (
    plan_json,
    plan_lines,
    round_json,
    round_lines,
    step_json,
    told_json,
)

name_argument = click.argument("name", metavar="ROUND")


@click.group("round")
def round_() -> None:
    """Rounds: a sample of a model's outputs, brought in to be annotated."""


@round_.command()
@dataset_argument
@click.argument("outputs", type=click.Path(path_type=Path), metavar="OUTPUTS")
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

    OUTPUTS is a .jsonl file, one JSON object a line: fields, and if you like external_id, prediction, score;
    or a .parquet file with such columns.
    Safe to repeat: what is there is not written twice.
    """
    from argilla_distill.domain.rounds.wish import Wish
    from argilla_distill.workers.use_cases.orders.giving_way import GivingWay
    from argilla_distill.workers.use_cases.rounds import starting  # loads the engine: a second

    wish = Wish(name, model, trained_on, take, question, passes)
    with opened.world() as world, _lines(outputs) as path:
        chosen = named(world, dataset)
        with bar(f"round {name}", json_) as progress:

            def tell(stage: str, done: int) -> None:
                progress(done, None, f"round {name}: reading {stage}")

            gives_way = GivingWay(world)

            def written(done: int, total: int) -> None:
                progress(done, total, f"round {name}: writing records")
                if done < total:
                    gives_way()

            if dry_run:
                found = starting.planned(world, chosen, path, wish, tell)
            else:
                tell_if_nobody_works(world)
                known = starting.start(world, chosen, path, wish, tell, written)
    if dry_run:
        print_json(plan_json(found)) if json_ else print_lines(plan_lines(found))
    else:
        _show(known, json_)


@contextmanager
def _lines(outputs: Path) -> Iterator[Path]:
    """A file of outputs as lines of JSON."""
    if outputs.suffix.lower() != ".parquet":
        yield outputs
        return
    from argilla_distill.client.rounds.outputs import as_lines  # loads pyarrow

    with ExitStack() as stack:
        try:
            path = stack.enter_context(as_lines(outputs)).path
        except (ValueError, OSError) as error:
            raise InvalidRequest(f"{outputs} cannot be read: {error}") from None
        yield path


@round_.command()
@dataset_argument
@name_argument
@as_json
@click.pass_obj
def cancel(opened: Opened, dataset: str, name: str, json_: bool) -> None:
    """Take back the records of a round that nobody has answered. Those with answers stay.

    A round that a worker is about to start is not started.
    """
    from argilla_distill.workers.use_cases.orders.giving_way import GivingWay
    from argilla_distill.workers.use_cases.orders.round_orders import withdraw
    from argilla_distill.workers.use_cases.rounds.cancelling import cancel as cancelled

    with opened.world() as world, bar(f"round {name}", json_) as progress:
        gives_way = GivingWay(world)

        def between(done: int, total: int) -> None:
            progress(done, total, f"round {name}: taking records back")
            if done < total:
                gives_way()

        chosen = named(world, dataset)
        order = withdraw(world, chosen.id, name, "")
        patience = Patience(world)
        while order is not None and order.waits:
            patience.pause()
            order = world.store.orders.of(chosen.id, order.id)
        if order is not None and world.store.rounds.of(chosen.id, name) is None:
            _tell_not_started(name, json_)
            return
        known = cancelled(world, chosen, name, between)
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
        counted = world.store.rounds.reports(chosen.id).get(name)
    if json_:
        print_json({**told_json(known, counted), "completed": None})
    else:
        _tell(known, counted)


@round_.command()
@dataset_argument
@name_argument
@as_json
@click.pass_obj
def status(opened: Opened, dataset: str, name: str, json_: bool) -> None:
    """How far a round is, and when it has ended, what it came to."""
    from argilla_distill.workers.use_cases.rounds.cancelling import found

    with opened.world() as world:
        chosen = kept(world, dataset)
        known = found(world, chosen, name)
        counted = world.store.rounds.reports(chosen.id).get(name)
        ids = [each.record_id for each in world.store.rounds.taken(chosen.id, name)]
        ledger = world.store.datasets.ledger(chosen.id, [i for i in ids if i])
        completed = sum(entry is not None and entry.status == COMPLETED for entry in ledger)
        suspicions = world.store.suspicions.of_rounds(chosen.id)
    if json_:
        print_json(
            {
                **told_json(known, counted),
                "completed": completed,
                "suspicions": [asdict(each) for each in suspicions.now(known)],
                "suspicions_at_end": [asdict(each) for each in suspicions.then(known)],
            }
        )
        return
    _tell(known, counted, completed)
    every = dict.fromkeys((*suspicions.then(known), *suspicions.now(known)))
    print_lines(
        f"  {plain(each.question)}, in {each.version}: {plain(each.sentence)}"
        for each in every
        if each.verdict == SUSPECT
    )


def _tell_not_started(name: str, json_: bool) -> None:
    if json_:
        print_json({"name": name, "state": "not started"})
    else:
        click.echo(f"round {name} is not started: nothing of it was written")


def _show(known: Round, json_: bool) -> None:
    print_json(round_json(known)) if json_ else print_lines(round_lines(known))


def _tell(known: Round, counted: RoundReport | None, completed: int | None = None) -> None:
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
        chosen = kept(world, dataset)
        dataset_id = chosen.id
        every, reports = world.store.rounds.all(dataset_id), world.store.rounds.reports(dataset_id)
        doubts = world.store.suspicions.of_rounds(dataset_id).doubts(every)
    made = progress(every, reports, doubts)
    if json_:
        rounds = [told_json(each, reports.get(each.name)) for each in every]
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
            f"{each.there:,} of {each.taken:,}",
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
        click.echo(none(chosen, "round", "start one with `argilla-distill round start`"))


def _rate(counted: RoundReport | None) -> str:
    rate = counted and (counted.pass_rate or counted.by_labels)
    if not counted or not rate:
        return ""
    by = "" if counted.pass_rate else ", by labels"
    return f"{percent(rate.value)} ({reach(rate.low, rate.high)}){by}"


COMMANDS = (round_,)
