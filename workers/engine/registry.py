"""All strategies, by the names that settings use.

Built-in ones by their own names, those of a team by the name of their entry point in the group
``argilla_distill.strategies``, or by import path (``package.module:Class``). Whichever name it was
created by is the strategy's `name` from then on, in its state as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from argilla_distill.workers.engine import discovery
from argilla_distill.workers.engine.composite.multi_label.multi_label import (
    MultiLabelDawidSkene,
    MultiLabelLearned,
    MultiLabelMajority,
)
from argilla_distill.workers.engine.composite.ranking.ranking import (
    RankingDawidSkene,
    RankingLearned,
    RankingMajority,
)
from argilla_distill.workers.engine.composite.span.span import (
    SpanDawidSkene,
    SpanLearned,
    SpanMajority,
)
from argilla_distill.workers.engine.contract.choice_strategy import ChoiceStrategy
from argilla_distill.workers.engine.contract.question import Question, QuestionType, question_of
from argilla_distill.workers.engine.contract.strategy import State, Strategy
from argilla_distill.workers.engine.contract.terms import PLAIN, Terms
from argilla_distill.workers.engine.dated import DATED, Dated, dated
from argilla_distill.workers.engine.errors import (
    BadSnapshot,
    UnknownStrategy,
    UnsuitedStrategy,
    UnsuitedTerms,
)
from argilla_distill.workers.engine.label.costs import Costs
from argilla_distill.workers.engine.label.dawid_skene import DawidSkene
from argilla_distill.workers.engine.label.label_fold import LabelFold
from argilla_distill.workers.engine.label.learned import Learned
from argilla_distill.workers.engine.label.majority import Majority
from argilla_distill.workers.engine.rating.median_rating import RatingMajority
from argilla_distill.workers.engine.rating.rating import RatingLearned
from argilla_distill.workers.engine.text.frequent_text import TextMajority
from argilla_distill.workers.engine.text.text import TextLearned
from argilla_distill.workers.engine.text.text_alignment import TextAlignment
from argilla_distill.workers.engine.text.text_nearest import TextNearest

CLASSES: tuple[type[Strategy], ...] = (
    *(Majority, DawidSkene, Learned),
    *(RatingMajority, RatingLearned),
    *(TextMajority, TextLearned, TextNearest, TextAlignment),
    *(MultiLabelMajority, MultiLabelDawidSkene, MultiLabelLearned),
    *(RankingMajority, RankingDawidSkene, RankingLearned),
    *(SpanMajority, SpanDawidSkene, SpanLearned),
)
"""Several classes may share a name: one for each type of question."""


def names() -> list[str]:
    """The names of those that are built in."""
    return sorted({each.name for each in CLASSES})


def built_in(name: object) -> bool:
    """Whether a strategy of ours has that name: it runs no code of anybody else.

    >>> built_in("learned"), built_in("acme_rules:PeopleFirst")
    (True, False)
    """
    return any(each.name == name for each in CLASSES)


def create(name: object, question: Question, terms: Terms = PLAIN) -> Strategy:
    """Make a strategy with its default hyperparameters, not fitted yet.

    Parameters
    ----------
    terms : what mistakes cost, and which votes count how much.

    Raises
    ------
    UnknownStrategy : nobody registered that name; NotAStrategy: what has that name is none.
    UnsuitedStrategy : it cannot answer this type of question.
    UnsuitedTerms : it cannot keep to the terms on this question.

    >>> from argilla_distill.workers.engine.contract.question import label_question
    >>> create("majority", label_question("yes", "no")).fit([]).n_votes
    0
    >>> create("best", label_question("yes", "no"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    argilla_distill.workers.engine.errors.UnknownStrategy: unknown strategy 'best'; known are alignment, ...
    """
    strategy = _called(name, suited(name, question, terms)(question))
    if isinstance(strategy, LabelFold) and terms.costs:
        strategy.costs = Costs(question.labels, terms.costs_of(question))
    if isinstance(strategy, ChoiceStrategy):
        strategy.rating = terms.rating
    return dated(strategy, terms)


def restore(state: State) -> Strategy:
    """Return the strategy that this is the state of.

    Raises
    ------
    BadSnapshot : the state lacks something: another release of the strategy made it.
    UnknownStrategy, UnsuitedStrategy : as `create`.
    """
    name = state.get("strategy")
    question: Mapping[str, object] = state.get("question") or {"type": "label"}
    found = find(name, question_of(question).type)
    try:
        strategy = _called(name, found.from_state(state))
        return Dated.around(strategy, state) if DATED in state else strategy
    except (KeyError, TypeError, IndexError) as error:
        raise BadSnapshot(f"{name} of another release: {type(error).__name__} {error}") from error


def find(name: object, kind: QuestionType) -> type[Strategy]:
    """Return the class that answers this type of question by that name. Raises as `create` does."""
    named = [each for each in CLASSES if each.name == name]
    if not named and isinstance(name, str):
        own = discovery.find(name)
        named = [own] if own else []
    if not named:
        raise UnknownStrategy(name, [*names(), *discovery.names()])
    for each in named:
        if kind in each.types:
            return each
    raise UnsuitedStrategy(str(name), kind, {t for each in named for t in each.types})


def suited(name: object, question: Question, terms: Terms) -> type[Strategy]:
    """The class that decides a question by these terms. Raises as `create` does.

    >>> suited("majority", Question("rating", scale=(1, 2)), Terms({"1->2": 5.0}))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    argilla_distill.workers.engine.errors.UnsuitedTerms: costs are for label questions only, and this is ...
    """
    found = find(name, question.type)
    if terms.costs:
        if question.type != "label":
            raise UnsuitedTerms(
                f"costs are for label questions only, and this is a {question.type} one"
            )
        if not issubclass(found, LabelFold):
            raise UnsuitedTerms(f"costs are kept to by {_folds()}, not by strategy {name}")
        terms.costs_of(question)
    if terms.rating != "most_probable" and question.type == "rating" and found not in CLASSES:
        raise UnsuitedTerms(f"which rating is decided is for built-in strategies, not for {name}")
    if terms.half_life_days and not found.weighs:
        raise UnsuitedTerms(
            f"half_life_days needs a strategy that weighs votes: of label questions {_folds()}; "
            f"{name} of {question.type} questions does not"
        )
    return found


def _folds() -> str:
    return ", ".join(sorted({each.name for each in CLASSES if issubclass(each, LabelFold)}))


def _called(name: object, strategy: Strategy) -> Strategy:
    if strategy.name != name:
        setattr(strategy, "name", name)  # noqa: B010 - a class variable to mypy
    return strategy
