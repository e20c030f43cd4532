"""How far two values of one question are apart, from 0 (the same) to 1, for `agreement`.

| type | what it is |
| --- | --- |
| label | 1 for different labels |
| rating | the share of the scale between them (alpha of ratings squares points itself) |
| multi_label | MASI: sets that share labels are nearer, nearest where one holds the other |
| ranking | the share of pairs of items that are in another order; level against ordered is half |
| span | 1 - F1 of the labelled characters |
| text | edits in words, by the length of the longer text |
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from argilla_distill.workers.engine.contract.question import Question, Span, Value
from argilla_distill.workers.engine.measures.edit_distance import edits, words

MAX_WORDS = 200
"""What comes after so many words of a text is not compared."""

Difference = Callable[[Value, Value], float]


def difference(question: Question) -> Difference:
    """What tells how far two values of this question are apart."""
    if question.type == "rating":
        length = (max(question.scale) - min(question.scale) if question.scale else 0) or 1
        return lambda one, other: float(min(abs(one - other) / length, 1.0))
    return _OF[question.type]


def sets(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """1 - Jaccard · monotonicity: 1 for equal sets, 2/3 if one holds the other, 1/3 if they meet.

    Passonneau, Measuring agreement on set-valued items (MASI), LREC (2006).

    >>> sets(("a", "b"), ("a",)), sets((), ()), sets(("a",), ("b",))  # 1 - 1/2 · 2/3
    (0.6666666666666667, 0.0, 1.0)
    """
    here, there = set(one), set(other)
    if here == there:
        return 0.0
    both = len(here & there)
    nested = here <= there or there <= here
    return 1 - both / len(here | there) * (2 / 3 if nested else 1 / 3)


def rankings(one: tuple[tuple[str, ...], ...], other: tuple[tuple[str, ...], ...]) -> float:
    """The share of pairs of items ordered otherwise: Kendall's tau, with ties, from 0 to 1.

    Fagin et al., Comparing and aggregating rankings with ties, PODS (2004), with p = 1/2. Without
    two items in common nothing is known: 1/2.

    >>> rankings((("a",), ("b",), ("c",)), (("b",), ("a", "c")))  # a b turned, a c half
    0.5
    """
    here, there = (
        {item: place for place, group in enumerate(ranking) for item in group}
        for ranking in (one, other)
    )
    pairs = list(combinations(sorted(here.keys() & there.keys()), 2))
    if not pairs:
        return 0.5
    steps = ((here[a] - here[b], there[a] - there[b]) for a, b in pairs)
    return sum(abs(_sign(x) - _sign(y)) / 2 for x, y in steps) / len(pairs)


def _sign(step: int) -> int:
    return (step > 0) - (step < 0)


def spans(one: tuple[Span, ...], other: tuple[Span, ...]) -> float:
    """1 - F1 of the characters covered, label by label; where spans are few, agreement is F1.

    Hripcsak & Rothschild, Agreement, the F-measure, and reliability in information retrieval,
    JAMIA 12 (2005).

    >>> spans((Span(0, 4, "name"),), (Span(0, 4, "name"), Span(6, 10, "place")))  # 1 - 2·4 / 12
    0.33333333333333337
    """
    here, there = (
        {(s.label, at) for s in said for at in range(s.start, s.end)} for said in (one, other)
    )
    return 1 - 2 * len(here & there) / (len(here) + len(there)) if here or there else 0.0


def texts(one: str, other: str) -> float:
    """Words inserted, deleted or replaced, by the number of words of the longer text.

    >>> texts("He left.", "he left early")
    0.3333333333333333
    """
    here, there = words(one)[:MAX_WORDS], words(other)[:MAX_WORDS]
    return edits(here, there) / max(len(here), len(there), 1)


_OF: dict[str, Difference] = {
    "label": lambda one, other: float(one != other),
    "multi_label": sets,
    "ranking": rankings,
    "span": spans,
    "text": texts,
}
