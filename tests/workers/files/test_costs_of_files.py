"""What mistakes cost, for files of answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.files.offline import distil

ANSWERS = "task,worker,label\nr,ann,yes\nr,ben,no\nr,cas,no\n"


def test_costs_decide_a_file_as_they_do_a_dataset(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(ANSWERS)
    assert distil(file, "label", "--strategy", "majority").value("r") == "no"
    assert (
        distil(file, "label", "--strategy", "majority", "--cost", "no->yes=5").value("r") == "yes"
    )


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("no->yes", 'should be like "no->yes=5"'),
        ("no->yes=0", "the cost above 0"),
        ("no->yes=inf", "the cost above 0"),
        ("no->never=5", 'costs: "no->never" is not "said->right" of two labels among no, yes'),
    ],
)
def test_costs_that_cannot_be_kept_to_are_refused(written: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(ANSWERS)
    done = distil(file, "label", "--cost", written)
    assert done.code == 2
    assert told in done.told
