"""`argilla-distill aggregate` from outside: nothing but files, and JSON that says everything."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.workers.cli import main
from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.facts import Source, Vote
from argilla_distill.workers.engine.contract.question import label_question
from tests.places import ROOT
from tests.workers.engine.crowds import crowd

ANSWERS = """task,worker,label
t2,ann,yes
t1,ann,no
t2,ben,yes
t1,ben,yes
t3,cas,no
"""


@dataclass
class Done:
    """How the command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


VALUES = {
    "label": ("yes", "yes"),
    "multi_label": ("a|b", ["a", "b"]),
    "rating": ("4", 4),
    "ranking": ("b>a=c", "b>a=c"),
    "span": ('"[[0, 4, ""name""]]"', [[0, 4, "name"]]),
    "text": ("He left.", "He left."),
}


def suited() -> set[str]:
    """The types of questions that the strategies `majority` and `learned` answer so far."""
    return {
        kind
        for kind in VALUES
        if all(
            any(each.name == name and kind in each.types for each in registry.CLASSES)
            for name in ("majority", "learned")
        )
    }


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs it in this process, in a folder that has answers.csv and whatever else is given."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("DISTILL_", "ARGILLA_"))]:
        monkeypatch.delenv(name)

    def run(*options: str, answers: str = ANSWERS, **files: str) -> Done:
        for name, text in {"answers": answers, **files}.items():
            (tmp_path / f"{name}.csv").write_text(text)
        chosen = () if "--type" in options else ("--type", "label")
        strategy = () if "--strategy" in options else ("--strategy", "majority")
        arguments = ["aggregate", "answers.csv", *chosen, *strategy, *options]
        monkeypatch.setattr(sys, "argv", ["argilla-distill", *arguments])
        code: Any = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        told = capsys.readouterr()
        return Done(int(code or 0), told.out, told.err)

    return run


def test_one_line_a_record_in_order_of_first_appearance(run: Run) -> None:
    done = run()
    assert done.code == 0
    assert [line["task"] for line in done.lines] == ["t2", "t1", "t3"]
    assert done.lines[0] == {
        "task": "t2",
        "value": "yes",
        "confidence": pytest.approx(2.5 / 3),
        "posterior": {"no": pytest.approx(0.5 / 3), "yes": pytest.approx(2.5 / 3)},
        "abstained": False,
        "adjudicated": False,
        "strategy": "majority",
        "fit": 1,
        "version": 1,  # its name in the last release
    }
    tie = done.lines[1]
    assert (tie["value"], tie["abstained"], tie["why"]) == (None, True, "tie between no and yes")


def test_adjudicated_records_answer_with_the_adjudication(run: Run) -> None:
    done = run("--adjudications", "truth.csv", truth="task,label\nt2,no\nt9,yes\n")
    by_task = {line["task"]: line for line in done.lines}
    assert list(by_task) == ["t2", "t1", "t3", "t9"]
    assert (by_task["t2"]["value"], by_task["t9"]["value"]) == ("no", "yes")
    assert [line["adjudicated"] for line in done.lines] == [True, False, False, True]
    assert by_task["t2"]["confidence"] > 0.99


def test_it_is_the_engine_that_runs_live(run: Run) -> None:
    votes, _ = crowd(1, n_records=50)
    rows = "".join(f"{vote.record},{vote.annotator},{vote.value}\n" for vote in votes)
    lines = run("--strategy", "dawid_skene", answers="task,worker,label\n" + rows).lines
    model = registry.create("dawid_skene", label_question("a", "b", "c")).fit(votes)
    decisions = model.decide(dict.fromkeys(vote.record for vote in votes))
    assert [line["posterior"] for line in lines] == [d.posterior for d in decisions]
    assert [line["value"] for line in lines] == [d.value for d in decisions]


