"""The shape that both sources of the demo produce."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from argilla_distill.workers.models.values import from_argilla, to_argilla
from demo.scenarios.crowd import support_chatbot
from demo.scenarios.material import DISTILLED, EVIDENCE, PRIORITIES, material
from demo.scenarios.question import Question
from demo.scenarios.recorded import recorded
from demo.scenarios.scenario import Item, Scenario


def from_the_crowd(_: Path) -> Scenario:
    return support_chatbot(seed=7, overlap=5, incomplete=4)


def from_a_folder(folder: Path) -> Scenario:
    (folder / "answers.csv").write_text(
        "task,worker,label\na,w1,0\na,w2,1\nb,w2,1\nb,w3,1\n", encoding="utf-8"
    )
    (folder / "truth.csv").write_text("task,label\na,0\nb,1\n", encoding="utf-8")
    return recorded(folder)


both = pytest.mark.parametrize("source", [from_the_crowd, from_a_folder])
Build = Callable[[Path], Scenario]


@both
def test_everything_in_a_scenario_refers_to_something_in_it(source: Build, tmp_path: Path) -> None:
    scenario = source(tmp_path)
    items = {item.id: item for item in scenario.items}
    names = {annotator.name for annotator in scenario.annotators}
    asked = {question.name: question.asked for question in scenario.distilled}
    fields = {field.name for field in scenario.fields}
    assert all(item.fields.keys() == fields for item in scenario.items)
    assert {one.name for one in scenario.users} >= {one.annotator for one in scenario.plan}
    assert {one.item for one in scenario.plan} <= items.keys()
    assert {one.agent for one in scenario.suggestions} <= names - {u.name for u in scenario.users}
    told = [(one.question, one.value) for one in scenario.suggestions]
    told += [pair for truth in scenario.truth.values() for pair in truth.items()]
    for name, value in told:
        assert from_argilla(asked[name], to_argilla(asked[name], value)) == value
    assert scenario.truth == {item.id: item.truth for item in scenario.items}


@both
def test_a_scenario_ends_with_the_optional_conflict_question(source: Build, tmp_path: Path) -> None:
    conflicts = source(tmp_path).questions[-1].to_argilla()
    assert conflicts["name"] == "conflicts"
    assert conflicts["required"] is False
    assert conflicts["settings"] == {"type": "text", "use_markdown": True}


@both
def test_every_answer_of_the_plan_answers_what_is_required(source: Build, tmp_path: Path) -> None:
    scenario = source(tmp_path)
    items = {item.id: item for item in scenario.items}
    crowd = {annotator.name: annotator for annotator in scenario.annotators}
    required = {question.name for question in scenario.questions if question.required}
    asked = {question.name for question in scenario.distilled}
    for one in scenario.plan:
        assert required <= crowd[one.annotator].answer(items[one.item]).keys() <= asked


def test_every_question_of_every_record_is_answered_by_several(tmp_path: Path) -> None:
    scenario = from_the_crowd(tmp_path)
    items = {item.id: item for item in scenario.items}
    crowd = {annotator.name: annotator for annotator in scenario.annotators}
    given = Counter(
        (one.item, name)
        for one in scenario.plan
        for name in crowd[one.annotator].answer(items[one.item])
    )
    completed = scenario.completed()
    assert min(n for (item, _), n in given.items() if item in completed) >= 2
    assert len(given) == len(items) * len(scenario.distilled)


def test_completed_are_the_items_that_have_their_overlap(tmp_path: Path) -> None:
    assert len(from_the_crowd(tmp_path).completed()) == len(material()) - 4
    assert from_a_folder(tmp_path).completed() == {"a", "b"}


def test_the_model_that_does_not_sign_in_left_a_value_on_every_record(tmp_path: Path) -> None:
    scenario = from_the_crowd(tmp_path)
    left = {(one.item, one.question) for one in scenario.suggestions}
    assert len(left) == len(scenario.suggestions) == len(DISTILLED) * len(scenario.items)


def test_a_suggestion_has_as_many_scores_as_argilla_wants(tmp_path: Path) -> None:
    scenario = from_the_crowd(tmp_path)
    asked = {question.name: question.asked for question in scenario.distilled}
    for one in scenario.suggestions:
        json = to_argilla(asked[one.question], one.value)
        scores = one.score if isinstance(one.score, tuple) else (one.score,)
        if isinstance(json, list):
            assert one.score is None if not json else len(scores) == len(json)
        else:
            assert isinstance(one.score, float)
        assert all(0 <= score <= 1 for score in scores if score is not None)


def test_a_label_question_lists_its_labels_in_order() -> None:
    question = Question("colour", "Colour", (("r", "Red"), ("g", "Green")))
    assert question.to_argilla() == {
        "name": "colour",
        "title": "Colour",
        "description": None,
        "required": True,
        "settings": {
            "type": "label_selection",
            "options": [{"value": "r", "text": "Red"}, {"value": "g", "text": "Green"}],
        },
    }


def test_reliability_is_unknown_where_no_truth_is_known(tmp_path: Path) -> None:
    annotator = from_a_folder(tmp_path).annotators[0]
    item = Item("a", {"text": "?"}, {})
    assert annotator.reliability(Question("label", "Label"), [item]) is None
    assert annotator.confusion("label", [item]) == {}
    assert support_chatbot().annotators[0].reliability(DISTILLED[1], []) is None


def test_questions_of_other_types_have_the_settings_of_theirs() -> None:
    assert PRIORITIES.to_argilla()["required"] is False
    assert PRIORITIES.to_argilla()["settings"]["type"] == "ranking"
    assert EVIDENCE.to_argilla()["settings"]["field"] == "reply"
    types = [question.to_argilla()["settings"]["type"] for question in DISTILLED]
    assert types[2:] == ["multi_label_selection", "rating", "ranking", "span", "text"]
