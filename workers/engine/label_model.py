"""What all strategies for label questions share: votes, posteriors, expected confusion counts.

How votes become a posterior is each strategy's own (`majority`, `dawid_skene`); here is the fold
round it: learn, revert, what moved, decisions, reliabilities, state.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from workers.engine.decision import Contribution, Decision
from workers.engine.errors import VoteNotStanding
from workers.engine.strategy import Reliability, State, Strategy
from workers.engine.votes import Vote, Votes

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

TIE = 1e-9
"""Posteriors nearer than this are equal: the order of votes moves the last bits of a float."""

CROWD_ACCURACY = 0.7
CROWD_VOTES = 8.0
"""What is believed of a crowd before its first vote: an accuracy, and how many votes that is worth."""

ANNOTATOR_VOTES = 4.0
"""How many votes of an annotator's own weigh as much as what the crowd is like."""


class LabelModel(Strategy):
    """A fold over the votes on one label question.

    Attributes
    ----------
    votes_ : Votes
    posterior_ : ndarray of shape (≥ n_records, n_labels), rows sum to 1
        P(label is true), by the votes' rows.
    counts_ : ndarray of shape (≥ n_annotators · n_labels, n_labels)
        Expected confusion counts: ``counts_[annotator · n_labels + given, true]``, that is Aᵀ P of
        the votes' matrix A and the posterior P.
    reported_ : ndarray of shape (≥ n_records, n_labels), float32
        The posterior as `moved` last reported it; infinite where it never did.
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        self.labels = labels

    # -- what each strategy adds ------------------------------------------------------------

    @abstractmethod
    def _fit(self) -> None:
        """Set `posterior_` and `counts_` (and the model) from `votes_`, from scratch."""

    @abstractmethod
    def _posterior(self, rows: Rows) -> Floats:
        """The posterior of these rows under the model as it is now, shape (len(rows), n_labels)."""

    @abstractmethod
    def _reasons(self, slots: list[int], leader: int, other: int) -> tuple[float, list[float]]:
        """The prior log-odds of leader : other, and each vote's part; the sum is the posterior's."""

    @abstractmethod
    def _unseen(self) -> Floats:
        """The posterior of a record without votes, shape (n_labels,)."""

    def _follow(self, annotators: Rows) -> None:
        """Take in that the counts of these annotators changed."""

    def _settle(self, tolerance: float) -> None:
        """Let changed annotators reach their other records; rows that change go through `_move`."""

    # -- the contract -----------------------------------------------------------------------

    def fit(self, votes: Iterable[Vote]) -> Self:
        self.votes_ = Votes.of(self.labels, votes)
        k = len(self.labels)
        self.reported_ = np.full((len(self.votes_.records), k), np.inf, np.float32)
        return self.refit()

    def refit(self) -> Self:
        self._fit()
        self._fitted_votes = len(self.votes_)
        self._changed_votes = 0
        self._touched: set[int] | None = None  # rows that may have moved; None: all
        return self

    def learn(self, vote: Vote) -> None:
        votes = self.votes_
        votes.code(vote.label)
        row, column = votes.row(vote.record), votes.column(vote.annotator)
        self._make_room()
        self._count(np.array([row]), -1.0)
        votes.put(vote)
        self._recount(row, column)

    def revert(self, vote: Vote) -> None:
        votes = self.votes_
        standing = votes.get(vote.record, vote.annotator)
        if standing is None or standing != vote.label:
            raise VoteNotStanding(vote.record, vote.annotator, vote.label, standing)
        row, column = votes.row(vote.record), votes.column(vote.annotator)
        self._count(np.array([row]), -1.0)
        votes.drop(vote.record, vote.annotator)
        self._recount(row, column)

    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        records = list(records)
        found = [self.votes_.find_row(record) for record in records]
        known = np.array([row for row in found if row is not None], np.intp)
        posteriors = iter(self._posterior(known))
        accuracy = self._accuracy()[0]
        return [
            self._decision(
                record, row, self._unseen() if row is None else next(posteriors), accuracy, floor
            )
            for record, row in zip(records, found, strict=True)
        ]

    def moved(self, tolerance: float) -> list[str]:
        self._settle(tolerance)
        everything = np.arange(len(self.votes_.records))
        rows = everything if self._touched is None else np.array(sorted(self._touched), np.intp)
        self._touched = set()
        now, before = self.posterior_[rows], self.reported_[rows]
        voted, known = self.votes_.degree[rows] > 0, np.isfinite(before[:, 0])
        differs = np.abs(now - before).max(axis=1, initial=0.0) > tolerance
        differs |= leaders(now, voted) != leaders(before.astype(np.float64), known)
        rows = rows[differs & (voted | known)]
        self.reported_[rows] = self.posterior_[rows]
        return [self.votes_.records[row] for row in rows]

    def annotators(self) -> list[Reliability]:
        accuracy, strength = self._accuracy()
        hits, misses = accuracy * strength, (1 - accuracy) * strength
        low, high = betaincinv(hits, misses, 0.05), betaincinv(hits, misses, 0.95)
        return [
            Reliability(
                name,
                float(accuracy[j]),
                float(low[j]),
                float(high[j]),
                n,
                self._confusion(j),
            )
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
            "labels": list(self.labels),
            "records": self.votes_.records,
            "annotators": self.votes_.annotators,
            "record": record,
            "annotator": annotator,
            "label": label,
            "posterior": self.posterior_[:n],
            "counts": self.counts_[: len(self.votes_.annotators) * k],
            "reported": self.reported_[:n],
            "touched": np.array(touched, np.int32),
            "fitted_votes": self._fitted_votes,
            "changed_votes": self._changed_votes,
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        values: dict[str, Any] = dict(state)
        self = cls(tuple(values["labels"]))
        columns = ("records", "annotators", "record", "annotator", "label")
        self.votes_ = Votes.of_columns(self.labels, *(values[name] for name in columns))
        self.posterior_ = np.array(values["posterior"], np.float64)
        self.counts_ = np.array(values["counts"], np.float64)
        self.reported_ = np.array(values["reported"], np.float32)
        self._touched = set(values["touched"].tolist())
        self._fitted_votes = int(values["fitted_votes"])
        self._changed_votes = int(values["changed_votes"])
        return self

    # -- inside -----------------------------------------------------------------------------

    def _make_room(self) -> None:
        """Grow the arrays, by half at a time, to hold every record and annotator of the votes."""
        n, m = len(self.votes_.records), len(self.votes_.annotators) * len(self.labels)
        if n > len(self.posterior_):
            self.posterior_ = _grown(self.posterior_, n, 0.0)
            self.reported_ = _grown(self.reported_, n, np.inf)
        if m > len(self.counts_):
            self.counts_ = _grown(self.counts_, m, 0.0)

    def _cells(self, slots: NDArray[np.integer]) -> Rows:
        """The row of `counts_` that each vote counts in: annotator · n_labels + given."""
        _, annotator, label = self.votes_.columns()
        return annotator[slots].astype(np.intp) * len(self.labels) + label[slots]

    def _count(self, rows: Rows, sign: float) -> None:
        where, slots = self.votes_.of_records(rows)
        np.add.at(self.counts_, self._cells(slots), sign * self.posterior_[rows][where])

    def _recount(self, row: int, column: int) -> None:
        """Decide the record again, whose counts were taken out, and count it."""
        rows = np.array([row])
        self.posterior_[rows] = self._posterior(rows)
        self._count(rows, 1.0)
        _, slots = self.votes_.of_records(rows)
        self._follow(np.union1d(self.votes_.columns()[1][slots], [column]).astype(np.intp))
        self._changed_votes += 1
        if self._touched is not None:
            self._touched.add(row)

    def _accuracy(self) -> tuple[Floats, Floats]:
        """Each annotator's expected accuracy, and its worth in votes (Beta mean and strength)."""
        k = len(self.labels)
        counts = self.counts_[: len(self.votes_.annotators) * k].reshape(-1, k, k)
        return expected_accuracy(counts)

    def _confusion(self, annotator: int) -> Floats:
        """confusion[true, given] of one annotator: counts with the prior of `row_prior`."""
        k = len(self.labels)
        counts = self.counts_[annotator * k : (annotator + 1) * k].T
        accuracy = self._accuracy()[0][annotator]
        prior = np.full((k, k), (1 - accuracy) / max(k - 1, 1))
        np.fill_diagonal(prior, accuracy if k > 1 else 1.0)
        confusion = np.maximum(counts, 0.0) + ANNOTATOR_VOTES * prior
        return np.asarray(confusion / confusion.sum(axis=1, keepdims=True), np.float64)

    def _decision(
        self, record: str, row: int | None, posterior: Floats, accuracy: Floats, floor: float
    ) -> Decision:
        votes, labels = self.votes_, self.labels
        order = np.argsort(-posterior, kind="stable")
        top = float(posterior[order[0]])
        tied = np.flatnonzero(posterior > top - TIE)
        first, second = (
            (tied[0], tied[1]) if len(tied) > 1 else (order[0], order[min(1, len(order) - 1)])
        )
        slots = [] if row is None else votes.of_records(np.array([row]))[1].tolist()
        prior, odds = self._reasons(slots, int(first), int(second))
        _, annotator, label = votes.columns()
        contributions = sorted(
            (
                Contribution(
                    votes.annotators[annotator[s]],
                    labels[label[s]],
                    float(accuracy[annotator[s]]),
                    float(part),
                )
                for s, part in zip(slots, odds, strict=True)
            ),
            key=lambda c: c.annotator,
        )
        abstention = None
        if not slots:
            abstention = "no votes"
        elif len(tied) > 1:
            names = [labels[code] for code in tied]
            abstention = f"tie between {', '.join(names[:-1])} and {names[-1]}"
        elif top < floor:
            abstention = f"confidence {top:.2f} is below {floor:g}"
        leader = labels[order[0]] if slots and len(tied) == 1 else None
        return Decision(
            record=record,
            value=leader if abstention is None else None,
            leader=leader,
            confidence=top,
            posterior=dict(zip(labels, posterior.tolist(), strict=True)),
            prior_log_odds=prior,
            contributions=tuple(contributions),
            abstention=abstention,
        )


