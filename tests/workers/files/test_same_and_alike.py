"""What looks the same is the same, what looks alike is told, and nothing is ignored without a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from argilla_distill.workers.files.alike import (
    alike,
    notes_on_names,
    plain_name,
    same_name,
    same_names,
    shown,
)
from tests.workers.files.offline import Done, distil

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answers(rows: str, kind: str = "label", *options: str, truth: str = "", **more: str) -> Done:
    header = more.get("header", "task,worker,label")
    Path("answers.csv").write_bytes(f"{header}\n{rows}".encode())
    if truth:
        Path("truth.csv").write_bytes(f"task,label\n{truth}".encode())
        options = (*options, "--adjudications", "truth.csv")
    return distil("answers.csv", kind, *options)


def test_0_and_0_0_are_one_label() -> None:
    """Half of a file that went through pandas reads 0.0: all tasks used to be ties."""
    done = answers("t0,ann,0\nt0,bob,0.0\nt1,ann,1\nt1,bob,1.0\n")
    assert done.values == {"t0": "0", "t1": "1"}
    assert "labels written with and without .0 are the same: 0.0 as 0, 1.0 as 1" in done.told
    assert list(done.lines[0]["posterior"]) == ["0", "1"]


def test_versions_are_no_such_numbers() -> None:
    done = answers("t0,ann,1.0\nt1,ann,1.10\nt2,ann,1.1\nt3,ann,007\nt4,ann,7\n")
    assert list(done.values.values()) == ["1.0", "1.10", "1.1", "007", "7"]
    assert done.told == ""


@pytest.mark.parametrize(
    ("kind", "rows", "value"),
    [
        ("multi_label", 't,a,1|2\nt,b,1.0|2.0\nt,c,"[1.0, 2]"\n', ["1", "2"]),
        ("ranking", "t,a,1>2\nt,b,1.0>2.0\n", "1>2"),
        ("span", 't,a,"[[0,4,""1""]]"\nt,b,"[[0,4,""1.0""]]"\n', [[0, 4, "1"]]),
        ("rating", "t,a,3\nt,b,3.0\n", 3),
    ],
)
def test_it_is_so_in_every_type(kind: str, rows: str, value: object) -> None:
    assert answers(rows, kind).values == {"t": value}


def test_tasks_and_annotators_are_the_same_with_and_without_a_point() -> None:
    rows = "1,7,yes\n1.0,8,yes\n2,7.0,no\n"
    done = answers(
        rows, "label", "--annotators", "who", "--strategy", "majority", truth="2.0,yes\n"
    )
    assert done.values == {"1": "yes", "2": "yes"}
    assert len(Path("who").read_text().splitlines()) == 1 + 2
    assert "tasks that are written with and without .0 are the same" in done.told


def test_adjudications_and_named_labels_are_read_alike() -> None:
    done = answers("t0,ann,0\nt1,ann,1\n", "label", truth="t0,1.0\nt1,0.0\n")
    assert (done.code, done.values) == (0, {"t0": "1", "t1": "0"})
    done = answers("t0,ann,0.0\nt1,ann,1.0\n", "label", "--labels", "0,1")
    assert (done.code, done.values) == (0, {"t0": "0", "t1": "1"})


@pytest.mark.parametrize("kind", ["label", "text"])
def test_letters_composed_and_decomposed_are_the_same(kind: str) -> None:
    rows = f"t,ann,{COMPOSED}\nt,bob,{DECOMPOSED}\nt,cat,bar\n"
    done = answers(rows, kind)
    assert (done.values, done.told) == ({"t": COMPOSED}, "")
    alone = answers(rows.replace(DECOMPOSED, COMPOSED), kind)
    assert done.lines[0]["confidence"] == alone.lines[0]["confidence"]


def test_tasks_and_annotators_composed_and_decomposed_are_the_same() -> None:
    done = answers(
        f"{COMPOSED},a{COMPOSED},x\n{DECOMPOSED},a{DECOMPOSED},x\n", "label", "--annotators", "w"
    )
    assert list(done.values) == [COMPOSED]
    assert len(Path("w").read_text().splitlines()) == 2


def test_ends_of_lines_are_the_same_within_texts_and_labels() -> None:
    rows = 't,ann,"one\r\ntwo"\nt,bob,"one\ntwo"\nt,cas,"one\rtwo"\nt,dot,uno\n'
    for kind in ("text", "label"):
        done = answers(rows, kind)
        assert (done.values, done.told) == ({"t": "one\ntwo"}, "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("yes", "Yes"),
        ("yes", "yes\u200b"),
        ("not sure", "not  sure"),
        ("not sure", "not\u00a0sure"),
        ("notsure", "not sure"),
        ("OK", "\uff2f\uff2b"),
        ("\u2764", "\u2764\ufe0f"),
    ],
)
def test_labels_that_look_alike_stay_apart_and_are_told(one: str, other: str) -> None:
    done = answers(f"t,ann,{one}\nt,bob,{other}\n")
    assert done.lines[0]["abstained"]
    assert "labels that look alike count as different" in done.told
    assert shown(other) in done.told


@pytest.mark.parametrize("cell", ["nan", "NaN", "None", "NULL", "n/a", "<NA>"])
def test_what_programs_write_for_nothing_is_told(cell: str) -> None:
    done = answers(f"t,ann,{cell}\nt,bob,yes\n")
    assert f"'{cell}' among the labels may mean that nothing was there" in done.told


def test_annotators_and_tasks_that_look_alike_are_told() -> None:
    done = answers("t1,Ann ,yes\nT1,ann,yes\n")
    assert "annotators that look alike count as different: 'Ann' and 'ann'" in done.told
    assert "tasks that look alike count as different: 't1' and 'T1'" in done.told
    assert len(done.lines) == 2


def test_names() -> None:
    assert plain_name(f"\u00a0{DECOMPOSED} ") == COMPOSED
    assert same_names(["1", "1.00", "01", "x.0", "x"]) == {"1.00": "1"}
    assert [same_name(name, ["1", "2.0"]) for name in ("1", "1.0", "2", "3", "")] == [
        "1",
        "1",
        "2.0",
        "3",
        "",
    ]
    assert alike(["a", "b"]) == []
    assert notes_on_names("labels", ["A", "a", "B", "b", "C", "c", "D", "d"]) == [
        "labels that look alike count as different: 'A' and 'a'; 'B' and 'b'; 'C' and 'c'; …"
    ]


# Options and columns


def test_labels_are_the_scale_of_a_rating() -> None:
    rows = "t0,ann,1\nt0,bob,5\nt0,cas,5\nt1,ann,1\nt1,bob,1\n"
    done = answers(rows, "rating", "--labels", "1,3,5")
    assert list(done.lines[0]["posterior"]) == ["1", "3", "5"]
    assert done.values == {"t0": 5, "t1": 1}
    refused = answers("t0,ann,2\n", "rating", "--labels", "1,3,5")
    assert (refused.code, refused.lines) == (2, [])
    assert "answers.csv:2: 2 is not one of 1, 3, 5 (see --labels)" in refused.told
    assert answers("t0,ann,1\n", "rating", "--labels", "1,5", truth="t0,3\n").code == 2
    done = answers("t,ann,2.5\nt,bob,2.5\n", "rating", "--labels", "1,2.5")
    assert (list(done.lines[0]["posterior"]), done.values) == (["1", "2.5"], {"t": 2.5})
    assert "'good' is not a number" in answers(rows, "rating", "--labels", "good,bad").told


def test_labels_are_what_may_be_ranked() -> None:
    done = answers("t,ann,b>a\nt,bob,b>a\n", "ranking", "--labels", "a,b,c")
    assert done.code == 0
    assert "unknown label 'd'" in answers("t,ann,b>d\n", "ranking", "--labels", "a,b,c").told


def test_labels_make_no_sense_for_texts() -> None:
    done = answers("t,ann,b\n", "text", "--labels", "a,b,c")
    assert (done.code, "--labels makes no sense for texts" in done.told) == (2, True)
    assert answers("t,ann,b\n", "label", "--labels", " , ").code == 2


def test_a_column_that_is_not_used_is_told() -> None:
    done = answers("t1,ann,yes,3 s,x\n", header="task,worker,label,duration,flag")
    assert "answers.csv: not used, the columns are duration, flag" in done.told


@pytest.mark.parametrize("cell", ["80%", "high", "-1", "nan"])
def test_one_confidence_that_is_none_does_not_cost_the_column(cell: str) -> None:
    rows = "".join(f"t{n},ann,yes,0.{n % 9 + 1}\n" for n in range(20))
    done = answers(f"{rows}t0,bob,no,{cell}\n", header="task,worker,label,confidence")
    assert "answers.csv:22: a confidence is left out" in done.told
    assert "ignored" not in done.told


@pytest.mark.parametrize("cell", ["80%", "high", "-1", "nan", "1e9"])
def test_a_column_of_few_confidences_is_ignored_and_that_is_told(cell: str) -> None:
    rows = f"t1,ann,yes,{cell}\nt1,bob,no,0.5\nt2,ann,yes,0.9\nt2,bob,yes,0.2\n"
    done = answers(rows, header="task,worker,label,confidence")
    assert done.code == 0
    assert "answers.csv:2: the column confidence is ignored" in done.told


@pytest.mark.parametrize(
    ("usual", "outlier"), [(["0.9", "0.2"], "90"), (["90", "20"], "0.9"), (["1", "5"], "50")]
)
def test_a_confidence_on_another_scale_does_not_change_the_others(
    usual: list[str], outlier: str
) -> None:
    """90 among 0.9s turned all others into 1 %."""
    rows = [
        f"t{n // 3},{'abc'[n % 3]},{'yes' if n % 3 else 'no'},{usual[n % 2]}\n" for n in range(30)
    ]
    header = "task,worker,label,confidence"
    done = answers("".join([*rows, f"t99,a,yes,{outlier}\n"]), header=header)
    alone = answers("".join([*rows, "t99,a,yes,\n"]), header=header)
    assert f"answers.csv:32: a confidence is left out: {outlier} does not fit" in done.told
    assert done.lines == alone.lines
    assert alone.told == ""


def test_adjudications_of_unknown_tasks_are_told() -> None:
    done = answers("t1,ann,yes\n", truth="t1,yes\nT2,yes\n")
    assert (
        "truth.csv:3: 1 of its tasks were not answered by anybody; the first is 'T2'" in done.told
    )
    done = answers("t1,ann,yes\n", truth="t2,yes\nt3,yes\n")
    assert "truth.csv:2: none of its tasks was answered by anybody" in done.told


def test_a_task_that_is_decided_twice_is_told() -> None:
    done = answers("t1,ann,yes\nt2,ann,no\n", truth="t1,yes\nt1,no\nt2,no\nt2,no\n")
    assert done.values == {"t1": "no", "t2": "no"}
    assert "truth.csv:3: 't1' is decided more than once; the last row counts" in done.told
    assert "t2" not in done.told


def test_later_answers_of_an_annotator_are_told() -> None:
    done = answers("t1,ann,yes\nt1,bob,no\nt1,ann,no\n")
    assert done.values == {"t1": "no"}
    assert (
        "1 answers do not count, since the same annotator has a later one on the task" in done.told
    )


def test_texts_of_records_that_nobody_answered_are_told() -> None:
    Path("items.csv").write_text("id,content\nt1,hello\nt9,nobody\n")
    done = answers("t1,ann,yes\n", "label", "--items", "items.csv")
    assert done.code == 0
    assert "items.csv: 1 texts of records that nobody answered are left out" in done.told


# Rankings


def test_items_with_signs_in_them_are_written_as_json() -> None:
    refused = answers("t1,ann,v=2>v=1>none\n", "ranking")
    assert refused.code == 2
    assert 'items with = or > in them are written as JSON: [["v=2"]' in refused.told
    cell = '"[[""v=2""],[""v=1""],[""none""]]"'
    done = answers(f"t1,ann,{cell}\nt1,bob,{cell}\nt2,ann,none>other\n", "ranking")
    assert done.values == {"t1": [["v=2"], ["v=1"], ["none"]], "t2": [["none"], ["other"]]}
    flat = '"[""C>D"", ""x>y""]"'
    assert answers(f"t1,ann,{flat}\n", "ranking").values == {"t1": [["C>D"], ["x>y"]]}


def test_rankings_are_read_as_argilla_has_them() -> None:
    ranks = [{"value": "b", "rank": 1}, {"value": "a", "rank": 2}, {"value": "c", "rank": 2}]
    said = json.dumps(ranks).replace('"', '""')
    done = answers(f't1,ann,"{said}"\nt1,bob,"{said}"\n', "ranking")
    assert done.values == {"t1": "b>a=c"}


@pytest.mark.parametrize(
    "cell", ['"[[""a""]]"', '"[]"', '"[[""a""], [""a""]]"', '"[[], [""a"", ""b""]]"']
)
def test_lists_that_are_no_ranking(cell: str) -> None:
    assert answers(f"t1,ann,{cell}\n", "ranking").code == 2


# Spans


def test_offsets_are_whole_numbers_however_they_are_written() -> None:
    done = answers('t,ann,"[[0.0,4.0,""PER""]]"\nt,bob,"[[0,4,""PER""]]"\n', "span")
    assert done.values == {"t": [[0, 4, "PER"]]}
    done = answers('t,ann,"[[0,4.5,""PER""]]"\n', "span")
    assert "offsets must be whole numbers" in done.told
    done = answers("t,ann,\"[(0, 4, 'PER')]\"\n", "span")
    assert (done.code, "Python's own way of writing" in done.told) == (2, True)
