"""Orders of items: the one that agrees best with the pairs, and each item's merit.

Items are numbers here. ``before[a, b]`` is the probability that item a is ranked before b,
``level[a, b]`` that they stand level; what remains is ``before[b, a]``.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.special import expit

from argilla_distill.workers.engine.composite.ranking.implied import Relation
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.shares import TIE

ROUNDS = 30

MAX_EXACT = 8
"""Circles of more items are not ordered by trying all orders, but by changing neighbours over."""


def matrices(n: int, posterior: list[Floats]) -> tuple[Floats, Floats]:
    """before[a, b]: the probability that item a is ranked before b; level[a, b]: level with it."""
    before, level = np.zeros((n, n)), np.zeros((n, n))
    if n > 1:
        p = np.array(posterior)
        upper = np.triu_indices(n, 1)
        before[upper], level[upper] = p[:, 0], p[:, 1]
        before.T[upper], level.T[upper] = p[:, 2], p[:, 1]
    return before, level


class Order(NamedTuple):
    """Items in groups that stand level, best first.

    `open`: all are in one group, and only because nothing tells them apart.
    """

    groups: list[list[int]]
    open: bool


def grouped(before: Floats, level: Floats, above: Relation) -> Order:
    """The order that pairs agree with most, whatever the numbers of the items.

    Where more speaks for a before b than the other way round, a comes first; where that leads in a
    circle, the circle's items are ordered so that the pairs agree most (Kemeny 1959). Where nothing
    is between two items, the one with more items behind it (Borda 1781) comes first. What is still
    not told apart is level: items with nothing between them and as many behind them, and
    items that some of the best orders of a circle have this way round and some the other.

    Parameters
    ----------
    above : ndarray of shape (n_items, n_items)
        Which item must come before which, see `workers.engine.composite.ranking.implied`.

    >>> thirds = np.array([[0, 2, 1], [1, 0, 2], [2, 1, 0]]) / 3  # a > b > c > a
    >>> grouped(thirds, np.zeros((3, 3)), np.zeros((3, 3), bool))
    Order(groups=[[0, 1, 2]], open=True)
    """
    n = len(before)
    margin = np.where(above, float(n * n), np.where(above.T, -float(n * n), before - before.T))
    behind = (before + level / 2).sum(axis=1)
    ahead = margin > TIE
    circles, label = _components(ahead, "strong")
    members = [np.flatnonzero(label == circle) for circle in range(circles)]
    mean = np.array([behind[each].mean() for each in members])
    links = np.zeros((circles, circles), bool)
    links[tuple(label[side] for side in np.nonzero(ahead))] = True
    np.fill_diagonal(links, False)
    waits_for, placed = links.sum(axis=0), np.zeros(circles, bool)
    groups: list[list[int]] = []
    while not placed.all():
        free = np.flatnonzero(~placed & (waits_for == 0))
        best = free[mean[free] > mean[free].max() - TIE * n]
        if len(best) == 1:
            groups += _circle(members[best[0]], margin, behind)
        else:
            groups.append(sorted(np.concatenate([members[each] for each in best]).tolist()))
        placed[best] = True
        waits_for = waits_for - links[best].sum(axis=0)
    only = groups[0] if len(groups) == 1 else []
    pairs = np.ix_(only, only)
    off = ~np.eye(len(only), dtype=bool)
    open_ = bool((level[pairs] < np.maximum(before, before.T)[pairs] - TIE)[off].any())
    return Order(_levelled(groups, before, level, above), open_)


def _components(relation: Relation, connection: Literal["strong", "weak"]) -> tuple[int, Ints]:
    """How many parts hang together, and the number of each item's."""
    n, label = connected_components(relation.astype(np.int8), connection=connection)
    return int(n), np.asarray(label, np.intp)


def _circle(items: Ints, margin: Floats, behind: Floats) -> list[list[int]]:
    """The items of a circle of preferences, in groups."""
    if len(items) == 1:
        return [items.tolist()]
    if len(items) <= MAX_EXACT:
        return [items[group].tolist() for group in _best_orders(margin[np.ix_(items, items)])]
    if np.ptp(behind[items]) < TIE * len(behind):
        return [items.tolist()]
    order = sorted(items.tolist(), key=lambda i: (-round(float(behind[i]), 9), i))
    changed = True
    while changed:
        changed = False
        for k in range(len(order) - 1):
            if margin[order[k + 1], order[k]] > TIE:
                order[k], order[k + 1], changed = order[k + 1], order[k], True
    return [[item] for item in order]


