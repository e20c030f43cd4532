"""How near one value is to another of the same question.

Figures of many records together are `demo.scoring.scores`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise

from argilla_distill.workers.engine.contract.question import QuestionType, Span, Value
from demo.scenarios.question import Question

Groups = tuple[tuple[str, ...], ...]


def share_right(question: Question, given: Value, true: Value, said: Sequence[Value]) -> float:
    """The share of the value's parts that are right, as the strategies count reliability.

    The parts of a set are all labels, there or not; of a ranking, all pairs of options; of spans,
    the stretches into which all that was said cuts whatever anybody marked. Labels and ratings have
    one part; of texts it is 1 less the word error rate.

    Parameters
    ----------
    said : what all annotators answered, this one included.
    """
    return PARTS[question.type](question, given, true, said)


def _whole(_: Question, given: Value, true: Value, __: Sequence[Value]) -> float:
    return float(bool(given == true))


def _labels(question: Question, given: Value, true: Value, _: Sequence[Value]) -> float:
    return 1 - len({*given} ^ {*true}) / len(question.values)


def _pairs(_: Question, given: Value, true: Value, __: Sequence[Value]) -> float:
    signs = _signs(given, true)
    return sum(one == other for one, other in signs) / len(signs)


def _stretches(_: Question, given: Value, true: Value, said: Sequence[Value]) -> float:
    values = [given, true, *said]
    marked = {place for value in values for place, _ in characters(value)}
    cuts = sorted({edge for value in values for span in value for edge in (span.start, span.end)})
    starts = [start for start, _ in pairwise(cuts) if start in marked]
    one, other = dict(characters(given)), dict(characters(true))
    right = [one.get(start) == other.get(start) for start in starts]
    return sum(right) / len(right) if right else 1.0


def _words(_: Question, given: Value, true: Value, __: Sequence[Value]) -> float:
    return max(0.0, 1 - word_errors(given, true) / len(words(true)))


PARTS: dict[QuestionType, Callable[[Question, Value, Value, Sequence[Value]], float]] = {
    "label": _whole,
    "multi_label": _labels,
    "rating": _whole,
    "ranking": _pairs,
    "span": _stretches,
    "text": _words,
}


def _signs(one: Groups, other: Groups) -> list[tuple[int, int]]:
    """For each pair of options, whether each ranking has it in this order: -1, 0 or 1."""
    places = [{option: n for n, group in enumerate(r) for option in group} for r in (one, other)]
    first, second = (
        [(place[a] > place[b]) - (place[a] < place[b]) for a, b in combinations(sorted(place), 2)]
        for place in places
    )
    return list(zip(first, second, strict=True))


def kendall(one: Groups, other: Groups) -> float:
    """Kendall's tau as Emond and Mason (2002) extend it to ties: the mean over pairs of options.

    A pair is 1 if both rankings order or tie it alike, 0 if only one ties it, else -1.

    >>> kendall((("a",), ("b", "c")), (("a",), ("b",), ("c",)))
    0.6666666666666666
    """
    signs = _signs(one, other)
    return sum(1 if x == y else 0 if x * y == 0 else -1 for x, y in signs) / len(signs)


def characters(spans: Sequence[Span]) -> set[tuple[int, str]]:
    """The labelled characters: (place, label).

    >>> sorted(characters([Span(3, 5, "x")]))
    [(3, 'x'), (4, 'x')]
    """
    return {(place, span.label) for span in spans for place in range(span.start, span.end)}


def words(text: str) -> list[str]:
    """In lower case, without punctuation.

    >>> words("Don't PANIC, please!")
    ["don't", 'panic', 'please']
    """
    return re.findall(r"[\w'-]+", text.lower())


def word_errors(given: str, true: str) -> int:
    """How many words must be put in, left out or replaced to make one text of the other.

    >>> word_errors("the cat sat", "The cat has sat down.")
    2
    """
    one, other = words(given), words(true)
    row = list(range(len(other) + 1))
    for n, word in enumerate(one, 1):
        before, row[0] = row[0], n
        for m, wanted in enumerate(other, 1):
            best = min(row[m] + 1, row[m - 1] + 1, before + (word != wanted))
            before, row[m] = row[m], best
    return row[-1]
