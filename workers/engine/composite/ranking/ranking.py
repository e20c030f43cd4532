"""Ranking questions: which of two items comes before the other, for every pair of items."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from argilla_distill.workers.engine.composite.composite import Composite
from argilla_distill.workers.engine.composite.correction import ElementCorrection
from argilla_distill.workers.engine.composite.elements import MajorityElements, MirroredElements
from argilla_distill.workers.engine.composite.ranking.item_orders import ItemOrders
from argilla_distill.workers.engine.composite.ranking.pair_context import ImpliedOrder, ItemMerits
from argilla_distill.workers.engine.contract.question import Question, QuestionType

DEPENDENCE = 0.2
FIT_DEPENDENCE = 0.1
"""ρ of the votes on one pair, in the posterior and inside the fit."""

_make = partial(MirroredElements, dependence=DEPENDENCE, fit_dependence=FIT_DEPENDENCE)


class RankingMajority(Composite):
    """Each pair of items for itself, then the order that the pairs agree with most.

    An element is a pair of items a < b (in the alphabet), and its label whether a is ranked before,
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
    >>> model = RankingMajority(Question("ranking", ("a", "b", "c")))
    >>> said = [("ann", "abc"), ("ben", "bac"), ("cas", "acb")]
    >>> votes = [Vote("r", who, tuple((item,) for item in what)) for who, what in said]
    >>> [decision] = model.fit(votes).decide(["r"])
    >>> decision.value
    (('a',), ('b',), ('c',))
    """

    name: ClassVar[str] = "majority"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"ranking"})

    def __init__(self, question: Question) -> None:
        self._set_parts(ItemOrders(question), MajorityElements, ImpliedOrder())


class RankingDawidSkene(Composite):
    """Dawid and Skene's model of every pair, and the other pairs as one more voice.

    See `MirroredElements` and `ItemMerits`.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> pairs = [("ann", "ab"), ("ben", "bc"), ("cas", "cd")]  # nobody compared a and d
    >>> votes = [Vote("r", who, tuple((item,) for item in what)) for who, what in pairs]
    >>> [decision] = RankingDawidSkene(Question("ranking")).fit(votes).decide(["r"])
    >>> decision.value, round(decision.posterior["a > d"], 2)
    ((('a',), ('b',), ('c',), ('d',)), 0.71)
    """

    name: ClassVar[str] = "dawid_skene"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"ranking"})

    def __init__(self, question: Question) -> None:
        self._set_parts(ItemOrders(question), _make, ItemMerits())


class RankingLearned(Composite):
    """The same, corrected by adjudications, see `ElementCorrection`."""

    name: ClassVar[str] = "learned"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"ranking"})

    def __init__(self, question: Question) -> None:
        correction = ElementCorrection(mirrored=True)
        self._set_parts(ItemOrders(question), _make, ItemMerits(), correction)
