"""What is decided of a record, as it is stored: anew, or as it was last published; and what of it is news.

Pure. The form of one decision is `stored_decision`; what else a batch leaves is `kept_batch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.records import Record
from argilla_distill.domain.state.decision import Decisions, StoredDecision, StoredWorth
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.models.values import beginning, json_of, text_of
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution
from argilla_distill.workers.use_cases.distilling.steps.stored_decision import (
    shown_since,
    stored_decision,
)
from argilla_distill.workers.writing.suggestions import Publication

ByQuestion = Mapping[str, Model]


def decisions_of(
    models: ByQuestion,
    resolution: Resolution,
    publication: Publication,
    before: Decisions,
    since: int,
    now: int,
) -> dict[str, StoredDecision]:
    """A record's decisions as they are to be stored.

    Parameters
    ----------
    before : as they were stored; those whose strategy failed are kept.
    since : since when Argilla shows what the publication wrote (ms).
    """
    decided = {
        question: stored_decision(
            models[question], decision, before.get(question), publication, since, now
        )
        for question, decision in resolution.decided.items()
    }
    return still_published(before, resolution.kept.questions, publication.shows, since) | decided


def still_published(
    before: Decisions, questions: Iterable[str], shows: Mapping[str, object], since: int
) -> dict[str, StoredDecision]:
    """Decisions that stay as they are, but for what Argilla shows of them since then (ms).

    >>> from argilla_distill.domain.state.decision import Shown
    >>> before = {"helpful": StoredDecision("no", 0.9, shown=(Shown("no", 1),))}
    >>> still_published(before, {"helpful", "tone"}, {"helpful": None}, 5)["helpful"].shown
    (Shown(value='no', since=1, until=5),)
    """
    return {
        question: replace(
            before[question], shown=shown_since(before[question].shown, shows[question], since)
        )
        for question in questions
        if question in before
    }


def with_worth(decisions: Decisions, parts: Mapping[str, StoredWorth]) -> dict[str, StoredDecision]:
    """The same with what a review of each question is worth; what is not known anew stays.

    >>> decided = {"helpful": StoredDecision("no", 0.9), "tone": StoredDecision("x", 0.9)}
    >>> [each.worth for each in with_worth(decided, {"tone": StoredWorth(1, 2)}).values()]
    [None, StoredWorth(gain=1, teaching=2, chance=None, dispute=None)]
    """
    return {
        question: replace(stored, worth=parts.get(question, stored.worth))
        for question, stored in decisions.items()
    }


def news_of(
    models: ByQuestion, record_id: str, decided: Mapping[str, Decision], before: Decisions
) -> list[Entry]:
    """History entries for the decisions whose value is another than before."""
    entries = []
    for question, decision in decided.items():
        model = models[question]
        value = json_of(model.asked, decision.value)
        if question in before:
            is_news = before[question].value != value
        else:  # where nobody has answered yet, nothing was decided
            is_news = decision.leader is not None or bool(decision.contributions)
        if is_news:
            details = Details(
                confidence=round(decision.confidence, 3),
                strategy=model.strategy.name,
                fit=model.fit,
                why=decision.abstention or "",
            )
            entries.append(Entry("decision", record_id, values={question: value}, details=details))
    return entries


def is_near(
    decisions: Decisions, limits: Callable[[str], Sequence[float]], tolerance: float
) -> bool:
    """Whether decisions may cross a limit of their question without moving by the tolerance.

    >>> decided = {"helpful": StoredDecision("no", 0.75)}
    >>> is_near(decided, lambda _: [0.5], 0.25), is_near(decided, lambda _: [0.5], 0.24)
    (True, False)
    """
    return any(
        abs(stored.confidence - limit) <= tolerance
        for question, stored in decisions.items()
        for limit in limits(question)
    )


def beginnings(records: Iterable[Record], due: Mapping[str, float | None]) -> dict[str, str | None]:
    """Record → how its text begins, for those that are worth a review; None for the others."""
    texts = {record.id: text_of(record.fields) for record in records}
    return {i: None if worth is None else beginning(texts[i]) for i, worth in due.items()}
