"""Recorded answers: what a cell may look like, which rows count, and how bad rows are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Vote
from argilla_distill.workers.engine.contract.question import Question, QuestionType, Span
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.files import answers_file as answers
from argilla_distill.workers.files.cells import from_cell, number, presence, to_json
from argilla_distill.workers.files.input_options import split_labels
from argilla_distill.workers.files.rankings import joined
from argilla_distill.workers.files.reading import tables
from argilla_distill.workers.files.reading.mistakes import MAX_MISTAKES, BadTable
from argilla_distill.workers.files.recorded_answers import RecordedAnswers

Read = Callable[..., RecordedAnswers]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads what is written as text, or bytes; the header is added."""
    monkeypatch.chdir(tmp_path)

    def read(
        kind: QuestionType, rows: str, truth: str = "", items: str = "", **more: str
    ) -> RecordedAnswers:
        given = [("task,worker,label\n", rows), ("task,label\n", truth), ("task,text\n", items)]
        paths = [Path("answers.csv"), Path("truth.csv"), Path("items.csv")]
        for path, (header, text) in zip(paths, given, strict=True):
            path.write_text(text if text.startswith("task,") else header + text, "utf-8")
        labels = more.get("labels", "").split()
        return answers.read_table(
            kind, paths[0], paths[1] if truth else None, paths[2] if items else None, labels
        )

    return read


def votes(found: RecordedAnswers) -> list[Vote]:
    return [fact for fact in found.facts() if isinstance(fact, Vote)]


# Cells


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("label", " yes ", "yes"),
        ("multi_label", "c | a", ("a", "c")),
        ("multi_label", '["c", "a", "c"]', ("a", "c")),
        ("multi_label", '["one, or | two"]', ("one, or | two",)),
        ("multi_label", "[1, 2]", ("1", "2")),
        ("multi_label", "[]", ()),
        ("multi_label", "", ()),
        ("rating", "4", 4),
        ("rating", "-0.5", -0.5),
        ("ranking", "b>a=c>d", (("b",), ("a", "c"), ("d",))),
        ("ranking", "c = a", (("a", "c"),)),
        ("span", '[[5, 9, "b"], [0, 4, "a"]]', (Span(0, 4, "a"), Span(5, 9, "b"))),
        ("span", '[{"start": 0, "end": 4, "label": "a", "score": 1}]', (Span(0, 4, "a"),)),
        ("span", '[[-1, 4, "a"]]', (Span(0, 4, "a"),)),
        ("span", "[]", ()),
        ("span", "", ()),
        ("text", " He left. ", " He left. "),
    ],
)
def test_a_cell_is_read_as_the_engines_value(kind: QuestionType, cell: str, value: object) -> None:
    assert from_cell(kind, cell) == value


