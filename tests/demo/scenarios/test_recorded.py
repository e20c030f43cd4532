"""Reading a folder of recorded answers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from demo.scenarios.recorded import LONGEST_NAME, RecordedError, other_kind, recorded, user_names

ANSWERS = "task,worker,label\na,w1,0\na,w2,1\nb,w2,1\nb,w1,1\n"
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def folder(path: Path, answers: str = ANSWERS, **others: str) -> Path:
    """`path` with answers.csv and others: `items="…"` becomes items.csv."""
    for name, text in {"answers": answers, **others}.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def test_answers_texts_and_truth_become_a_scenario(tmp_path: Path) -> None:
    scenario = recorded(
        folder(tmp_path, items='task,text\na,"Two\nlines"\nb,B\n', truth="task,label\na,0\n")
    )
    assert [item.id for item in scenario.items] == ["a", "b"]
    assert scenario.items[0].fields == {"text": "Two\nlines"}
    assert scenario.questions[0].values == ("0", "1")
    assert scenario.truth == {"a": {"label": "0"}}
    assert scenario.overlap == 2
    assert [(one.annotator, one.item) for one in scenario.plan] == [
        ("w1", "a"),
        ("w2", "a"),
        ("w2", "b"),
        ("w1", "b"),
    ]
    assert scenario.annotators[0].reliability(scenario.questions[0], scenario.items) == 1.0
    assert scenario.annotators[1].reliability(scenario.questions[0], scenario.items) == 0.0
    assert scenario.annotators[1].confusion("label", scenario.items) == {"0": {"1": 1.0}}


def test_without_texts_a_record_shows_its_task(tmp_path: Path) -> None:
    assert recorded(folder(tmp_path)).items[0].fields == {"text": "Record a"}


def test_the_last_answer_of_an_annotator_to_a_record_counts(tmp_path: Path) -> None:
    scenario = recorded(folder(tmp_path, ANSWERS + "b,w3,0\na,w1,1\na,w1,0\na,w1,1\n"))
    first = scenario.annotators[0]
    assert len(scenario.plan) == 5
    assert scenario.plan[-1].annotator == first.name
    assert first.answer(scenario.items[0]) == {"label": "1"}


def test_an_annotator_has_no_answer_to_a_record_they_did_not_see(tmp_path: Path) -> None:
    scenario = recorded(folder(tmp_path, "task,worker,label\na,w1,x\nb,w2,y\n"))
    assert scenario.annotators[0].answer(scenario.items[1]) == {}


def test_every_record_completes_unless_another_overlap_is_asked_for(tmp_path: Path) -> None:
    path = folder(tmp_path, ANSWERS + "b,w3,1\n")
    assert recorded(path).overlap == 2
    assert recorded(path).completed() == {"a", "b"}
    assert recorded(path, overlap=3).completed() == {"b"}


def test_only_the_first_records_are_taken_on_request(tmp_path: Path) -> None:
    scenario = recorded(folder(tmp_path, ANSWERS + "b,w3,1\n"), records=1)
    assert [item.id for item in scenario.items] == ["a"]
    assert {one.item for one in scenario.plan} == {"a"}
    assert [annotator.name for annotator in scenario.annotators] == ["w1", "w2"]


def test_labels_stand_in_the_order_of_numbers_and_a_true_one_nobody_gave_is_offered(
    tmp_path: Path,
) -> None:
    answers = "task,worker,label\na,w1,10\na,w2,9\nb,w2,2\n"
    scenario = recorded(folder(tmp_path, answers, truth="task,label\na,3\n"))
    assert scenario.questions[0].values == ("2", "3", "9", "10")


def test_a_byte_order_mark_blank_lines_and_further_columns_do_no_harm(tmp_path: Path) -> None:
    answers = "\ufeffworker,note,task,label\n\nw1,hm,a,0\n\nw2,,a,1\n"
    assert len(recorded(folder(tmp_path, answers)).plan) == 2


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("answers", "task,worker\na,w1\n", "answers.csv:1: no column label"),
        ("answers", "", "answers.csv:1: no column task, worker, label"),
        ("answers", ANSWERS + "c,w1\n", "answers.csv:6: 2 cells, but the header has 3"),
        ("answers", ANSWERS + "c,w1,0,0\n", "answers.csv:6: 4 cells, but the header has 3"),
        ("answers", ANSWERS + "c,,0\n", "answers.csv:6: worker is empty"),
        ("answers", ANSWERS + "c,w1, \n", "answers.csv:6: label is empty"),
        ("answers", ANSWERS + 'c,w1,"0\n', "answers.csv:6: not CSV"),
        ("answers", "task,worker,label\n", "answers.csv: no answers"),
        ("answers", "task,worker,label\na,w1,x\n", "answers.csv: every answer is 'x'"),
        ("items", "task,text\na,A\n", "answers.csv:4: task 'b' has no text in items.csv"),
        ("items", 'task,text\na,"1\n2"\na,again\n', "items.csv:4: task 'a' is already on line 2"),
        ("items", "task,text\na, \n", "items.csv:2: text is empty"),
        ("truth", "task,rank\na,0\n", "truth.csv:1: no column label"),
        ("truth", "task,label\na,0\na,1\n", "truth.csv:3: task 'a' is already on line 2"),
        ("truth", 'task,label\na,"{""x"": 1}"\n', "truth.csv: the labels are spans or structured"),
    ],
)
def test_a_bad_row_is_refused_with_its_file_and_line(
    tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    files = {"answers": ANSWERS} | {name: text}
    with pytest.raises(RecordedError, match=re.escape(complaint)):
        recorded(folder(tmp_path, **files))


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_bytes(b"task,worker,label\na,w1,0\na,Andr\xe9,1\n")
    with pytest.raises(RecordedError, match=r"answers\.csv:3: not UTF-8"):
        recorded(tmp_path)


def test_a_folder_without_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordedError, match=r"answers\.csv: cannot be read: No such file"):
        recorded(tmp_path)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["0", "1"], None),
        (["-1", "1"], None),
        (["yes, fully", "no"], None),
        ([str(n) for n in range(1, 11)], None),
        ([str(n) for n in range(0, 101, 5)], "a rating"),
        (["0.5", "1.0"], "a rating"),
        (["1>2>3", "2>1=3"], "rankings"),
        (["CAUSES", "CAUSES|TREATS"], "several labels at once"),
        (['[[0, 4, "name"]]', "[]"], "spans or structured values"),
        ([f"Sentence {n}; about it." for n in range(20)], "free text"),
        ([f"class-{n % 150}" for n in range(900)], "free text"),
        (["x" * 201, "y"], "free text"),
        (["[sic", "{"], None),
    ],
)
def test_what_is_not_a_plain_label_is_told_by_its_looks(
    labels: list[str], kind: str | None
) -> None:
    assert other_kind(Counter(labels)) == kind


def test_a_folder_of_ratings_is_refused_by_that_word(tmp_path: Path) -> None:
    rows = "".join(f"a,w{n},{n}\n" for n in range(30))
    with pytest.raises(RecordedError, match="the labels are a rating; only plain label questions"):
        recorded(folder(tmp_path, "task,worker,label\n" + rows))


def test_user_names_are_safe_and_unique_whatever_the_recorded_ids_are() -> None:
    odd = ["A1", "a1", "0", "17", "x/y/False", "x y?False", "-_-", "日本", "é", "w" * 200]
    odd += ["w" * 201, "../etc", "annotator-17", "x-y-False-2", "<b>", "llm:judge", "judge-2"]
    names = user_names(odd)
    assert names.keys() == set(odd)
    assert all(SAFE.fullmatch(name) and len(name) <= LONGEST_NAME for name in names.values())
    assert len({name.lower() for name in names.values()}) == len(odd)


def test_user_names_do_not_depend_on_the_order_of_the_ids() -> None:
    ids = ["a b", "a/b", "A-B", "a?b"]
    assert user_names(ids) == user_names(reversed(ids))


def test_the_mapping_from_recorded_id_to_user_name_is_kept(tmp_path: Path) -> None:
    scenario = recorded(folder(tmp_path, "task,worker,label\na,llm/1 x,0\na,template-é,1\na,7,1\n"))
    assert [(one.name, one.first_name, one.source) for one in scenario.annotators] == [
        ("annotator-7", "7", "person"),
        ("llm-1-x", "llm/1 x", "model"),
        ("template", "template-é", "person"),
    ]
