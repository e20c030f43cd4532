"""Exports of Argilla, made by its own SDK, and of Label Studio: each question by its name."""

from __future__ import annotations

import json
import uuid
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.workers.files.exports.export import guess
from tests.workers.files.offline import Done, distil

USERS = [uuid.UUID(int=n + 1) for n in range(3)]
TYPES = {"helpful": "label", "topics": "multi_label", "quality": "rating"}
TYPES |= {"order": "ranking", "names": "span", "why": "text"}
SPAN = {"start": 0, "end": 5, "label": "GREETING"}
ANSWERS: dict[str, list[Any]] = {
    "helpful": ["yes", "yes", "no"],
    "topics": [["a", "b"], ["a", "b"], ["a"]],
    "quality": [4, 4, 2],
    "order": [["b", "a", "c"], ["b", "a", "c"], ["a", "b", "c"]],
    "names": [[SPAN], [SPAN], []],
    "why": ["It greets.", "It greets.", "no idea"],
}
"""What the three users say of each question."""

EXPECTED = {
    "helpful": "yes",
    "topics": ["a", "b"],
    "quality": 4,
    "order": "b>a>c",
    "names": [[0, 5, "GREETING"]],
    "why": "It greets.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the SDK writes of three records with responses of three users."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SDK's own
        import argilla as rg
        from argilla.records._io import GenericIO, HFDatasetsIO, JsonIO

        def response(question: str, value: Any, user: int, status: str = "submitted") -> Any:
            return rg.Response(question, value, user_id=USERS[user], status=status)

        answered = [
            response(question, value, user)
            for question, values in ANSWERS.items()
            for user, value in enumerate(values)
        ]
        records = [
            rg.Record(
                id=f"r{n}",
                fields={"text": "hello you"},
                metadata={"round": "1"},
                responses=answered,
                suggestions=[rg.Suggestion("helpful", "no", score=0.5, agent="model")],
            )
            for n in range(2)
        ]
        drafts = [
            response("helpful", "yes", 0, "draft"),
            response("helpful", "yes", 1, "discarded"),
        ]
        responses = [*drafts, response("helpful", "no", 2)]
        records.append(rg.Record(id="r2", fields={"text": "x"}, responses=responses))
        place = tmp_path_factory.mktemp("exports")
        JsonIO.to_json(records, place / "to_json.json")
        (place / "flat.json").write_text(json.dumps(GenericIO.to_list(records, flatten=True)))

        class Label:
            type = "label_selection"

        class Dataset:
            schema = {"helpful": Label}  # noqa: RUF012

        dataset = HFDatasetsIO.to_datasets(records, Dataset)
        dataset.to_parquet(place / "datasets.parquet")
        dataset.to_json(place / "datasets.jsonl")
        dataset.to_csv(place / "datasets.csv")
        dataset.save_to_disk(place / "saved")
    made = json.loads((place / "to_json.json").read_text())
    (place / "api.json").write_text(json.dumps({"items": [_as_the_api(each) for each in made]}))
    disk = place / "disk"
    (disk / ".argilla").mkdir(parents=True)
    (disk / "records.json").write_text(json.dumps(made))
    (disk / ".argilla" / "settings.json").write_text(json.dumps(SETTINGS))
    return place


QUESTIONS: list[tuple[str, str, list[Any]]] = [
    ("helpful", "label_selection", ["no", "maybe", "yes"]),
    ("topics", "multi_label_selection", ["a", "b", "never"]),
    ("quality", "rating", [0, 2, 4, 6]),
    ("order", "ranking", ["a", "b", "c"]),
    ("names", "span", ["GREETING", "NAME"]),
    ("why", "text", []),
]
SETTINGS = {
    "questions": [
        {"name": name, "settings": {"type": kind, "options": [{"value": v} for v in values]}}
        for name, kind, values in QUESTIONS
    ]
}


def _as_the_api(record: dict[str, Any]) -> dict[str, Any]:
    """A record as the server lists it: one response a user, rankings with ranks."""
    by_user: dict[str, dict[str, Any]] = {}
    for question, said in record["responses"].items():
        for each in said:
            value = each["value"]
            if question == "order":
                value = [{"value": item, "rank": n} for n, item in enumerate(value, 1)]
            by_user.setdefault(each["user_id"], {})[question] = {"value": value}
    responses = [
        {"id": "1", "values": values, "user_id": user, "status": "submitted"}
        for user, values in by_user.items()
    ]
    return {**record, "external_id": record["id"], "id": "a server's", "responses": responses}


@pytest.mark.parametrize(
    "name",
    [
        "to_json.json",
        "flat.json",
        "datasets.parquet",
        "datasets.jsonl",
        "saved",
        "api.json",
        "disk",
    ],
)
def test_each_question_comes_by_its_name(folder: Path, name: str) -> None:
    done = distil(folder / name, None, "--strategy", "majority")
    assert done.code == 0, done.told
    assert {q: done.value("r0", q) for q in TYPES} == EXPECTED
    assert [line["question"] for line in done.lines] == ["helpful"] * 3 + [
        question for question in list(TYPES)[1:] for _ in range(2)
    ]


@pytest.mark.parametrize("name", ["to_json.json", "datasets.parquet", "saved", "disk"])
@pytest.mark.parametrize("question", TYPES)
def test_one_question_is_chosen(folder: Path, name: str, question: str) -> None:
    done = distil(folder / name, TYPES[question], "--question", question, "--strategy", "majority")
    assert done.code == 0, done.told
    assert {line["question"] for line in done.lines} == {question}
    assert done.value("r1", question) == EXPECTED[question]


@pytest.mark.parametrize("name", ["flat.json", "datasets.parquet", "datasets.jsonl", "saved"])
def test_what_was_not_submitted_does_not_count_and_is_told(folder: Path, name: str) -> None:
    done = distil(folder / name, "label", "--question", "helpful", "--strategy", "majority")
    assert done.value("r2", "helpful") == "no"
    assert "responses that were not submitted do not count: 1 discarded, 1 draft" in done.told


def test_an_export_that_does_not_tell_drafts_says_so(folder: Path) -> None:
    done = distil(folder / "to_json.json", "label", "--question", "helpful")
    assert "does not tell drafts and discarded responses from submitted ones" in done.told
    assert "suggestions on 2 records do not count" in done.told


def test_settings_tell_types_labels_and_scales(folder: Path) -> None:
    done = distil(folder / "disk", None)
    assert "taken as" not in done.told
    of = {line["question"]: line for line in done.lines if line["task"] == "r0"}
    assert list(of["helpful"]["posterior"]) == ["no", "maybe", "yes"]
    assert list(of["quality"]["posterior"]) == ["0", "2", "4", "6"]
    assert "never" in of["topics"]["posterior"]


def test_what_a_question_is_taken_for_is_told_and_may_be_said(folder: Path) -> None:
    done = distil(folder / "to_json.json", None)
    assert "topics: taken as a multi_label question (see --type)" in done.told
    done = distil(folder / "to_json.json", None, "--type", "topics=ranking", "--type", "why=label")
    assert done.code == 2  # not everybody has ranked two
    done = distil(folder / "to_json.json", "label")
    assert {line["question"] for line in done.lines} == {"helpful", "why"}
    assert "the question quality is left out: it is no label question" in done.told


def test_what_does_not_fit_to_an_export_is_refused(folder: Path, tmp_path: Path) -> None:
    path = folder / "to_json.json"
    table = tmp_path / "answers.csv"
    table.write_text("task,worker,label\nr0,ann,yes\n")
    for done, told in [
        (distil(path, None, "--question", "color"), "no question color; there is helpful, topics"),
        (distil(path, None, "--type", "color=label"), "no question color"),
        (distil(path, None, "--wide"), "--wide is for tables"),
        (distil(path, None, "--column", "task=id"), "--column is for tables"),
        (distil(path, None, "--labels", "yes,no"), "--labels is for one question"),
        (distil(table, "label", "--question", "helpful"), "one question, without a name"),
        (distil(table, None), "say what was asked, --type label for example"),
        (distil(folder / "datasets.csv"), "lists were lost on the way to CSV"),
        (distil(tmp_path), "a folder without records.json"),
        (distil(path, None, "--out", str(path)), "--out is the file of answers"),
        (
            distil(folder / "disk", None, "--out", str(folder / "disk" / "records.json")),
            "--out is records.json of the answers",
        ),
    ]:
        assert (done.code, done.lines) == (2, [])
        assert told in done.told


def test_adjudications_of_an_export_name_the_question(folder: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("id,question,truth\nr0,helpful,no\nr0,quality,2\n")
    chosen = ["--question", "helpful", "--question", "quality", "--adjudications", str(truth)]
    done = distil(folder / "datasets.parquet", None, *chosen)
    assert done.code == 0, done.told
    assert (done.value("r0", "helpful"), done.value("r0", "quality")) == ("no", 2)
    truth.write_text("id,truth\nr0,no\n")
    assert "no column question" in distil(folder / "datasets.parquet", None, *chosen).told
    done = distil(folder / "datasets.parquet", None, *chosen[:2], *chosen[4:])
    assert done.value("r0", "helpful") == "no"


def test_reliabilities_name_the_question(folder: Path, tmp_path: Path) -> None:
    who = tmp_path / "who.csv"
    distil(folder / "datasets.parquet", None, "--annotators", str(who))
    header, *rows = [line.split(",") for line in who.read_text().splitlines()]
    assert header[:3] == ["question", "annotator", "votes"]
    assert {(row[0], row[1]) for row in rows} == {(q, str(user)) for q in TYPES for user in USERS}


def test_our_own_notes_are_no_answers(tmp_path: Path) -> None:
    said = [{"value": "yes", "user_id": "u"}]
    record = {"id": "r", "fields": {"text": "x"}, "responses": {"helpful": said, "conflicts": said}}
    path = tmp_path / "export.json"
    path.write_text(json.dumps([record]))
    assert {line["question"] for line in distil(path, None).lines} == {"helpful"}
    assert distil(path, "text", "--question", "conflicts").value("r", "conflicts") == "yes"


# Label Studio


def result(name: str, kind: str, **value: Any) -> dict[str, Any]:
    return {"id": "x", "from_name": name, "to_name": "text", "type": kind, "value": value}


def annotation(who: object, *results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": who, "was_cancelled": False, "result": list(results), **more}


@pytest.fixture
def studio(tmp_path: Path) -> Callable[..., Done]:
    """Distils one task with these annotations, and others with others."""

    def run(*tasks: list[dict[str, Any]], options: tuple[str, ...] = ()) -> Done:
        path = tmp_path / "project.json"
        found = [
            {"id": n, "data": {"text": "Anna met Ben"}, "annotations": each, "predictions": [{}]}
            for n, each in enumerate(tasks, 1)
        ]
        path.write_text(json.dumps(found))
        return distil(path, None, "--strategy", "majority", *options)

    return run


def test_label_studio_has_each_control_by_its_name(studio: Callable[..., Done]) -> None:
    span = result("label", "labels", start=0, end=4, text="Anna", labels=["PER"])
    said = (
        span,
        result("mood", "choices", choices=["good"]),
        result("topics", "choices", choices=["a", "b"]),
        result("stars", "rating", rating=4),
        result("note", "textarea", text=["one", "two"]),
    )
    nobody = annotation(3, result("mood", "choices", choices=["bad"]))
    skipped = annotation(4, result("mood", "choices", choices=["bad"]), was_cancelled=True)
    done = studio(
        [annotation({"id": 1, "email": "a@x.org"}, *said), annotation(2, *said), nobody, skipped]
    )
    assert done.code == 0, done.told
    assert {line["question"]: line["value"] for line in done.lines} == {
        "label": [[0, 4, "PER"]],
        "mood": "good",
        "topics": ["a", "b"],
        "stars": 4,
        "note": "one\ntwo",
    }
    assert "left out: 1 predictions, 1 skipped annotations" in done.told


def test_ground_truth_is_an_adjudication(studio: Callable[..., Done]) -> None:
    good, bad = (result("mood", "choices", choices=[choice]) for choice in ("good", "bad"))
    done = studio([annotation(1, good), annotation(2, good), annotation(3, bad, ground_truth=True)])
    assert (done.lines[0]["value"], done.lines[0]["adjudicated"]) == ("bad", True)
    assert "ground truth are taken as adjudications" in done.told


def test_what_label_studio_has_beside_is_told(studio: Callable[..., Done]) -> None:
    box = result("box", "rectanglelabels", x=1, y=1, width=1, height=1, rectanglelabels=["cat"])
    mood = result("mood", "choices", choices=["good"])
    region = result("of region", "choices", choices=["good"], start=0, end=3)
    done = studio([annotation(1, mood, box, region)])
    assert {line["question"] for line in done.lines} == {"mood"}
    assert "1 answers on single regions" in done.told
    assert "1 results of the type rectanglelabels" in done.told


def test_an_annotation_of_nobody(studio: Callable[..., Done]) -> None:
    mood = result("mood", "choices", choices=["good"])
    assert "worker is empty; see --anonymous" in studio([annotation(None, mood)]).told
    assert studio([annotation(None, mood)], options=("--anonymous",)).code == 0


def test_types_are_guessed() -> None:
    assert guess(["yes", "no"] * 3) == "label"
    assert guess(["one\ntwo"]) == guess(["this is quite a text", "and so is this one"]) == "text"
    assert guess([1, 2.5]) == "rating"
    assert guess([[], [SPAN]]) == "span"
    assert guess([[{"value": "a", "rank": 1}]]) == "ranking"
    assert guess([["a", "b"], ["b", "a"]]) == "ranking"
    assert guess([["a"], ["b", "a"]]) == guess([[], []]) == guess([["a"]]) == "multi_label"
    assert guess([True, False]) == guess([]) == "label"