@pytest.mark.parametrize(
    ("kind", "cell", "why"),
    [
        ("label", " ", "label is empty"),
        ("text", " ", "label is empty"),
        ("rating", "", "label is empty"),
        ("rating", "good", "'good' is not a number"),
        ("rating", "nan", "not a number"),
        ("rating", "1_0", "not a number"),
        ("ranking", "a", "no ranking such as a>b=c"),
        ("ranking", "a>>b", "no ranking"),
        ("ranking", "a>b>a", "ranks 'a' twice"),
        ("multi_label", "a||b", "a label is empty"),
        ("multi_label", '["a"', "not JSON"),
        ("multi_label", "[null]", "labels must be texts"),
        ("span", "name", "not JSON"),
        ("span", '{"start": 0}', "not a list"),
        ("span", '[[0, "name"]]', "no span such as"),
        ("span", '[["0", "4", "name"]]', "no span such as"),
        ("span", '[[true, 4, "name"]]', "no span such as"),
        ("span", '[[4, 4, "name"]]', "must end behind its start"),
        ("span", '[[-4, -1, "name"]]', "must end behind its start"),
        ("span", '[[0, 4, ""]]', "label is empty"),
        ("span", "[" * 100_000, "is nested too deeply"),
        ("span", f'[[0, {"9" * 400}, "name"]]', "no span such as"),
        ("span", f'[[0, {"9" * 5000}, "name"]]', "has a number of too many digits"),
        ("ranking", f'[{{"value": "a", "rank": {"9" * 5000}}}]', "no ranking"),
    ],
)
def test_a_cell_that_is_no_value_says_why(kind: QuestionType, cell: str, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        from_cell(kind, cell)


@pytest.mark.parametrize("cell", ["b>a=c>d", "a=b"])
def test_rankings_are_written_as_they_are_read(cell: str) -> None:
    assert to_json("ranking", from_cell("ranking", cell)) == cell


def test_values_become_json() -> None:
    assert to_json("multi_label", ("a", "c")) == ["a", "c"]
    assert to_json("span", (Span(0, 4, "a"),)) == [[0, 4, "a"]]
    assert to_json("rating", None) is None


def test_an_object_says_which_labels_hold() -> None:
    assert presence('{"a": 1, "b": false}') == {"a": True, "b": False}
    assert presence("a|b") is None
    for cell in ("{}", '{"a": 2}', '{"a": "yes"}', "{a}"):
        with pytest.raises(BadValue):
            presence(cell)


def test_whole_numbers_are_int() -> None:
    assert [type(number(cell)) for cell in ("4", "4.0", "4.5")] == [int, int, float]


# Files


def test_records_come_in_order_of_first_appearance(read: Read) -> None:
    found = read("label", "r2,ann,yes\nr1,ann,no\nr2,ben,no\n", "r9,no\nr1,yes\nr0,no\n")
    assert found.tasks == ["r2", "r1", "r9", "r0"]
    assert found.question == Question("label", ("no", "yes"))
    assert votes(found) == [
        Vote("r2", "ann", "yes"),
        Vote("r1", "ann", "no"),
        Vote("r2", "ben", "no"),
    ]
    assert [fact for fact in found.facts() if isinstance(fact, Adjudication)] == [
        Adjudication("r9", "no"),
        Adjudication("r1", "yes"),
        Adjudication("r0", "no"),
    ]


def test_texts_of_records_that_nobody_answered_are_left_out(read: Read) -> None:
    found = read("label", "r1,ann,no\n", items='r1,"two\nlines, one comma"\nr2,nobody\n')
    assert [f for f in found.facts() if isinstance(f, Content)] == [
        Content("r1", "two\nlines, one comma")
    ]


def test_a_text_may_be_as_long_as_it_likes(read: Read) -> None:
    assert len(read("label", "r1,ann,no\n", items=f"r1,{'x' * 200_000}\n").texts["r1"]) == 200_000


def test_further_columns_columns_in_any_order_blank_lines_and_a_bom_are_fine(read: Read) -> None:
    text = "task,timestamp,label,duration, worker\n\nr1,7/12/2014,a,3,ann\n\n"
    assert votes(read("label", text)) == [Vote("r1", "ann", "a")]
    Path("answers.csv").write_bytes(b"\xef\xbb\xbftask,worker,label\r\nr1,ann,\xc3\xa9\r\n")
    assert votes(answers.read_table("label", Path("answers.csv"))) == [Vote("r1", "ann", "é")]


def test_numbers_that_are_labels_are_sorted_by_size(read: Read) -> None:
    assert read("label", "r,a,10\nr,b,9\n").question.labels == ("9", "10")


def test_labels_may_be_named(read: Read) -> None:
    found = read("label", "r,a,no\n", "r,maybe\n", labels="yes maybe no")
    assert found.question.labels == ("yes", "maybe", "no")
    assert found.adjudications == {"r": "maybe"}
    with pytest.raises(BadTable, match=r"answers.csv:2: unknown label 'no'; known are yes"):
        read("label", "r,a,no\n", labels="yes")
    assert split_labels('yes, "no, not"') == ["yes", "no, not"]


def test_what_looks_like_argillas_scale_is_one(read: Read) -> None:
    assert read("rating", "r,a,2\nr,b,4\n", "r,5\n").question.scale == (2, 3, 4, 5)
    assert read("rating", "r,a,2\nr,b,4.0\n").question.scale == (2, 3, 4)
    assert read("rating", "r,a,2\nr,b,4\n", "r,3.7\n").question.scale == ()
    assert read("rating", "r,a,2\nr,b,40\n").question.scale == ()


def test_spans_may_overlap_where_somebodys_do(read: Read) -> None:
    apart, crossing = '"[[0, 2, ""x""], [2, 4, ""y""]]"', '"[[0, 3, ""x""], [2, 4, ""y""]]"'
    assert not read("span", f"r,a,{apart}\n").question.overlapping
    assert read("span", f"r,a,{crossing}\n").question.overlapping
    assert read("span", f"r,a,{crossing}\n").question.labels == ("x", "y")


def test_several_rows_of_an_annotator_are_one_set_of_labels(read: Read) -> None:
    found = read("multi_label", "r,ann,b\nr,ben,c\nr,ann,a\nq,ann,\nr,ann,b\n")
    assert sorted(votes(found)) == [
        Vote("q", "ann", ()),
        Vote("r", "ann", ("a", "b")),
        Vote("r", "ben", ("c",)),
    ]


def test_labels_of_a_value_are_in_the_questions_order(read: Read) -> None:
    found = read("multi_label", "r,ann,10|9\n", "q,10|9\n")
    assert found.question.labels == ("9", "10")
    assert votes(found)[0].value == ("9", "10")
    assert found.adjudications == {"q": ("9", "10")}


def test_an_adjudication_may_leave_labels_open(read: Read) -> None:
    truth = 'r,"{""a"": 1}"\nq,"{""a"": 1, ""b"": 0, ""never"": 0}"\np,a|b\no,"{""b"": 1}"\no,"{""a"": 0}"\n'
    found = read("multi_label", "r,ann,a|b\n", truth)
    assert found.partial == {"r": {"a": True}}
    assert found.adjudications == {"q": ("a",), "p": ("a", "b"), "o": ("b",)}
    assert found.tasks == ["r", "q", "p", "o"]


def test_pairs_of_an_annotator_are_joined_where_they_chain(read: Read) -> None:
    found = read("ranking", "r,ann,b>c\nr,ann,x>y\nr,ben,a>b\nr,ann,a>b\nq,ann,a>b\nq,ann,b>a\n")
    assert found.question == Question("ranking")
    both = ((("a",), ("b",), ("c",)), (("x",), ("y",)))
    assert sorted(votes(found)) == [
        Vote("q", "ann", (("b",), ("a",))),
        Vote("r", "ann", both),
        Vote("r", "ben", (("a",), ("b",))),
    ]
    assert registry.create("learned", found.question).fit(found.facts()).n_votes == 3


@pytest.mark.parametrize(
    ("rankings", "expected"),
    [
        (["a>b", "a>c"], ["a>b", "a>c"]),
        (["a>b", "b>c", "c>a"], ["a>b>c", "c>a"]),
        (["a=b", "b>c"], ["a=b>c"]),
        (["a>b", "b=c"], ["a>b=c"]),
        (["a>b>c", "b=c>d"], ["a>b>c", "b=c>d"]),
        (["a>c", "c>d", "a>b", "b>c"], ["a>b>c>d"]),
        (["a>b>c", "c>b>a"], ["c>b>a"]),
    ],
)
def test_joining_makes_nothing_up(rankings: list[str], expected: list[str]) -> None:
    parts = joined([from_cell("ranking", ranking) for ranking in rankings])
    assert [to_json("ranking", part) for part in parts] == expected


def test_a_true_ranking_may_stand_in_ranks(read: Read) -> None:
    truth = "task,item,text,rank\nr,c,C,2\nr,a,A,1\nr,b,B,2\nq,x,X,1\nq,y,Y,2.5\n"
    found = read("ranking", "r,ann,a>b\n", truth)
    assert found.adjudications == {"r": (("a",), ("b", "c")), "q": (("x",), ("y",))}
    assert read("ranking", "r,ann,a>b\n", "r,b>a\n").adjudications == {"r": (("b",), ("a",))}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["0.5", "1", ""], [0.5, 1.0, None]),
        (["1", "3", "5"], [0.2, 0.6, 1.0]),
        (["50", "", "100"], [0.5, None, 1.0]),
    ],
)
def test_confidence_is_between_0_and_1(
    read: Read, column: list[str], expected: list[float | None]
) -> None:
    rows = "".join(f"r,a{i},x,{cell}\n" for i, cell in enumerate(column))
    found = votes(read("label", "task,worker,label,confidence\n" + rows))
    assert [vote.confidence for vote in found] == expected