def _best_orders(margin: Floats) -> list[list[int]]:
    """What all orders of these items have in common whose sum of margins is the largest.

    By dynamic programming over the sets of items that come first: O(2^n n) (Betzler et al., Fixed-
    parameter algorithms for Kemeny rankings, TCS 410 (2009)).
    """
    n = len(margin)
    every, near = (1 << n) - 1, TIE * n * n
    gain = np.zeros((1 << n, n))  # of putting an item next behind a set of items
    for some in range(1, 1 << n):
        low = some & -some
        gain[some] = gain[some ^ low] + margin[low.bit_length() - 1]
    bits = [1 << i for i in range(n)]
    first, last = (
        np.zeros(1 << n),
        np.zeros(1 << n),
    )  # the most that a set, and what is left, come to
    for some in range(1, 1 << n):
        first[some] = max(
            first[some ^ bit] + gain[some ^ bit, i] for i, bit in enumerate(bits) if some & bit
        )
    for some in range(every - 1, -1, -1):
        last[some] = max(
            last[some | bit] + gain[some, i] for i, bit in enumerate(bits) if not some & bit
        )
    sets = np.flatnonzero(first + last > first[every] - near)
    member = (sets[:, None] >> np.arange(n)) & 1 == 1
    may = (member[:, :, None] & ~member[:, None, :]).any(axis=0)  # [a, b]: some have a before b
    n_groups, label = _components(may & may.T, "weak")
    groups = [np.flatnonzero(label == each).tolist() for each in range(n_groups)]
    return sorted(groups, key=lambda group: int(may[:, group[0]].sum() - may[group[0]].sum()))


def _levelled(
    groups: list[list[int]], before: Floats, level: Floats, above: Relation
) -> list[list[int]]:
    """Join neighbours that more probably stand level than in either order."""
    found: list[list[int]] = []
    for group in groups:
        if found and not above[np.ix_(found[-1], group)].any():
            pairs = np.ix_(found[-1], group)
            ahead, behind, same = (float(m[pairs].mean()) for m in (before, before.T, level))
            if same > max(ahead, behind):
                found[-1] = sorted([*found[-1], *group])
                continue
        found.append(group)
    return found


def agreement(groups: list[list[int]], before: Floats, level: Floats) -> Floats:
    """Return how probable it is that each two items are ordered as in these groups; diagonal 0."""
    place = np.full(len(before), -1)
    for at, group in enumerate(groups):
        place[group] = at
    way = np.sign(place[:, None] - place[None, :])
    kept = np.where(way < 0, before, np.where(way > 0, before.T, level))
    np.fill_diagonal(kept, 0.0)
    return kept


def exchanged(
    groups: list[list[int]], a: int, b: int, before: Floats, level: Floats
) -> tuple[tuple[int, int], list[list[int]]]:
    """Return the label of neighbours' pair a, b, the second most probable one, and the groups with that."""
    at = next(k for k, group in enumerate(groups) if a in group)
    same = b in groups[at]
    chances = [before[a, b], level[a, b], before[b, a]]  # a before, level with, behind b
    now = 1 if same else 0
    then = max((way for way in range(3) if way != now), key=lambda way: chances[way])
    if same:
        ahead = a if then == 0 else b
        new = [[ahead], [i for i in groups[at] if i != ahead]]
    elif then == 1:
        new = [groups[at] + groups[at + 1]]
    else:
        new = [
            [b if i == a else i for i in groups[at]],
            [a if i == b else i for i in groups[at + 1]],
        ]
    flipped = groups[:at] + new + groups[at + (1 if same else 2) :]
    sides = (now, then) if a < b else (2 - now, 2 - then)
    return sides, flipped


def merits(first: Ints, second: Ints, p: Floats, weight: Floats) -> Floats:
    """Bradley-Terry merits under a standard normal prior, by Newton's method."""
    n = int(second.max()) + 1
    s = np.zeros(n)
    for _ in range(ROUNDS):
        q = expit(s[first] - s[second])
        pull = weight * (p - q)
        slope = np.bincount(first, pull, n) - np.bincount(second, pull, n) - s
        bend = np.eye(n)
        curve = weight * q * (1 - q)
        np.add.at(bend, (first, first), curve)
        np.add.at(bend, (second, second), curve)
        bend[first, second] -= curve
        bend[second, first] -= curve
        step = np.linalg.solve(bend, slope)
        s += step
        if np.abs(step).max() < 1e-9:
            break
    return s
