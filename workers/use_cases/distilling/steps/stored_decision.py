"""A decision in the form in which the store keeps it: all that the record's page needs to explain it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from argilla_distill.domain.state.decision import Shown, StoredDecision, StoredVoice
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.models.values import MAX_CHARACTERS, json_of
from argilla_distill.workers.writing.suggestions import Publication
from argilla_distill.workers.writing.voice_numbers import voice_number

MIN_PROBABILITY = 0.0005
"""Labels less probable than that are left out of a stored posterior."""

MAX_PROBABLE = 30
"""So many entries of a posterior are stored at most."""


def stored_decision(
    model: Model,
    decision: Decision,
    before: StoredDecision | None,
    publication: Publication,
    since: int,
    now: int,
) -> StoredDecision:
    """A decision as the store keeps it.

    Parameters
    ----------
    before : the decision that was stored before, None if there was none.
    since : since when Argilla shows what the publication wrote (ms).
    """
    question = model.question.name
    worth = decision.independent_votes
    published = publication.unchanged_scores.get(question)
    return StoredDecision(
        value=json_of(model.asked, decision.value),
        confidence=round(decision.confidence, 6),  # exact enough to tell on which side of a limit
        posterior=stored_posterior(model.asked, decision),
        leader=json_of(model.asked, decision.leader),
        runner_up=json_of(model.asked, decision.runner_up),
        prior=round(decision.prior_log_odds, 2),
        voices=tuple(
            StoredVoice(voice_number(c.annotator), round(c.reliability, 2), round(c.log_odds, 2))
            for c in decision.contributions
        ),
        strategy=model.strategy.name,
        fit=model.fit,
        decided_at=now,
        shown=shown_since(before.shown if before else (), publication.shows[question], since),
        abstention=decision.abstention or "",
        published_confidence=None if published is None else round(published, 4),
        independent_votes=None if worth is None else round(worth, 1),
    )


def published_confidence(stored: StoredDecision) -> float:
    """The confidence that Argilla shows; ours has since moved by less than the tolerance."""
    published = stored.published_confidence
    return stored.confidence if published is None else published


def stored_posterior(asked: Question, decision: Decision) -> dict[str, float]:
    """The entries of the posterior that are worth keeping; long texts are cut."""
    posterior = decision.posterior
    if asked.type == "ranking" and decision.leader is not None:
        posterior = _in_its_order(decision)
    probable = [(k, p) for k, p in posterior.items() if p >= MIN_PROBABILITY]
    ranked = sorted(probable, key=lambda item: -item[1])[:MAX_PROBABLE]
    kept = {key for key, _ in ranked}
    return {k[:MAX_CHARACTERS]: round(p, 3) for k, p in probable if k in kept}


def _in_its_order(decision: Decision) -> dict[str, float]:
    """The pairs of neighbours in a ranking, as it orders them."""
    items = [item for group in decision.leader for item in group]
    return {
        f"{a} > {b}": decision.posterior.get(f"{a} > {b}")
        or 1 - decision.posterior.get(f"{b} > {a}", 0.0)
        for a, b in pairwise(items)
    }


def shown_since(before: tuple[Shown, ...], value: Any, at: int) -> tuple[Shown, ...]:
    """What Argilla showed of ours when: `before`, and `value` (None: nothing) since `at` (ms).

    >>> shown_since((Shown("a", 1),), "b", 5)
    (Shown(value='a', since=1, until=5), Shown(value='b', since=5, until=None))
    """
    last = before[-1] if before and before[-1].until is None else None
    current = last.value if last else None
    if value == current:
        return before
    closed = (*before[:-1], replace(last, until=at)) if last and current is not None else before
    return (*closed, Shown(value, at)) if value is not None else closed
