"""One question of a dataset as columns: votes, adjudications, decisions, conflicts.

`survey` fills a `Gathering` record by record; `question_columns` makes arrays of it, once it is complete.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from argilla_distill.domain.explanation.voices import REVIEW
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.engine.measures.agreement import VoteArrays
from argilla_distill.workers.models.values import MAX_CHARACTERS, from_argilla, short

Ints = NDArray[np.int64]

NONE = -1
"""The code of no value."""


class Values:
    """The different values of one question, each with a code: a label's is its place."""

    def __init__(self, asked: Question) -> None:
        self.asked = asked
        self.list: list[Value] = []
        self._codes: dict[Value, int] = {}
        self._said: dict[Any, int] = {}
        if asked.type == "label":
            for label in asked.labels:
                self._new(label)

    def code(self, said: Any) -> int:
        """The code of a value in Argilla's JSON; NONE where the question takes no such value.

        >>> values = Values(Question("multi_label", ("a", "b")))
        >>> values.code(["b", "a"]), values.code(["a", "b"]), values.code(["c"]), values.code(None)
        (0, 0, -1, -1)
        """
        if said is None:
            return NONE
        key = said if isinstance(said, str) else json.dumps(said, sort_keys=True)
        if key not in self._said:
            try:
                value = from_argilla(self.asked, said)
                self._said[key] = self._codes.get(value, NONE)
                if self._said[key] == NONE:
                    self._said[key] = self._new(value)
            except BadValue:
                self._said[key] = NONE
        return self._said[key]

    def words(self, code: int) -> str:
        """A value in few words, empty for none."""
        return short(self.asked, None if code == NONE else self.list[code])

    def _new(self, value: Value) -> int:
        self._codes[value] = len(self.list)
        self.list.append(value)
        return self._codes[value]


@dataclass
class Gathering:
    """What was read so far of one question. Columns grow; maps are by a record's row."""

    name: str
    values: Values
    record: array[int] = field(default_factory=lambda: array("i"))
    annotator: array[int] = field(default_factory=lambda: array("i"))
    code: array[int] = field(default_factory=lambda: array("i"))
    at: array[int] = field(default_factory=lambda: array("q"))
    reviews: dict[int, tuple[int, int]] = field(default_factory=dict)
    audits: dict[int, float] = field(default_factory=dict)
    decided: tuple[array[int], array[int], array[float], array[float]] = field(
        default_factory=lambda: (array("i"), array("i"), array("d"), array("d"))
    )
    voice: tuple[array[int], array[int], array[float]] = field(
        default_factory=lambda: (array("i"), array("i"), array("f"))
    )
    probable: tuple[array[int], array[int], array[float]] = field(
        default_factory=lambda: (array("i"), array("i"), array("f"))
    )
    disputed: dict[int, str | tuple[int, ...]] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)

    def vote(self, row: int, annotator: int, said: Any, at: int) -> None:
        """Take in a current vote on a record."""
        code = self.values.code(said)
        if code != NONE:
            self.record.append(row)
            self.annotator.append(annotator)
            self.code.append(code)
            self.at.append(at)

    def review(self, row: int, said: Any, at: int) -> None:
        """Take in an adjudication of a record; the latest counts."""
        code = self.values.code(said)
        if code != NONE and at >= self.reviews.get(row, (NONE, 0))[1]:
            self.reviews[row] = code, at

    def audit(self, row: int, said: Any, pi: float) -> None:
        """Take in that a record was adjudicated because it was drawn, with that probability."""
        if self.values.code(said) != NONE:
            self.audits[row] = pi

    def decide(self, row: int, decision: StoredDecision) -> None:
        """What is decided on a record, as stored."""
        lean = decision.prior
        for voice in decision.voices:
            number, log_odds = voice.annotator, voice.log_odds
            if number != REVIEW:
                lean += log_odds
            if number >= 0:
                self.voice[0].append(row)
                self.voice[1].append(number)
                self.voice[2].append(log_odds)
        self.decided[0].append(row)
        self.decided[1].append(self.values.code(decision.value))
        self.decided[2].append(decision.confidence)
        self.decided[3].append(lean)
        if self.values.asked.type == "label":
            for label, probability in decision.posterior.items():
                code = self._label(label)
                if code != NONE:
                    self.probable[0].append(row)
                    self.probable[1].append(code)
                    self.probable[2].append(probability)

    def conflict(self, row: int, conflict: StoredConflict) -> None:
        """Votes on a record differ, or once did."""
        if not conflict.is_open:
            self.settled.add(row)
            return
        sizes = sorted((len(who) for who in conflict.sides.values()), reverse=True)
        self.disputed[row] = conflict.kind or tuple(sizes)

    def _label(self, cut: str) -> int:
        """The code of a label as stored posteriors have it."""
        code = self.values.code(cut)
        if code == NONE and len(cut) == MAX_CHARACTERS:
            named = (i for i, label in enumerate(self.values.asked.labels) if label.startswith(cut))
            code = next(named, NONE)
        return code


