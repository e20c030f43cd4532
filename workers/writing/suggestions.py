"""What to write to Argilla: the difference between what Argilla should show on a record and what it shows.

Pure: the caller has just read the record, and sends what comes out. Comparing with what is
really shown (instead of with a note of what we once sent) mends whatever went wrong in between.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from argilla_distill.domain.disclosure import complete, may_show_in_argilla
from argilla_distill.domain.records import OWN_AGENT, Dataset, DatasetQuestion, Record, Suggestion
from argilla_distill.domain.state.ledger_entry import LedgerEntry, LedgerSuggestion
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.models.values import from_argilla, question_of, to_argilla

LISTED = ("multi_label", "ranking", "span")
"""Types of questions for which Argilla takes a score for each part of the value."""


@dataclass
class Publication:
    """What is to be written on one record.

    Attributes
    ----------
    suggestions : suggestions to upsert, as Argilla takes them.
    withdrawn : ids of suggestions to delete.
    shows : question → the value that we will be showing on it, None if nothing of ours.
    unchanged_scores : question → the confidence that Argilla goes on showing, being near enough to ours.
    """

    record: str
    suggestions: list[dict[str, Any]] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    shows: dict[str, Any] = field(default_factory=dict)
    unchanged_scores: dict[str, float] = field(default_factory=dict)

    @property
    def item(self) -> dict[str, Any]:
        """The record's item in the bulk request."""
        return {"id": self.record, "suggestions": self.suggestions}


@dataclass(frozen=True)
class Kept:
    """What a record keeps that nobody decides for now, because a strategy failed.

    Attributes
    ----------
    questions : whose suggestions stay.
    note : whether the conflict note stays.
    """

    questions: frozenset[str] = frozenset()
    note: bool = False


NOTHING_KEPT = Kept()


def publication(
    dataset: Dataset,
    record: Record,
    decided: Mapping[str, Decision],
    fits: Mapping[str, str],
    ledger: LedgerEntry,
    note: str | None,
    plan: DatasetSettings,
    kept: Kept = NOTHING_KEPT,
) -> Publication:
    """The difference between what Argilla should show on a record and what it shows.

    Parameters
    ----------
    fits : question → `strategy:fit`.
    ledger : the record's ledger entry, which keeps other agents' suggestions to be restored.
    note : the conflict note, None where there is no conflict to tell of.
    kept : what stays as it was last published, whatever is decided.
    """
    result = Publication(record.id)
    may_show = may_show_in_argilla(plan.publish, complete(record))
    for name, decision in decided.items():
        question = dataset.question(name)
        if question is None:
            continue
        current = record.suggestion(question.id)
        asked = question_of(question)
        shows = may_show and not (decision.value is None or unsayable(asked, decision.value))
        result.shows[name] = to_argilla(asked, decision.value) if shows else None
        if result.shows[name] is None:
            _take_back(result, question, current, ledger.suggestions.get(name))
        elif _differs(asked, current, decision, fits[name], plan.tolerance):
            result.suggestions.append(suggestion(question, asked, decision, fits[name]))
        elif current is not None and current.score is not None:
            result.unchanged_scores[name] = fmean(_list(current.score))
    for name in kept.questions:
        _keep(result, dataset.question(name), record, may_show, ledger)
    if not (may_show and kept.note):
        _note(result, dataset, record, note if may_show else None, plan, fits, ledger)
    if not may_show:
        done = {*decided, *kept.questions, plan.conflict_question}
        _leftovers(result, dataset, record, done, ledger)
    return result


def _keep(
    result: Publication,
    question: DatasetQuestion | None,
    record: Record,
    may_show: bool,
    ledger: LedgerEntry,
) -> None:
    """Leave what Argilla shows of ours, as long as the record may show it."""
    if question is None:
        return
    current = record.suggestion(question.id)
    shows = may_show and current is not None and current.ours
    result.shows[question.name] = current.value if shows and current else None
    if not may_show:
        _take_back(result, question, current, ledger.suggestions.get(question.name))


def _leftovers(
    result: Publication,
    dataset: Dataset,
    record: Record,
    done: Collection[str],
    ledger: LedgerEntry,
) -> None:
    """Take back what we once suggested for questions that are decided no more."""
    for question in dataset.questions:
        if question.name not in done:
            kept = ledger.suggestions.get(question.name)
            _take_back(result, question, record.suggestion(question.id), kept)


