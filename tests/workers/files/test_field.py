"""Small inputs of kinds that people report, each with its right result.

Each is a few lines; what an engine should decide of them is tested beside the engine.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.files.offline import Done, distil

HEADER = b"task,worker,label\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(content: bytes, kind: str = "label", *options: str) -> Done:
    Path("answers.csv").write_bytes(content)
    return distil("answers.csv", kind, *options)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (b"t1,ann,yes,\nt1,bob,yes,\n", "answers.csv:2: 4 cells instead of 3"),
        (b't1,ann,"big" nail\n', "answers.csv:2: not CSV"),
        (b't1,ann,"yes\nt1,bob,no\n', "answers.csv:2: not CSV: a quote is never closed"),
        (b"", "answers.csv:1: no answers"),
        (b"t1,ann,\nt1,bob,  \n", "answers.csv:2: label is empty\nanswers.csv:3: label is empty"),
    ],
)
def test_rows_that_are_refused(rows: bytes, told: str) -> None:
    done = run(HEADER + rows)
    assert (done.code, done.lines) == (2, [])
    assert told in done.told


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ('[{"start_offset":0,"end_offset":4,"label":"PER"}]', "is no span such as"),
        ('[{"start":0,"end":4,"text":"Anna","labels":["PER"]}]', "is no span such as"),
        ("[(0, 4, 'PER')]", "is not JSON"),
        ('[[4,4,"PER"]]', "a span must end behind its start"),
    ],
)
def test_spans_that_are_refused(cell: str, told: str) -> None:
    quoted = cell.replace('"', '""')
    done = run(HEADER + f't1,ann,"{quoted}"\n'.encode(), "span")
    assert done.code == 2
    assert "answers.csv:2: " in done.told
    assert told in done.told


def test_an_index_that_pandas_wrote_is_no_column() -> None:
    done = run(b",task,worker,label\n0,t1,ann,yes\n1,t1,bob,yes\n")
    assert (done.code, done.values) == (0, {"t1": "yes"})


def test_a_quote_within_a_cell_is_a_quote() -> None:
    assert run(HEADER + b't1,ann,5" nail\nt1,bob,5" nail\n').values == {"t1": '5" nail'}


def test_the_last_row_counts() -> None:
    rows = b"t1,ann,yes\nt1,bob,no\nt1,ann,no\nt2,ann,yes\nt2,ann,yes\nt2,bob,no\nt2,cat,no\n"
    assert run(HEADER + rows).values == {"t1": "no", "t2": "no"}
    assert run(HEADER + b"t1,ann,a>b>c\nt1,ann,c>b>a\nt1,bob,c>b>a\n", "ranking").values == {
        "t1": "c>b>a"
    }


def test_identities_are_told_apart_and_blanks_behind_them_are_not() -> None:
    rows = "t1,Ann ,yes\nt1,ann,yes\nt1,ANN,no\nt1,ann@x.org,no\nt1,007,no\nt1,7,yes\nt2,Ann,no\n"
    run(HEADER + rows.encode(), "label", "--annotators", "who.csv")
    names = [line.split(",")[0] for line in Path("who.csv").read_text().splitlines()[1:]]
    assert names == ["Ann", "ann", "ANN", "ann@x.org", "007", "7"]


@pytest.mark.parametrize("kind", ["label", "text"])
@pytest.mark.parametrize(("said", "other"), [("👍", "👎"), ("مرحبا", "وداعا"), ("今日", "明日")])
def test_other_scripts_are_read_and_written_as_they_are(kind: str, said: str, other: str) -> None:
    rows = f"t,ann,{said}\nt,bob,{said}\nt,cat,{other}\n"
    assert run(HEADER + rows.encode(), kind).values == {"t": said}


def test_a_label_that_nobody_gave_keeps_a_small_share() -> None:
    done = run(HEADER + b"t,ann,cat\nt,bob,cat\nt,cas,dog\n", "label", "--labels", "cat,dog,bird")
    assert done.values == {"t": "cat"}
    assert 0 < done.lines[0]["posterior"]["bird"] < done.lines[0]["posterior"]["dog"]


def test_zero_is_a_rating() -> None:
    done = run(HEADER + b"t,ann,0\nt,bob,0\nt,cas,0\n", "rating")
    assert (done.values, done.lines[0]["abstained"]) == ({"t": 0}, False)


def rated(*values: object) -> bytes:
    """Three annotators on each record, with these ratings in turn."""
    rows = [f"t{i // 3},{'abc'[i % 3]},{value}\n" for i, value in enumerate(values)]
    return HEADER + "".join(rows).encode()


def test_values_that_nobody_ever_gives_are_not_on_the_scale() -> None:
    """0, 5 and 10 are what was offered: 5, 5 and 10 made a 6 before."""
    done = run(rated(*[5, 5, 10] * 3, *[0, 5, 5]), "rating")
    assert set(done.values.values()) == {5}
    assert list(done.lines[0]["posterior"]) == ["0", "5", "10"]
    few = run(rated(1, 5, 5), "rating")  # three ratings tell nothing
    assert list(few.lines[0]["posterior"]) == ["1", "2", "3", "4", "5"]


def test_a_reviewer_may_decide_on_what_annotators_left_out() -> None:
    Path("truth.csv").write_text("task,label\nt0,6\n")
    done = run(rated(*[5, 5, 10] * 3), "rating", "--adjudications", "truth.csv")
    assert done.values["t0"] == 6


@pytest.mark.parametrize("large", ["99999999999999999999", "1e300", "-1e16"])
def test_a_number_that_is_no_rating_is_told_with_its_line(large: str) -> None:
    """An id in the column of ratings ended in a traceback."""
    done = run(rated(2, large, 4), "rating")
    assert (done.code, done.lines) == (2, [])
    assert f"answers.csv:3: '{large}' is too large" in done.told


def test_tiny_numbers_are_ratings_of_nothing() -> None:
    assert run(rated("1e-300", "2e-300", "0"), "rating").values == {"t0": 0}


def test_of_texts_that_differ_in_spaces_the_one_with_fewest_is_kept() -> None:
    done = run(HEADER + b"t,ann,  hello \nt,bob,hello\nt,cas,Hello\n", "text")
    assert done.values == {"t": "Hello"}


def test_a_name_within_a_name_is_kept_where_all_mark_both() -> None:
    rows = "".join(f't,{who},"[[0,8,""NP""],[2,6,""NP""]]"\n' for who in "abc")
    assert run(HEADER + rows.encode(), "span").values == {"t": [[0, 8, "NP"], [2, 6, "NP"]]}