@pytest.mark.parametrize("cell", ["high", "-1"])
def test_a_confidence_that_is_none_is_ignored_and_said_so(read: Read, cell: str) -> None:
    found = read("label", f"task,worker,label,confidence\nr,a,x,1\nr,b,x,{cell}\nr,c,x,1\n")
    assert [vote.confidence for vote in votes(found)] == [None] * 3
    assert "answers.csv:3: the column confidence is ignored" in found.notes[0]


def test_a_million_rows_would_be_some_megabytes(read: Read) -> None:
    found = read("label", "".join(f"r{i},a{i % 7},x{i % 3}\n" for i in range(1000)))
    sizes = [column.nbytes for column in (found.task, found.annotator, found.value)]
    assert sum(sizes) == 12 * 1000
    assert (len(found.values), found.confidence) == (3, None)
    assert np.bincount(found.value).tolist() == [334, 333, 333]


# What is wrong is told with file and line


@pytest.mark.parametrize(
    ("kind", "rows", "told"),
    [
        ("label", "task,worker\n1,ann\n", "answers.csv:1: no column label; there is task, worker"),
        ("label", "task,worker,label,label\n", "answers.csv:1: more than one column label"),
        ("label", "task,worker,label\n", "answers.csv:1: no answers"),
        ("label", "1,ann\n", "answers.csv:2: 2 cells instead of 3"),
        ("label", "1,ann,a\n1,ann,a,b\n", "answers.csv:3: 4 cells instead of 3"),
        ("label", "1,ann,a\n\n,ann,a\n", "answers.csv:4: task is empty"),
        ("label", "1, ,a\n", "answers.csv:2: worker is empty"),
        ("label", '1,ann,"a\nb"\n2,ann,\n', "answers.csv:4: label is empty"),
        ("label", '1,ann,a\n2,ann,"b\n3,ann,c\n', "answers.csv:3: not CSV"),
        ("label", '1,ann,"a"b\n', "answers.csv:2: not CSV"),
        ("rating", "1,ann,3\n2,ann,good\n", "answers.csv:3: 'good' is not a number"),
        ("span", "1,ann,3\n", "answers.csv:2: '3' is not a list"),
    ],
)
def test_bad_answers(read: Read, kind: QuestionType, rows: str, told: str) -> None:
    with pytest.raises(BadTable) as error:
        read(kind, rows)
    assert str(error.value).startswith(told)


