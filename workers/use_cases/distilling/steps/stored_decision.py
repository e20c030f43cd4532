"""A decision in the form in which the store keeps it: all that the record's page needs to explain it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

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
    before: Mapping[str, Any],
    publication: Publication,
    since: int,
    now: int,
) -> dict[str, Any]:
    """A decision as the store keeps it.

    Parameters
    ----------
    before : the decision that was stored before, empty if there was none.
    since : since when Argilla shows what the publication wrote (ms).
    """
    question = model.question.name
    stored: dict[str, Any] = {
        "v": json_of(model.asked, decision.value),
        "c": round(decision.confidence, 6),  # exact enough to tell on which side of a limit it is
        "p": stored_posterior(model.asked, decision),
        "s": model.strategy.name,
        "n": model.version,
        "t": now,
        "top": json_of(model.asked, decision.leader),
        "next": json_of(model.asked, decision.runner_up),
        "prior": round(decision.prior_log_odds, 2),
        "w": [
            [voice_number(c.annotator), round(c.reliability, 2), round(c.log_odds, 2)]
            for c in decision.contributions
        ],
        "shown": shown_since(before.get("shown", []), publication.shows[question], since),
    }
    if decision.abstention:
        stored["abstain"] = decision.abstention
    if question in publication.unchanged_scores:
        stored["told"] = round(publication.unchanged_scores[question], 4)
    return stored


def published_confidence(stored: Mapping[str, Any]) -> float:
    """The confidence that Argilla shows; ours has since moved by less than the tolerance."""
    return float(stored.get("told", stored["c"]))


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


def shown_since(before: list[list[Any]], value: Any, at: int) -> list[list[Any]]:
    """What Argilla showed of ours when: `before`, and `value` (None: nothing) since `at` (ms).

    >>> shown_since([["a", 1, None]], "b", 5)
    [['a', 1, 5], ['b', 5, None]]
    """
    current = before[-1][0] if before and before[-1][2] is None else None
    if value == current:
        return before
    closed = [*before[:-1], [*before[-1][:2], at]] if current is not None else before
    return [*closed, [value, at, None]] if value is not None else closed
