"""The built-in strategies, by the names that settings use."""

from __future__ import annotations

from collections.abc import Mapping

from workers.engine.dawid_skene import DawidSkene
from workers.engine.errors import UnknownStrategy, UnsuitedStrategy
from workers.engine.majority import Majority
from workers.engine.question import Question, question_of
from workers.engine.strategy import State, Strategy

CLASSES: tuple[type[Strategy], ...] = (Majority, DawidSkene)
"""Several classes may share a name: one for each type of question."""


def names() -> list[str]:
    """The names that may be chosen."""
    return sorted({each.name for each in CLASSES})


def create(name: object, question: Question) -> Strategy:
    """Make a strategy with its default hyperparameters, not fitted yet.

    Raises
    ------
    UnknownStrategy : nobody registered that name.
    UnsuitedStrategy : it cannot answer this type of question.

    >>> from workers.engine.question import label_question
    >>> create("majority", label_question("yes", "no")).fit([]).n_votes
    0
    >>> create("best", label_question("yes", "no"))
    Traceback (most recent call last):
    workers.engine.errors.UnknownStrategy: unknown strategy 'best'; known are dawid_skene, majority
    """
    return _class(name, question)(question)


def restore(state: State) -> Strategy:
    """Return the strategy that this is the state of. Raises UnknownStrategy."""
    question: Mapping[str, object] = state.get("question") or {"type": "label"}
    return _class(state.get("strategy"), question_of(question)).from_state(state)


def _class(name: object, question: Question) -> type[Strategy]:
    named = [each for each in CLASSES if each.name == name]
    if not named:
        raise UnknownStrategy(name, names())
    for each in named:
        if question.type in each.types:
            return each
    raise UnsuitedStrategy(str(name), question.type, {t for each in named for t in each.types})
