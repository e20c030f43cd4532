"""What a twin is made of: every type of question and field, and what Argilla would not take."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from argilla_distill.domain.records import Dataset, DatasetQuestion
from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.workers.writing.guidelines_section import END, START
from argilla_distill.workers.writing.twin_dataset import (
    MAX_GUIDELINES,
    MAX_NAME,
    TwinRecords,
    guidelines,
    names,
    refusal,
    twin_dataset,
)

TEXT = "The lamp is broken."

QUESTIONS = {
    "tone": DatasetQuestion("q1", "tone", "label_selection", ("kind", "rude")),
    "topics": DatasetQuestion("q2", "topics", "multi_label_selection", ("a", "b", "c")),
    "stars": DatasetQuestion("q3", "stars", "rating", ("1", "2", "3")),
    "order": DatasetQuestion("q4", "order", "ranking", ("x", "y")),
    "marks": DatasetQuestion("q5", "marks", "span", ("noun",), field="text"),
    "reason": DatasetQuestion("q6", "reason", "text"),
}
"""The twin's questions: one of each type."""

FIELDS = {"text": "text", "picture": "image", "talk": "chat", "form": "custom"}

BLUEPRINT: dict[str, Any] = {
    "guidelines": "Be kind.",
    "fields": [
        {"name": name, "title": name, "required": True, "settings": {"type": kind}, "id": "f"}
        for name, kind in FIELDS.items()
    ],
    "questions": [
        {"name": name, "title": name, "required": True, "settings": {"type": q.type}, "id": q.id}
        for name, q in QUESTIONS.items()
    ],
}

TALK = [{"role": "user", "content": "Hello"}]


def manifest(name: str = "learned-3", dataset: str = "support/chat") -> Manifest:
    """The manifest of a version with these questions."""
    questions = tuple(
        VersionQuestion(n, n, q.type, "learned", 1, 9, 0) for n, q in QUESTIONS.items()
    )
    return Manifest(
        name=name,
        dataset_id="d",
        dataset=dataset,
        position="1-0",
        as_of=0,
        asked_at=1,
        created_at=2,
        release="1.0",
        settings={},
        settings_sha256="",
        questions=questions,
        records=1,
        votes=9,
        splits={"train": 1},
        rounds={},
        sources={},
        named=False,
        files=(),
        content_sha256="digest",
    )


def decided(value: Any, **more: Any) -> dict[str, Any]:
    """The struct of a question in a version's row."""
    conflict: dict[str, Any] = {"now": False, "ever": False, "values": []}
    return {"value": value, "confidence": 0.9, "posterior": [], "conflict": conflict, **more}


def row(**values: Any) -> dict[str, Any]:
    """A version's row; questions that are not named are left open."""
    fields = {"text": TEXT, "picture": "https://a/b.png", "talk": TALK, "form": '{"a": [1]}'}
    rest = {"record_id": "r1", "fields": fields, "round": None, "split": "train"}
    return {**{name: decided(None) for name in QUESTIONS}, **rest, **values}


def written(**values: Any) -> tuple[dict[str, Any], list[str]]:
    """What comes of a row."""
    twin = Dataset("t", "twin", "w", "versions", "ready", 0, tuple(QUESTIONS.values()))
    return TwinRecords(manifest(), twin, BLUEPRINT).item(row(**values))


def test_a_value_of_every_type_of_question_is_written_as_argilla_takes_it() -> None:
    chances = [{"value": "a", "p": 0.8}, {"value": "b", "p": 0.1}, {"value": "c", "p": 0.7}]
    item, left_out = written(
        tone=decided("kind"),
        topics=decided(["a", "c"], posterior=chances),
        stars=decided(3.0),
        order=decided([{"value": "y", "rank": 1}, {"value": "x", "rank": 2}]),
        marks=decided(
            [{"start": 4, "end": 8, "label": "noun"}],
            posterior=[{"value": "noun 4-8", "p": 0.6}],
        ),
        reason=decided("It is said."),
    )
    assert left_out == []
    found = {s["question_id"]: (s["value"], s["score"]) for s in item["suggestions"]}
    assert found == {
        "q1": ("kind", 0.9),
        "q2": (["a", "c"], [0.8, 0.7]),
        "q3": (3, 0.9),
        "q4": ([{"value": "y", "rank": 1}, {"value": "x", "rank": 2}], [0.9, 0.9]),
        "q5": ([{"start": 4, "end": 8, "label": "noun"}], [0.6]),
        "q6": ("It is said.", 0.9),
    }
    assert isinstance(found["q3"][0], int)
    assert {s["agent"] for s in item["suggestions"]} == {"distill/learned-3"}


