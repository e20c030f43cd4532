"""The command `version push`: a version as a dataset of the Hugging Face Hub."""

from __future__ import annotations

import click

from argilla_distill.workers.cli.context import Opened, as_json, print_json
from argilla_distill.workers.cli.datasets import dataset_argument, kept
from argilla_distill.workers.cli.versions.commands import version_argument


@click.command()
@dataset_argument
@version_argument
@click.argument("repository", metavar="REPOSITORY")
@click.option(
    "--private/--public", default=True, show_default=True, help="Of a repository that is made."
)
@click.option("--tag", "tags", multiple=True, help="Moved to this version. May be repeated.")
@as_json
@click.pass_obj
def push(
    opened: Opened,
    dataset: str,
    version: str,
    repository: str,
    private: bool,
    tags: tuple[str, ...],
    json_: bool,
) -> None:
    """Push a version to the Hugging Face Hub, tagged with its name. Safe to repeat.

    REPOSITORY is owner/name. The token is HF_TOKEN, or that of `hf auth login`.
    """
    # These load the Hub's library and the engine: a second.
    from argilla_distill.workers.use_cases.versions import pushing

    with opened.world() as world:
        manifest, pushed = pushing.push(
            world, kept(world, dataset), version, repository, private, tags
        )
    if json_:
        print_json({"version": manifest.name, **vars(pushed)})
    else:
        done = "is at" if pushed.changed else "was there already:"
        click.echo(f"{manifest.name} {done} {pushed.url}")
