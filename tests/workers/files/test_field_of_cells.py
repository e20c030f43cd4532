"""Cells that mean something else than they look like, of kinds that people report.

What surrounds them, rows and columns and formats, is `test_field_of_tables`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.workers.files.offline import Done, distil

HEADER = "task,worker,label\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(cells: str, kind: str, *options: str, **files: str) -> Done:
    """Cells of one task, an annotator each; `truth` and `items` are further files."""
    rows = [f'"{cell}"' if "," in cell else cell for cell in cells.replace('"', '""').split(" & ")]
    Path("answers").write_text(
        HEADER + "".join(f"t1,w{n},{cell}\n" for n, cell in enumerate(rows)), encoding="utf-8"
    )
    for name, content in files.items():
        Path(name).write_text(content, encoding="utf-8")
    given = [
        part for name in files for part in (f"--{name.replace('truth', 'adjudications')}", name)
    ]
    return distil("answers", kind, *given, *options)


@pytest.mark.parametrize(
    ("cells", "kind", "told"),
    [
        ("a,b & a & b", "multi_label", "the label 'a,b' looks like several; they are written a|b"),
        ("New York, NY & NY", "multi_label", ""),
        ('["a","b"] & a', "label", "looks like several; see --type"),
        ("[sic] & a", "label", ""),
        ("yes & “yes”", "label", "'yes' and '“yes”'"),
    ],
)
def test_labels_that_may_be_others_are_told(cells: str, kind: str, told: str) -> None:
    done = run(cells, kind)
    assert done.code == 0
    assert told in done.told
    assert bool(told) == bool(done.told)


def test_several_choices_as_label_studio_has_them_in_tables() -> None:
    choices = '{"choices": ["a", "b"]}'
    quoted = choices.replace('"', '""')
    done = run(f"{choices} & a|b", "multi_label", truth=f'task,label\nt1,"{quoted}"\n')
    assert (done.code, done.values) == (0, {"t1": ["a", "b"]})
    done = run('{"a": 1, "b": 0}', "multi_label")
    assert (done.code, done.lines) == (2, [])
    assert 'is no answer such as a|c or ["a", "c"]' in done.told


def test_ids_of_which_digits_were_lost_are_told() -> None:
    Path("answers").write_text(HEADER + "1.23457E+12,ann,yes\n1.3e+18,2e10,no\n")
    done = distil("answers", "label")
    assert "tasks such as '1.23457E+12' are numbers of which digits were lost" in done.told
    assert "annotators" not in done.told


def test_points_and_commas_in_one_file_are_told() -> None:
    Path("answers").write_text("task;worker;label\nt1;ann;1.000\nt1;ben;3,5\n")
    assert (
        "ratings such as 1.000 and 3,5 are both read as decimals"
        in distil("answers", "rating").told
    )


def test_spans_behind_the_end_of_their_text_are_told() -> None:
    spans = '[[0,4,"P"]] & [[2,5,"P"]] & []'
    done = run(spans, "span", items="task,text\nt1,Anna\n")
    assert "1 answers have spans that end behind the text of their record" in done.told
    whole = "task,text\nt1,cafe\u0301\n"  # the text is kept composed; offsets are of the file's
    assert run(spans, "span", items=whole).told == ""
    record = {"id": "r", "fields": {"text": "Anna"}}
    said = [{"start": 0, "end": 9, "label": "P"}]
    record["responses"] = {"s": [{"value": said, "user_id": "u", "status": "submitted"}]}
    Path("export").write_text(json.dumps([record]))
    assert "end behind the text" in distil("export", None).told


@pytest.mark.parametrize(
    ("truth", "value", "told"),
    [
        ("task,item,rank\nt1,1.0,2\nt1,2.0,1\n", "2>1", ""),
        ("task,label\nt1,2.0>1.0\n", "2>1", ""),
        ("task,item,rank\nt1,1,1\nt1,9,2\n", "1>9", "truth: nobody has ranked '9'\n"),
        ("task,item,rank\nt1,1,1\n", None, "truth:2: '1' is the only item of the task"),
    ],
    ids=["ranks as floats", "a ranking of floats", "an item of nobody", "one item"],
)
def test_reviewers_rank_what_annotators_ranked(truth: str, value: str | None, told: str) -> None:
    done = run("1>2 & 1>2", "ranking", truth=truth)
    assert done.values.get("t1") == value
    assert done.told == told if value else told in done.told


def test_reviewers_rank_what_may_be_ranked() -> None:
    truth = "task,item,rank\nt1,a,1\nt1,zzz,2\n"
    done = run("a>b & a>b", "ranking", "--labels", "a,b", truth=truth)
    assert (done.code, done.lines) == (2, [])
    assert "truth:2: unknown label 'zzz'" in done.told
