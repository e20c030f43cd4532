"""Near-identical records: found by their fingerprints, without comparing all with all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from argilla_distill.domain.fingerprint import BANDS, NEAR
from argilla_distill.domain.report import Across
from argilla_distill.workers.engine.measures.conflicts import RATING_SHARE
from argilla_distill.workers.engine.measures.difference import difference
from argilla_distill.workers.reporting.question_columns import NONE, QuestionColumns

MAX_ALIKE = 20
MAX_RECORDS = 20_000
"""So many near-identical records are listed of each record, and for so many records."""

MAX_ACROSS = 100

Prints = NDArray[np.uint64]


def near_pairs(prints: Prints) -> NDArray[np.intp]:
    """All pairs of different fingerprints that are near each other, as rows (i, j), i < j.

    Two that differ in three bits share one band of 16 of their 64 bits (pigeonhole): candidates
    are neighbours in the order of a band. Manku, Jain & Das Sarma, Detecting near-duplicates for
    web crawling, WWW (2007).

    >>> near_pairs(np.array([0b1, 0b110, 0b111111], np.uint64))
    array([[0, 1]])
    """
    bits = np.uint64(64 // BANDS)
    bands = [(prints >> np.uint64(b) * bits) & np.uint64(2 ** int(bits) - 1) for b in range(BANDS)]
    found: list[NDArray[np.intp]] = [np.empty((0, 2), np.intp)]
    for b, band in enumerate(bands):
        order = np.argsort(band, kind="stable")
        first = np.arange(len(order) - 1)
        step = 1
        while len(first):
            first = first[first + step < len(order)]
            first = first[band[order[first]] == band[order[first + step]]]
            one, other = order[first], order[first + step]
            apart = np.bitwise_count(prints[one] ^ prints[other])
            some = (apart > 0) & (apart <= NEAR)
            for earlier in bands[:b]:  # found there already
                some &= earlier[one] != earlier[other]
            pairs = np.stack([one[some], other[some]], axis=1)
            found.append(np.sort(pairs, axis=1))
            step += 1
    return np.concatenate(found)


@dataclass(frozen=True)
class NearGroups:
    """Records in groups of one fingerprint each, and which groups are near each other.

    Attributes
    ----------
    members : rows of the records of each group
    near : group → groups near it
    """

    members: list[list[int]]
    near: dict[int, list[int]]

    @classmethod
    def of(cls, prints: Prints) -> NearGroups:
        """The near-identical among records with these fingerprints; 0: none is known."""
        known = np.flatnonzero(prints != 0)
        distinct, group = np.unique(prints[known], return_inverse=True)
        pairs = near_pairs(distinct)
        size = np.bincount(group, minlength=len(distinct))
        some = size > 1
        some[pairs.ravel()] = True
        place = np.cumsum(some) - 1
        members: list[list[int]] = [[] for _ in range(int(some.sum()))]
        chosen = some[group]
        for row, g in zip(known[chosen].tolist(), place[group[chosen]].tolist(), strict=True):
            members[g].append(row)
        near: dict[int, list[int]] = defaultdict(list)
        for one, other in place[pairs].tolist():
            near[one].append(other)
            near[other].append(one)
        return cls(members, dict(near))

    def alike(self, ids: list[str]) -> dict[str, list[str]]:
        """Record → the near-identical ones, the most alike first."""
        found: dict[str, list[str]] = {}
        for g, rows in enumerate(self.members):
            for row in rows:
                if len(found) >= MAX_RECORDS:
                    return found
                others = (other for h in (g, *self.near.get(g, ())) for other in self.members[h])
                found[ids[row]] = [
                    ids[other] for other in islice((o for o in others if o != row), MAX_ALIKE)
                ]
        return found

    def across(self, question: QuestionColumns, ids: list[str]) -> tuple[int, tuple[Across, ...]]:
        """How many near-identical pairs were decided differently, and those most surely so.

        Only for questions whose values can be compared between records: labels and ratings.
        """
        if question.asked.type not in ("label", "multi_label", "rating"):
            return 0, ()
        count, pairs = 0, list[tuple[float, Across]]()
        for one, other in self._near_groups():
            here, there = self._decided(question, one), self._decided(question, other)
            if len(here.keys() | there.keys()) < 2:
                continue
            for x, y in ((x, y) for x in here for y in there if x < y or (one != other and x != y)):
                if _contradict(question, x, y):
                    count += len(here[x]) * len(there[y])
                    sides = [(x, _surest(question, here[x])), (y, _surest(question, there[y]))]
                    pairs.append(self._pair(question, ids, sides))
        pairs.sort(key=lambda pair: (-pair[0], pair[1].record, pair[1].other))
        return count, tuple(across for _, across in pairs[:MAX_ACROSS])

    def _pair(
        self, question: QuestionColumns, ids: list[str], sides: list[tuple[int, int]]
    ) -> tuple[float, Across]:
        """Two records (code and row) decided differently, and how sure we are of the less sure one."""
        say = question.values.words
        if question.asked.type == "label":
            sides.sort()
        else:
            sides.sort(key=lambda side: say(side[0]))
        (x, i), (y, j) = sides
        sure = min(question.confidence[i], question.confidence[j])
        return float(sure), Across(ids[i], ids[j], say(x), say(y))

    def _near_groups(self) -> Iterator[tuple[int, int]]:
        for g in range(len(self.members)):
            yield g, g
            yield from ((g, h) for h in self.near.get(g, ()) if h > g)

    def _decided(self, question: QuestionColumns, group: int) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for row in self.members[group]:
            if (code := int(question.decided[row])) != NONE:
                found[code].append(row)
        return found


def _surest(question: QuestionColumns, rows: list[int]) -> int:
    return max(rows, key=lambda row: (question.confidence[row], -row))


def _contradict(question: QuestionColumns, one: int, other: int) -> bool:
    """Whether two different values say different things: ratings may lie near each other."""
    if question.asked.type != "rating":
        return True
    values = question.values.list
    return difference(question.asked)(values[one], values[other]) >= RATING_SHARE
