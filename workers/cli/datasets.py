"""Which datasets a command is for: those that it names, or all that are distilled.

A dataset that is none, or none any more, is told here for all commands; of one that was deleted, what is kept
(`remains`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable, InvalidRequest
from argilla_distill.plugin.store import Store, StoreRefused
from argilla_distill.workers.use_cases.connecting.registration import distilled
from argilla_distill.workers.use_cases.remains import is_gone, is_surely_gone, remains
from argilla_distill.workers.use_cases.world import World

dataset_argument = click.argument("dataset", metavar="WORKSPACE/DATASET")
"""The one dataset that a command is about: `named` finds it, or `kept` where the command only reads."""

KEPT = "gone"
"""The status of a dataset that is known only as it is kept."""

FOUND = "argilla-distill.datasets"
"""Under this key the running command knows the datasets that it found."""


def chosen(world: World, names: tuple[str, ...]) -> list[Dataset]:
    """The datasets of these names or ids; without any, all that are distilled.

    Raises
    ------
    BadParameter : there never was one of these names.
    InvalidRequest : there was, or it is not distilled; the text says what is kept.
    """
    every = distilled(world)
    found = [d for d in every if not names or d.full_name in names or d.id in names]
    known = {key for dataset in found for key in (dataset.full_name, dataset.id)}
    if unknown := sorted(set(names) - known):
        reasons = {name: _why_not(world, name) for name in unknown}
        if never := [name for name, why in reasons.items() if not why]:
            raise no_such_dataset(never, (d.full_name for d in every))
        raise InvalidRequest("; ".join(reasons.values()))
    if (context := click.get_current_context(silent=True)) is not None:
        context.meta[FOUND] = found
    return found


def named(world: World, name: str) -> Dataset:
    """The one dataset of this name or id. Raises as `chosen` does."""
    return chosen(world, (name,))[0]


def kept(world: World, name: str) -> Dataset:
    """The same; as it is kept, where it is gone, is distilled no more, or Argilla does not tell."""
    store = world.store
    try:
        return named(world, name)
    except (InvalidRequest, ArgillaRefused, ArgillaUnavailable, StoreRefused):  # a full one is read
        found = [i for i in store.datasets.called(name) if remains(store, i)]
        if not found:
            raise
    dataset_id = _only(name, found)
    workspace, _, title = store.datasets.info(dataset_id).get("name", "").partition("/")
    return Dataset(dataset_id, title, "", workspace, KEPT, 0)


def none(dataset: Dataset, what: str, how: str) -> str:
    """That a dataset has none of something, and how one is made; of one that is only kept, none is made.

    >>> none(Dataset("3f2c", "chat", "", "support", "ready", 0), "run", "add one with `run add`")
    'no run yet: add one with `run add`'
    >>> none(Dataset("3f2c", "chat", "", "support", KEPT, 0), "run", "add one with `run add`")
    'no run'
    """
    return f"no {what}" if dataset.status == KEPT else f"no {what} yet: {how}"


def deleted_meanwhile(world: World) -> str:
    """Which of the datasets that the running command found are gone by now, and what is kept; "" for none."""
    context = click.get_current_context(silent=True)
    found: Sequence[Dataset] = context.meta.get(FOUND, ()) if context else ()
    gone = [dataset.id for dataset in found if is_surely_gone(world, dataset.id)]
    return "; ".join(str(remains(world.store, each)) for each in gone)


def _why_not(world: World, name: str) -> str:
    """Why a dataset of this name or id is not distilled; "" where there never was one.

    Raises
    ------
    ArgillaRefused : our key may not see it, so that nobody knows whether it is deleted.
    """
    there = {d.id: d for d in world.gateway.datasets()}
    for dataset in there.values():
        if name in (dataset.id, dataset.full_name):
            ours = not world.plan(dataset.full_name).distil
            why = "`distil` in distill.toml says so" if ours else "we made it ourselves"
            return f"{name} is not distilled: {why}"
    found = [i for i in world.store.datasets.called(name) if i not in there]
    return "; ".join(
        str(remains(world.store, each))
        if is_gone(world, each)
        else f"{name} is not published in Argilla"
        for each in found
    )


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