@dataclass(frozen=True)
class QuestionColumns:
    """What is known of one question now. Arrays are by record, where nothing else is said.

    Attributes
    ----------
    votes : VoteArrays
    at : when each vote was given, in ms since the epoch
    decided : code of the value decided for, NONE for none
    confidence : in [0, 1]; NaN where nothing was decided yet
    lean : nats toward the leader against the runner-up, reviewers' voices left out
    reviewed : code of the value that a reviewer decided for, NONE for none
    audits : row of a record that was audited → the probability with which it was drawn
    open : whether the conflict is open; `kinds` counts these, `settled` the others
    voice : record, annotator and log-odds (nats) of every voice in a decision
    posterior : csr_array of shape (n_records, n_labels); None but for labels
    """

    name: str
    values: Values
    votes: VoteArrays
    at: Ints
    decided: Ints
    confidence: Floats
    lean: Floats
    reviewed: Ints
    audits: Mapping[int, float]
    open: NDArray[np.bool_]
    kinds: Mapping[str, int]
    settled: int
    voice: tuple[Ints, Ints, Floats]
    posterior: Any = None

    @property
    def asked(self) -> Question:
        """The question as the engine sees it."""
        return self.values.asked

    @property
    def n_records(self) -> int:
        """Records of the dataset, with votes or without."""
        return len(self.decided)

    @cached_property
    def degree(self) -> Ints:
        """Votes per record."""
        return np.bincount(self.votes.record, minlength=self.n_records)


def question_columns(gathered: Gathering, n_records: int) -> QuestionColumns:
    """The columns as arrays."""
    columns = [
        np.array(column, np.int64)
        for column in (gathered.record, gathered.annotator, gathered.code, gathered.at)
    ]
    decided, reviewed = np.full(n_records, NONE), np.full(n_records, NONE)
    confidence, lean = np.full(n_records, np.nan), np.zeros(n_records)
    rows = np.array(gathered.decided[0], np.int64)
    for column, values in zip((decided, confidence, lean), gathered.decided[1:], strict=True):
        column[rows] = values
    for row, (code, _) in gathered.reviews.items():
        reviewed[row] = code
    is_open = np.zeros(n_records, bool)
    is_open[list(gathered.disputed)] = True
    kinds = Counter(
        kind if isinstance(kind, str) else _kind(kind, int(decided[row]))
        for row, kind in gathered.disputed.items()
    )
    record, annotator, log_odds = gathered.voice
    posterior = None
    if gathered.values.asked.type == "label":
        row_of, label, probability = (np.array(column) for column in gathered.probable)
        shape = (n_records, len(gathered.values.list))
        cells = (row_of.astype(np.int64), label.astype(np.int64))
        posterior = sparse.csr_array((probability.astype(np.float64), cells), shape=shape)
    return QuestionColumns(
        name=gathered.name,
        values=gathered.values,
        votes=VoteArrays(columns[0], columns[1], columns[2], gathered.values.list),
        at=columns[3],
        decided=decided,
        confidence=confidence,
        lean=lean,
        reviewed=reviewed,
        audits=gathered.audits,
        open=is_open,
        kinds=dict(kinds),
        settled=len(gathered.settled),
        voice=(
            np.array(record, np.int64),
            np.array(annotator, np.int64),
            np.array(log_odds, np.float64),
        ),
        posterior=posterior,
    )


def _kind(sizes: tuple[int, ...], decided: int) -> str:
    """The kind of an open conflict that was stored without it (see `workers.engine.measures.conflicts`).

    `sizes`: how many voices each side has, most first.
    """
    if decided == NONE:
        return "tie"
    if len(sizes) > 2:
        return "scatter"
    return "dissent" if len(sizes) > 1 and sizes[1] == 1 < sizes[0] else "split"
