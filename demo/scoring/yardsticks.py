"""What the simplest program would decide from the answers; the distilled values are compared with it.

The answers of one record to one question go in, one value comes out; None if they tie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import mean

from argilla_distill.workers.engine.contract.question import QuestionType, Span, Value
from demo.scenarios.question import Question
from demo.scoring.closeness import words


def yardstick(question: Question, answers: Sequence[Value]) -> Value | None:
    """By the type of the question: see the functions below. None without answers."""
    return BY_TYPE[question.type](question, answers) if answers else None


def majority(_: Question, answers: Sequence[Value]) -> Value | None:
    """The label given most often; None in a tie.

    >>> from demo.scenarios.material import PROBLEM
    >>> majority(PROBLEM, ["tone", "none", "tone"]), majority(PROBLEM, ["tone", "none"])
    ('tone', None)
    """
    ranked = Counter(answers).most_common(2)
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return None
    return ranked[0][0]


def majority_each(question: Question, answers: Sequence[Value]) -> Value | None:
    """The labels that more than half of the annotators gave.

    >>> from demo.scenarios.material import TOPICS
    >>> majority_each(TOPICS, [("account", "billing"), ("billing",), ("refund",)])
    ('billing',)
    """
    given = Counter(label for answer in answers for label in answer)
    return tuple(label for label in question.values if 2 * given[label] > len(answers))


def rounded_mean(question: Question, answers: Sequence[Value]) -> Value | None:
    """The rating of the scale that is nearest to the mean; the higher of two.

    >>> from demo.scenarios.material import POLITENESS
    >>> rounded_mean(POLITENESS, [5, 4])
    5
    """
    middle = mean(answers)
    return min(question.scale, key=lambda value: (abs(value - middle), -value))


def average_rank(question: Question, answers: Sequence[Value]) -> Value | None:
    """The options by their mean rank; those tied share the mean of their ranks.

    >>> from demo.scenarios.material import PRIORITIES
    >>> tied = (("tone",), ("accuracy", "brevity", "completeness"))
    >>> average_rank(PRIORITIES, [tied, (("brevity",), ("tone",), ("accuracy", "completeness"))])
    (('tone',), ('brevity',), ('accuracy', 'completeness'))
    """
    ranks: Counter[str] = Counter()
    for answer in answers:
        better = 0
        for group in answer:
            for option in group:
                ranks[option] += 2 * better + len(group)
            better += len(group)
    levels = sorted(set(ranks.values()))
    return tuple(tuple(sorted(o for o in ranks if ranks[o] == level)) for level in levels)


def majority_of_places(_: Question, answers: Sequence[Value]) -> Value | None:
    """The stretches of characters that more than half of the annotators labelled alike.

    >>> majority_of_places(None, [(Span(0, 5, "x"),), (Span(3, 8, "x"),), (Span(2, 6, "x"),)])
    (Span(start=2, end=6, label='x'),)
    """
    counts = Counter(
        (place, span.label)
        for answer in answers
        for span in answer
        for place in range(span.start, span.end)
    )
    labelled = sorted(key for key, n in counts.items() if 2 * n > len(answers))
    spans: list[Span] = []
    for place, label in labelled:
        if spans and (spans[-1].end, spans[-1].label) == (place, label):
            spans[-1] = spans[-1]._replace(end=place + 1)
        else:
            spans.append(Span(place, place + 1, label))
    return tuple(spans)


def most_frequent(_: Question, answers: Sequence[Value]) -> Value | None:
    """The text given most often, whatever its case and punctuation; of several the first one by the alphabet.

    >>> most_frequent(None, ["An invoice.", "a refund", "A refund!"])
    'A refund!'
    """
    given = Counter(tuple(words(answer)) for answer in answers)
    return min(answers, key=lambda answer: (-given[tuple(words(answer))], answer))


BY_TYPE: dict[QuestionType, Callable[[Question, Sequence[Value]], Value | None]] = {
    "label": majority,
    "multi_label": majority_each,
    "rating": rounded_mean,
    "ranking": average_rank,
    "span": majority_of_places,
    "text": most_frequent,
}

NAMES: dict[QuestionType, str] = {
    "label": "majority",
    "multi_label": "of each label",
    "rating": "mean, rounded",
    "ranking": "average rank",
    "span": "of each place",
    "text": "most frequent",
}
"""What the table calls them."""
