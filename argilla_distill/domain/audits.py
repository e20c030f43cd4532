"""Audits: records that are reviewed because they were drawn at random, and blind.

Reviews go to the worst records first, so nothing measured on them is true of the rest. Audits are the
other way round: a record is an audit because of its group's place in the split (`domain.versions.split`)
and of nothing else. All records of the test split are *marked out* for audits, from the moment they are
known: a random tenth of all groups, so that the probability is known before anybody looks at a record, is
the same for records that come later, and never changes. A record that is marked out never goes to
reviewers worst first, with a note, so the two kinds of review never mix.

That is Bernoulli sampling of clusters by a permanent random number: Ohlsson, Coordination of samples
using permanent random numbers, in Business Survey Methods (1995). Here the number is a digest of the
group's name, so that a repeat, a restart and another machine draw the same.

Reviewers are asked about a few of them at a time, in the order of a second number, drawn from the record
itself. So those that are answered are a random part of those that were marked out, whatever part that is.

What is estimated on audits is `workers.engine.measures.audit_estimate`.
"""

from __future__ import annotations

from hashlib import blake2b
from math import ceil

from argilla_distill.domain.versions.split import SHARES, split_of_record

QUEUE_SHARE = 0.15
"""By default so large a share of what reviewers are asked about are audits."""

PI = dict(SHARES)["test"]
"""The probability with which a record is marked out."""

MIN_WAITING = 2
"""So many audits wait for reviewers even where little else does."""


def marked_out(group: str, record_id: str, dataset_id: str) -> bool:
    """Whether a record is marked out for audits.

    Parameters
    ----------
    group : what must not be parted; "" for a record that has none, which is a group of its own.

    >>> found = sum(marked_out("", str(n), "d") for n in range(10_000))
    >>> round(found / 10_000, 2), marked_out("g", "1", "d") == marked_out("g", "2", "d")
    (0.1, True)
    """
    return split_of_record(record_id, group, dataset_id) == "test"


def place(record_id: str, dataset_id: str) -> float:
    """A record's place in the line of audits, in [0, 1): drawn from its id, the least comes first.

    >>> 0 <= place("r1", "d") < 1, place("r1", "d") == place("r1", "d")
    (True, True)
    """
    digest = blake2b(f"audit\0{dataset_id}\0{record_id}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53


def wanted(queued: int, share: float) -> int:
    """How many audits wait for reviewers at once, beside so many other records.

    Parameters
    ----------
    share : of all that reviewers are asked about, in [0, 1), so many are audits.

    >>> wanted(100, 0.15), wanted(0, 0.15), wanted(100, 0.0)
    (18, 2, 0)
    """
    return max(MIN_WAITING, ceil(queued * share / (1 - share))) if share else 0


def rank(number: int, share: float) -> int:
    """How many other records come before the audit of this number (0, 1, …) in the review queue.

    >>> [rank(n, 0.15) for n in range(3)]
    [2, 8, 14]
    """
    return int((number + 0.5) * (1 - share) / share)
