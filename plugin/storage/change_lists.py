"""The files that list what changed between two versions, beside the versions of their dataset.

What is in one is `domain.versions.difference`: blocks of changes, each compressed by itself, so that any
page of a long list is one small read.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from argilla_distill.domain.versions.difference import (
    Caused,
    Change,
    Difference,
    QuestionDifference,
    changes_of,
)
from argilla_distill.plugin.storage.storage import Storage

FOLDER = "differences"


class ChangeLists:
    """The lists of all comparisons."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def put(self, difference: Difference, made: Path) -> None:
        """Store the list of a comparison."""
        self._storage.put_file(difference.dataset_id, FOLDER, _file(difference.name), made)

    def has(self, difference: Difference) -> bool:
        """Whether the list of a comparison is there and whole."""
        size = max((c.blocks[-1] for q in difference.questions for c in q.caused), default=0)
        folder = self._storage.version(difference.dataset_id, FOLDER)
        return folder.has(_file(difference.name), size)

    def block(self, difference: Difference, caused: Caused, number: int) -> list[Change]:
        """One block of a cause's changes, the first is 0; empty behind the last.

        Raises
        ------
        FileNotFoundError : the file is gone, or not what was written.
        """
        if not 0 <= number < len(caused.blocks) - 1:
            return []
        folder = self._storage.version(difference.dataset_id, FOLDER)
        start, stop = caused.blocks[number : number + 2]
        try:
            return changes_of(folder.read(_file(difference.name), start, stop))
        except (zlib.error, ValueError, TypeError) as error:
            raise FileNotFoundError(f"the list of {difference.name} is damaged") from error

    def every(
        self, difference: Difference, question: QuestionDifference
    ) -> Iterator[tuple[str, Change]]:
        """All changes of a question, each with its cause."""
        for caused in question.caused:
            for number in range(len(caused.blocks) - 1):
                for change in self.block(difference, caused, number):
                    yield caused.cause, change

    def delete(self, dataset_id: str, names: Iterable[str]) -> None:
        """Delete the lists of these comparisons."""
        for name in names:
            self._storage.delete_file(dataset_id, FOLDER, _file(name))


def _file(name: str) -> str:
    return f"{name.replace(':', '~')}.changes"
