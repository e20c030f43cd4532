"""Orders of items, taken apart into pairs: which of two items comes first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from argilla_distill.workers.engine.composite.decomposition import Decomposition
from argilla_distill.workers.engine.composite.elements import ElementModel
from argilla_distill.workers.engine.composite.ranking.implied import Relation, implied
from argilla_distill.workers.engine.composite.ranking.order import (
    agreement,
    exchanged,
    grouped,
    matrices,
)
from argilla_distill.workers.engine.composite.record_elements import (
    Element,
    RecordElements,
    WholeValue,
)
from argilla_distill.workers.engine.composite.taken_apart import element_name
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.decision import ADJUDICATED
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.errors import BadValue, UnknownLabel

WAYS = (">", "=", "<")
"""How the first item of a pair may stand to the second: before, level with, behind it."""

Groups = tuple[tuple[str, ...], ...]


class ItemOrders(Decomposition):
    """Elements are pairs of items a < b (in the alphabet), all in one model.

    A pair's label is whether a is ranked before, level with or behind b.
    """

    def labels_of_models(self) -> list[tuple[str, ...]]:
        return [WAYS]

    def checked(self, value: Value) -> Value:
        value = _plain(value)
        if not value:
            raise BadValue("a ranking ranks one item at least")
        for chain in _chains(value):
            items = [item for group in chain for item in group]
            if not items or len(set(items)) < len(items):
                raise BadValue(f"{value!r} ranks an item twice, or none")
            for item in items:
                if self.question.labels and item not in self.question.labels:
                    raise UnknownLabel(item, self.question.labels)
        return value

    def elements(self, facts: CurrentFacts, record: str) -> list[Element]:
        values = [vote.value for vote in facts.votes.get(record, {}).values()]
        if record in facts.adjudications:
            values.append(facts.adjudications[record])
        return [(0, f"{a}\x1e{b}") for a, b in combinations(self._items(values), 2)]

    def _items(self, values: Iterable[Value]) -> list[str]:
        if self.question.labels:
            return sorted(self.question.labels)
        return sorted(
            {item for value in values for chain in _chains(value) for item in sum(chain, ())}
        )

    def labels(self, elements: list[Element], value: Value) -> Iterable[tuple[Element, str]]:
        for chain in _chains(value):
            place = {item: i for i, group in enumerate(chain) for item in group}
            for a, b in combinations(sorted(place), 2):
                yield (0, f"{a}\x1e{b}"), WAYS[1 + np.sign(place[a] - place[b])]

    def whole(self, on: RecordElements, models: Sequence[ElementModel]) -> WholeValue:
        given = [vote.value for vote in on.votes.values()]
        items = self._items([*given, on.verdict] if on.verdict is not None else given)
        before, level = matrices(len(items), on.posterior)
        open_ = False
        if on.verdict is None:
            (model,) = models
            groups, open_ = grouped(before, level, implied_by(on, len(items), model)[0])
        else:
            at = {item: i for i, item in enumerate(items)}
            chain = (group for chain in _chains(on.verdict) for group in chain)
            groups = [[at[item] for item in group] for group in chain]
        named = tuple(tuple(items[i] for i in group) for group in groups)
        order = [i for group in groups for i in group]
        tied = list(named[0]) if open_ else []
        kept = agreement(groups, before, level)
        n = len(items)
        scores = [float(kept[i, order].sum() / (n - 1)) if n > 1 else 1.0 for i in order]
        if on.verdict is not None:
            scores = [ADJUDICATED] * len(order)
        weakest = min(pairwise(order), key=lambda ab: kept[ab], default=None)
        sides, other = (0, 0), named
        if weakest is not None:
            sides, flipped = exchanged(groups, *weakest, before, level)
            other = tuple(tuple(sorted(items[i] for i in group)) for group in flipped)
        return WholeValue(
            leader=None if tied else on.verdict or named,
            runner_up=None if tied else other,
            scores=tuple(scores),
            confidence=float(np.mean(scores)),
            posterior={
                f"{items[a]} > {items[b]}": float(before[a, b])
                for a, b in combinations(range(n), 2)
            },
            tied=tied,
            weakest=None
            if weakest is None
            else (0, "\x1e".join(items[i] for i in sorted(weakest))),
            sides=sides,
        )


def n_items_of(on: RecordElements) -> int:
    """Return the number of items that the record's pairs are made of; 0 where there are no pairs.

    >>> n_items_of(RecordElements("r", {}, None, [(0, "a"), (0, "b"), (0, "c")], [], []))  # three pairs
    3
    """
    n_pairs = len(on.elements)
    return (1 + round(np.sqrt(1 + 8 * n_pairs))) // 2 if n_pairs else 0


def implied_by(on: RecordElements, n_items: int, model: ElementModel) -> tuple[Relation, Relation]:
    """Return which items come before which by what nobody contradicts; and which were compared.

    Both are arrays of shape (n_items, n_items).
    """
    said = model.n_saying([element_name(on.record, part) for _, part in on.elements])
    over, level = matrices(n_items, list(said.astype(np.float64)))
    return implied(over, level), over + over.T + level > 0


def _plain(value: Any) -> Value:
    """Return the value as tuples. Raises BadValue."""
    if not isinstance(value, tuple | list) or not all(isinstance(x, tuple | list) for x in value):
        raise BadValue(f"{value!r} is no ranking")
    if any(isinstance(x, tuple | list) for group in value for x in group):
        return tuple(_plain(chain) for chain in value)
    if not all(isinstance(item, str) for group in value for item in group):
        raise BadValue(f"{value!r} has items that are no text")
    return tuple(tuple(sorted(group)) for group in value)


def _chains(value: Value) -> Iterator[Groups]:
    """Yield the rankings that a value consists of."""
    if value and value[0] and not isinstance(value[0][0], str):
        yield from value
    else:
        yield value
