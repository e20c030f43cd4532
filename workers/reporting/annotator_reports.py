"""The annotators of one question: what the model believes of them beside what can be counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from argilla_distill.domain.report import AnnotatorReport, Costly
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.strategy import Reliability
from argilla_distill.workers.engine.measures.agreement import Agreement
from argilla_distill.workers.engine.measures.difference import difference
from argilla_distill.workers.engine.measures.kappa import kappas
from argilla_distill.workers.reporting.periods import monday, week
from argilla_distill.workers.reporting.question_columns import NONE, Ints, QuestionColumns
from argilla_distill.workers.reporting.survey import Survey

MIN_VOTES = 10
WIDEST = 0.4
"""With fewer votes, or a wider interval of their reliability, nothing is said of an annotator."""

SITTING_MS = 600_000
"""A longer gap between two answers is no work on the second."""
MIN_GAPS = 5

MAX_COSTLY = 5
MAX_WEEKS = 26
MAX_LABELS = 30
"""Confusion matrices and biases of more labels are left out."""
MAX_CELLS = 200_000
"""So many cells of confusion matrices are reported at most: those of the busiest."""

COMPARED = 50_000
"""Of more votes that are no single choices so many are compared with what was decided."""

Numbers = NDArray[np.integer]
Drift = tuple[tuple[str, float, int], ...]


@dataclass(frozen=True)
class AnnotatorReports:
    """All who voted on a question. Numbers of annotators are columns of its matrices."""

    survey: Survey
    question: QuestionColumns
    agreement: Agreement

    @cached_property
    def n(self) -> int:
        """One more than the highest number."""
        return int(self.question.votes.annotator.max(initial=-1)) + 1

    def reports(self, beliefs: Sequence[Reliability]) -> tuple[AnnotatorReport, ...]:
        """One for everybody who voted, most votes first.

        Parameters
        ----------
        beliefs : what the strategy thinks of them; whom it does not know yet is unknown.
        """
        question, believed = self.question, {int(b.annotator): b for b in beliefs}
        votes = np.bincount(question.votes.annotator, minlength=self.n)
        alphas = self.agreement.of_annotators(self.n)
        mean_kappas = kappas(question.asked, question.votes, self.n)
        seconds, drift, costly, bias = self._seconds(), self._drift(), self._costly(), self._bias()
        cells = 0
        found = []
        for number in np.argsort(-votes, kind="stable").tolist():
            if votes[number] == 0:
                break
            belief = believed.get(number) or Reliability(str(number), 0.5, 0.0, 1.0, 0)
            confusion = _confusion(belief) if cells < MAX_CELLS else ()
            cells += len(confusion) ** 2
            found.append(
                AnnotatorReport(
                    number=number,
                    votes=int(votes[number]),
                    reliability=round(belief.accuracy, 4),
                    low=round(belief.low, 4),
                    high=round(belief.high, 4),
                    known=_known(int(votes[number]), belief),
                    confusion=confusion,
                    bias=bias.get(number),
                    alpha=_rounded(alphas[number]),
                    kappa=_rounded(mean_kappas[number]),
                    traits={k: round(float(v), 4) for k, v in belief.traits.items()} or None,
                    seconds=seconds.get(number),
                    drift=drift.get(number, ()),
                    costly=costly.get(number, ()),
                )
            )
        return tuple(found)

    def _bias(self) -> dict[int, dict[str, float]]:
        """Share of each label in their answers, minus the share that the model expects there."""
        question, votes = self.question, self.question.votes
        if question.posterior is None or len(question.asked.labels) > MAX_LABELS:
            return {}
        judged = np.asarray(question.posterior.sum(axis=1)).ravel()[votes.record] > 0
        who, k = votes.annotator[judged], len(question.asked.labels)
        given = np.bincount(who * k + votes.code[judged], minlength=self.n * k).reshape(-1, k)
        member = _matrix(who, votes.record[judged], (self.n, question.n_records))
        expected = (member @ question.posterior).toarray()
        total = given.sum(axis=1)
        gap = given / np.maximum(total, 1)[:, None]
        gap -= expected / np.maximum(expected.sum(axis=1), 1e-9)[:, None]
        return {
            number: dict(zip(question.asked.labels, gap[number].round(4).tolist(), strict=True))
            for number in np.flatnonzero(total).tolist()
        }

    def _seconds(self) -> dict[int, float]:
        """Median seconds from one answer to the next, gaps longer than a sitting's left out."""
        who, at = self.survey.answers
        order = np.lexsort((at, who))
        who, gap = who[order], np.diff(at[order], prepend=0)
        some = (np.diff(who, prepend=NONE) == 0) & (gap > 0) & (gap <= SITTING_MS)
        found = {}
        for number, gaps in _split(who[some], gap[some]):
            if len(gaps) >= MIN_GAPS:
                found[number] = round(float(np.median(gaps)) / 1000, 1)
        return found

    def _drift(self) -> dict[int, Drift]:
        """By week, how many of their votes on complete records are as decided, and of how many.

        Annotators read their own: a week's single answer tells what was decided.
        """
        question, votes = self.question, self.question.votes
        right = self._as_decided()
        some = ~np.isnan(right) & self.survey.complete[votes.record]
        number = week(question.at[some])
        names, column = np.unique(number, return_inverse=True)
        who, shape = votes.annotator[some], (max(self.n, 1), max(len(names), 1))
        share = sparse.coo_array((right[some], (who, column)), shape=shape).toarray()
        count = sparse.coo_array((np.ones(len(who)), (who, column)), shape=shape).toarray()
        named = [monday(int(each))[0] for each in names]
        return {
            j: tuple(
                (named[w], round(float(share[j, w] / count[j, w]), 4), int(count[j, w]))
                for w in np.flatnonzero(count[j])[-MAX_WEEKS:].tolist()
            )
            for j in np.unique(who).tolist()
        }

    def _as_decided(self) -> Floats:
        """How far each vote says what was decided, in [0, 1]; NaN where nothing was (or not asked)."""
        question, votes = self.question, self.question.votes
        decided = question.decided[votes.record]
        if question.asked.type in ("label", "rating"):
            return np.where(decided == NONE, np.nan, votes.code == decided)
        right = np.full(len(decided), np.nan)
        some = np.flatnonzero(decided != NONE)
        apart, values = difference(question.asked), votes.values
        known: dict[tuple[int, int], float] = {}
        for slot in some[:: max(-(-len(some) // COMPARED), 1)].tolist():
            pair = int(votes.code[slot]), int(decided[slot])
            if pair not in known:
                known[pair] = 1 - apart(values[pair[0]], values[pair[1]])
            right[slot] = known[pair]
        return right

    def _costly(self) -> dict[int, tuple[Costly, ...]]:
        """The votes on complete records that pulled hardest against the decision, reviewed ones first."""
        question, votes = self.question, self.question.votes
        record, who, pull = question.voice
        against = (pull < 0) & (question.decided[record] != NONE) & (who < self.n)
        against &= self.survey.complete[record]
        record, who, cost = record[against], who[against], -pull[against]
        key = votes.record * max(self.n, 1) + votes.annotator
        order = np.argsort(key, kind="stable")
        place = np.searchsorted(key[order], record * max(self.n, 1) + who)
        place = order[np.minimum(place, len(order) - 1)] if len(order) else place[:0]
        if not len(place):
            return {}
        surveyed = (votes.record[place] == record) & (votes.annotator[place] == who)
        said, decided = votes.code[place], question.decided[record]
        some = surveyed & (said != decided)
        record, who, cost, said = record[some], who[some], cost[some], said[some]
        ranked = np.lexsort((record, -cost, question.reviewed[record] == NONE, who))
        say, ids = question.values.words, self.survey.ids
        return {
            number: tuple(
                Costly(
                    ids[record[i]],
                    say(int(said[i])),
                    say(int(question.decided[record[i]])),
                    round(float(cost[i]), 2),
                )
                for i in first[:MAX_COSTLY].tolist()
            )
            for number, first in _split(who[ranked], ranked)
        }


def _known(votes: int, belief: Reliability) -> bool:
    """Whether there are votes enough, and the model is sure enough, to say how good somebody is."""
    return votes >= MIN_VOTES and belief.high - belief.low <= WIDEST


def _confusion(belief: Reliability) -> tuple[tuple[float, ...], ...]:
    if belief.confusion is None or len(belief.confusion) > MAX_LABELS:
        return ()
    return tuple(tuple(row) for row in belief.confusion.round(3).tolist())


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _matrix(row: Numbers, column: Numbers, shape: tuple[int, int]) -> Any:
    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)


def _split(key: Ints, values: Any) -> list[tuple[int, Any]]:
    """The values of each key, where equal keys stand together."""
    if not len(key):
        return []
    starts = np.flatnonzero(np.diff(key, prepend=key[0] - 1))
    return list(zip(key[starts].tolist(), np.split(values, starts[1:]), strict=True))
