"""Many votes at once, as columns of numbers: how a fit takes them in.

Which of them then count, and how it changes vote by vote, is `workers.engine.label.votes.votes`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.numbers import Ints, ShortInts
from argilla_distill.workers.engine.label.votes.self_report import sureness

CHUNK = 10_000
"""Votes at a time."""


class Numbers(dict[str, int]):
    """Ids, numbered in order of first sight.

    >>> numbers = Numbers()
    >>> [numbers[name] for name in ("ann", "ben", "ann")]
    [0, 1, 0]
    """

    def __missing__(self, name: str) -> int:
        number = self[name] = len(self)
        return number


class VoteColumns(NamedTuple):
    """Votes, of an annotator's several on one record only the last.

    Attributes
    ----------
    records, annotators : Numbers
    record, annotator : ndarray of shape (n_votes,), int32, their numbers
    label : ndarray of shape (n_votes,), int16, codes
    sure : ndarray of shape (n_votes,), int8, see `sureness`
    weight : ndarray of shape (n_votes,), float32, in (0, 1]; None: all count wholly
    """

    records: Numbers
    annotators: Numbers
    record: ShortInts
    annotator: ShortInts
    label: NDArray[np.int16]
    sure: NDArray[np.int8]
    weight: NDArray[np.float32] | None

    @classmethod
    def of(
        cls,
        votes: Iterable[Vote],
        codes: Mapping[str, int],
        code: Callable[[object], int],
        records: Numbers | None = None,
    ) -> VoteColumns:
        """Take them in; `code` raises the error for what is not in `codes`.

        `records` are those that have a number already; new ones are added.

        >>> votes = [Vote("r1", "ann", "a"), Vote("r2", "ben", "b"), Vote("r1", "ann", "b")]
        >>> columns = VoteColumns.of(votes, {"a": 0, "b": 1}, int)
        >>> columns.record.tolist(), columns.annotator.tolist(), columns.label.tolist()
        ([1, 0], [1, 0], [1, 1])
        """
        records, annotators = Numbers() if records is None else records, Numbers()
        rows, columns, labels, sure = array("i"), array("i"), array("h"), array("b")
        weight = array("f")
        coming = iter(votes)
        while chunk := list(islice(coming, CHUNK)):
            rows.extend(map(records.__getitem__, map(itemgetter(0), chunk)))
            columns.extend(map(annotators.__getitem__, map(itemgetter(1), chunk)))
            try:
                labels.extend(map(codes.__getitem__, map(itemgetter(2), chunk)))
            except (KeyError, TypeError):  # what is no label is no key either
                for vote in chunk:
                    code(vote.value)
                raise
            sure.extend(map(sureness, map(itemgetter(3), chunk)))
            weight.extend(map(itemgetter(4), chunk))
        found = [np.frombuffer(each, each.typecode) for each in (rows, columns, labels, sure)]
        keep = _last_of_each(found[0], found[1])
        weights = np.frombuffer(weight, np.float32)
        some = weights[keep] if (weights != 1).any() else None
        record, annotator, label, certain = (each[keep] for each in found)
        return cls(records, annotators, record, annotator, label, certain, some)


def grown(values: ShortInts, n: int, fill: int = 0) -> ShortInts:
    """A copy with room for `n` and half as much again."""
    more = np.full(n + n // 2 + 8, fill, np.int32)
    more[: len(values)] = values
    return more


def _last_of_each(record: ShortInts, annotator: ShortInts) -> Ints | slice:
    """Where the last vote of each annotator on each record is, in the order given."""
    key = record.astype(np.int64)
    key *= int(annotator.max(initial=0)) + 1
    key += annotator
    ordered = np.sort(key)
    if not (ordered[1:] == ordered[:-1]).any():
        return slice(None)
    order = np.argsort(key, kind="stable")
    last = np.ones(len(key), bool)
    last[:-1] = np.diff(key[order]) != 0
    return np.sort(order[last])
