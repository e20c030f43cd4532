"""What all strategies for label questions share: votes, posteriors, expected confusion counts.

How votes become a posterior is each strategy's own (`majority`, `dawid_skene`); here is the fold
round it: learn, revert, what moved, decisions, reliabilities, state.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from workers.engine.decision import ADJUDICATED, Contribution, Decision
from workers.engine.errors import NotStanding
from workers.engine.facts import Adjudication, Fact, Vote
from workers.engine.label_decision import contenders, decision_of
from workers.engine.question import Question, question_of
from workers.engine.reliability import ANNOTATOR_VOTES, crowd_accuracy, expected_accuracy
from workers.engine.shares import leaders
from workers.engine.strategy import Reliability, State, Strategy
from workers.engine.votes import Votes

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


class LabelModel(Strategy):
    """A fold over the votes on one label question.

    Attributes
    ----------
    votes_ : Votes
    responsibility_ : ndarray of shape (≥ n_records, n_labels), rows sum to 1
        How far each label answers for the record's votes when annotators are judged by them. What
        is published as posterior may be more careful, see `_published`.
    counts_ : ndarray of shape (≥ n_annotators · n_labels, n_labels)
        Expected confusion counts: ``counts_[annotator · n_labels + given, true]``, that is Aᵀ R of
        the votes' matrix A and the responsibilities R.
    anchors_ : ndarray of shape (≥ n_records,), int16
        The code of the label that a reviewer decided for; -1 where none did.
    reported_ : ndarray of shape (≥ n_records, n_labels), float32
        The posterior as `moved` last reported it; infinite where it never did.
    """

    anchor_worth: ClassVar[float] = 1.0
    """How often an adjudicated record counts where annotators are judged."""

    votes_: Votes
    responsibility_: Floats
    counts_: Floats
    anchors_: NDArray[np.int16]
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
    def _posterior(self, rows: Rows) -> Floats:
        """The posterior of these rows under the model as it is now, shape (len(rows), n_labels)."""

    @abstractmethod
    def _unseen(self) -> Floats:
        """The posterior of a record without votes, shape (n_labels,)."""

    @abstractmethod
    def _parts(
        self, n: int, where: Rows, slots: NDArray[np.integer], leader: Rows, other: Rows
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

    def _responsibility(self, rows: Rows) -> Floats:
        """What these rows' `responsibility_` is under the model as it is now."""
        return self._posterior(rows)

    def _published(self, rows: Rows) -> Floats:
        """The posterior that follows from the `responsibility_` of these rows."""
        return self.responsibility_[rows]

    def _follow(self, annotators: Rows) -> None:
        """Take in that the counts of these annotators changed."""

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
                raise NotStanding(fact, standing)
            row, column = votes.row(fact.record), votes.column(fact.annotator)
            self._count(np.array([row]), -1.0)
            votes.drop(fact.record, fact.annotator)
            self._recount(row, column)
        elif isinstance(fact, Adjudication):
            there = votes.find_row(fact.record)
            code = -1 if there is None else int(self.anchors_[there])
            standing = None if code < 0 else self.labels[code]
            if there is None or standing != fact.value:
                raise NotStanding(fact, standing)
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
        self, n: int, where: Rows, slots: NDArray[np.integer], odds: Floats
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
        everything = np.arange(len(self.votes_.records))
        rows = everything if self._touched is None else np.array(sorted(self._touched), np.intp)
        self._touched = set()
        now, before = self._anchored(rows, self._published(rows)), self.reported_[rows]
        voted, known = self._heard(rows), np.isfinite(before[:, 0])
        differs = np.abs(now - before).max(axis=1, initial=0.0) > tolerance
        differs |= leaders(now, voted) != leaders(before.astype(np.float64), known)
        differs &= voted | known
        rows = rows[differs]
        self.reported_[rows] = now[differs]
        return [self.votes_.records[row] for row in rows]

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
            "counts": self.counts_[: len(self.votes_.annotators) * k],
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
        self.counts_ = np.array(values["counts"], np.float64)
        self.reported_ = np.array(values["reported"], np.float32)
        self._touched = set(values["touched"].tolist())
        self._fitted_votes = int(values["fitted_votes"])
        self._changed_votes = int(values["changed_votes"])
        return self

    def _make_room(self) -> None:
        """Grow the arrays, by half at a time, to hold every record and annotator of the votes."""
        n, m, k = len(self.votes_.records), len(self.votes_.annotators), len(self.labels)
        if n > len(self.responsibility_):
            self.responsibility_ = _grown(self.responsibility_, n + n // 2 + 8, 0.0)
            self.reported_ = _grown(self.reported_, n + n // 2 + 8, np.inf)
            self.anchors_ = _grown(self.anchors_[:, None], n + n // 2 + 8, -1)[:, 0]
        if m * k > len(self.counts_):
            self.counts_ = _grown(self.counts_, (m + m // 2 + 8) * k, 0.0)

    def _cells(self, slots: NDArray[np.integer]) -> Rows:
        """The row of `counts_` that each vote counts in: annotator · n_labels + given."""
        _, annotator, label = self.votes_.columns()
        return np.asarray(annotator[slots] * len(self.labels) + label[slots], np.intp)

    def _count(self, rows: Rows, sign: float) -> None:
        where, slots = self.votes_.of_records(rows)
        mass = self.responsibility_[rows] * (sign * self._mass(rows))[:, None]
        np.add.at(self.counts_, self._cells(slots), mass[where])

    def _mass(self, rows: Rows) -> Floats:
        """How often these rows count where annotators are judged."""
        return np.where(self.anchors_[rows] >= 0, self.anchor_worth, 1.0)

    def _heard(self, rows: Rows) -> NDArray[np.bool_]:
        """Whether there is a vote or an adjudication on these rows."""
        return (self.votes_.degree[rows] > 0) | (self.anchors_[rows] >= 0)

    def _anchored(self, rows: Rows, posterior: Floats) -> Floats:
        """The same (changed in place) with adjudicated rows as their adjudications have it.

        What the adjudication leaves over is shared as the votes would have it.
        """
        codes = self.anchors_[rows]
        some = np.flatnonzero(codes >= 0)
        if len(some) and len(self.labels) > 1:
            rest = np.maximum(posterior[some], np.finfo(float).tiny)
            rest[np.arange(len(some)), codes[some]] = 0.0
            posterior[some] = (1 - ADJUDICATED) * rest / rest.sum(axis=1, keepdims=True)
            posterior[some, codes[some]] = ADJUDICATED
        return posterior

    def _anchor(self, row: int, code: int) -> None:
        """Let the row be adjudicated so from now on; -1: no longer."""
        self._count(np.array([row]), -1.0)
        self.anchors_[row] = code
        self._recount(row, None)

    def _recount(self, row: int, column: int | None) -> None:
        """Decide the record again, whose counts were taken out, and count it.

        `column` is that of the annotator whose vote changed, who may have none there any more.
        """
        rows = np.array([row])
        self.responsibility_[rows] = self._anchored(rows, self._responsibility(rows))
        self._count(rows, 1.0)
        _, slots = self.votes_.of_records(rows)
        concerned = [] if column is None else [column]
        self._follow(np.union1d(self.votes_.columns()[1][slots], concerned).astype(np.intp))
        self._changed_votes += 1
        if self._touched is not None:
            self._touched.add(row)

    def _shift(self, rows: Rows) -> None:
        """Decide these records again, and let their annotators' counts follow."""
        where, slots = self.votes_.of_records(rows)
        fresh = self._anchored(rows, self._responsibility(rows))
        change = (fresh - self.responsibility_[rows]) * self._mass(rows)[:, None]
        np.add.at(self.counts_, self._cells(slots), change[where])
        self.responsibility_[rows] = fresh
        self._follow(np.unique(self.votes_.columns()[1][slots]).astype(np.intp))
        if self._touched is not None:
            self._touched.update(rows.tolist())

    def _accuracy(self) -> tuple[Floats, Floats]:
        """Each annotator's expected accuracy, and its worth in votes (Beta mean and strength)."""
        k = len(self.labels)
        counts = self.counts_[: len(self.votes_.annotators) * k].reshape(-1, k, k)
        return expected_accuracy(counts, crowd_accuracy(counts))

    def _confusions(self) -> Floats:
        """confusion[annotator, true, given]: counts, and an even prior worth ANNOTATOR_VOTES."""
        k = len(self.labels)
        counts = self.counts_[: len(self.votes_.annotators) * k].reshape(-1, k, k)
        wrong = (1 - self._accuracy()[0]) / max(k - 1, 1)
        prior = np.repeat(wrong, k * k).reshape(-1, k, k)
        prior += np.eye(k) * (1 - k * wrong)[:, None, None]
        confusion = np.maximum(counts, 0.0).transpose(0, 2, 1) + ANNOTATOR_VOTES * prior
        return np.asarray(confusion / confusion.sum(axis=2, keepdims=True), np.float64)


def _votes(facts: Iterable[Fact], rest: list[Fact]) -> Iterator[Vote]:
    """The votes among the facts; the others are put aside."""
    for fact in facts:
        if isinstance(fact, Vote):
            yield fact
        else:
            rest.append(fact)


def _grown(values: NDArray[Any], n: int, fill: float) -> NDArray[Any]:
    grown = np.full((n, values.shape[1]), fill, values.dtype)
    grown[: len(values)] = values
    return grown
