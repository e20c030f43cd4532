"""The commands `review enable`, `review disable` and `review show`."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.text import Text

from argilla_distill.domain.wording import many
from argilla_distill.plugin.argilla.links import review_link
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.pages.views.queue_view import queued
from argilla_distill.workers.cli.context import Opened, as_json, console, formerly, print_json
from argilla_distill.workers.cli.datasets import dataset_argument, named
from argilla_distill.workers.models.values import beginning
from argilla_distill.workers.use_cases import reviews

MAX_TEXT = 90
"""So many characters of a record's text are shown."""


@click.group()
def review() -> None:
    """Review datasets: the most useful records for reviewers, whose answers teach the distiller."""


@review.command()
@dataset_argument
@as_json
@click.pass_obj
def enable(opened: Opened, dataset: str, json_: bool) -> None:
    """Make the review dataset of DATASET, or mend it. Safe to repeat."""
    with opened.world() as world:
        made = reviews.enable(world, named(world, dataset).id)
        link = review_link(world.settings.argilla_url, made.id)
    if json_:
        print_json({**vars(made), **formerly("word", made.action), "link": link})
        return
    console().print(f"{made.name} {made.action}; reviewers open it here:", markup=False)
    console().print(link, soft_wrap=True, markup=False)


@review.command()
@dataset_argument
@click.pass_obj
def disable(opened: Opened, dataset: str) -> None:
    """Make no more copies of DATASET's records. What was decided stays, and so does the dataset."""
    with opened.world() as world:
        left = reviews.disable(world, named(world, dataset).id)
    if left is None:
        raise click.ClickException(f"{dataset} has no review dataset")
    console().print(f"{left} is left as it is; delete it in Argilla if you like", markup=False)


@review.command()
@dataset_argument
@click.option("--most", default=10, show_default=True, help="How many records to list.")
@as_json
@click.pass_obj
def show(opened: Opened, dataset: str, most: int, json_: bool) -> None:
    """The link for reviewers, and what is worth a review most."""
    with opened.world() as world:
        found = named(world, dataset)
        kept = world.store.reviews.of(found.id)
        info, total = world.store.datasets.info(found.id), world.store.reviews.count_due(found.id)
        queue = lookup.queue_of(info, total)
        due = queued(lookup.queue(world.store, found.id, min(most, queue.queued)))
        urls = dict.fromkeys(("priority", "wanted"), "")
        if kept:
            argilla = world.settings.argilla_url
            urls = {asks: review_link(argilla, kept.id, asks) for asks in urls}
        pages = [f"{world.settings.public_url}/records/{each.record}" for each in due]
        message = kept.trouble if kept else "no review dataset: run `argilla-distill review enable`"
        votes = world.plan(found.full_name).more_votes
        drawn = world.store.reviews.count_audits(found.id)
    if json_:
        listed = [{"page": page, **asdict(each)} for page, each in zip(pages, due, strict=True)]
        shown = {"link": urls["priority"], "message": message, **formerly("word", message)}
        print_json({**shown, "total": total, **asdict(queue), "audits": drawn, "due": listed})
        return
    out = console()
    if message:
        out.print(message, markup=False)
    if kept:
        out.print(f"for reviewers: {urls['priority']}", soft_wrap=True, markup=False)
    if kept and votes:
        out.print(f"for further annotators: {urls['wanted']}", soft_wrap=True, markup=False)
    out.print(str(queue), markup=False)
    if drawn:
        text = f"{many(drawn, 'more record was', 'more records were')} drawn at random for an audit"
        out.print(text, markup=False)
    for page, each in zip(pages, due, strict=True):
        called = f"{each.external_id}: " if each.external_id else ""
        out.print(f"{each.worth:.3f}  {page}", soft_wrap=True, markup=False)
        out.print(Text(f"       {called}{beginning(each.text, MAX_TEXT)}"), soft_wrap=True)
        out.print(Text(f"       {each.question}: {'; '.join(each.reasons)}"), soft_wrap=True)


COMMANDS = (review,)
