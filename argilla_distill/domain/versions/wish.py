"""What somebody wishes a version to be, who asks for it through the web process.

By an order a worker makes a request of it (`manifest`). Whoever asks draws a key, so that what is sent twice
is one, whatever broke off meanwhile.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from argilla_distill.domain.orders.order import CREATE_VERSION, WorkOrder
from argilla_distill.domain.report import read
from argilla_distill.domain.versions.manifest import MAX_NOTE, tag_fault
from argilla_distill.domain.versions.segments import InvalidSegment, Selection

KEY = re.compile(r"[\w.:-]{1,100}", re.ASCII)

KEY_RULE = "up to 100 letters, digits, . _ : or -"
"""What a key is, in words."""

SEVERAL = ("only", "without", "tags")
"""What there may be several of."""

MAX_PARTS = 100
"""So many tags, and so many segments, of one wish."""

MAX_PART = 1_000
"""Characters of a strategy, a tag or a segment."""


def of_version(key: str) -> str:
    """The id of an order to make a version."""
    return f"version:{key}"


@dataclass(frozen=True)
class VersionWish:
    """What somebody wishes a version to be.

    Attributes
    ----------
    strategy : of every question that it suits; "" leaves each question its own.
    as_of : the moment that it is to show, ms since the epoch; 0 for now.
    only, without : segments, as people write them.
    twin : whether it is to be copied into Argilla too.
    """

    strategy: str = ""
    as_of: int = 0
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    note: str = ""
    twin: bool = False

    @property
    def selection(self) -> Selection:
        """Which records it is to have. Raises InvalidSegment."""
        return Selection.parse(self.only, self.without)

    def order(self, key: str, asked_at: int, asked_by: str) -> WorkOrder:
        """The order by which a worker asks for such a version.

        >>> wish = VersionWish(tags=("prod",))
        >>> wish.order("k", 1, "ann").id, VersionWish.of(wish.order("k", 1, "ann")) == wish
        ('version:k', True)
        """
        terms = {**asdict(self), **{name: list(getattr(self, name)) for name in SEVERAL}}
        return WorkOrder(of_version(key), CREATE_VERSION, "", asked_at, asked_by, terms)

    @classmethod
    def of(cls, order: WorkOrder) -> VersionWish:
        """The inverse of `order`."""
        return read(cls, order.terms)


def fault(wish: VersionWish, now: int) -> str:
    """What is wrong with a wish, as far as can be told without the dataset; "" for nothing.

    Parameters
    ----------
    now : ms since the epoch.

    >>> fault(VersionWish(tags=("learned-3",)), 0)
    "'learned-3' is no tag: a letter, then letters, digits, . _ or -; not a version's name"
    >>> fault(VersionWish(as_of=5), 4)
    'a version cannot be of a moment in the future'
    >>> fault(VersionWish(only=("round=2",)), 0)
    ''
    """
    parts = (wish.strategy, *wish.tags, *wish.only, *wish.without)
    if len(parts) > MAX_PARTS or any(len(part) > MAX_PART for part in parts):
        return f"a wish has {MAX_PARTS} tags and segments at most, of {MAX_PART:,} characters"
    if len(wish.note) > MAX_NOTE:
        return f"a note has {MAX_NOTE:,} characters at most"
    for tag in wish.tags:
        if why := tag_fault(tag):
            return why
    if wish.as_of > now:
        return "a version cannot be of a moment in the future"
    try:
        Selection.parse(wish.only, wish.without)
    except InvalidSegment as error:
        return str(error)
    return ""
