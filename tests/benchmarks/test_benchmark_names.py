"""Benchmarks are run by their names, which are those of BENCHMARKS.md."""

from __future__ import annotations

import re

import pytest

from benchmarks.__main__ import NAMES, main
from tests.places import ROOT


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_a_module_with_a_main(name: str) -> None:
    file = ROOT.joinpath("benchmarks", *NAMES[name].split(".")).with_suffix(".py")
    assert "\ndef main(" in file.read_text()


def test_what_benchmarks_md_tells_to_run_can_be_run() -> None:
    told = re.findall(r"python -m benchmarks ([a-z_]+)", (ROOT / "BENCHMARKS.md").read_text())
    assert len(set(told)) >= 14
    assert set(told) <= set(NAMES)


def test_another_name_says_which_there_are() -> None:
    with pytest.raises(SystemExit, match="no benchmark is called lateness; there are deliveries, "):
        main(["lateness"])


def test_without_a_name_it_says_which_there_are_and_runs_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main([])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [*NAMES, "all"]
