"""Values on their way from Argilla's JSON to the engine and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.domain import records
from argilla_distill.workers.engine.contract.question import Question, Span
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.models.values import (
    MAX_CHARACTERS,
    content,
    from_argilla,
    question_of,
    short,
    to_argilla,
)

LABELS = ("a", "b", "c")
ASKED = {
    "label": Question("label", LABELS),
    "multi_label": Question("multi_label", LABELS),
    "rating": Question("rating", scale=(1, 2, 3)),
    "ranking": Question("ranking", LABELS),
    "span": Question("span", LABELS),
    "text": Question("text"),
}

GOOD: list[tuple[str, Any, Any]] = [
    ("label", "a", "a"),
    ("multi_label", ["c", "a"], ("a", "c")),
    ("multi_label", [], ()),
    ("rating", 2, 2),
    ("ranking", [{"value": "b", "rank": 2}, {"value": "a", "rank": 1}], (("a",), ("b",))),
    ("ranking", [{"value": x, "rank": 1} for x in "cba"], (("a", "b", "c"),)),
    ("span", [{"start": 1, "end": 3, "label": "b"}], (Span(1, 3, "b"),)),
    ("text", "He left.", "He left."),
]


@pytest.mark.parametrize(("kind", "json", "value"), GOOD)
def test_a_value_is_read_and_written_back_as_the_same(kind: str, json: Any, value: Any) -> None:
    asked = ASKED[kind]
    assert from_argilla(asked, json) == value
    assert from_argilla(asked, to_argilla(asked, value)) == value
    assert hash(value) == hash(from_argilla(asked, json))


@pytest.mark.parametrize(
    ("kind", "json"),
    [
        ("label", "d"),
        ("label", None),
        ("label", ["a"]),
        ("multi_label", "a"),
        ("multi_label", ["a", "d"]),
        ("rating", 4),
        ("rating", "two"),
        ("rating", None),
        ("ranking", [{"value": "a"}]),
        ("ranking", [{"value": "d", "rank": 1}]),
        ("span", [{"start": 3, "end": 3, "label": "a"}]),
        ("span", [{"start": -1, "end": 3, "label": "a"}]),
        ("span", [[1, 2, "a"]]),
        ("text", 7),
        ("text", " "),
        ("ranking", []),
    ],
)
def test_what_is_no_value_is_refused_by_name(kind: str, json: Any) -> None:
    with pytest.raises(BadValue, match=f"is no value of a {kind} question"):
        from_argilla(ASKED[kind], json)


@given(st.permutations(LABELS), st.lists(st.integers(1, 3), min_size=3, max_size=3))
def test_tied_items_share_a_place_and_the_next_place_is_left_out(
    items: list[str], ranks: list[int]
) -> None:
    json: list[dict[str, Any]] = [
        {"value": item, "rank": rank} for item, rank in zip(items, ranks, strict=True)
    ]
    value = from_argilla(ASKED["ranking"], json)
    written = to_argilla(ASKED["ranking"], value)
    assert isinstance(written, list)
    places = {item["value"]: item["rank"] for item in written}
    for one in json:
        assert places[one["value"]] == 1 + sum(o["rank"] < one["rank"] for o in json)


def test_argillas_questions_as_the_engine_sees_them() -> None:
    rating = records.DatasetQuestion("1", "stars", "rating", ("3", "1", "2"))
    assert question_of(rating) == Question("rating", scale=(1, 2, 3))
    span = records.DatasetQuestion("1", "marks", "span", LABELS, overlapping=True, field="text")
    assert question_of(span) == Question("span", LABELS, overlapping=True)


def test_a_span_question_reads_its_field_and_the_others_all_texts() -> None:
    fields = {"text": "one", "chat": [{"role": "user", "content": "two"}], "n": 3, "none": None}
    span = records.DatasetQuestion("1", "marks", "span", field="text")
    assert content(span, fields) == "one"
    assert content(records.DatasetQuestion("1", "topic", "label_selection"), fields) == "one\ntwo"


def test_long_values_are_cut_where_they_stand_in_a_sentence() -> None:
    assert short(ASKED["text"], "x" * 500) == "x" * (MAX_CHARACTERS - 1) + "…"
    assert short(ASKED["multi_label"], ("a", "c")) == "a + c"
    assert short(ASKED["label"], None) == ""


def test_only_of_multi_label_questions_it_matters_whether_they_are_required() -> None:
    for kind, forced in (("multi_label_selection", False), ("label_selection", True)):
        given = {
            "id": "q1",
            "name": "topics",
            "required": False,
            "settings": {"type": kind, "options": [{"value": "a"}]},
        }
        asked = records.DatasetQuestion.parse(given)
        assert not asked.required
        assert question_of(asked).required is forced
