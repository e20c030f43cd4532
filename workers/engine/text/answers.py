"""The answers to one record of a text question: candidates, and how far they are apart."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import NamedTuple

import numpy as np

from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.engine.measures.edit_distance import distances, words

MAX_APART = 2.0
"""Texts farther apart than this, in their mean lengths, have just nothing in common."""


class RecordAnswers(NamedTuple):
    """The answers to one record.

    Attributes
    ----------
    votes : list of Vote, by annotator
    candidates : list of str
        The answers that differ in more than case, punctuation and spaces, each as most wrote it,
        and of equally many with the fewest spaces; an adjudication as the reviewer wrote it. In the
        order of their words.
    said : ndarray of shape (n_votes,)
        The index of each vote's candidate.
    apart : ndarray of shape (n_candidates, n_candidates)
        At most MAX_APART, see `workers.engine.measures.edit_distance.distances`.
    truth : int or None
        The index of the adjudication.
    """

    votes: list[Vote]
    candidates: list[str]
    said: Ints
    apart: Floats
    truth: int | None


def answers_of(votes: list[Vote], adjudication: str | None, more: str = "") -> RecordAnswers:
    """Find the candidates among a record's votes; `more` is one that nobody gave.

    >>> votes = [Vote("r", "ann", "He left."), Vote("r", "ben", "he left"), Vote("r", "cas", "He?")]
    >>> answers_of(votes, None).candidates
    ['He?', 'He left.']
    """
    spelt: dict[tuple[str, ...], Counter[str]] = {}
    for vote in votes:
        spelt.setdefault(words(vote.value), Counter())[vote.value] += 1
    if adjudication is not None:
        spelt.setdefault(words(adjudication), Counter())[adjudication] += len(votes) + 1
    if more:
        spelt.setdefault(words(more), Counter())[more] += 0
    keys = sorted(spelt)
    numbers = {key: number for number, key in enumerate(keys)}
    usual = [
        min(spelt[key], key=lambda text: (-spelt[key][text], _spaces(text), text)) for key in keys
    ]
    said = np.array([numbers[words(vote.value)] for vote in votes], np.intp)
    apart = np.array(distances(keys), np.float64).reshape(len(keys), len(keys))
    apart = np.minimum(apart, MAX_APART)
    truth = None if adjudication is None else numbers[words(adjudication)]
    return RecordAnswers(votes, usual, said, apart, truth)


def answers_on(
    facts: CurrentFacts, record: str, before: RecordAnswers | None = None
) -> RecordAnswers:
    """Return the record's answers; `before` itself, if nothing has changed since."""
    truth, votes = facts.adjudications.get(record), facts.of(record)
    if before is not None and before.votes == votes:
        was = None if before.truth is None else before.candidates[before.truth]
        if was == truth:
            return before
    return answers_of(votes, truth)


def _spaces(text: str) -> int:
    return sum(map(str.isspace, text))


def checked_text(value: Value) -> str:
    """Return the text, normalized. Raises BadValue."""
    if not isinstance(value, str):
        raise BadValue(f"{value!r} is no text")
    return normalized(value)


def normalized(text: str) -> str:
    """Return the text in composed characters (NFC), with LF at the end of every line.

    >>> normalized("cafe\\u0301\\r\\n") == "caf\\u00e9\\n"
    True
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def frequent(answers: RecordAnswers) -> Floats:
    """Return what each vote says for each candidate in a majority, shape (n_votes, n_candidates).

    ``[v = t] - d(v, t) / (4n)``: see `TextMajority`.
    """
    own = np.eye(len(answers.candidates))
    return own[answers.said] - answers.apart[answers.said] / (4 * max(len(answers.votes), 1))
