"""Parts of a history that lie in files: which entries are in which, and where in it.

What a part's file is like is `plugin.storage.history_files`; which parts there are, `plugin.store.histories`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FOLDER = "history"
"""The folder of a dataset's parts, beside its versions."""


def place(entry_id: str) -> tuple[int, int]:
    """The place of an entry in the history.

    >>> place("12-3") < place("12-10") < place("100-0")
    True
    """
    moment, _, number = entry_id.partition("-")
    return int(moment), int(number or 0)


@dataclass(frozen=True)
class Group:
    """Entries that are read at once.

    Attributes
    ----------
    first : the id of the first of them.
    entries : how many they are.
    start, length : where they are in the file, in bytes.
    """

    first: str
    entries: int
    start: int
    length: int


@dataclass(frozen=True)
class ArchivedPart:
    """Entries that follow each other, in one file.

    Attributes
    ----------
    name : of the file.
    first, last : ids of its first and of its last entry.
    bytes, sha256 : of the file.
    """

    name: str
    first: str
    last: str
    bytes: int
    sha256: str
    groups: tuple[Group, ...]

    @property
    def entries(self) -> int:
        """How many it has."""
        return sum(group.entries for group in self.groups)

    def group_of(self, entry_id: str) -> int:
        """The number of the group that has an entry, if any has; the first for what is before it.

        >>> part = ArchivedPart("x", "5-0", "9-9", 0, "", (Group("5-0", 2, 4, 9), Group("7-1", 2, 13, 9)))
        >>> [part.group_of(i) for i in ("0-0", "5-0", "7-0", "7-1", "9-9")]
        [0, 0, 0, 1, 1]
        """
        firsts = [place(group.first) for group in self.groups]
        return max(bisect_right(firsts, place(entry_id)) - 1, 0)

    def as_json(self) -> dict[str, Any]:
        """As it is kept: groups as lists."""
        groups = [[g.first, g.entries, g.start, g.length] for g in self.groups]
        return {**vars(self), "groups": groups}

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> ArchivedPart:
        """The inverse.

        >>> part = ArchivedPart("x", "5-0", "9-9", 0, "", (Group("5-0", 2, 4, 9),))
        >>> ArchivedPart.of_json(part.as_json()) == part
        True
        """
        return cls(**{**stored, "groups": tuple(Group(*each) for each in stored["groups"])})


def part_of(parts: Sequence[ArchivedPart], entry_id: str) -> int:
    """The number of the part that has an entry, if any has; the first for what is before it.

    >>> one, other = (ArchivedPart("", f, f, 0, "", ()) for f in ("5-0", "9-0"))
    >>> [part_of([one, other], i) for i in ("1-0", "5-0", "8-9", "9-0", "10-0")]
    [0, 0, 0, 1, 1]
    """
    firsts = [place(part.first) for part in parts]
    return max(bisect_right(firsts, place(entry_id)) - 1, 0)