def leaders(posterior: Floats, voted: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Code of each row's most probable label; -1 in a tie, or where nobody voted.

    >>> leaders(np.array([[0.2, 0.8], [0.5, 0.5], [0.9, 0.1]]), np.array([True, True, False]))
    array([ 1, -1, -1])
    """
    if not posterior.size:
        return np.empty(0, np.intp)
    best = posterior.max(axis=1, keepdims=True)
    single = (posterior > best - TIE).sum(axis=1) == 1
    return np.where(single & voted, posterior.argmax(axis=1), -1)


def expected_accuracy(counts: Floats) -> tuple[Floats, Floats]:
    """Each annotator's expected accuracy, drawn toward the crowd's.

    ``accuracy[j] = (hits[j] + s · crowd) / (votes[j] + s)``, s = ANNOTATOR_VOTES, where the crowd's
    accuracy is drawn toward CROWD_ACCURACY in the same way: an annotator never seen is as good as
    the crowd, and a crowd never seen is right seven times in ten.

    Parameters
    ----------
    counts : ndarray of shape (n_annotators, n_labels, n_labels)
        Expected confusion counts; the orientation does not matter.

    Returns
    -------
    accuracy : ndarray of shape (n_annotators,)
    strength : ndarray of shape (n_annotators,)
        Votes that the accuracy rests on: it is the mean of Beta(a · s, (1 - a) · s).

    One annotator, right in 6 of 6: the crowd is (6 + 8 · 0.7) / 14 = 0.829, and she is
    (6 + 4 · 0.829) / 10 = 0.931.

    >>> expected_accuracy(np.array([[[2.0, 0.0], [0.0, 4.0]]]))[0].round(3)
    array([0.931])
    """
    hits, votes = np.trace(counts, axis1=1, axis2=2), counts.sum(axis=(1, 2))
    crowd = (hits.sum() + CROWD_VOTES * CROWD_ACCURACY) / (votes.sum() + CROWD_VOTES)
    strength = votes + ANNOTATOR_VOTES
    return (hits + ANNOTATOR_VOTES * crowd) / strength, strength


def _grown(values: NDArray[Any], n: int, fill: float) -> NDArray[Any]:
    grown = np.full((n + n // 2 + 8, values.shape[1]), fill, values.dtype)
    grown[: len(values)] = values
    return grown
