"""Figures and yardsticks, against cases worked by hand."""

from __future__ import annotations

import pytest

from argilla_distill.workers.engine.contract.question import Span, Value
from demo.scenarios.material import (
    DISTILLED,
    EVIDENCE,
    POLITENESS,
    PRIORITIES,
    SUMMARY,
    TOPICS,
    material,
)
from demo.scenarios.question import Question
from demo.scoring.closeness import kendall, share_right, word_errors
from demo.scoring.scores import MEASURES
from demo.scoring.yardsticks import yardstick

A, B, C = (("a",), ("b",), ("c",)), (("b",), ("a",), ("c",)), (("a", "b", "c"),)


@pytest.mark.parametrize("question", DISTILLED, ids=lambda question: question.name)
def test_only_the_truth_itself_is_right_in_all_its_parts(question: Question) -> None:
    values = [item.truth[question.name] for item in material()][:20]
    for one in values:
        for other in values:
            share = share_right(question, other, one, values)
            assert share == 1.0 if one == other else 0 <= share < 1


@pytest.mark.parametrize(
    ("question", "given", "true", "expected"),
    [
        (TOPICS, ("account", "billing"), ("billing", "refund"), 6 / 8),
        (POLITENESS, 2, 5, 0),
        (PRIORITIES, A, B, 2 / 3),
        (PRIORITIES, A, C, 0),
        (EVIDENCE, (Span(0, 4, "step"),), (Span(2, 6, "step"),), 1 / 3),
        (EVIDENCE, (Span(0, 4, "step"),), (Span(0, 4, "false"),), 0),
        (EVIDENCE, (), (), 1),
        (SUMMARY, "They want their money", "They want money back", 0.5),
        (SUMMARY, "", "Money", 0),
    ],
)
def test_the_share_of_right_parts_by_hand(
    question: Question, given: Value, true: Value, expected: float
) -> None:
    assert share_right(question, given, true, [given]) == pytest.approx(expected)


def test_a_stretch_that_others_marked_in_vain_is_right_for_who_did_not() -> None:
    true, others = (Span(0, 4, "step"),), [(Span(6, 8, "false"),), (Span(10, 12, "step"),)]
    assert share_right(EVIDENCE, (), true, others) == pytest.approx(2 / 3)
    assert share_right(EVIDENCE, true, true, others) == 1


def test_a_tie_in_one_ranking_alone_counts_half() -> None:
    assert kendall(A, A) == kendall(C, C) == 1
    assert kendall(A, tuple(reversed(A))) == -1
    assert kendall(A, C) == 0


@pytest.mark.parametrize(
    ("given", "true", "errors"),
    [("a b c", "a b c", 0), ("a c", "a b c", 1), ("x b c d", "a b c", 2), ("", "a b", 2)],
)
def test_word_errors_by_hand(given: str, true: str, errors: int) -> None:
    assert word_errors(given, true) == errors


@pytest.mark.parametrize("question", DISTILLED, ids=lambda question: question.name)
def test_a_record_without_a_value_is_as_wrong_as_can_be(question: Question) -> None:
    true = material()[0].truth[question.name]
    for measure in MEASURES[question.type]:
        best, worst = (measure.take(question, [(value, true)]) for value in (true, None))
        assert worst > best if measure.low_is_good else worst < best


@pytest.mark.parametrize(
    ("question", "answers", "expected"),
    [
        (TOPICS, [("account",), ("refund",), ("account", "refund")], ("account", "refund")),
        (TOPICS, [("account",), ("refund",)], ()),
        (POLITENESS, [1, 5, 5], 4),
        (POLITENESS, [2, 3], 3),
        (PRIORITIES, [A, A, B], A),
        (PRIORITIES, [A, B], (("a", "b"), ("c",))),
        (EVIDENCE, [(Span(0, 9, "step"),), (Span(4, 12, "step"),)], (Span(4, 9, "step"),)),
        (EVIDENCE, [(Span(0, 9, "step"),), (Span(0, 9, "false"),)], ()),
        (SUMMARY, ["A refund.", "An invoice.", "a refund"], "A refund."),
        (SUMMARY, [], None),
    ],
)
def test_yardsticks_by_hand(question: Question, answers: list[Value], expected: Value) -> None:
    assert yardstick(question, answers) == expected
