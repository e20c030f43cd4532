"""What audits say of one question's labels, with a strategy that has learned none of them.

Everything that is compared comes from one model: the strategy in use, from which all audits are taken out
again, and which is then fitted anew. So an audit is never judged by a label that it made itself, and what
predicts it is what predicts the other records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from argilla_distill.domain.audited import AuditBin, Audited, Figure
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.errors import NotCurrent
from argilla_distill.workers.engine.measures.audit_estimate import (
    Estimate,
    difference,
    expected_reach,
    share,
)
from argilla_distill.workers.reporting.calibration import BINS, share_right

MAJORITY = "majority"

WOULD = 50
"""So many audits tell something: said where there are none yet."""

MAX_UNAUDITED = 5_000
"""So many records that are not audited predict for all, at most."""


@dataclass(frozen=True)
class Audit:
    """The value that a reviewer decided for, blind, and the probability with which the record was drawn."""

    value: Value
    pi: float


def audited(
    asked: Question,
    strategy: Strategy,
    audits: Mapping[str, Audit],
    waiting: Sequence[str],
    votes: Iterable[Vote],
    groups: Mapping[str, str],
    floor: float = 0.0,
) -> Audited:
    """Measure one question.

    Parameters
    ----------
    strategy : the one in use, with all that it has learned. It unlearns the audits: give a copy.
    audits : record → its audit.
    waiting : complete records that are marked out, and not audited yet.
    votes : current ones, of all these records at least.
    groups : record → its group; without it a record is its own.
    floor : below this confidence nothing is decided.

    Raises
    ------
    EngineError : a strategy of a team's own failed.
    """
    known = {
        record: audit for record, audit in audits.items() if _unlearned(strategy, audit, record)
    }
    if known:
        strategy.refit()
    ids = [*known, *waiting[:MAX_UNAUDITED]]
    decided = [d for d in strategy.decide(ids, floor) if d.value is not None]
    usual = _majority(asked, strategy.name, ids, votes)
    sure = np.array([d.confidence for d in decided], np.float64)
    here = [d for d in decided if d.record in known]
    empty = unknown(len(waiting), len(audits), float(sure.mean()) if len(sure) else None)
    if not here:
        return empty
    measured = _Measured(asked, here, known, groups)
    right = measured.share(measured.right, [d.confidence for d in here], sure)
    compared = _compared(asked, here, decided, usual, measured)
    mean = float(sure.mean())
    gain = compared[1] if compared else None
    return Audited(
        audits=len(here),
        waiting=empty.waiting,
        records=empty.records,
        right=_figure(right),
        majority=_figure(compared[0]) if compared else None,
        gain=_figure(gain) if gain else None,
        overconfidence=Figure(
            round(mean - right.value, 4), round(mean - right.high, 4), round(mean - right.low, 4)
        ),
        bins=_bins(np.array([d.confidence for d in here]), measured.right, measured.pi),
        would=WOULD,
        would_reach=empty.would_reach,
        to_halve=right.to_halve,
        to_settle=gain.to_settle if gain else None,
    )


def unknown(waiting: int, answered: int = 0, sure: float | None = None) -> Audited:
    """What there is to say before anything can be measured.

    Parameters
    ----------
    waiting, answered : records that are to be audited, and that were.
    sure : the mean confidence: labels are about as often right.
    """
    reach = expected_reach(WOULD, min(max(0.8 if sure is None else sure, 0.5), 0.95))
    return Audited(
        waiting=waiting, records=answered + waiting, would=WOULD, would_reach=round(reach, 4)
    )


class _Measured:
    """Audited records that were decided, as columns."""

    def __init__(
        self,
        asked: Question,
        decided: Sequence[Decision],
        audits: Mapping[str, Audit],
        groups: Mapping[str, str],
    ) -> None:
        true = [audits[d.record] for d in decided]
        self.truth = {d.record: audit.value for d, audit in zip(decided, true, strict=True)}
        self.pi = np.array([audit.pi for audit in true], np.float64)
        self.right = np.array(
            [share_right(asked, d.value, self.truth[d.record]) for d in decided], np.float64
        )
        names = [groups.get(d.record) or d.record for d in decided]
        self.groups = np.unique(names, return_inverse=True)[1].astype(np.int64)

    def share(self, right: Floats, predicted: Sequence[float], every: Floats) -> Estimate:
        """How large a share is right."""
        found = share(right, self.pi, np.array(predicted, np.float64), every, self.groups)
        assert found is not None  # there is an audit
        return found

    def difference(self, of: Floats, predicted: Floats, every: Floats) -> Estimate:
        """The mean of differences."""
        found = difference(of, self.pi, predicted, every, self.groups)
        assert found is not None  # there is an audit
        return found


def _unlearned(strategy: Strategy, audit: Audit, record: str) -> bool:
    """Take an audit out of what the strategy knows; False if that knows another, or none yet."""
    try:
        strategy.revert(Adjudication(record, audit.value))
    except NotCurrent:
        return False
    return True


def _majority(
    asked: Question, strategy: str, ids: Sequence[str], votes: Iterable[Vote]
) -> dict[str, Decision] | None:
    """What majority vote decides on these records; None where that is the strategy itself."""
    if strategy == MAJORITY:
        return None
    some = set(ids)
    usual = registry.create(MAJORITY, asked).fit([v for v in votes if v.record in some])
    return {decision.record: decision for decision in usual.decide(ids)}


def _compared(
    asked: Question,
    here: Sequence[Decision],
    decided: Sequence[Decision],
    usual: Mapping[str, Decision] | None,
    measured: _Measured,
) -> tuple[Estimate, Estimate] | None:
    """How often majority vote is right where the strategy decided, and how much oftener that is."""
    if usual is None:
        return None
    theirs = np.array(
        [_usually_right(asked, usual[d.record], measured.truth[d.record]) for d in here]
    )
    predicted = {d.record: _usually_predicted(d, usual[d.record]) for d in decided}
    every = np.array([predicted[d.record] for d in decided])
    ours = np.array([d.confidence for d in decided])
    of_here = [predicted[d.record] for d in here]
    leads = np.array([d.confidence for d in here]) - np.array(of_here)
    return (
        measured.share(theirs, of_here, every),
        measured.difference(measured.right - theirs, leads, ours - every),
    )


def _leaders(usual: Decision) -> list[str]:
    """The values that most say: several in a tie."""
    most = max(usual.posterior.values(), default=0.0)
    return [value for value, p in usual.posterior.items() if p >= most - 1e-9]


def _usually_right(asked: Question, usual: Decision, truth: Value) -> float:
    """How far majority vote is right; a tie of labels for its share, any other tie not at all."""
    if usual.value is not None:
        return share_right(asked, usual.value, truth)
    tied = _leaders(usual)
    return (str(truth) in tied) / len(tied) if asked.type == "label" and tied else 0.0


def _usually_predicted(ours: Decision, usual: Decision) -> float:
    """How probable the strategy holds majority vote to be right."""
    if usual.value is not None and usual.value == ours.value:
        return ours.confidence
    tied = _leaders(usual)
    return sum(ours.posterior.get(value, 0.0) for value in tied) / len(tied) if tied else 0.0


def _bins(confidence: Floats, right: Floats, pi: Floats) -> tuple[AuditBin, ...]:
    """By tenths; what is right weighs by 1/π within its bin."""
    where, w = np.clip((confidence * BINS).astype(np.intp), 0, BINS - 1), 1 / pi
    found = []
    for b in np.unique(where).tolist():
        some = where == b
        sure, share_ = (float(np.average(x[some], weights=w[some])) for x in (confidence, right))
        n = int(some.sum())
        found.append(AuditBin(b / BINS, (b + 1) / BINS, n, round(sure, 4), round(share_ * n, 2)))
    return tuple(found)


def _figure(found: Estimate) -> Figure:
    return Figure(round(found.value, 4), round(found.low, 4), round(found.high, 4))