@pytest.mark.parametrize(
    ("kind", "row", "truth", "told"),
    [
        ("label", "a", "1,b\n", "truth.csv:2: unknown label 'b'; known are a (see --labels)"),
        ("label", "a", "1,a\n,a\n", "truth.csv:3: task is empty"),
        ("label", "a", "task,note\n1,a\n", "truth.csv:1: no column label; there is task, note"),
        ("multi_label", "a", "1,a|b\n", "truth.csv:2: unknown label 'b'"),
        ("multi_label", "a", '1,"{""b"": 1}"\n', "truth.csv:2: unknown label 'b'"),
        ("span", '"[[0,1,""x""]]"', '1,"[[0,1,""y""]]"\n', "truth.csv:2: unknown label 'y'"),
        ("rating", "3", "1,good\n", "truth.csv:2: 'good' is not a number"),
        ("ranking", "a>b", "1,a\n", "truth.csv:2: 'a' is no ranking"),
        ("ranking", "a>b", "task,item,rank\n1,a,x\n1,,1\n", "truth.csv:2: 'x' is not a number"),
    ],
)
def test_bad_adjudications(read: Read, kind: QuestionType, row: str, truth: str, told: str) -> None:
    with pytest.raises(BadTable) as error:
        read(kind, f"1,ann,{row}\n", truth)
    assert str(error.value).startswith(told)


def test_bad_items(read: Read) -> None:
    with pytest.raises(BadTable, match=r"items.csv:3: 1 cells instead of 2"):
        read("label", "1,ann,a\n", items="1,text\n2\n")


@pytest.mark.parametrize(("before", "line"), [(1, 2), (5000, 5001)])
def test_what_is_not_utf_8_has_a_line_too(tmp_path: Path, before: int, line: int) -> None:
    path = tmp_path / "latin.csv"
    rows = [b"task,worker,label\n", *[b"1,ann,a\n"] * (before - 1), b"2,ann,\xe9\n", b"3,ann,a\n"]
    path.write_bytes(b"".join(rows))
    with pytest.raises(BadTable) as error:
        answers.read_table("label", path)
    assert str(error.value).startswith(f"{path}:{line}: not UTF-8; ")
    assert "--encoding latin-1" in str(error.value)


def test_an_empty_file_says_what_is_expected(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(BadTable, match="empty; the columns task, worker, label are expected"):
        answers.read_table("label", tmp_path / "empty.csv")


def test_the_first_ten_bad_rows_are_told_at_once(read: Read) -> None:
    with pytest.raises(BadTable) as error:
        read("label", "".join(f"{i},ann,a\n{i},ann\n" for i in range(100)))
    told = str(error.value).splitlines()
    assert told[0] == "answers.csv:3: 2 cells instead of 3"
    assert told[9] == "answers.csv:21: 2 cells instead of 3"
    assert len(told) == MAX_MISTAKES + 1


def test_progress_ends_at_the_size_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "EVERY", 10)
    path = tmp_path / "long.csv"
    path.write_text("task,worker,label\n" + "r,ann,a long label\n" * 5000)
    seen: list[tuple[int, int]] = []
    answers.read_table("label", path, progress=lambda done, total: seen.append((done, total)))
    size = path.stat().st_size // 1000
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    assert seen[-1] == (size, size)
