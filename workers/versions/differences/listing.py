"""The file that lists all changes between two versions: by question and cause, in blocks of a hundred.

Blocks are compressed one by one, so that a page is one small read wherever it begins. How a block is read is
`domain.versions.difference.changes_of`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from argilla_distill.domain.versions.difference import BLOCK, Change, block_of

Group = tuple[str, str]


class Listing:
    """Changes as they come, in a file for each question and cause within a folder, until `finish`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[Group, list[Change]] = {}
        self._sizes: dict[Group, list[int]] = {}
        self._numbers: dict[Group, int] = {}

    def add(self, question: str, cause: str, change: Change) -> None:
        """One more change."""
        held = self._held.setdefault((question, cause), [])
        held.append(change)
        if len(held) == BLOCK:
            self._write((question, cause))

    def finish(self, path: Path, groups: Iterable[Group]) -> dict[Group, tuple[int, ...]]:
        """Put all into one file, in this order.

        Returns
        -------
        Group → where each of its blocks begins in the file, and the end of the last, in bytes.
        """
        found, at = {}, 0
        with path.open("wb") as file:
            for group in groups:
                if self._held.get(group):
                    self._write(group)
                ends = [at]
                for size in self._sizes.get(group, ()):
                    ends.append(ends[-1] + size)
                if len(ends) > 1:
                    file.write(self._path(group).read_bytes())
                found[group], at = tuple(ends), ends[-1]
        return found

    def _write(self, group: Group) -> None:
        data = block_of(self._held.pop(group))
        with self._path(group).open("ab") as file:
            file.write(data)
        self._sizes.setdefault(group, []).append(len(data))

    def _path(self, group: Group) -> Path:
        number = self._numbers.setdefault(group, len(self._numbers))
        return self._folder / str(number)
