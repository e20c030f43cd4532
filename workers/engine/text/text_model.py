"""What text strategies share: candidates, how far they are apart, and the yardstick."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice, Voice, trust
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import QuestionType, Value
from argilla_distill.workers.engine.contract.reliability import ANNOTATOR_VOTES
from argilla_distill.workers.engine.contract.strategy import Reliability
from argilla_distill.workers.engine.contract.value_model import ValueModel, believed
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.engine.measures.edit_distance import distances, words

MOST_APART = 2.0
"""Texts farther apart than this, in their mean lengths, have just nothing in common."""


class Answers(NamedTuple):
    """The answers to one record.

    Attributes
    ----------
    votes : list of Vote, by annotator
    candidates : list of str
        The answers that differ in more than case, punctuation and spaces, each as most wrote it;
        an adjudication as the reviewer wrote it. In the order of their words.
    said : ndarray of shape (n_votes,)
        Which candidate each vote is.
    apart : ndarray of shape (n_candidates, n_candidates)
        At most MOST_APART, see `workers.engine.measures.edit_distance.distances`.
    truth : int or None
        Which candidate is the adjudication.
    """

    votes: list[Vote]
    candidates: list[str]
    said: Ints
    apart: Floats
    truth: int | None


def answers_of(votes: list[Vote], adjudication: str | None, more: str = "") -> Answers:
    """Tell the candidates among a record's votes; `more` is one that nobody gave.

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
    usual = [min(spelt[key], key=lambda text: (-spelt[key][text], text)) for key in keys]
    said = np.array([numbers[words(vote.value)] for vote in votes], np.intp)
    apart = np.array(distances(keys), np.float64).reshape(len(keys), len(keys))
    apart = np.minimum(apart, MOST_APART)
    truth = None if adjudication is None else numbers[words(adjudication)]
    return Answers(votes, usual, said, apart, truth)


class TextModel(ValueModel):
    """A fold over the answers to one text question."""

    types: ClassVar[frozenset[QuestionType]] = frozenset({"text"})

    def _checked(self, value: Value) -> Value:
        if not isinstance(value, str):
            raise BadValue(f"{value!r} is no text")
        return normalized(value)

    def _answers(self, record: str, before: Answers | None = None) -> Answers:
        """The record's answers; `before`, if they still are."""
        truth, votes = self.standing_.adjudications.get(record), self.standing_.of(record)
        if before is not None and before.votes == votes:
            was = None if before.truth is None else before.candidates[before.truth]
            if was == truth:
                return before
        return answers_of(votes, truth)


def normalized(text: str) -> str:
    """What looks the same is the same: composed characters (NFC), and LF for every end of a line.

    >>> normalized("cafe\\u0301\\r\\n") == "caf\\u00e9\\n"
    True
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def frequent(answers: Answers) -> Floats:
    """What each vote says for each candidate, as majority has it, shape (n_votes, n_candidates)."""
    own = np.eye(len(answers.candidates))
    return own[answers.said] - answers.apart[answers.said] / (4 * max(len(answers.votes), 1))


class TextMajority(TextModel):
    """The most frequent answer, and where none is, the one nearest to all. The yardstick of texts.

    ``log P(t) = Σ_j ([v[j] = t] - d(v[j], t) / (4n)) + const``: being the same counts 1, and all
    distances together never count more than a half. Answers are the same that differ only in case,
    punctuation and spaces.

    >>> from argilla_distill.workers.engine.contract.question import Question
    >>> said = {"ann": "he left", "ben": "He left early.", "cas": "he left late"}
    >>> votes = [Vote("r", who, what) for who, what in said.items()]
    >>> model = TextMajority(Question("text")).fit(votes)
    >>> model.decide(["r"])[0].value
    'he left late'
    >>> model.learn(Vote("r", "dan", "He left early!"))
    >>> model.decide(["r"])[0].value
    'He left early!'
    """

    name: ClassVar[str] = "majority"

    def _fit(self) -> None:
        """Nothing is learned."""

    def _choices(self, records: Sequence[str]) -> list[Choice]:
        choices = []
        for record in records:
            answers = self._answers(record)
            n = len(answers.votes)
            voices = [
                Voice(vote.annotator, vote.value, 0.5, log)
                for vote, log in zip(answers.votes, frequent(answers), strict=True)
            ]
            anchor = None if answers.truth is None else answers.candidates[answers.truth]
            prior = np.zeros(len(answers.candidates))
            choices.append(Choice(answers.candidates, prior, voices, anchor, trust(n)))
        return choices

    def annotators(self) -> list[Reliability]:
        """Accuracy: the share of their answers that another one's equals, drawn to a half."""
        found = []
        for name, records in self.standing_.records.items():
            hits, n = 0, len(records)
            for record in records:
                mine = words(self.standing_.votes[record][name].value)
                others = [v for v in self.standing_.of(record) if v.annotator != name]
                hits += any(words(vote.value) == mine for vote in others)
            strength = n + ANNOTATOR_VOTES
            found.append(believed(name, (hits + ANNOTATOR_VOTES / 2) / strength, strength, n))
        return found
