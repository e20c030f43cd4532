"""The stretches of a record's text that span questions are decided on, found without a search.

What is made of them is `workers.engine.composite.span.marked_spans`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from argilla_distill.workers.engine.composite.record_elements import Element
from argilla_distill.workers.engine.contract.question import Question, Span

Stretch = tuple[int, int]
"""From a character up to another, which is not part of it."""


def stretches_of(spans: Iterable[Span]) -> list[Stretch]:
    """The text that these spans cover, cut wherever one of them starts or ends.

    >>> stretches_of([Span(0, 8, "name"), Span(4, 9, "name"), Span(12, 14, "name")])
    [(0, 4), (4, 8), (8, 9), (12, 14)]
    """
    change: dict[int, int] = {}
    for start, end, _ in spans:
        change[start] = change.get(start, 0) + 1
        change[end] = change.get(end, 0) - 1
    found, depth = [], 0
    for start, end in pairwise(sorted(change)):
        depth += change[start]
        if depth:
            found.append((start, end))
    return found


def stretch_of(element: Element) -> Stretch:
    """Where an element is.

    >>> stretch_of((0, "4-8"))
    (4, 8)
    """
    start, _, end = element[1].partition("-")
    return int(start), int(end)


def numbers_of(question: Question) -> dict[str, int]:
    """Return the number of the model that decides about each label.

    >>> numbers_of(Question("span", ("a", "b"))), numbers_of(Question("span", ("a", "b"), (), True))
    ({'a': 0, 'b': 0}, {'a': 0, 'b': 1})
    """
    return {label: i if question.overlapping else 0 for i, label in enumerate(question.labels)}


class Stretches:
    """A record's elements: by model's number, and by place in the text. No two of a model overlap.

    >>> places = Stretches([(0, "0-4"), (0, "4-8"), (1, "0-8")])
    >>> places.inside(0, (0, 6)), places.inside(0, (0, 8)), places.inside(1, (0, 8))
    (range(0, 1), range(0, 2), range(2, 3))
    """

    def __init__(self, elements: Sequence[Element]) -> None:
        self._first: dict[int, int] = {}
        self._starts: dict[int, list[int]] = {}
        self._ends: dict[int, list[int]] = {}
        for i, element in enumerate(elements):
            start, end = stretch_of(element)
            self._first.setdefault(element[0], i)
            self._starts.setdefault(element[0], []).append(start)
            self._ends.setdefault(element[0], []).append(end)

    def inside(self, number: int, place: tuple[int, int]) -> range:
        """Positions of the model's elements that are wholly within this place; in O(log n)."""
        if number not in self._first:
            return range(0)
        first, (start, end) = self._first[number], place
        low = bisect_left(self._starts[number], start)
        high = bisect_right(self._ends[number], end)
        return range(first + low, first + max(low, high))
