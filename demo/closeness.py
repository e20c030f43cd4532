"""How near one value is to another of the same question: 1 where they are equal, 0 at worst.

Of many values together: `demo.scores`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import combinations

from demo.question import Question
from workers.engine.question import QuestionType, Span, Value

Groups = tuple[tuple[str, ...], ...]


def closeness(question: Question, given: Value, true: Value) -> float:
    """By the type of the question: see the functions below."""
    return BY_TYPE[question.type](question, given, true)


def _equality(_: Question, given: Value, true: Value) -> float:
    return float(bool(given == true))


def _of_sets(question: Question, given: Value, true: Value) -> float:
    """The share of labels that both have or both lack."""
    return 1 - len({*given} ^ {*true}) / len(question.values)


def _of_ratings(question: Question, given: Value, true: Value) -> float:
    """1 less the distance, as a share of the scale's length."""
    return float(1 - abs(given - true) / (question.scale[-1] - question.scale[0]))


def _of_rankings(_: Question, given: Value, true: Value) -> float:
    return (1 + kendall(given, true)) / 2


def _of_spans(_: Question, given: Value, true: Value) -> float:
    """F1 of the labelled characters; 1 where both are empty."""
    one, other = characters(given), characters(true)
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def _of_texts(_: Question, given: Value, true: Value) -> float:
    """1 less the word error rate, 0 if that is more than 1."""
    return max(0.0, 1 - word_errors(given, true) / len(words(true)))


BY_TYPE: dict[QuestionType, Callable[[Question, Value, Value], float]] = {
    "label": _equality,
    "multi_label": _of_sets,
    "rating": _of_ratings,
    "ranking": _of_rankings,
    "span": _of_spans,
    "text": _of_texts,
}


def kendall(one: Groups, other: Groups) -> float:
    """Kendall's tau as Emond and Mason (2002) extend it to ties: the mean over pairs of options.

    A pair is 1 if both rankings order or tie it alike, 0 if only one ties it, else -1.

    >>> kendall((("a",), ("b", "c")), (("a",), ("b",), ("c",)))
    0.6666666666666666
    """
    places = [{option: n for n, group in enumerate(r) for option in group} for r in (one, other)]
    signs = [
        [(place[a] > place[b]) - (place[a] < place[b]) for place in places]
        for a, b in combinations(places[0], 2)
    ]
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