def test_a_field_of_every_kind_is_written_and_one_that_is_lacking_is_not() -> None:
    item, _ = written()
    assert item["fields"] == {
        "text": TEXT,
        "picture": "https://a/b.png",
        "talk": TALK,
        "form": {"a": [1]},
    }
    item, _ = written(fields={"text": TEXT, "picture": None, "talk": None, "form": None})
    assert item["fields"] == {"text": TEXT}


def test_what_is_left_open_is_not_suggested_and_what_is_unknown_is_not_said() -> None:
    item, _ = written()
    assert item["suggestions"] == []
    assert item["metadata"] == {"split": "train", "conflict": "none", "record": "r1"}


def test_the_worst_of_all_questions_is_what_a_record_is_filtered_by() -> None:
    conflict = {"now": True, "ever": True}
    settled = {"now": False, "ever": True}
    item, _ = written(
        tone=decided("kind", confidence=0.7),
        stars=decided(1.0, confidence=0.8, conflict=settled),
        round="2",
    )
    told = {name: item["metadata"][name] for name in ("conflict", "confidence", "round")}
    assert told == {"conflict": "settled", "confidence": 0.7, "round": "2"}
    item, _ = written(stars=decided(1.0, conflict=settled), topics=decided(None, conflict=conflict))
    assert item["metadata"]["conflict"] == "open"


@pytest.mark.parametrize(
    ("question", "value", "why"),
    [
        ("tone", "angry", "a label that is not there any more"),
        ("topics", ["a", "z"], "a label that is not there any more"),
        ("topics", [], "nothing is chosen"),
        ("stars", 5, "a rating that cannot be given any more"),
        ("stars", 2.5, "a rating that cannot be given any more"),
        ("order", [{"value": "z", "rank": 1}], "a label that is not there any more"),
        ("marks", [{"start": 4, "end": 99, "label": "noun"}], "a passage that is not in the text"),
        ("marks", [{"start": 4, "end": 8, "label": "verb"}], "a label that is not there any more"),
    ],
)
def test_what_argilla_would_not_take_is_left_out_and_told(
    question: str, value: Any, why: str
) -> None:
    assert refusal(QUESTIONS[question], value, {"text": TEXT}).startswith(why)
    item, left_out = written(**{question: decided(value)})
    assert item["suggestions"] == []
    assert len(left_out) == 1
    assert left_out[0].startswith(f"{question}: {why}")


def test_no_span_at_all_is_a_value() -> None:
    item, left_out = written(marks=decided([]))
    assert left_out == []
    assert [(s["value"], s["score"]) for s in item["suggestions"]] == [([], None)]


def test_a_question_that_is_gone_is_left_out_and_told() -> None:
    twin = Dataset("t", "twin", "w", "versions", "ready", 0, (QUESTIONS["tone"],))
    item, left_out = TwinRecords(manifest(), twin, BLUEPRINT).item(
        row(tone=decided("kind"), reason=decided("why"))
    )
    assert [s["question_id"] for s in item["suggestions"]] == ["q1"]
    assert left_out == ["reason: the question is not there any more"]


def test_the_dataset_has_the_originals_form_and_says_what_it_is() -> None:
    made = twin_dataset(manifest(), ["prod"], BLUEPRINT, "versions", "chat @ learned-3")
    assert [f["name"] for f in made.fields] == list(FIELDS)
    assert all("id" not in each for each in (*made.fields, *made.questions))
    assert [name for name, _, _ in made.properties] == [
        "split",
        "round",
        "conflict",
        "confidence",
        "record",
    ]
    first, _, rest = made.guidelines.partition("\n")
    assert first.startswith("**learned-3** of support/chat (tag prod)")
    assert rest.strip() == "Be kind."


def test_a_property_that_is_called_as_a_question_is_has_another_name() -> None:
    asked = {**BLUEPRINT, "questions": [{"name": "confidence", "settings": {"type": "rating"}}]}
    made = twin_dataset(manifest(), [], asked, "versions", "t")
    assert "version_confidence" in [name for name, _, _ in made.properties]


def test_guidelines_are_without_our_own_examples_and_never_too_long() -> None:
    examples = f"Be kind.\n{START}\nexamples\n{END}\n"
    assert guidelines(manifest(), [], examples).endswith("Be kind.")
    assert len(guidelines(manifest(), [], "x" * MAX_GUIDELINES)) == MAX_GUIDELINES
    assert START in guidelines(manifest(), [], f"broken {START}")


def test_names_of_twins_differ_and_are_never_too_long() -> None:
    assert list(islice(names(manifest()), 3)) == [
        "chat @ learned-3",
        "support/chat @ learned-3",
        "support/chat @ learned-3 2",
    ]
    found = list(islice(names(manifest(dataset=f"support/{'c' * 199}")), 3))
    assert len(set(found)) == 3
    assert max(map(len, found)) == MAX_NAME
