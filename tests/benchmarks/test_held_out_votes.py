"""Texts that tell the label help to predict answers that were held back; others hardly hurt."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from benchmarks.engine.held_out_votes import answers_of, gains, main, parted

SAID = {"a": "rain and cold and snow", "b": "sun and warmth and light"}


def write(folder: Path, telling: bool) -> None:
    """Eighty records with three answers each, right four times in five."""
    draw = random.Random(0)
    answers, items = [("task", "worker", "label")], [("task", "text")]
    for number in range(80):
        truth, other = ("a", "b") if number % 2 else ("b", "a")
        for who in range(3):
            answers.append((f"r{number}", f"w{who}", truth if draw.random() < 0.8 else other))
        said = (
            SAID[truth] if telling else " ".join(draw.choices(["one", "two", "three", "four"], k=3))
        )
        items.append((f"r{number}", f"{said} {number % 7}"))
    folder.mkdir()
    for name, rows in (("answers", answers), ("items", items)):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)


@pytest.mark.parametrize("telling", [True, False])
def test_only_texts_that_tell_the_label_help(tmp_path: Path, telling: bool) -> None:
    write(tmp_path / "made", telling)
    [gain] = gains(tmp_path / "made", known=2, draws=1)
    assert (gain > 0.01) == telling
    assert gain > -0.02


def test_each_answer_is_known_or_held_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "made", True)
    main([str(tmp_path), "--datasets", "made", "missing", "--draws", "1"])
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split(" | ")[:2] for row in rows] == [["| made", "1"], ["| made", "2"]]
    votes = answers_of(tmp_path / "made")
    first, held = parted(votes, 1, 0)
    assert sorted([*first, *held]) == sorted(votes)
    assert len({vote.record for vote in first}) == len(first) == 80
