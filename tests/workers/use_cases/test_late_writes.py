"""What a worker had sent and lands after `disconnect` is taken back, as far as that took things back."""

from __future__ import annotations

import pytest

from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.plugin.store.work.unanswered import FIRST_LOOK_MS
from argilla_distill.workers.use_cases.reports import guidelines
from argilla_distill.workers.use_cases.reviews.enabling import enable
from argilla_distill.workers.use_cases.watch import tick
from argilla_distill.workers.writing.guidelines_section import Guidelines
from tests.workers.argilla_in_memory import HELPFUL, D, Row
from tests.workers.cli.command_line import Run
from tests.workers.service_in_memory import Town
from tests.workers.use_cases.test_distil import once, raising
from tests.workers.use_cases.test_guidelines import EXAMPLES, reported
from tests.workers.use_cases.test_reviewing import review_id, split
from tests.workers.use_cases.test_watch import forget_jobs, jobs
from tests.workers.use_cases.test_writing import answer_twice, at, lose_lease, shown, wire

WITHOUT_END = ArgillaUnavailable("no answer in time")


def overdue(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cron looks when the write that nobody saw the end of is due, and a worker is there."""
    forget_jobs(town)
    at(town, monkeypatch, FIRST_LOOK_MS)
    tick(town.world)
    assert (DISTIL, D) in jobs(town)
    assert town.distil().word == "disconnected"


def test_what_a_stalled_worker_wrote_it_takes_back_itself(town: Town, run: Run) -> None:
    """Its suggestions once stayed for good: whoever looked again found that we are disconnected."""
    answer_twice(town, "r1", "yes")

    def act() -> None:
        lose_lease(town)
        assert run("disconnect").code == 0

    town.argilla.before = once("suggest", act)
    assert town.distil().word == "lease lost"
    assert shown(town) is None


@pytest.mark.parametrize(
    ("options", "stays"), [([], None), (["--all"], None), (["--keep-suggestions"], "yes")]
)
def test_what_lands_much_later_is_taken_back_unless_suggestions_were_to_stay(
    town: Town, run: Run, monkeypatch: pytest.MonkeyPatch, options: list[str], stays: str | None
) -> None:
    sent = wire(town, "suggest")
    answer_twice(town, "r1", "yes")
    town.argilla.after = once("suggest", raising(WITHOUT_END))
    assert town.distil().word == "failed"
    assert run("disconnect", *options).code == 0
    town.argilla.suggest(*sent[0])
    assert shown(town) == "yes"
    overdue(town, monkeypatch)
    assert shown(town) == stays


def test_what_it_overwrote_is_put_back_where_that_was_asked_for(
    town: Town, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.argilla.suggested_by("judge", "r1", HELPFUL, "no")
    sent = wire(town, "suggest")
    answer_twice(town, "r1", "yes")
    town.argilla.after = once("suggest", raising(WITHOUT_END))
    town.distil()
    run("disconnect", "--restore")
    town.argilla.suggest(*sent[0])
    overdue(town, monkeypatch)
    found = town.argilla.shown("r1")
    assert found is not None
    assert (found.value, found.agent) == ("no", "judge")


def test_disconnect_tells_that_something_may_still_land(town: Town, run: Run) -> None:
    answer_twice(town, "r1", "yes")
    assert run("disconnect", "--json").json["unanswered"] == 0
    run("connect")
    town.argilla.after = once("suggest", raising(WITHOUT_END))
    town.distil()
    assert run("disconnect", "--json").json["unanswered"] == 1
    done = " ".join(run("disconnect").out.split())
    assert "1 write to Argilla may still land" in done
    assert run("disconnect", "--keep-suggestions", "--json").json["unanswered"] == 0


def test_once_connected_again_nothing_is_taken_back(
    town: Town, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = wire(town, "suggest")
    answer_twice(town, "r1", "yes")
    town.argilla.after = once("suggest", raising(WITHOUT_END))
    town.distil()
    run("disconnect")
    run("connect")
    town.argilla.suggest(*sent[0])
    forget_jobs(town)
    at(town, monkeypatch, FIRST_LOOK_MS)
    tick(town.world)
    town.settle()
    assert shown(town) == "yes"


def test_guidelines_that_land_late_go_where_all_was_to_go(
    town: Town, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(town, *EXAMPLES)
    town.store.datasets.add(D)
    town.argilla.after = once("write_guidelines", raising(WITHOUT_END))
    with pytest.raises(ArgillaUnavailable):
        guidelines.request(town.world, D)
    written = town.argilla.told[D]
    assert Guidelines.of(written).section is not None
    assert run("disconnect", "--all").code == 0
    town.argilla.told[D] = written  # it lands again
    overdue(town, monkeypatch)
    assert Guidelines.of(town.argilla.told[D]).section is None


def test_so_do_copies(town: Town, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    enable(town.world, D)
    review = review_id(town)
    split(town, "r1")
    town.argilla.after = once("put_records", raising(WITHOUT_END))
    assert town.distil().word == "failed"
    was = town.argilla.sets[review], town.argilla.rows[review]
    assert was[1]
    assert run("disconnect", "--all").code == 0
    assert review not in town.argilla.sets
    town.argilla.sets[review], town.argilla.rows[review] = was[0], {"late": Row(external_id="r1")}
    overdue(town, monkeypatch)
    assert review not in town.argilla.sets


def test_guidelines_asked_for_before_and_written_after_a_disconnection_are_not(
    town: Town, run: Run
) -> None:
    reported(town, *EXAMPLES)
    town.argilla.after = once("guidelines", lambda: run("disconnect", "--all"))
    assert guidelines.request(town.world, D).state == "refused"
    assert Guidelines.of(town.argilla.told.get(D, "")).section is None
