"""A wish for a version, sent through the web process: a worker makes a request of it (`manifest`).

Whoever sends it draws its key, so that a wish that is sent twice is one, whatever broke off meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from argilla_distill.domain.versions.manifest import (
    MAX_NOTE,
    TAG_RULE,
    VersionRequest,
    is_tag,
)
from argilla_distill.domain.versions.segments import InvalidSegment, Selection

KEY = re.compile(r"[\w.:-]{1,100}", re.ASCII)

KEY_RULE = "up to 100 letters, digits, . _ : or -"
"""What a key is, in words."""

MAX_PARTS = 100
"""So many tags, and so many segments, of one wish."""

MAX_PART = 1_000
"""Characters of a strategy, a tag or a segment."""


@dataclass(frozen=True)
class VersionWish:
    """What somebody wishes a version to be.

    Attributes
    ----------
    key : drawn by whoever sends it.
    strategy : of every question that it suits; "" leaves each question its own.
    as_of : the moment that it is to show, ms since the epoch; 0 for now.
    only, without : segments, as people write them.
    twin : whether it is to be copied into Argilla too.
    created_by, sent_at : by whom it was sent, and when (ms since the epoch).
    version : the name of the version that it became; "" before a worker has seen to it.
    settled : whether a worker has nothing more to do about it.
    error : why it became none.
    """

    key: str
    strategy: str = ""
    as_of: int = 0
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    note: str = ""
    twin: bool = False
    created_by: str = ""
    sent_at: int = 0
    version: str = ""
    settled: bool = False
    error: str = ""

    @classmethod
    def read(cls, json: Mapping[str, Any]) -> VersionWish:
        """The inverse of `dataclasses.asdict`, also through JSON."""
        several = {name: tuple(json.get(name, ())) for name in ("only", "without", "tags")}
        return cls(**{**json, **several})

    @property
    def selection(self) -> Selection:
        """Which records it is to have. Raises InvalidSegment."""
        return Selection.parse(self.only, self.without)

    def same(self, other: VersionWish) -> bool:
        """Whether the same is wished for, whoever wished and whatever became of it.

        >>> VersionWish("k", note="a", sent_at=1).same(VersionWish("k", note="a", sent_at=2))
        True
        >>> VersionWish("k", note="a").same(VersionWish("k", note="b"))
        False
        """
        return self._bare == other._bare

    def became(self, request: VersionRequest) -> VersionWish:
        """The same once a version of this name is being made; its twin is still to be asked for."""
        return replace(self, version=request.name, settled=not self.twin)

    def refused(self, why: str) -> VersionWish:
        """The same once it is known that it can be no version."""
        return replace(self, settled=True, error=why)

    @property
    def _bare(self) -> VersionWish:
        return replace(self, created_by="", sent_at=0, version="", settled=False, error="")


def fault(wish: VersionWish, now: int) -> str:
    """What is wrong with a wish, as far as can be told without the dataset; "" for nothing.

    Parameters
    ----------
    now : ms since the epoch.

    >>> fault(VersionWish("k", tags=("learned-3",)), 0)
    "'learned-3' is no tag: a letter, then letters, digits, . _ or -; not a version's name"
    >>> fault(VersionWish("k", as_of=5), 4)
    'a version cannot be of a moment in the future'
    >>> fault(VersionWish("k", only=("round=2",)), 0)
    ''
    """
    if not KEY.fullmatch(wish.key):
        return f"{wish.key!r} is no key: {KEY_RULE}"
    parts = (wish.strategy, *wish.tags, *wish.only, *wish.without)
    if len(parts) > MAX_PARTS or any(len(part) > MAX_PART for part in parts):
        return f"a wish has {MAX_PARTS} tags and segments at most, of {MAX_PART:,} characters"
    if len(wish.note) > MAX_NOTE:
        return f"a note has {MAX_NOTE:,} characters at most"
    for tag in wish.tags:
        if not is_tag(tag):
            return f"{tag!r} is no tag: {TAG_RULE}"
    if wish.as_of > now:
        return "a version cannot be of a moment in the future"
    try:
        Selection.parse(wish.only, wish.without)
    except InvalidSegment as error:
        return str(error)
    return ""
