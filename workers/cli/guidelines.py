"""The command `guidelines`: examples for newcomers, where Argilla shows them."""

from __future__ import annotations

import sys

import click

from argilla_distill.workers.cli.context import Opened, as_json, console, formerly, print_json
from argilla_distill.workers.cli.datasets import dataset_argument, named
from argilla_distill.workers.use_cases.reports import guidelines as use_case


@click.command()
@dataset_argument
@click.option("--remove", is_flag=True, help="Take the section out, and write it no more.")
@as_json
@click.pass_obj
def guidelines(opened: Opened, dataset: str, remove: bool, json_: bool) -> None:
    """Write examples for newcomers into DATASET's guidelines in Argilla, and keep them current.

    They stand in a section of their own; nothing around it is changed.
    """
    with opened.world() as world:
        act = use_case.remove if remove else use_case.request
        outcome = act(world, named(world, dataset).id)
    if json_:
        print_json({"dataset": dataset, **vars(outcome), **formerly("word", outcome.message)})
    else:
        console().print(f"{dataset}: {outcome.state}: {outcome.message}", markup=False)
    if outcome.state == "refused":
        sys.exit(1)


COMMANDS = (guidelines,)
