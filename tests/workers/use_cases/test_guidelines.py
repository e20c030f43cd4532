"""Examples in the guidelines: ours and nothing else is written, and a human's word goes first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from argilla_distill.domain.report import Example, Overview, QuestionReport, Today, read
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.workers.cli.context import Opened
from argilla_distill.workers.cli.guidelines import guidelines as command
from argilla_distill.workers.use_cases.reports.guidelines import (
    LOOKS,
    OFF,
    keep_current,
    remove,
    request,
)
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.writing.guidelines_section import BREAK, END, MOST_CHARACTERS, START
from tests.workers.argilla_in_memory import D
from tests.workers.conftest import Build
from tests.workers.service_in_memory import Town

TEAM = "# How we label\n\nBe kind.\n"


def example(value: str = "yes", kind: str = "telling", n: int = 0, **more: Any) -> Example:
    text, reason = f"Thanks {n}, that fixed it.", f"reason {n}"
    return Example(**{**vars(Example(f"r{n}", kind, value, 0.9, text, reason)), **more})


EXAMPLES = (example("yes"), example("no", n=1), example("no", "close", n=2))


def report(*examples: Example, name: str = "helpful") -> QuestionReport:
    """A report that knows of nothing but examples."""
    empty: dict[str, Any] = {
        field: [] for field in ("labels", "confidence", "calibration", "pairs", "weeks", "rounds")
    }
    counts = ("version", "votes", "decided", "undecided", "conflicts", "settled", "across_count")
    return read(
        QuestionReport,
        {
            **empty,
            **dict.fromkeys((*counts, "adjudications"), 0),
            **dict.fromkeys(("agreement", "accuracy", "majority")),
            "values": {},
            "kinds": {},
            "across": [],
            "annotators": [],
            "name": name,
            "type": "label_selection",
            "strategy": "majority",
            "training": "",
            "examples": [vars(each) for each in examples],
        },
    )


def reported(town: Town, *examples: Example) -> None:
    town.store.datasets.note(D, questions=json.dumps({"helpful": {"word": "distilled"}}))
    overview = Overview(0, 0.0, Today(), ())
    town.store.reports.write(D, overview, [report(*examples)], {})


@pytest.fixture
def town(build: Build) -> Town:
    """One with guidelines and three examples."""
    town = build()
    reported(town, *EXAMPLES)
    town.argilla.told[D] = TEAM
    return town


def told(town: Town) -> str:
    return town.argilla.told[D]


def fact(town: Town) -> str:
    return town.store.datasets.info(D).get("guidelines", "")


def test_they_are_written_behind_what_the_team_wrote(town: Town) -> None:
    outcome = request(town.world, D)
    assert (outcome.state, outcome.word) == ("written", "3 of 3 examples")
    assert told(town).startswith(f"{TEAM}{BREAK}{START}\n\n## Examples\n")
    assert told(town).endswith(
        "\n### helpful\n\n"
        "**yes**\n\n"
        "- “Thanks 0, that fixed it\\.” (a clear case: reason 0)\n\n"
        "**no**\n\n"
        "- “Thanks 1, that fixed it\\.” (a clear case: reason 1)\n"
        "- “Thanks 2, that fixed it\\.” (a close call, settled by a reviewer: reason 2)\n\n"
        f"{END}"
    )


def test_a_second_time_nothing_is_written(town: Town) -> None:
    request(town.world, D)
    town.argilla.calls.clear()
    assert request(town.world, D).state == "same"
    outcome = keep_current(town.world, D)
    assert outcome is not None
    assert outcome.state == "same"
    assert town.argilla.calls == ["guidelines", "guidelines"]


def test_what_was_never_requested_is_not_even_looked_at(town: Town) -> None:
    assert keep_current(town.world, D) is None
    assert town.argilla.calls == []
    assert told(town) == TEAM


def test_once_requested_it_follows_the_reports_and_not_a_letter_around_it_changes(
    town: Town,
) -> None:
    request(town.world, D)
    town.argilla.told[D] = f"New first line.\n{told(town)}\r\n  Ask *Ida*.\n\n"
    reported(town, example("yes", n=7))
    outcome = keep_current(town.world, D)
    assert outcome is not None
    assert outcome.word == "1 of 1 examples"
    assert "Thanks 7" in told(town)
    assert "Thanks 1" not in told(town)
    assert told(town).startswith(f"New first line.\n{TEAM}{BREAK}{START}\n")
    assert told(town).endswith(f"\n{END}\r\n  Ask *Ida*.\n\n")


@pytest.mark.parametrize("before", ["", "x", TEAM, "two\n\n", f"a{BREAK}"])
def test_removed_the_guidelines_are_what_they_were(town: Town, before: str) -> None:
    town.argilla.told[D] = before
    request(town.world, D)
    assert remove(town.world, D).state == "removed"
    assert told(town) == before
    assert keep_current(town.world, D) is None


def test_removing_what_is_not_there_writes_nothing(town: Town) -> None:
    outcome = remove(town.world, D)
    assert (outcome.state, outcome.word) == ("removed", "there is no section of ours")
    assert "write_guidelines" not in town.argilla.calls


def test_what_somebody_took_out_in_argilla_stays_out_until_it_is_asked_for(town: Town) -> None:
    request(town.world, D)
    town.argilla.told[D] = TEAM
    reported(town, example(n=8))
    outcome = keep_current(town.world, D)
    assert outcome is not None
    assert (outcome.state, outcome.word) == ("removed", OFF)
    assert keep_current(town.world, D) is None
    assert told(town) == TEAM
    assert request(town.world, D).state == "written"


@pytest.mark.parametrize(
    "broken",
    [
        f"a {START} b",
        f"a {END} b",
        f"{START}{START} a {END}",
        f"{START} a {END}{END}",
        f"{START} a {END} b {START} c {END}",
        f"{END} a {START}",
    ],
)
def test_with_broken_markers_nothing_is_written_and_a_word_says_why(
    town: Town, broken: str
) -> None:
    request(town.world, D)
    town.argilla.told[D] = broken
    for act in (request, keep_current, remove):
        outcome = act(town.world, D)
        if act is not remove:
            assert fact(town) == "written"
        assert outcome is not None
        assert outcome.state == "refused"
        assert "argilla-distill:examples -->" in outcome.word
        assert "delete both lines" in outcome.word
        assert town.store.datasets.info(D)["guidelines_word"] == outcome.word
    assert told(town) == broken


def test_before_the_first_report_it_waits_for_it(build: Build) -> None:
    town = build()
    assert request(town.world, D).state == "nothing"
    assert "write_guidelines" not in town.argilla.calls
    reported(town, *EXAMPLES)
    outcome = keep_current(town.world, D)
    assert outcome is not None
    assert outcome.state == "written"
    assert told(town).startswith(START)


def test_without_any_example_left_the_section_goes_and_comes_back_with_the_next(
    town: Town,
) -> None:
    request(town.world, D)
    reported(town, example(text=" "))
    outcome = keep_current(town.world, D)
    assert outcome is not None
    assert (outcome.state, told(town)) == ("nothing", TEAM)
    reported(town, *EXAMPLES)
    outcome = keep_current(town.world, D)
    assert outcome is not None
    assert outcome.state == "written"


def test_fewer_examples_where_there_is_less_room_and_none_with_a_word_where_there_is_none(
    town: Town,
) -> None:
    town.argilla.told[D] = "x" * (MOST_CHARACTERS - 360)
    assert request(town.world, D).word == "1 of 3 examples"
    assert len(told(town)) <= MOST_CHARACTERS
    town.argilla.told[D] = "x" * (MOST_CHARACTERS - 50)
    outcome = request(town.world, D)
    assert outcome.state == "nothing"
    assert outcome.word.endswith("the guidelines already take 9,950 of 10,000 characters")
    assert set(told(town)) == {"x"}


def test_what_is_saved_while_we_think_is_not_lost(town: Town) -> None:
    edits = iter(["Edited.", "Edited twice."])

    def edit(name: str) -> None:
        if name == "guidelines":
            town.argilla.told[D] = next(edits, told(town))

    town.argilla.after = edit
    assert request(town.world, D).state == "written"
    assert told(town).startswith(f"Edited twice.{BREAK}{START}")


def test_somebody_who_saves_all_the_time_is_not_written_over(town: Town) -> None:
    count = 0

    def edit(name: str) -> None:
        nonlocal count
        count += 1
        town.argilla.told[D] = f"Edit {count}."

    town.argilla.after = edit
    outcome = request(town.world, D)
    assert outcome.state == "refused"
    assert told(town) == f"Edit {LOOKS + 1}."
    assert fact(town) == ""


def test_nothing_is_written_before_connect(build: Build) -> None:
    town = build(connected=False)
    reported(town, *EXAMPLES)
    assert request(town.world, D).state == "refused"
    assert town.argilla.calls == []


def test_while_argilla_is_away_nothing_is_noted(town: Town) -> None:
    def away(name: str) -> None:
        raise ArgillaUnavailable("away")

    town.argilla.before = away
    with pytest.raises(ArgillaUnavailable):
        request(town.world, D)
    assert fact(town) == ""


# The command


def run(town: Town, *arguments: str) -> Result:
    @contextmanager
    def world() -> Iterator[World]:
        yield town.world

    opened = Opened(world=world, settings=lambda: town.world.settings)
    return CliRunner().invoke(command, arguments, obj=opened)


def test_the_command_writes_and_takes_out(town: Town) -> None:
    done = run(town, "support/chat")
    assert (done.exit_code, done.output) == (0, "support/chat: written: 3 of 3 examples\n")
    done = run(town, "support/chat", "--remove", "--json")
    assert done.exit_code == 0
    assert json.loads(done.output) == {
        "dataset": "support/chat",
        "state": "removed",
        "word": "the section was taken out",
    }
    assert told(town) == TEAM


def test_the_command_says_what_stands_in_its_way(town: Town) -> None:
    town.argilla.told[D] = START
    done = run(town, "support/chat")
    assert done.exit_code == 1
    assert "is missing" in done.output
    done = run(town, "support/none")
    assert done.exit_code == 2
    assert "distilled are: support/chat" in done.output


def test_the_command_wants_a_dataset_that_is_distilled(town: Town) -> None:
    town.argilla.sets[D] = replace(town.argilla.sets[D], status="draft")
    assert "distilled are: none" in run(town, "support/chat").output
