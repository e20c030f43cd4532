"""A question's columns: what is told beside the value, of all types and of ratings alone."""

from dataclasses import replace

import pytest

from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.models.facts_of_history import FactsOfHistory
from argilla_distill.workers.versions.tables import EXPECTED, decided, question_type
from argilla_distill.workers.versions.votes import Story


def decision(value: Value, posterior: dict[str, float]) -> Decision:
    return Decision("r1", value, value, None, 0.6, posterior, 0.0, (), None)


def row(asked: Question, decision: Decision) -> dict[str, object]:
    return decided(asked, decision, Story("r1", FactsOfHistory("stars", asked)), None, 1)


def test_a_rating_has_its_expected_value_and_interval_and_every_column_of_its_type() -> None:
    stars = Question("rating", scale=(1, 2, 3, 4))
    found = row(stars, decision(3, {"1": 0.02, "2": 0.18, "3": 0.6, "4": 0.2}))
    assert [found[name] for name in EXPECTED] == pytest.approx([2.98, 2, 4])
    assert set(found) == {field.name for field in question_type("rating")}


def test_without_a_posterior_nothing_is_expected() -> None:
    found = row(Question("rating", scale=(1, 2)), decision(None, {}))
    assert [found[name] for name in EXPECTED] == [None, None, None]


def test_a_label_has_no_expected_value() -> None:
    found = row(Question("label", ("a", "b")), decision("a", {"a": 0.7, "b": 0.3}))
    assert set(found) == {field.name for field in question_type("label")}
    assert not set(EXPECTED) & set(found)


def test_what_the_votes_are_worth_together_is_told_where_the_strategy_knows_it() -> None:
    asked = Question("label", ("a", "b"))
    silent = decision("a", {"a": 0.7, "b": 0.3})
    known = replace(silent, independent_votes=2.3000000001)
    assert [row(asked, each)["independent_votes"] for each in (silent, known)] == [None, 2.3]