def test_files_are_written_and_nothing_is_printed(run: Run, tmp_path: Path) -> None:
    done = run("--out", "out.jsonl", "--annotators", "who.csv", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 3
    with (tmp_path / "who.csv").open(newline="") as file:
        found = {row["annotator"]: row for row in csv.DictReader(file)}
    assert list(found) == ["ann", "ben", "cas"]
    assert [row["votes"] for row in found.values()] == ["2", "2", "1"]
    for row in found.values():
        assert 0 <= float(row["low"]) < float(row["reliability"]) < float(row["high"]) <= 1


def test_progress_and_summary_go_to_standard_error(run: Run) -> None:
    done = run()
    assert "deciding" in done.err
    assert "5 answers of 3 annotators on 3 records; majority" in done.err
    assert len(done.lines) == 3


def test_labels_that_nobody_gave_may_be_named(run: Run) -> None:
    done = run("--labels", "maybe,no,yes", "--adjudications", "t.csv", t="task,label\nt1,maybe\n")
    assert list(done.lines[0]["posterior"]) == ["maybe", "no", "yes"]
    assert done.lines[1]["value"] == "maybe"


OF_ONES_OWN = (ROOT / "docs/strategies.md").read_text("utf-8")


@pytest.fixture
def people_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package of the example in docs/strategies.md, as pip installs it."""
    module, points = re.findall(r"^```\w*\n(.*?)^```", OF_ONES_OWN, re.MULTILINE | re.DOTALL)
    place = tmp_path / "site-packages"
    about = place / "acme_rules-1.0.dist-info"
    about.mkdir(parents=True)
    (place / "acme_rules.py").write_text(module)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    ini = points.replace("project.entry-points.", "").replace('"', "")
    (about / "entry_points.txt").write_text(ini)
    monkeypatch.syspath_prepend(place)
    yield
    sys.modules.pop("acme_rules", None)


@pytest.mark.usefixtures("people_first")
@pytest.mark.parametrize("name", ["people_first", "acme_rules:PeopleFirst"])
def test_the_example_of_an_own_strategy_is_found_and_decides(run: Run, name: str) -> None:
    done = run("--strategy", name, "--adjudications", "t.csv", t="task,label\nt3,yes\n")
    assert done.code == 0, done.err
    assert [line["value"] for line in done.lines] == ["yes", None, "yes"]
    assert {line["strategy"] for line in done.lines} == {name}
    assert done.lines[0]["posterior"]["yes"] == pytest.approx(6.5 / 7)
    assert done.lines[2]["adjudicated"]


@pytest.mark.usefixtures("people_first")
def test_the_example_of_an_own_strategy_knows_people_from_models() -> None:
    strategy = registry.create("people_first", label_question("no", "yes"))
    votes = [Vote("r", "ann", "yes"), Vote("r", "llm", "no"), Vote("r", "rule", "no")]
    strategy.fit([*votes, Source("llm", "model"), Source("rule", "template")])
    assert strategy.decide(["r"])[0].value == "yes"
    again = registry.restore(snapshot.unpack(snapshot.pack(strategy.state())))
    assert again.decide(["r"]) == strategy.decide(["r"])


def test_the_example_of_an_own_strategy_is_short() -> None:
    blocks = re.findall(r"^```\w*\n(.*?)^```", OF_ONES_OWN, re.MULTILINE | re.DOTALL)
    assert sum(block.count("\n") for block in blocks) < 30


def test_text_is_written_as_it_is(run: Run) -> None:
    done = run(answers="task,worker,label\nä,ann,日本\n")
    assert '"task": "ä", "value": "日本"' in done.out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--strategy", "best"), "unknown strategy 'best'; known are"),
        (("--strategy", "no.such:Rule"), "'no.such:Rule' cannot be used: ModuleNotFoundError"),
        (
            (
                "--type",
                "span",
                "--strategy",
                "argilla_distill.workers.engine.label.majority:Majority",
            ),
            "cannot answer span questions",
        ),
        (("--type", "essay"), "'essay' is not one of 'label'"),
        (("--adjudications", "none.csv"), "none.csv"),
        (("--out", "no/such/folder.jsonl"), "no folder no/such"),
        (("--labels", "no"), "answers.csv:2: unknown label 'yes'"),
    ],
)
def test_what_is_not_understood_is_2_and_nothing_is_written(
    run: Run, tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    done = run(*options, "--annotators", "who.csv")
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert not (tmp_path / "who.csv").exists()


def test_bad_rows_are_told_with_file_and_line_and_nothing_is_written(
    run: Run, tmp_path: Path
) -> None:
    done = run("--out", "out.jsonl", answers=ANSWERS + "t4,ann\n,ann,yes\n")
    assert done.code == 2
    assert "answers.csv:7: 2 cells instead of 3\nanswers.csv:8: task is empty" in done.err
    assert not (tmp_path / "out.jsonl").exists()


def test_a_folder_where_nothing_can_be_written_is_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").symlink_to(tmp_path / "no" / "such" / "place")
    done = run("--out", "out.jsonl")
    assert done.code == 1
    assert "No such file" in done.err


def test_an_empty_environment_is_enough(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text(ANSWERS)
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        "from argilla_distill.workers.cli import main; main()",
    ]
    done = subprocess.run(
        [*command, "aggregate", "answers.csv", "--type", "label", "--strategy", "majority"],
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    rows = "".join(f"a rather long name of a task {i},ann,yes\n" for i in range(20_000))
    (tmp_path / "answers.csv").write_text("task,worker,label\n" + rows)
    script = "from argilla_distill.workers.cli import main; main()"
    given = "aggregate answers.csv --type label --strategy majority --quiet"
    done = subprocess.run(
        f'set -o pipefail; "{sys.executable}" -c "{script}" {given} | head -n 1',
        shell=True,
        executable="/bin/bash",
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
