"""How simulated annotators answer: each habit errs as it says, and in no other way."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from argilla_distill.workers.engine.contract.question import Span, Value
from demo.scenarios.habits import (
    FirstWords,
    Habit,
    Marking,
    Ranking,
    Rating,
    Ticking,
    Writing,
    apart,
    word_places,
)
from demo.scenarios.material import EVIDENCE, POLITENESS, TOPICS, material
from demo.scenarios.question import Question

ITEMS = material()
FAULTLESS: dict[str, Habit] = {
    "topics": Ticking(TOPICS, overlooks=0, adds=0),
    "politeness": Rating(POLITENESS, noise=0),
    "priorities": Ranking(splits=0, swaps=0),
    "evidence": Marking(EVIDENCE, overlooks=0, moves=0, adds=0),
    "summary": Writing(),
}


def given(habit: Habit, question: str) -> list[Value]:
    draw = random.Random(3)
    return [habit.give(item, item.truth[question], draw) for item in ITEMS]


@pytest.mark.parametrize("question", FAULTLESS)
def test_whoever_makes_no_mistakes_gives_what_is_true(question: str) -> None:
    assert given(FAULTLESS[question], question) == [item.truth[question] for item in ITEMS]


def test_a_topic_is_taken_for_another_and_never_are_all_left_out() -> None:
    refund_is_billing = Ticking(TOPICS, 0, 0, {"refund": "billing"})
    for item, value in zip(ITEMS, given(refund_is_billing, "topics"), strict=True):
        assert "refund" not in value
        assert ("billing" in value) == bool({"refund", "billing"} & {*item.truth["topics"]})
    assert all(len(value) == 1 for value in given(Ticking(TOPICS, 1, 0), "topics"))


@pytest.mark.parametrize(
    ("habit", "expected"),
    [
        (Rating(POLITENESS, shift=1.0, noise=0), [2, 3, 4, 5, 5]),
        (Rating(POLITENESS, shift=-1.0, noise=0), [1, 1, 2, 3, 4]),
        (Rating(POLITENESS, stretch=0.4, noise=0), [2, 3, 3, 3, 4]),
        (Rating(POLITENESS, stretch=2.0, noise=0), [1, 1, 3, 5, 5]),
    ],
)
def test_ratings_are_shifted_and_stretched_and_stay_on_the_scale(
    habit: Rating, expected: list[int]
) -> None:
    draw = random.Random(1)
    assert [habit.give(ITEMS[0], true, draw) for true in POLITENESS.scale] == expected


def test_a_ranking_keeps_all_options_and_lets_only_neighbours_change_places() -> None:
    for item, value in zip(ITEMS, given(Ranking(0.5, 0.5), "priorities"), strict=True):
        options = sorted(option for group in value for option in group)
        assert options == sorted(option for group in item.truth["priorities"] for option in group)
    swapped = Ranking(splits=0, swaps=1).give(ITEMS[0], (("a",), ("b", "c")), random.Random(1))
    assert swapped == (("b", "c"), ("a",))


def test_marks_move_by_whole_words_and_stay_apart_and_within_the_text() -> None:
    habit = Marking(EVIDENCE, overlooks=0.2, moves=0.9, adds=0.9)
    seen = given(habit, "evidence")
    for item, spans in zip(ITEMS, seen, strict=True):
        places = word_places(item.fields["reply"])
        assert all(one.end <= other.start for one, other in pairwise(spans))
        for span in spans:
            assert 0 <= span.start < span.end <= len(item.fields["reply"])
            assert not any(a < cut < b for a, b in places for cut in (span.start, span.end))
    assert (
        sum(spans != item.truth["evidence"] for item, spans in zip(ITEMS, seen, strict=True)) > 60
    )


def test_a_habit_of_marking_overlooks_a_label_and_takes_one_for_another() -> None:
    habit = Marking(EVIDENCE, 0, 0, 0, {"step": "promise"}, frozenset({"false"}))
    for item, spans in zip(ITEMS, given(habit, "evidence"), strict=True):
        expected = [s.label for s in item.truth["evidence"] if s.label != "false"]
        assert [s.label for s in spans] == ["promise" if e == "step" else e for e in expected]


def test_of_overlapping_spans_the_first_stands() -> None:
    assert apart([Span(5, 9, "a"), Span(0, 6, "b"), Span(9, 12, "c")]) == (
        Span(0, 6, "b"),
        Span(9, 12, "c"),
    )


def test_texts_are_skipped_reworded_mistyped_or_strayed() -> None:
    assert set(given(Writing(skips=1), "summary")) == {None}
    reworded = given(Writing(rewords=1), "summary")
    assert all(text in item.wordings for item, text in zip(ITEMS, reworded, strict=True))
    strayed = given(Writing(strays=1), "summary")
    assert all(item.fields["reply"].startswith(t) for item, t in zip(ITEMS, strayed, strict=True))
    slipped = given(Writing(slips=0.3), "summary")
    changed = [t != item.truth["summary"] for item, t in zip(ITEMS, slipped, strict=True)]
    assert sum(changed) > 70
    assert all(slipped)


def test_the_first_words_are_marked_whatever_they_are() -> None:
    question = Question("q", "Q", (("x", "X"),), type="span", field="reply")
    (span,) = given(FirstWords(question, "x"), "evidence")[0]
    assert ITEMS[0].fields["reply"][span.start : span.end] == "Learn to use"