def _differs(
    asked: Question,
    current: Suggestion | None,
    decision: Decision,
    fit: str,
    tolerance: float,
) -> bool:
    """Whether what Argilla shows is another value, of another strategy, or as sure as that no longer."""
    if current is None or not current.ours or not _says(asked, current.value, decision.value):
        return True
    strategy = OWN_AGENT + fit.rpartition(":")[0] + ":"
    if not (current.agent or "").startswith(strategy):
        return True
    before, now = current.score, _score(asked, decision)
    if isinstance(before, list) != isinstance(now, list):
        return True
    if before is None or now is None:
        return before is not now
    pairs = list(zip(_list(before), _list(now), strict=False))
    same = len(pairs) == len(_list(before)) == len(_list(now))
    return not same or any(
        not isinstance(b, float | int) or abs(b - n) > tolerance for b, n in pairs
    )


def unsayable(asked: Question, value: Any) -> bool:
    """Whether Argilla refuses the value, right as it may be: no label at all."""
    return asked.type == "multi_label" and value == ()


def _score(asked: Question, decision: Decision) -> float | list[float] | None:
    """One score for each part where Argilla takes a list, else the confidence.

    Argilla takes no score at all for a list without parts.
    """
    if asked.type not in LISTED:
        return decision.confidence
    return list(decision.scores or ()) or None


def _list(score: Any) -> list[Any]:
    return score if isinstance(score, list) else [score]


def _says(asked: Question, json: Any, value: Any) -> bool:
    """Whether a value in Argilla's JSON is this one, whatever the order of its parts."""
    try:
        return bool(from_argilla(asked, json) == value)
    except BadValue:
        return False


def suggestion(
    question: DatasetQuestion,
    asked: Question,
    decision: Decision,
    fit: str,
) -> dict[str, Any]:
    """A decision as Argilla takes it."""
    item: dict[str, Any] = {"question_id": question.id, "value": to_argilla(asked, decision.value)}
    score = _score(asked, decision)
    if score is not None:
        rounded = [round(s, 4) for s in _list(score)]
        item["score"] = rounded if isinstance(score, list) else rounded[0]
    return item | {"type": "model", "agent": OWN_AGENT + fit}


def _take_back(
    result: Publication,
    question: DatasetQuestion,
    current: Suggestion | None,
    kept: LedgerSuggestion | None,
) -> None:
    """Withdraw ours, if it is shown; what it had replaced returns."""
    if current is None or not current.ours:
        return
    if kept is None:
        result.withdrawn.append(current.id)
    else:
        result.suggestions.append(restored(question, kept))


def restored(question: DatasetQuestion, kept: LedgerSuggestion) -> dict[str, Any]:
    """Another agent's suggestion, from the ledger, as it was before ours took its place."""
    given = {"score": kept.score, "type": kept.type, "agent": kept.agent}
    rest = {name: v for name, v in given.items() if v is not None}
    return {"question_id": question.id, "value": kept.value, **rest}


def _note(
    result: Publication,
    dataset: Dataset,
    record: Record,
    note: str | None,
    plan: DatasetSettings,
    fits: Mapping[str, str],
    ledger: LedgerEntry,
) -> None:
    question = dataset.question(plan.conflict_question)
    if question is None or not takes_notes(dataset, plan):
        return
    current = record.suggestion(question.id)
    if note is None:
        _take_back(result, question, current, ledger.suggestions.get(question.name))
        return
    ours = current is not None and current.ours
    if ours and current and wording(current.value) == wording(note) and not result.suggestions:
        return
    agent = OWN_AGENT + next(iter(fits.values()))
    item = {"question_id": question.id, "value": note, "type": "model", "agent": agent}
    result.suggestions.append(item)


def takes_notes(dataset: Dataset, plan: DatasetSettings) -> bool:
    """Whether the dataset has a question for conflict notes."""
    question = dataset.question(plan.conflict_question)
    return question is not None and question.type == "text"


def wording(note: str) -> list[list[str]]:
    """A note without its figures, its lines and their words in no order.

    A note is not rewritten for a moved percentage alone, nor because two voices changed places.

    >>> wording("- a: ann (71%), ben (70%)") == wording("- a: ben (73%), ann (70%)")
    True
    """
    lines = re.sub(r"\(\d+%[^)]*\)[,;]?", "", note).replace(",", " ").splitlines()
    return sorted(sorted(line.split()) for line in lines)
