"""Which models and templates may stand in for a person, and what they are worth together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.report import QuestionReport
from argilla_distill.domain.stand_in import (
    NO,
    PEOPLE,
    RECORDS,
    UNKNOWN,
    YES,
    ComparedPerson,
    Panel,
    StandIn,
)
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.measures.alternative_annotator import (
    Alternative,
    alternative_annotator,
)
from argilla_distill.workers.engine.measures.audit_estimate import share
from argilla_distill.workers.engine.measures.panel import MIN_SHARED, panel_worth
from argilla_distill.workers.reporting.calibration import share_right
from argilla_distill.workers.reporting.question_columns import NONE, Ints, QuestionColumns

MAX_MODELS = 200
"""Of more models and templates only those with the most votes are looked at."""

MACHINES = ("model", "template")


@dataclass(frozen=True)
class StandIns:
    """The models and templates of one question.

    Parameters
    ----------
    ids : record ids by row
    annotators : number → who that is
    groups : record id → its group, of audits
    margin : ε of the test
    """

    question: QuestionColumns
    ids: list[str]
    annotators: Mapping[int, KnownAnnotator]
    groups: Mapping[str, str]
    margin: float

    def on(self, report: QuestionReport) -> QuestionReport:
        """The report, with what is to be said of models and templates."""
        machines = self._machines()
        if not machines:
            return report
        people = np.array([n for n, a in self.annotators.items() if a.kind == "person"], np.int64)
        found = {number: self._judged(number, people) for number in machines}
        annotators = tuple(
            replace(each, stand_in=found.get(each.number)) for each in report.annotators
        )
        return replace(report, annotators=annotators, panel=self._panel(machines, people))

    def _machines(self) -> list[int]:
        """Models and templates with votes, most votes first."""
        votes = np.bincount(self.question.votes.annotator, minlength=1)
        known = (n for n, a in self.annotators.items() if a.kind in MACHINES)
        some = [n for n in known if n < len(votes) and votes[n]]
        return sorted(some, key=lambda n: (-votes[n], n))[:MAX_MODELS]

    def _judged(self, number: int, people: Ints) -> StandIn:
        votes, asked = self.question.votes, self.question.asked
        found = alternative_annotator(asked, votes, number, people, self.margin, RECORDS)
        right, rows = self._audited(number)
        known = StandIn(
            margin=self.margin,
            shared=found.shared,
            comparable=len(found.comparisons),
            seen=self.annotators[number].is_agent,
            accuracy=self._accuracy(right, rows),
            audits=len(rows),
        )
        if len(found.comparisons) < PEOPLE:
            return known
        return replace(
            known,
            verdict=_verdict(found),
            winning_rate=round(found.winning_rate, 4),
            advantage=round(found.advantage, 4),
            people=tuple(
                ComparedPerson(
                    c.number,
                    c.records,
                    round(c.model, 4),
                    round(c.person, 4),
                    float(f"{c.p:.3g}"),
                    c.better,
                )
                for c in found.comparisons
            ),
            needed=found.needed,
        )

    def _audited(self, number: int) -> tuple[Floats, list[int]]:
        """How far each of its votes on audited records is right, and which rows these are."""
        question, votes = self.question, self.question.votes
        of = np.flatnonzero(votes.annotator == number)
        said = dict(zip(votes.record[of].tolist(), votes.code[of].tolist(), strict=True))
        rows = [r for r in question.audits if r in said and question.reviewed[r] != NONE]
        values = question.values.list
        right = [
            share_right(question.asked, values[said[r]], values[question.reviewed[r]]) for r in rows
        ]
        return np.array(right, np.float64), rows

    def _accuracy(self, right: Floats, rows: list[int]) -> Figure | None:
        pi = np.array([self.question.audits[row] for row in rows], np.float64)
        names = [self.groups.get(self.ids[row]) or self.ids[row] for row in rows]
        groups = np.unique(names, return_inverse=True)[1].astype(np.int64) if names else None
        found = share(right, pi, np.zeros(len(rows)), np.zeros(0), groups)
        if found is None:
            return None
        return Figure(round(found.value, 4), round(found.low, 4), round(found.high, 4))

    def _panel(self, machines: list[int], people: Ints) -> Panel | None:
        """What all of them are worth together; None for fewer than two, or where that is not to be told."""
        question, votes = self.question, self.question.votes
        if len(machines) < 2 or question.asked.type not in ("label", "rating"):
            return None
        for by, truth in (("audits", self._audit_truth()), ("people", self._people_truth(people))):
            place = np.full(int(max(votes.annotator.max(), max(machines))) + 1, NONE)
            place[machines] = np.arange(len(machines))
            some = np.flatnonzero((place[votes.annotator] >= 0) & (truth[votes.record] != NONE))
            if len(np.unique(votes.record[some])) < MIN_SHARED:
                continue
            wrong = (votes.code[some] != truth[votes.record[some]]).astype(np.float64)
            who = place[votes.annotator[some]]
            found = panel_worth(votes.record[some], who, wrong, len(machines))
            if found is not None:
                return Panel(
                    models=len(machines),
                    worth=round(found.worth, 3),
                    low=round(found.low, 3),
                    high=round(found.high, 3),
                    correlation=round(found.correlation, 3),
                    records=found.records,
                    by=by,
                )
        return None

    def _audit_truth(self) -> Ints:
        truth = np.full(self.question.n_records, NONE)
        rows = list(self.question.audits)
        truth[rows] = self.question.reviewed[rows]
        return truth

    def _people_truth(self, people: Ints) -> Ints:
        """What at least two people say and none otherwise; NONE elsewhere."""
        votes, n = self.question.votes, self.question.n_records
        of = np.isin(votes.annotator, people)
        record, code = votes.record[of], votes.code[of]
        low, high = np.full(n, np.iinfo(np.int64).max), np.full(n, NONE)
        np.minimum.at(low, record, code)
        np.maximum.at(high, record, code)
        agreed = (np.bincount(record, minlength=n) >= 2) & (low == high)
        return np.where(agreed, high, NONE)


def _verdict(found: Alternative) -> str:
    if found.passes:
        return YES
    return NO if found.fails else UNKNOWN
