"""Which datasets a command is for: those that it names, or all that are distilled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.datasets import DELETED
from argilla_distill.workers.use_cases.connecting.registration import distilled
from argilla_distill.workers.use_cases.world import World

dataset_argument = click.argument("dataset", metavar="WORKSPACE/DATASET")
"""The one dataset that a command is about: `named` finds it, or `kept` where it is about versions."""


def chosen(world: World, names: tuple[str, ...]) -> list[Dataset]:
    """The datasets of these names or ids; without any, all that are distilled."""
    every = distilled(world)
    found = [d for d in every if not names or d.full_name in names or d.id in names]
    known = {key for dataset in found for key in (dataset.full_name, dataset.id)}
    if unknown := set(names) - known:
        raise no_such_dataset(unknown, (d.full_name for d in every))
    return found


def named(world: World, name: str) -> Dataset:
    """The one dataset of this name or id."""
    return chosen(world, (name,))[0]


def kept(world: World, name: str) -> Dataset:
    """The same; where it is gone from Argilla, or is distilled no more, as it is known: its versions stay."""
    store = world.store
    try:
        return named(world, name)
    except click.BadParameter:
        found = [i for i in store.datasets.called(name) if store.versions.manifests(i)]
        if not found:
            raise
    dataset_id = _only(name, found)
    workspace, _, title = store.datasets.info(dataset_id).get("name", "").partition("/")
    return Dataset(dataset_id, title, "", workspace, "gone", 0)


def of_former(store: Store, dataset: Dataset) -> list[str]:
    """A sentence for each deleted dataset that had this one's name, and versions that its id still finds."""
    told = []
    for former in store.datasets.ids():
        info = store.datasets.info(former)
        if (
            former == dataset.id
            or info.get("name") != dataset.full_name
            or info.get("state") != DELETED
        ):
            continue
        if names := [m.name for m in store.versions.manifests(former) if not m.deleted_at]:
            told.append(
                f"a dataset that was called {dataset.full_name} before is deleted in Argilla; "
                f"its versions ({', '.join(names)}) are found by its id: {former}"
            )
    return told


def known(store: Store, name: str) -> str:
    """The id of a dataset that we know, whether or not it is distilled, or is still in Argilla."""
    found = store.datasets.called(name)
    if not found:
        names = (store.datasets.info(i).get("name", i) for i in store.datasets.ids())
        raise no_such_dataset([name], names)
    return _only(name, found)


def _only(name: str, found: Sequence[str]) -> str:
    if len(found) > 1:
        raise click.BadParameter(
            f"several are called {name}; name one by its id: {', '.join(found)}"
        )
    return found[0]


def no_such_dataset(names: Iterable[str], known: Iterable[str]) -> click.BadParameter:
    """What to raise where datasets are named that are not distilled."""
    among = sorted(known)
    unknown = ", ".join(name + did_you_mean(name, among) for name in sorted(names))
    return click.BadParameter(
        f"no such dataset: {unknown}; distilled are: {', '.join(among) or 'none'}"
    )
