"""What settings say of how a question is decided, as the engine takes it."""

from __future__ import annotations

from argilla_distill.plugin.settings import QuestionChoices
from argilla_distill.workers.engine.contract.terms import Terms


def terms_of(choices: QuestionChoices) -> Terms:
    """The terms that were chosen for a question.

    >>> terms_of(QuestionChoices(half_life_days=30)).dated
    True
    """
    return Terms(dict(choices.costs), choices.half_life_days, choices.guidelines, choices.rating)
