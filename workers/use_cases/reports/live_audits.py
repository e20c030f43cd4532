"""What audits say of one question's labels, with the model as it was last saved."""

from __future__ import annotations

import logging

import numpy as np

from argilla_distill.domain.audited import Audited
from argilla_distill.workers.engine import snapshot
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.errors import EngineError
from argilla_distill.workers.models import confined
from argilla_distill.workers.models.kept_texts import KeptTexts
from argilla_distill.workers.reporting.audits import Audit, audited, unknown
from argilla_distill.workers.reporting.question_columns import NONE, QuestionColumns
from argilla_distill.workers.reporting.survey import Survey
from argilla_distill.workers.use_cases.world import World

log = logging.getLogger("distill.report")


def audits_of_live(
    world: World, dataset_id: str, dataset: str, survey: Survey, question: QuestionColumns
) -> Audited:
    """What audits say. Where the strategy cannot be asked just now, that nobody knows."""
    store, plan = world.store, world.plan(dataset)
    audits = _audits(survey, question)
    waiting = [i for i in store.reviews.audits(dataset_id) if i in survey.rows and i not in audits]
    data, info = store.models.of(dataset_id, question.name)
    if not audits or data is None or info is None:
        sure = question.confidence[question.decided != NONE]
        return unknown(len(waiting), 0, float(np.mean(sure)) if len(sure) else None)
    choices = plan.question(question.name)
    votes = _votes(survey, question, {*audits, *waiting})
    groups = store.reviews.audit_groups(dataset_id)
    try:
        with confined.restored(snapshot.unpack(data), plan.strategy_timeout_s) as strategy:
            place = store, dataset_id, question.name, info.text_series, info.text_blocks
            strategy.keep_apart(KeptTexts(*place))  # it is fitted anew, which reads texts
            return audited(
                question.asked, strategy, audits, waiting, votes, groups, choices.min_confidence
            )
    except EngineError as error:
        log.warning("audits of %s are not counted: %s", question.name, error)
        return unknown(len(waiting), len(audits))


def _audits(survey: Survey, question: QuestionColumns) -> dict[str, Audit]:
    """Record → its audit, of those with a vote: where nobody votes, nothing is decided."""
    values = question.values.list
    return {
        survey.ids[row]: Audit(values[question.reviewed[row]], pi)
        for row, pi in question.audits.items()
        if question.reviewed[row] != NONE and question.degree[row]
    }


def _votes(survey: Survey, question: QuestionColumns, records: set[str]) -> list[Vote]:
    """The current votes on these records."""
    rows = np.zeros(question.n_records, bool)
    rows[[survey.rows[record] for record in records]] = True
    votes = question.votes
    some = np.flatnonzero(rows[votes.record])
    columns = (column[some].tolist() for column in (votes.record, votes.annotator, votes.code))
    return [
        Vote(survey.ids[row], str(annotator), question.values.list[code])
        for row, annotator, code in zip(*columns, strict=True)
    ]
