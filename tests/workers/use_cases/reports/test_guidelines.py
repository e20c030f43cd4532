"""Examples in the guidelines: ours and nothing else is written, and a human's word goes first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

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
from argilla_distill.workers.writing.guidelines_section import BREAK, END, MAX_CHARACTERS, START
from tests.workers.argilla_in_memory import D
from tests.workers.guidelines_examples import EXAMPLES, example, reported
from tests.workers.service_in_memory import Build, ServiceInMemory

TEAM = "# How we label\n\nBe kind.\n"


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    """One with guidelines and three examples."""
    service = build()
    reported(service, *EXAMPLES)
    service.argilla.told[D] = TEAM
    return service


def told(service: ServiceInMemory) -> str:
    return service.argilla.told[D]


def fact(service: ServiceInMemory) -> str:
    return service.store.datasets.info(D).get("guidelines", "")


def test_they_are_written_behind_what_the_team_wrote(service: ServiceInMemory) -> None:
    outcome = request(service.world, D)
    assert (outcome.state, outcome.message) == ("written", "3 of 3 examples")
    assert told(service).startswith(f"{TEAM}{BREAK}{START}\n\n## Examples\n")
    assert told(service).endswith(
        "\n### helpful\n\n"
        "**yes**\n\n"
        "- “Thanks 0, that fixed it\\.” (a clear case: reason 0)\n\n"
        "**no**\n\n"
        "- “Thanks 1, that fixed it\\.” (a clear case: reason 1)\n"
        "- “Thanks 2, that fixed it\\.” (a close call, settled by a reviewer: reason 2)\n\n"
        f"{END}"
    )


def test_a_second_time_nothing_is_written(service: ServiceInMemory) -> None:
    request(service.world, D)
    service.argilla.calls.clear()
    assert request(service.world, D).state == "same"
    outcome = keep_current(service.world, D)
    assert outcome is not None
    assert outcome.state == "same"
    assert service.argilla.calls == ["guidelines", "guidelines"]


def test_what_was_never_requested_is_not_even_looked_at(service: ServiceInMemory) -> None:
    assert keep_current(service.world, D) is None
    assert service.argilla.calls == []
    assert told(service) == TEAM


def test_once_requested_it_follows_the_reports_and_not_a_letter_around_it_changes(
    service: ServiceInMemory,
) -> None:
    request(service.world, D)
    service.argilla.told[D] = f"New first line.\n{told(service)}\r\n  Ask *Ida*.\n\n"
    reported(service, example("yes", n=7))
    outcome = keep_current(service.world, D)
    assert outcome is not None
    assert outcome.message == "1 of 1 examples"
    assert "Thanks 7" in told(service)
    assert "Thanks 1" not in told(service)
    assert told(service).startswith(f"New first line.\n{TEAM}{BREAK}{START}\n")
    assert told(service).endswith(f"\n{END}\r\n  Ask *Ida*.\n\n")


@pytest.mark.parametrize("before", ["", "x", TEAM, "two\n\n", f"a{BREAK}"])
def test_removed_the_guidelines_are_what_they_were(service: ServiceInMemory, before: str) -> None:
    service.argilla.told[D] = before
    request(service.world, D)
    assert remove(service.world, D).state == "removed"
    assert told(service) == before
    assert keep_current(service.world, D) is None


def test_removing_what_is_not_there_writes_nothing(service: ServiceInMemory) -> None:
    outcome = remove(service.world, D)
    assert (outcome.state, outcome.message) == ("removed", "there is no section of ours")
    assert "write_guidelines" not in service.argilla.calls


def test_what_somebody_took_out_in_argilla_stays_out_until_it_is_asked_for(
    service: ServiceInMemory,
) -> None:
    request(service.world, D)
    service.argilla.told[D] = TEAM
    reported(service, example(n=8))
    outcome = keep_current(service.world, D)
    assert outcome is not None
    assert (outcome.state, outcome.message) == ("removed", OFF)
    assert keep_current(service.world, D) is None
    assert told(service) == TEAM
    assert request(service.world, D).state == "written"


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
    service: ServiceInMemory, broken: str
) -> None:
    request(service.world, D)
    service.argilla.told[D] = broken
    for act in (request, keep_current, remove):
        outcome = act(service.world, D)
        if act is not remove:
            assert fact(service) == "written"
        assert outcome is not None
        assert outcome.state == "refused"
        assert "argilla-distill:examples -->" in outcome.message
        assert "delete both lines" in outcome.message
        assert service.store.datasets.info(D)["guidelines_word"] == outcome.message
    assert told(service) == broken


def test_before_the_first_report_it_waits_for_it(build: Build) -> None:
    service = build()
    assert request(service.world, D).state == "nothing"
    assert "write_guidelines" not in service.argilla.calls
    reported(service, *EXAMPLES)
    outcome = keep_current(service.world, D)
    assert outcome is not None
    assert outcome.state == "written"
    assert told(service).startswith(START)


def test_without_any_example_left_the_section_goes_and_comes_back_with_the_next(
    service: ServiceInMemory,
) -> None:
    request(service.world, D)
    reported(service, example(text=" "))
    outcome = keep_current(service.world, D)
    assert outcome is not None
    assert (outcome.state, told(service)) == ("nothing", TEAM)
    reported(service, *EXAMPLES)
    outcome = keep_current(service.world, D)
    assert outcome is not None
    assert outcome.state == "written"


def test_fewer_examples_where_there_is_less_room_and_none_with_a_word_where_there_is_none(
    service: ServiceInMemory,
) -> None:
    service.argilla.told[D] = "x" * (MAX_CHARACTERS - 360)
    assert request(service.world, D).message == "1 of 3 examples"
    assert len(told(service)) <= MAX_CHARACTERS
    service.argilla.told[D] = "x" * (MAX_CHARACTERS - 50)
    outcome = request(service.world, D)
    assert outcome.state == "nothing"
    assert outcome.message.endswith("the guidelines already take 9,950 of 10,000 characters")
    assert set(told(service)) == {"x"}


def test_what_is_saved_while_we_think_is_not_lost(service: ServiceInMemory) -> None:
    edits = iter(["Edited.", "Edited twice."])

    def edit(name: str) -> None:
        if name == "guidelines":
            service.argilla.told[D] = next(edits, told(service))

    service.argilla.after = edit
    assert request(service.world, D).state == "written"
    assert told(service).startswith(f"Edited twice.{BREAK}{START}")


def test_somebody_who_saves_all_the_time_is_not_written_over(service: ServiceInMemory) -> None:
    count = 0

    def edit(name: str) -> None:
        nonlocal count
        count += 1
        service.argilla.told[D] = f"Edit {count}."

    service.argilla.after = edit
    outcome = request(service.world, D)
    assert outcome.state == "refused"
    assert told(service) == f"Edit {LOOKS + 1}."
    assert fact(service) == ""


def test_nothing_is_written_before_connect(build: Build) -> None:
    service = build(connected=False)
    reported(service, *EXAMPLES)
    assert request(service.world, D).state == "refused"
    assert service.argilla.calls == []


def test_while_argilla_is_away_nothing_is_noted(service: ServiceInMemory) -> None:
    def away(name: str) -> None:
        raise ArgillaUnavailable("away")

    service.argilla.before = away
    with pytest.raises(ArgillaUnavailable):
        request(service.world, D)
    assert fact(service) == ""


# The command


def run(service: ServiceInMemory, *arguments: str) -> Result:
    @contextmanager
    def world() -> Iterator[World]:
        yield service.world

    opened = Opened(world=world, settings=lambda: service.world.settings)
    return CliRunner().invoke(command, arguments, obj=opened)


def test_the_command_writes_and_takes_out(service: ServiceInMemory) -> None:
    done = run(service, "support/chat")
    assert (done.exit_code, done.output) == (0, "support/chat: written: 3 of 3 examples\n")
    done = run(service, "support/chat", "--remove", "--json")
    assert done.exit_code == 0
    assert json.loads(done.output) == {
        "dataset": "support/chat",
        "state": "removed",
        "message": "the section was taken out",
        "word": "the section was taken out",
    }
    assert told(service) == TEAM


def test_the_command_says_what_stands_in_its_way(service: ServiceInMemory) -> None:
    service.argilla.told[D] = START
    done = run(service, "support/chat")
    assert done.exit_code == 1
    assert "is missing" in done.output
    done = run(service, "support/none")
    assert done.exit_code == 2
    assert "distilled are: support/chat" in done.output


def test_the_command_wants_a_dataset_that_is_distilled(service: ServiceInMemory) -> None:
    service.argilla.sets[D] = replace(service.argilla.sets[D], status="draft")
    assert "distilled are: none" in run(service, "support/chat").output
