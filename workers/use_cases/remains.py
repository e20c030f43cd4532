"""Whether a dataset was deleted in Argilla, what is still known of it then, and by which id it is found.

What is known of those that are there is `checks.status`; that nothing is done with a deleted one any more is
seen to by whoever works on datasets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.wording import many
from argilla_distill.plugin.errors import DistillError, NotInArgilla
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.datasets import DELETED
from argilla_distill.workers.use_cases.world import World

MAX_NAMED = 5
"""So many versions, rounds and runs are named, the last ones; of the others only the number is told."""


@dataclass(frozen=True)
class Remains:
    """What is kept of a deleted dataset beside its history.

    Attributes
    ----------
    name : as `workspace/name`; its id where we never knew it.
    versions, rounds, runs : their names, the first made first; of versions only those that have files.
    """

    id: str
    name: str
    versions: Sequence[str] = ()
    rounds: Sequence[str] = ()
    runs: Sequence[str] = ()

    def __bool__(self) -> bool:
        """Whether there is anything but the history."""
        return bool(self.versions or self.rounds or self.runs)

    @property
    def kept(self) -> str:
        """What there is, in words.

        >>> print(Remains("3f2c", "support/chat", ("majority-1", "learned-1"), runs=("bot",)).kept)
        its history, 2 versions (majority-1, learned-1), 1 run (bot)
        """
        there = (("version", self.versions), ("round", self.rounds), ("run", self.runs))
        named = (f"{many(len(n), what)} ({_names(n)})" for what, n in there if n)
        return ", ".join(("its history", *named))

    def __str__(self) -> str:
        """That it was deleted, and what there is.

        >>> str(Remains("3f2c", "support/chat")).partition(". ")[0]
        'support/chat was deleted in Argilla; kept under its id 3f2c: its history'
        """
        return (
            f"{self.name} was deleted in Argilla; kept under its id {self.id}: {self.kept}. "
            "Commands that only read, such as `status`, `history` and `export`, still take it"
        )

    @property
    def namesake(self) -> str:
        """The same, told to somebody who asked for the dataset that bears the name now.

        >>> Remains("3f2c", "support/chat", ("majority-1",)).namesake.partition("; ")[2]
        'kept under its id 3f2c: its history, 1 version (majority-1)'
        """
        return (
            f"a dataset that was called {self.name} before is deleted in Argilla; "
            f"kept under its id {self.id}: {self.kept}"
        )


def is_gone(world: World, dataset_id: str) -> bool:
    """Whether Argilla has a dataset no more.

    Raises
    ------
    ArgillaUnavailable, ArgillaRefused : it does not tell.
    """
    try:
        world.gateway.dataset(dataset_id)
    except NotInArgilla:
        return True
    return False


def is_surely_gone(world: World, dataset_id: str) -> bool:
    """The same; False where Argilla does not tell."""
    try:
        return is_gone(world, dataset_id)
    except DistillError:
        return False


def remains(store: Store, dataset_id: str) -> Remains:
    """What is kept of a dataset, which is deleted."""
    return Remains(
        dataset_id,
        store.datasets.info(dataset_id).get("name", dataset_id),
        [m.name for m in store.versions.manifests(dataset_id) if not m.deleted_at],
        [each.name for each in store.rounds.all(dataset_id)],
        [each.name for each in store.runs.all(dataset_id)],
    )


def of_former(store: Store, dataset: Dataset) -> list[Remains]:
    """What is kept of deleted datasets that had this one's name, where that is more than a history."""
    every = ((i, store.datasets.info(i)) for i in store.datasets.ids() if i != dataset.id)
    alike = [
        i
        for i, info in every
        if (info.get("name"), info.get("state")) == (dataset.full_name, DELETED)
    ]
    return [found for i in alike if (found := remains(store, i))]


def _names(names: Sequence[str]) -> str:
    """The last ones.

    >>> _names("abcdefg")
    '2 older, c, d, e, f, g'
    """
    older = len(names) - MAX_NAMED
    return ", ".join([*([f"{older} older"] if older > 0 else []), *names[-MAX_NAMED:]])
