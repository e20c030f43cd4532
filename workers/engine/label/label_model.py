"""What all strategies for label questions share: the fold over votes and adjudications.

Learn, revert, what moved, decisions, reliabilities, state. What annotators are judged by is
`judgement`'s; how votes become a posterior is each strategy's own (`majority`, `dawid_skene`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from argilla_distill.workers.engine.contract.decision import Contribution, Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Vote
from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.question import Question, question_of
from argilla_distill.workers.engine.contract.shares import leaders
from argilla_distill.workers.engine.contract.strategy import Reliability, State, Strategy
from argilla_distill.workers.engine.errors import NotCurrent
from argilla_distill.workers.engine.label.judgement import Judgement, grown
from argilla_distill.workers.engine.label.label_decision import contenders, decision_of
from argilla_distill.workers.engine.label.votes import given_rows
from argilla_distill.workers.engine.label.votes.vote_matrix import ROWS
from argilla_distill.workers.engine.label.votes.votes import Votes

if TYPE_CHECKING:
    from typing_extensions import Self


class LabelModel(Judgement, Strategy):
    """A fold over the votes on one label question.

    Attributes
    ----------
    Those of `Judgement`, and

    reported_ : ndarray of shape (≥ n_records, n_labels), float32
        The posterior as `moved` last reported it; infinite where it never did.
    """

    reported_: NDArray[np.float32]
    _touched: set[int] | None  # rows that may have moved; None: all of them

    def __init__(self, question: Question) -> None:
        self.question = question
        self.labels = question.labels

    @abstractmethod
    def _fit(self) -> None:
        """Set `responsibility_` and `counts_` (and the model) from `votes_`, from scratch.

        The responsibilities are to be `_anchored`.
        """

    @abstractmethod
    def _posterior(self, rows: Ints) -> Floats:
        """The posterior of these rows under the model as it is now, shape (len(rows), n_labels)."""

    @abstractmethod
    def _unseen(self) -> Floats:
        """The posterior of a record without votes, shape (n_labels,)."""

    @abstractmethod
    def _parts(
        self, n: int, where: Ints, slots: AnyInts, leader: Ints, other: Ints
    ) -> tuple[Floats, Floats]:
        """Why the leaders of n records lead: the prior log-odds of leader : other, and each vote's.

        They add up to the whole. ``where`` has the records of the votes in ``slots``; ``leader``
        and ``other`` have a label's code for every record.
        """

    def _reasons(self, slots: list[int], leader: int, other: int) -> tuple[float, list[float]]:
        """The same for one record."""
        where = np.zeros(len(slots), np.intp)
        first, second = np.array([leader]), np.array([other])
        prior, odds = self._parts(1, where, np.array(slots, np.intp), first, second)
        return float(prior[0]), odds.tolist()

    def _responsibility(self, rows: Ints) -> Floats:
        return self._posterior(rows)

    def _follow(self, annotators: Ints) -> None:
        """By itself a model learns nothing of them but their counts."""

    def _published(self, rows: Ints) -> Floats:
        """The posterior that follows from the `responsibility_` of these rows."""
        return self.responsibility_[rows]

    def _settle(self, tolerance: float) -> None:
        """Let changed annotators reach their other records, by `_shift`."""

    def _take(self, facts: list[Fact]) -> None:
        """Forget all facts but votes and adjudications; take those of other kinds among these."""

    def _others_say(self, row: int, leader: int, other: int) -> list[Contribution]:
        """The voices on this record that are nobody's vote, but for a reviewer's."""
        return []

    # -- the contract -----------------------------------------------------------------------

    def fit(self, facts: Iterable[Fact]) -> Self:
        rest: list[Fact] = []
        self.votes_ = Votes.of(self.labels, _votes(facts, rest))
        adjudications = [fact for fact in rest if isinstance(fact, Adjudication)]
        codes = [self.votes_.code(value) for _, value in adjudications]
        rows = [self.votes_.row(record) for record, _ in adjudications]
        self._take(rest)
        n = len(self.votes_.records)
        self.anchors_ = np.full(n, -1, np.int16)
        self.anchors_[rows] = codes
        self.reported_ = np.full((n, len(self.labels)), np.inf, np.float32)
        return self.refit()

    def refit(self) -> Self:
        self._fit()
        self._fitted_votes = len(self.votes_)
        self._changed_votes = 0
        self._touched = None
        return self

    def learn(self, fact: Fact) -> None:
        votes = self.votes_
        if isinstance(fact, Vote):
            votes.code(fact.value)
            row, column = votes.row(fact.record), votes.column(fact.annotator)
            self._make_room()
            self._count(np.array([row]), -1.0)
            votes.put(fact)
            self._recount(row, column)
        elif isinstance(fact, Adjudication):
            code, row = votes.code(fact.value), votes.row(fact.record)
            self._make_room()
            self._anchor(row, code)

    def revert(self, fact: Fact) -> None:
        votes = self.votes_
        if isinstance(fact, Vote):
            standing = votes.get(fact.record, fact.annotator)
            if standing is None or standing != fact.value:
                raise NotCurrent(fact, standing)
            row, column = votes.row(fact.record), votes.column(fact.annotator)
            self._count(np.array([row]), -1.0)
            votes.drop(fact.record, fact.annotator)
            self._recount(row, column)
        elif isinstance(fact, Adjudication):
            there = votes.find_row(fact.record)
            code = -1 if there is None else int(self.anchors_[there])
            standing = None if code < 0 else self.labels[code]
            if there is None or standing != fact.value:
                raise NotCurrent(fact, standing)
            self._anchor(there, -1)

    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        records = list(records)
        found = [self.votes_.find_row(record) for record in records]
        known = np.array([at for at, row in enumerate(found) if row is not None], np.intp)
        rows = np.array([row for row in found if row is not None], np.intp)
        posteriors = np.tile(self._unseen(), (len(records), 1))
        if len(rows):
            posteriors[known] = self._anchored(rows, self._posterior(rows))
        where, slots = self.votes_.of_records(rows)
        first, second = contenders(posteriors)
        prior, odds = self._parts(len(records), known[where], slots, first, second)
        voices = self._voices(len(records), known[where], slots, odds)
        decisions = []
        for at, record in enumerate(records):
            row, n_votes = found[at], len(voices[at])
            if row is not None:
                voices[at] += self._others_say(row, int(first[at]), int(second[at]))
            adjudicated = row is not None and int(self.anchors_[row]) >= 0
            why = float(prior[at]), voices[at], n_votes, adjudicated
            decisions.append(decision_of(record, self.labels, posteriors[at], *why, floor))
        return decisions

    def _voices(
        self, n: int, where: Ints, slots: AnyInts, odds: Floats
    ) -> list[list[Contribution]]:
        """Each record's votes as contributions, by annotator."""
        voices: list[list[Contribution]] = [[] for _ in range(n)]
        _, annotator, label = self.votes_.columns()
        accuracy = self._accuracy()[0] if len(slots) else np.empty(0)
        columns = (where, annotator[slots], label[slots], odds)
        for at, j, code, part in zip(*(column.tolist() for column in columns), strict=True):
            name = self.votes_.annotators[j]
            voices[at].append(Contribution(name, self.labels[code], float(accuracy[j]), part))
        for each in voices:
            each.sort(key=lambda c: c.annotator)
        return voices

    def moved(self, tolerance: float) -> list[str]:
        self._settle(tolerance)
        n = len(self.votes_.records)
        rows = np.arange(n) if self._touched is None else np.array(sorted(self._touched), np.intp)
        self._touched = set()
        parts = [rows[at : at + ROWS] for at in range(0, len(rows), ROWS)]
        return [self.votes_.records[row] for part in parts for row in self._note(part, tolerance)]

    def _note(self, rows: Ints, tolerance: float) -> Ints:
        """Those of these rows whose decision moved; it is noted as reported."""
        now, before = self._anchored(rows, self._published(rows)), self.reported_[rows]
        voted, known = self._heard(rows), np.isfinite(before[:, 0])
        differs = np.abs(now - before).max(axis=1, initial=0.0) > tolerance
        differs |= leaders(now, voted) != leaders(before.astype(np.float64), known)
        differs &= voted | known
        self.reported_[rows[differs]] = now[differs]
        return np.asarray(rows[differs], np.intp)

    def annotators(self) -> list[Reliability]:
        accuracy, strength = self._accuracy()
        hits, misses = accuracy * strength, (1 - accuracy) * strength
        low, high = betaincinv(hits, misses, 0.05), betaincinv(hits, misses, 0.95)
        confusion = self._confusions()
        return [
            Reliability(name, float(accuracy[j]), float(low[j]), float(high[j]), n, confusion[j])
            for j, name in enumerate(self.votes_.annotators)
            if (n := self.votes_.n_votes_of(j))
        ]

    @property
    def staleness(self) -> float:
        return self._changed_votes / max(self._fitted_votes, 1)

    @property
    def n_votes(self) -> int:
        return len(self.votes_)

    def state(self) -> dict[str, Any]:
        record, annotator, label = self.votes_.columns()
        n, k = len(self.votes_.records), len(self.labels)
        touched = range(n) if self._touched is None else sorted(self._touched)
        return {
            "strategy": self.name,
            "question": asdict(self.question),
            "records": self.votes_.records,
            "annotators": self.votes_.annotators,
            "record": record,
            "annotator": annotator,
            "label": label,
            "sure": self.votes_.sure,
            "responsibility": self.responsibility_[:n],
            "anchors": self.anchors_[:n],
            **given_rows.packed("counts", self.counts_[: len(self.votes_.annotators) * k]),
            "reported": self.reported_[:n],
            "touched": np.array(touched, np.int32),
            "fitted_votes": self._fitted_votes,
            "changed_votes": self._changed_votes,
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        values: dict[str, Any] = dict(state)
        self = cls(question_of(values["question"]))
        columns = ("records", "annotators", "record", "annotator", "label", "sure")
        self.votes_ = Votes.of_columns(self.labels, *(values[name] for name in columns))
        self.responsibility_ = np.array(values["responsibility"], np.float64)
        self.anchors_ = np.array(values["anchors"], np.int16)
        self.counts_ = given_rows.unpacked("counts", values)
        self.reported_ = np.array(values["reported"], np.float32)
        self._touched = set(values["touched"].tolist())
        self._fitted_votes = int(values["fitted_votes"])
        self._changed_votes = int(values["changed_votes"])
        return self

    # -- inside -----------------------------------------------------------------------------

    def _make_room(self) -> None:
        super()._make_room()
        n = len(self.responsibility_)
        if n > len(self.reported_):
            self.reported_ = grown(self.reported_, n, np.inf)

    def _recount(self, row: int, column: int | None) -> None:
        super()._recount(row, column)
        self._changed_votes += 1
        if self._touched is not None:
            self._touched.add(row)

    def _shift(self, rows: Ints) -> None:
        super()._shift(rows)
        if self._touched is not None:
            self._touched.update(rows.tolist())


def _votes(facts: Iterable[Fact], rest: list[Fact]) -> Iterator[Vote]:
    """The votes among the facts; the others are put aside."""
    for fact in facts:
        if isinstance(fact, Vote):
            yield fact
        else:
            rest.append(fact)
