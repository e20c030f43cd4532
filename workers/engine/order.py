"""Orders of items: the one that pairs agree with most, and what pairs make of single items.

Items are numbers here. ``before[a, b]`` is the probability that item a stands before b,
``level[a, b]`` that they stand level; what remains is ``before[b, a]``.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from workers.engine.judgement import Floats, Rows
from workers.engine.shares import TIE

ROUNDS = 30


def matrices(n: int, posterior: list[Floats]) -> tuple[Floats, Floats]:
    """before[a, b]: the probability that item a stands before b; level[a, b]: level with it."""
    before, level = np.zeros((n, n)), np.zeros((n, n))
    if n > 1:
        p = np.array(posterior)
        upper = np.triu_indices(n, 1)
        before[upper], level[upper] = p[:, 0], p[:, 1]
        before.T[upper], level.T[upper] = p[:, 2], p[:, 1]
    return before, level


def grouped(before: Floats, level: Floats) -> list[list[int]]:
    """The order that pairs agree with most, in groups that stand level; items by number."""
    score = (before + level / 2).sum(axis=1)
    order = sorted(range(len(score)), key=lambda i: (-round(score[i], 9), i))
    changed = True
    while changed:
        changed = False
        for k in range(len(order) - 1):
            a, b = order[k], order[k + 1]
            if before[b, a] > before[a, b] + TIE:
                order[k], order[k + 1], changed = b, a, True
    groups: list[list[int]] = []
    for i in order:
        if groups and _level(groups[-1], i, score, before, level):
            groups[-1] = sorted([*groups[-1], i])
        else:
            groups.append([i])
    return groups


def _level(group: list[int], i: int, score: Floats, before: Floats, level: Floats) -> bool:
    ahead, behind, same = (
        float(m.mean()) for m in (before[group, i], before[i, group], level[group, i])
    )
    equal = abs(ahead - behind) < TIE and np.ptp(score[[*group, i]]) < TIE * len(score)
    return bool(same > max(ahead, behind) or equal)


def undecided(before: Floats, level: Floats) -> bool:
    """Whether orders are more probable than standing level, but none more than its reverse."""
    off = ~np.eye(len(before), dtype=bool)
    return bool((np.abs(before - before.T)[off] < TIE).all() and (level < before)[off].any())


def agreement(groups: list[list[int]], before: Floats, level: Floats) -> Floats:
    """How probable it is that two items stand to each other as in these groups; diagonal 0."""
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
    """How neighbours a, b stand and might stand else, as labels of their pair; and the groups then."""
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


def merits(first: Rows, second: Rows, p: Floats, weight: Floats) -> Floats:
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
