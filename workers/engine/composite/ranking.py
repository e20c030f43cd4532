"""Ranking questions: which of two items comes before the other, for every pair of items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit

from argilla_distill.workers.engine.composite.composite import Composite
from argilla_distill.workers.engine.composite.elements import (
    ElementModel,
    MajorityElements,
    MirroredElements,
)
from argilla_distill.workers.engine.composite.implied import Relation, implied, surest_paths
from argilla_distill.workers.engine.composite.order import (
    agreement,
    exchanged,
    grouped,
    matrices,
    merits,
)
from argilla_distill.workers.engine.composite.parts import Element, Reading, Whole
from argilla_distill.workers.engine.composite.taught import Taught
from argilla_distill.workers.engine.contract.decision import ADJUDICATED
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import QuestionType, Value, label_question
from argilla_distill.workers.engine.errors import BadValue, UnknownLabel

WAYS = (">", "=", "<")
"""How the first item of a pair may stand to the second: before, level with, behind it."""

DEPENDENCE = 0.2
FIT_DEPENDENCE = 0.1
"""ρ of the votes on one pair, in the posterior and inside the fit."""

OWN = 0.3
MERITS = 1.5
"""How far the votes on a pair count, and the merits of its items, which rest on them as well."""

Groups = tuple[tuple[str, ...], ...]


class RankingMajority(Composite):
    """Each pair of items for itself, then the order that the pairs agree with most.

    An element is a pair of items a < b (in the alphabet), and its label whether a stands before,
    level with or behind b. The posterior of a pair comes from those who ranked both; annotators may
    rank some items only. A value may also be several rankings of some items each, such as single
    pairs: ``((("a",), ("b",)), (("c",), ("a",)))`` says a > b and c > a, and of b and c nothing.

    The order is the one nearest to all annotators in expectation (Kemeny 1959), or close to it, see
    `grouped`. It never contradicts comparisons that nobody contradicted, nor what follows from
    them (`implied`): whoever alone compared two items has their order. Neighbours stand level where
    that is more probable than either order, or where nothing at all tells them apart; if that is
    so of all items, such as in a perfect cycle, there is no order to decide for.

    A pair that nobody compared, and whose order follows, is as sure as the weakest of the
    comparisons that it follows from.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.contract.question import Question
    >>> model = RankingMajority(Question("ranking", ("a", "b", "c")))
    >>> said = [("ann", "abc"), ("ben", "bac"), ("cas", "acb")]
    >>> votes = [Vote("r", who, tuple((item,) for item in what)) for who, what in said]
    >>> [decision] = model.fit(votes).decide(["r"])
    >>> decision.value
    (('a',), ('b',), ('c',))
    """

    name: ClassVar[str] = "majority"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"ranking"})

    def _models(self) -> list[ElementModel]:
        return [MajorityElements(label_question(*WAYS))]

    def _checked(self, value: Value) -> Value:
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

    def _elements(self, record: str) -> list[Element]:
        return [(0, f"{a}\x1e{b}") for a, b in combinations(self._items(record), 2)]

    def _items(self, record: str) -> list[str]:
        if self.question.labels:
            return sorted(self.question.labels)
        values = [vote.value for vote in self.votes_on(record).values()]
        if record in self.standing_.adjudications:
            values.append(self.standing_.adjudications[record])
        return sorted(
            {item for value in values for chain in _chains(value) for item in sum(chain, ())}
        )

    def _labels(self, elements: list[Element], value: Value) -> Iterable[tuple[Element, str]]:
        for chain in _chains(value):
            place = {item: i for i, group in enumerate(chain) for item in group}
            for a, b in combinations(sorted(place), 2):
                yield (0, f"{a}\x1e{b}"), WAYS[1 + np.sign(place[a] - place[b])]

    def _implied(self, reading: Reading) -> tuple[Relation, Relation]:
        """Which items come before which by what nobody contradicts; and which were compared."""
        (model,) = self.models_
        n = len(self._items(reading.record))
        said = model.n_saying([f"{reading.record}\x1f{part}" for _, part in reading.elements])
        over, level = matrices(n, list(said.astype(np.float64)))
        return implied(over, level), over + over.T + level > 0

    def _in_context(self, reading: Reading) -> list[Floats]:
        n = len(self._items(reading.record))
        if n < 2:
            return reading.own
        above, compared = self._implied(reading)
        before, _ = matrices(n, reading.own)
        surest = surest_paths(before, above & compared)
        follows = above & ~compared & (surest > before)
        found, upper = np.array(reading.own), np.triu_indices(n, 1)
        for relation, way in ((follows, 0), (follows.T, 2)):
            chosen = relation[upper]
            chance = np.maximum(surest, surest.T)[upper][chosen]
            found[chosen] = (1 - chance[:, None]) / 2
            found[chosen, way] = chance
        return _coherent(found, above)

    def _whole(self, reading: Reading) -> Whole:
        items = self._items(reading.record)
        before, level = matrices(len(items), reading.posterior)
        open_ = False
        if reading.verdict is None:
            groups, open_ = grouped(before, level, self._implied(reading)[0])
        else:
            at = {item: i for i, item in enumerate(items)}
            chain = (group for chain in _chains(reading.verdict) for group in chain)
            groups = [[at[item] for item in group] for group in chain]
        named = tuple(tuple(items[i] for i in group) for group in groups)
        order = [i for group in groups for i in group]
        tied = list(named[0]) if open_ else []
        kept = agreement(groups, before, level)
        n = len(items)
        scores = [float(kept[i, order].sum() / (n - 1)) if n > 1 else 1.0 for i in order]
        if reading.verdict is not None:
            scores = [ADJUDICATED] * len(order)
        weakest = min(pairwise(order), key=lambda ab: kept[ab], default=None)
        sides, other = (0, 0), named
        if weakest is not None:
            sides, flipped = exchanged(groups, *weakest, before, level)
            other = tuple(tuple(sorted(items[i] for i in group)) for group in flipped)
        return Whole(
            leader=None if tied else reading.verdict or named,
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


class RankingDawidSkene(RankingMajority):
    """Dawid and Skene's model of every pair, and the other pairs as one more voice.

    A pair that few compared is known from what both were compared with. With f[a, b] the share of
    the votes on a pair that have a first, and m[a, b] how many there are, weighted by how much
    better than chance their annotators are, items have merits s (Bradley & Terry, Rank analysis of
    incomplete block designs, Biometrika 39, 1952), with a standard normal prior. With P[a, b] what
    the model makes of the votes on the pair alone::

        s = argmax Σ m[a, b] (f[a, b] log σ(s_a - s_b) + f[b, a] log σ(s_b - s_a)) - Σ s² / 2
        log P(a > b) / P(b > a) = OWN · log P[a, b] / P[b, a] + MERITS · (s_a - s_b)

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.contract.question import Question
    >>> pairs = [("ann", "ab"), ("ben", "bc"), ("cas", "cd")]  # nobody compared a and d
    >>> votes = [Vote("r", who, tuple((item,) for item in what)) for who, what in pairs]
    >>> [decision] = RankingDawidSkene(Question("ranking")).fit(votes).decide(["r"])
    >>> decision.value, round(decision.posterior["a > d"], 2)
    ((('a',), ('b',), ('c',), ('d',)), 0.71)
    """

    name: ClassVar[str] = "dawid_skene"

    def _models(self) -> list[ElementModel]:
        question = label_question(*WAYS)
        return [MirroredElements(question, dependence=DEPENDENCE, fit_dependence=FIT_DEPENDENCE)]

    def _in_context(self, reading: Reading) -> list[Floats]:
        items = self._items(reading.record)
        if len(items) < 2:
            return reading.own
        above, _ = self._implied(reading)
        if len(items) < 3:
            return _coherent(np.array(reading.own), above)
        own = np.maximum(np.array(reading.own), np.finfo(float).tiny)
        (model,) = self.models_
        names = [f"{reading.record}\x1f{part}" for _, part in reading.elements]
        assert isinstance(model, MirroredElements)
        first, second = np.triu_indices(len(items), 1)
        merit = merits(first, second, *model.said(names))
        odds = OWN * (np.log(own[:, 0]) - np.log(own[:, 2])) + MERITS * (
            merit[first] - merit[second]
        )
        ahead, apart = expit(odds), own[:, 0] + own[:, 2]
        found = np.stack([apart * ahead, own[:, 1], apart * (1 - ahead)], axis=1)
        return _coherent(found, above)


class RankingLearned(Taught, RankingDawidSkene):
    """The same, taught by adjudications, see `Taught`."""

    name: ClassVar[str] = "learned"
    mirrored: ClassVar[bool] = True


def _coherent(posterior: Floats, above: Relation) -> list[Floats]:
    """The posterior of pairs, but that no pair is held to be more probable against what follows.

    Annotators of whom little is known, or little good, may else be believed to mean the reverse.
    """
    p, upper = posterior.copy(), np.triu_indices(len(above), 1)
    forward, backward = above[upper], above.T[upper]
    wrong = (forward & (p[:, 0] < p[:, 2])) | (backward & (p[:, 2] < p[:, 0]))
    p[wrong, 0] = p[wrong, 2] = (p[wrong, 0] + p[wrong, 2]) / 2
    return list(p)


def _plain(value: Any) -> Value:
    """The value as tuples. Raises BadValue."""
    if not isinstance(value, tuple | list) or not all(isinstance(x, tuple | list) for x in value):
        raise BadValue(f"{value!r} is no ranking")
    if any(isinstance(x, tuple | list) for group in value for x in group):
        return tuple(_plain(chain) for chain in value)
    if not all(isinstance(item, str) for group in value for item in group):
        raise BadValue(f"{value!r} has items that are no text")
    return tuple(tuple(sorted(group)) for group in value)


def _chains(value: Value) -> Iterator[Groups]:
    """The rankings that a value consists of."""
    if value and value[0] and not isinstance(value[0][0], str):
        yield from value
    else:
        yield value
