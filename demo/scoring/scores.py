"""How right the values of many records are, each type of question by the figure that is usual for it.

A record without a value (a tie, no suggestion) counts as wrong as can be. Of single values:
`demo.scoring.closeness`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from argilla_distill.workers.engine.contract.question import QuestionType, Value
from demo.scenarios.question import Question
from demo.scoring.closeness import characters, kendall, share_right, word_errors, words

Pairs = Sequence[tuple[Value | None, Value]]
"""(value or None, true value) of each record."""


@dataclass(frozen=True)
class Measure:
    """A figure: its name, how to take it of pairs that are not empty, and whether it is a share.

    Of figures that are no shares, `low_is_good` says that they count errors.
    """

    name: str
    take: Callable[[Question, Pairs], float]
    share: bool = False
    low_is_good: bool = False


def accuracy(_: Question, pairs: Pairs) -> float:
    """The share of values that are exactly right.

    >>> accuracy(None, [("a", "a"), (None, "a"), ("b", "a"), ("a", "a")])
    0.5
    """
    return mean(bool(given == true) for given, true in pairs)


def labels_right(question: Question, pairs: Pairs) -> float:
    """The share of labels that are rightly there or rightly absent."""
    return mean(
        0 if given is None else share_right(question, given, true, ()) for given, true in pairs
    )


def mean_error(question: Question, pairs: Pairs) -> float:
    """How far the ratings are from the true ones, in points; no rating is a whole scale off."""
    worst = question.scale[-1] - question.scale[0]
    return float(mean(worst if given is None else abs(given - true) for given, true in pairs))


def mean_kendall(_: Question, pairs: Pairs) -> float:
    """Kendall's tau, averaged over the records; 0 without a ranking."""
    return mean(0 if given is None else kendall(given, true) for given, true in pairs)


def f1(_: Question, pairs: Pairs) -> float:
    """F1 of all labelled characters together; 1 where there are none.

    >>> from argilla_distill.workers.engine.contract.question import Span
    >>> f1(None, [((Span(0, 4, "x"),), (Span(2, 4, "x"),)), (None, (Span(0, 2, "x"),))])
    0.5
    """
    both = either = 0
    for given, true in pairs:
        one, other = characters(given or ()), characters(true)
        both, either = both + len(one & other), either + len(one) + len(other)
    return 2 * both / either if either else 1.0


def word_error_rate(_: Question, pairs: Pairs) -> float:
    """Words to put in, leave out or replace, as a share of all true words."""
    errors = sum(word_errors(given or "", true) for given, true in pairs)
    return errors / sum(len(words(true)) for _, true in pairs)


MEASURES: dict[QuestionType, tuple[Measure, ...]] = {
    "label": (Measure("accuracy", accuracy, share=True),),
    "multi_label": (
        Measure("labels right", labels_right, share=True),
        Measure("sets right", accuracy, share=True),
    ),
    "rating": (Measure("mean error", mean_error, low_is_good=True),),
    "ranking": (Measure("Kendall's tau", mean_kendall),),
    "span": (Measure("F1", f1),),
    "text": (Measure("word errors", word_error_rate, share=True, low_is_good=True),),
}
