"""The editions of a dataset's guidelines: `guidelines` entries, one whenever they change.

Our own section of examples, which is written anew again and again, is none of theirs: an edition is what
people wrote.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from argilla_distill.domain.history.entry import Details, Entry

GUIDELINES = "guidelines"
"""The kind of these entries."""


@dataclass(frozen=True)
class Edition:
    """One edition of the guidelines.

    Attributes
    ----------
    number : 1 for the first that we saw.
    sha256 : of its text, in hex digits.
    since : since when it is in force, by Argilla's clock, ms since the epoch; at the latest: Argilla
        tells when the dataset was last changed, not what of it.
    seen_at : when we saw it, ms since the epoch.
    """

    number: int
    sha256: str
    since: int
    seen_at: int


def edition_entry(text: str, since: int) -> Entry:
    """The entry of a new edition."""
    details = Details(digest=sha256_of(text))
    return Entry(GUIDELINES, values={"text": text}, at=since, details=details)


def edition(entry: Entry, number: int) -> Edition:
    """What such an entry tells, as the edition of this number."""
    return Edition(number, entry.details.digest, entry.at or entry.seen_at, entry.seen_at)


def in_force(editions: Sequence[Edition], at: int) -> Edition | None:
    """The edition under which something was said at a moment; None before the first.

    >>> editions = [Edition(1, "a", 10, 12), Edition(2, "b", 20, 21)]
    >>> [e and e.number for e in (in_force(editions, at) for at in (9, 10, 19, 25))]
    [None, 1, 1, 2]
    """
    place = bisect_right([each.since for each in editions], at)
    return editions[place - 1] if place else None


def sha256_of(text: str) -> str:
    """The digest of an edition's text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
