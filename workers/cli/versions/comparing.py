"""The command `compare`: which of several versions is better, and which run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import click

from argilla_distill.domain.versions.contest import ASPECTS, Contest, VersionsCompared
from argilla_distill.domain.wording import many
from argilla_distill.workers.cli.context import Opened, as_json, bar, print_json, print_lines
from argilla_distill.workers.cli.datasets import dataset_argument, named


class NamesAfterOption(click.Command):
    """A command whose option `--runs` takes all names that follow, up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The same as `--runs R --runs S`."""
        expanded: list[str] = []
        within = some = False
        for each in args:
            if each.startswith("-"):
                within = each == "--runs"
                expanded += [] if within else [each]
            else:
                some = some or within
                expanded += ["--runs", each] if within else [each]
        if "--runs" in args and not some:
            raise click.UsageError("--runs names two runs or more", ctx)
        return super().parse_args(ctx, expanded)


@click.command(cls=NamesAfterOption)
@dataset_argument
@click.argument("versions", metavar="VERSION VERSION...", nargs=-1)
@click.option("--runs", multiple=True, metavar="RUN RUN...", help="Which of these is better.")
@as_json
@click.pass_obj
def compare(
    opened: Opened, dataset: str, versions: tuple[str, ...], runs: tuple[str, ...], json_: bool
) -> None:
    """Which of several versions is better: by its labels on audits, and by the small model it makes.

    They are named by name or tag. With --runs it also tells which of your own models is better, by what
    `run add` knows of them; the names come last.
    """
    from argilla_distill.workers.use_cases.comparisons import comparing  # loads scikit-learn

    with opened.world() as world:
        chosen = named(world, dataset)
        with bar(f"comparing {' and '.join((*versions, *runs))}", json_) as progress:
            found = comparing.compare(world, chosen, versions, progress, runs)
    if json_:
        print_json(found.shown())
    else:
        print_lines(_lines(found))


def _lines(found: VersionsCompared) -> Iterator[str]:
    yield f"{', '.join((*found.versions, *found.runs))} of {found.dataset}"
    for (question, label), contests in groupby(found.contests, lambda c: (c.question, c.label)):
        audits = many(found.audits.get(question, 0), "audit")
        yield f"  {question}{f', {label}' if label else ''}: {audits} so far"
        for each in contests:
            yield f"    {ASPECTS[each.aspect]}: {each.sentence}"
            if not each.stopped:
                yield f"      {_figures(each)}"
    yield from (f"  {sentence}" for sentence in found.notes)


def _figures(each: Contest) -> str:
    only = f"only the first right {each.only_one:,}, only the second {each.only_other:,}"
    return f"{each.shares}; {only}; p = {each.p_holm:.3g} (Holm), McNemar {each.mcnemar:.3g}"
