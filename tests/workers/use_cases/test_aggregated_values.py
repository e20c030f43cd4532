"""What `aggregate` makes of small files of answers whose right values everybody can tell.

The same of strategies alone: `tests/workers/engine/label/test_votes_decide.py`, `test_given_values.py`.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.workers.cli import main

STRATEGIES = ["learned", "majority"]


Aggregated = Callable[..., list[Any]]


@pytest.fixture
def aggregated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aggregated:
    """The decisions' lines by task, of rows of task, worker and label."""

    def aggregated(kind: str, strategy: str, *rows: str) -> list[Any]:
        answers, out = tmp_path / "answers.csv", tmp_path / "out.jsonl"
        answers.write_text("task,worker,label\n" + "\n".join(rows) + "\n", "utf-8")
        words = ["--type", kind, "--strategy", strategy, "--out", str(out), "--quiet"]
        monkeypatch.setattr(sys, "argv", ["argilla-distill", "aggregate", str(answers), *words])
        code: Any = 0
        try:
            main()
        except SystemExit as done:
            code = done.code
        assert not code
        lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        return sorted(lines, key=lambda line: str(line["task"]))

    return aggregated


@pytest.fixture(params=STRATEGIES)
def strategy(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.mark.parametrize("kind", ["span", "multi_label"])
def test_all_who_answer_nothing_are_answered_with_nothing(
    kind: str, strategy: str, aggregated: Aggregated
) -> None:
    rows = [f"t{i},{who},[]" for i in range(4) for who in ("ann", "ben", "cas")]
    for line in aggregated(kind, strategy, *rows):
        assert (line["value"], line["abstained"]) == ([], False)


def test_a_rating_of_zero_is_a_number(strategy: str, aggregated: Aggregated) -> None:
    rows = [f"t{i},{who},0" for i in range(2) for who in ("ann", "ben")]
    assert [each["value"] for each in aggregated("rating", strategy, *rows)] == [0, 0]
    rows[3] = "t1,ben,5"
    found = aggregated("rating", strategy, *rows, "t1,cas,0")
    assert [each["value"] for each in found] == [0, 0]


def test_a_half_step_elsewhere_moves_no_rating(strategy: str, aggregated: Aggregated) -> None:
    found = aggregated("rating", strategy, "a,x,2", "a,y,2", "b,x,1", "b,y,2.5", "c,x,4")
    assert [found[0]["value"], found[2]["value"]] == [2, 4]
    assert set(found[0]["posterior"]) == {"1", "1.5", "2", "2.5", "3", "3.5", "4"}


def test_rankings_of_several_rows_are_closed_and_cycles_are_open(
    strategy: str, aggregated: Aggregated
) -> None:
    cycle = ["t1,ann,a>b", "t1,ann,b>c", "t1,ann,c>a"]
    chain = ["t2,ann,a>b", "t2,ben,b>c", "t2,cas,c>d", "t3,ann,a>b>c>d", "t3,cas,d>c"]
    found = aggregated("ranking", strategy, *cycle, *chain)
    assert [each["value"] for each in found[:2]] == [None, "a>b>c>d"]
    assert found[0]["why"] == "tie between a, b and c"


def test_marks_in_different_places_and_marks_of_one_alone(
    strategy: str, aggregated: Aggregated
) -> None:
    one, other = '"[[0, 4, ""PER""]]"', '"[[10, 14, ""PER""]]"'
    rows = [f"t{i},{who},{what}" for i in range(6) for who, what in (("a", one), ("b", other))]
    assert {each["value"] for each in aggregated("span", strategy, *rows)} == {None}
    said = (("ann", one), ("ben", "[]"), ("cas", "[]"))
    rows = [f"t{i},{who},{what}" for i in range(6) for who, what in said]
    for line in aggregated("span", strategy, *rows):
        assert line["value"] in ([], None)


def test_texts_that_look_the_same_are_counted_together(
    strategy: str, aggregated: Aggregated
) -> None:
    one, other = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    rows = [f"t{i},{who},{text}" for i in range(3) for who, text in (("a", one), ("b", other))]
    rows += [f"t{i},c,bar" for i in range(3)]
    for line in aggregated("text", strategy, *rows):
        assert line["value"] == one
        assert line["confidence"] > 0.6


def test_a_rating_has_its_expected_value_and_an_interval_and_a_label_has_not(
    strategy: str, aggregated: Aggregated
) -> None:
    rows = ["t1,ann,1", "t1,ben,4", "t1,cas,5", "t2,ann,1", "t2,ben,1", "t2,cas,2", "t3,ann,3"]
    for line in aggregated("rating", strategy, *rows):
        mean = sum(float(value) * p for value, p in line["posterior"].items())
        assert line["expected"] == pytest.approx(mean)
        assert line["low"] <= line["value"] <= line["high"] or line["abstained"]
        held = sum(
            p for v, p in line["posterior"].items() if line["low"] <= float(v) <= line["high"]
        )
        assert held >= 0.9
    [line, *_] = aggregated("label", strategy, *rows)
    assert "expected" not in line
    assert ("independent_votes" in line) == (strategy != "majority")
