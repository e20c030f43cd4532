"""Words of records that tell what is decided on them: so that a reason speaks of the text, not of votes.

Read from a sample of the records' texts; nothing of it is believed by any strategy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from math import log, sqrt

import numpy as np

from argilla_distill.domain.explanation.sentences.evidence import words_of
from argilla_distill.workers.reporting.examples import shown
from argilla_distill.workers.reporting.question_columns import QuestionColumns
from argilla_distill.workers.reporting.survey import Survey

SAMPLE = 240
"""So many records' texts are read beside those of the examples."""

SURE = 0.8
"""Records of less sure decisions are not in the sample."""

MIN_RECORDS = 3
"""A word must be in so many records of a label."""

MIN_Z = 1.96
"""And be in them so many standard errors more often than in the others."""

PRIOR = 10.0
"""Records that the prior counts for, spread as words are in general."""

MAX_WORDS = 40
"""So many words are kept of each label."""


def sample(survey: Survey, questions: Iterable[QuestionColumns]) -> list[int]:
    """Rows of complete records with sure decisions, the same at each report."""
    rows: set[int] = set()
    for question in questions:
        if question.asked.type in ("label", "multi_label"):
            sure = survey.complete & ~question.open & (question.confidence >= SURE)
            rows.update(np.flatnonzero(sure).tolist())
    return sorted(rows, key=lambda row: blake2b(survey.ids[row].encode()).digest())[:SAMPLE]


def telling_words(
    survey: Survey, question: QuestionColumns, texts: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Label → the words that most tell it apart, the most telling first.

    Parameters
    ----------
    texts : record → its whole text.
    """
    if question.asked.type not in ("label", "multi_label"):
        return {}
    rows = [row for record in texts if (row := survey.rows.get(record)) is not None]
    known = [row for row in rows if survey.complete[row] and question.confidence[row] >= SURE]
    words = {row: words_of(texts[survey.ids[row]]) for row in known}
    found = {}
    for each in shown(question):
        has = each.among(question.decided[np.array(known, np.int64)]).tolist()
        inside = [words[row] for row, yes in zip(known, has, strict=True) if yes]
        outside = [words[row] for row, yes in zip(known, has, strict=True) if not yes]
        found[each.words] = apart(inside, outside)
    return {label: words for label, words in found.items() if words}


def apart(inside: Sequence[frozenset[str]], outside: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """The words that are in more of the first texts than of the others, the most telling first.

    Log-odds of a word's share among the first against the others, under a Dirichlet prior of
    PRIOR records that is as words are in general, in standard errors::

        z = δ / sqrt(1 / (n1 + a) + 1 / (n2 + a)),  δ = log-odds(n1 + a, N1 + PRIOR) - log-odds(n2 + a, …)

    with n the records that have the word, of N, and a = PRIOR · share of all records that have it.
    Monroe, Colaresi & Quinn, Fightin' words, Political Analysis 16 (2008), on records for words.

    >>> thanks, days = frozenset(["thanks", "day"]), frozenset(["day"])
    >>> apart([thanks] * 9, [days] * 9)
    ('thanks',)
    """
    mine, theirs = (Counter(word for text in texts for word in text) for texts in (inside, outside))
    every = len(inside) + len(outside)
    ranked = []
    for word, count in mine.items():
        if count < MIN_RECORDS:
            continue
        a = PRIOR * (count + theirs[word]) / every
        here = log((count + a) / (len(inside) + PRIOR - count - a + 0.5))
        there = log((theirs[word] + a) / (len(outside) + PRIOR - theirs[word] - a + 0.5))
        z = (here - there) / sqrt(1 / (count + a) + 1 / (theirs[word] + a))
        if z >= MIN_Z:
            ranked.append((-z, word))
    return tuple(word for _, word in sorted(ranked)[:MAX_WORDS])
