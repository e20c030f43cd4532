"""A version's twin: the version once more, as a dataset in Argilla that people can look at and filter.

What is written into it is `workers.writing.twin_dataset`, when `workers.use_cases.twins`; what is known
of it is kept by `plugin.store.versions.twins`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["asked for", "being written", "done", "failed"]

WAITING = ("asked for", "being written")


@dataclass(frozen=True)
class Twin:
    """How far a version's twin has come.

    Attributes
    ----------
    asked_at, moved_at : when it was last asked for, and when it last got on, ms since the epoch.
    id, name : of the dataset in Argilla, its workspace in front of the name; "" before it is made.
    written, total : rows of the version that are written, and all of them.
    left_out : why → how many values, or whole records, Argilla would not have taken.
    error : what went wrong last; "" for nothing.
    """

    version: str
    asked_at: int
    state: State = "asked for"
    id: str = ""
    name: str = ""
    written: int = 0
    total: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    moved_at: int = 0

    @property
    def waits(self) -> bool:
        """Whether there is something to be done about it."""
        return self.state in WAITING


@dataclass(frozen=True)
class TwinDataset:
    """The dataset that a twin is, as it is to be made.

    Attributes
    ----------
    metadata : the dataset's own, which tells that it is a twin.
    fields, questions : those of the original, as Argilla's API tells them.
    properties : (name, title, type) of the metadata properties of its records; terms or float.
    """

    name: str
    workspace: str
    guidelines: str
    metadata: Mapping[str, Any]
    fields: Sequence[Mapping[str, Any]]
    questions: Sequence[Mapping[str, Any]]
    properties: Sequence[tuple[str, str, str]]
