"""Several partial rankings of one annotator, such as pairs, as few rankings that say the same."""

from __future__ import annotations

from collections.abc import Sequence

from argilla_distill.workers.engine.contract.question import Value

Ranking = tuple[tuple[str, ...], ...]
"""Groups of tied items, best first."""


def joined(rankings: Sequence[Ranking]) -> list[Ranking]:
    """Join rankings where together they order all their items, and nothing has to be made up.

    Of several over the same items the last counts. Rankings that contradict one another, or leave
    the order of their items open, stay apart.

    >>> joined([(("b",), ("c",)), (("x",), ("y",)), (("a",), ("b",))])
    [(('a',), ('b',), ('c',)), (('x',), ('y',))]
    """
    last = {frozenset(item for group in ranking for item in group): ranking for ranking in rankings}
    parts = list(last.values())
    n = 0
    while n < len(parts):
        for other in range(n + 1, len(parts)):
            both = _join(parts[n], parts[other])
            if both is not None:
                parts[n] = both
                del parts[other]
                n = -1  # it may join with an earlier one now
                break
        n += 1
    return parts


def parts_of(value: Value) -> Sequence[Ranking]:
    """The rankings of a vote, which may be one or several."""
    several = bool(value) and isinstance(value[0][0], tuple)
    return value if several else (value,)


def _join(one: Ranking, other: Ranking) -> Ranking | None:
    """The one ranking that holds both; None if there is none, or more than one."""
    places = [{item: n for n, group in enumerate(r) for item in group} for r in (one, other)]
    if places[0].keys().isdisjoint(places[1]):
        return None
    items = sorted(places[0].keys() | places[1].keys())
    below: dict[str, set[str]] = {item: set() for item in items}  # at or below, in either
    above: dict[str, set[str]] = {item: set() for item in items}  # strictly below, in either
    for place in places:
        for a in place:
            below[a].update(b for b in place if place[b] >= place[a])
            above[a].update(b for b in place if place[b] > place[a])
    reach = {item: _reached(item, below) for item in items}
    if any(a in reach[b] for a in items for b in above[a]):
        return None  # a is above b, and yet b is not below a
    if any(a not in reach[b] and b not in reach[a] for a in items for b in items):
        return None
    groups: dict[int, list[str]] = {}
    for item in items:
        groups.setdefault(-len(reach[item]), []).append(item)
    return tuple(tuple(groups[size]) for size in sorted(groups))


def _reached(item: str, below: dict[str, set[str]]) -> set[str]:
    found, waiting = {item}, [item]
    while waiting:
        new = below[waiting.pop()] - found
        found |= new
        waiting += new
    return found
