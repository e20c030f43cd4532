"""What a worker had sent and lands after `disconnect` is taken back, as far as that took things back."""

from __future__ import annotations

import pytest

from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.plugin.store.work.unanswered import FIRST_LOOK_MS
from argilla_distill.workers.use_cases.reports import guidelines
from argilla_distill.workers.use_cases.reviews import enable
from argilla_distill.workers.use_cases.watch import tick
from argilla_distill.workers.writing.guidelines_section import Guidelines
from tests.workers.argilla_in_memory import HELPFUL, D, Row
from tests.workers.cli.command_line import Run
from tests.workers.guidelines_examples import EXAMPLES, reported
from tests.workers.interruptions import lose_lease, move_clock, once, raising
from tests.workers.queued_jobs import forget_jobs, jobs
from tests.workers.recorded_calls import wire
from tests.workers.reviewed_service import review_id, split
from tests.workers.service_in_memory import ServiceInMemory, answer_twice, shown

WITHOUT_END = ArgillaUnavailable("no answer in time")


def overdue(service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cron looks when the write that nobody saw the end of is due, and a worker is there."""
    forget_jobs(service)
    move_clock(service, monkeypatch, FIRST_LOOK_MS)
    tick(service.world)
    assert (DISTIL, D) in jobs(service)
    assert service.distil().status == "disconnected"


def test_what_a_stalled_worker_wrote_it_takes_back_itself(
    service: ServiceInMemory, run: Run
) -> None:
    """Its suggestions once stayed for good: whoever looked again found that we are disconnected."""
    answer_twice(service, "r1", "yes")

    def act() -> None:
        lose_lease(service)
        assert run("disconnect").code == 0

    service.argilla.before = once("suggest", act)
    assert service.distil().status == "lease lost"
    assert shown(service) is None


@pytest.mark.parametrize(
    ("options", "stays"), [([], None), (["--all"], None), (["--keep-suggestions"], "yes")]
)
def test_what_lands_much_later_is_taken_back_unless_suggestions_were_to_stay(
    service: ServiceInMemory,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    stays: str | None,
) -> None:
    sent = wire(service, "suggest")
    answer_twice(service, "r1", "yes")
    service.argilla.after = once("suggest", raising(WITHOUT_END))
    assert service.distil().status == "failed"
    assert run("disconnect", *options).code == 0
    service.argilla.suggest(*sent[0])
    assert shown(service) == "yes"
    overdue(service, monkeypatch)
    assert shown(service) == stays


def test_what_it_overwrote_is_put_back_where_that_was_asked_for(
    service: ServiceInMemory, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.argilla.suggested_by("judge", "r1", HELPFUL, "no")
    sent = wire(service, "suggest")
    answer_twice(service, "r1", "yes")
    service.argilla.after = once("suggest", raising(WITHOUT_END))
    service.distil()
    run("disconnect", "--restore")
    service.argilla.suggest(*sent[0])
    overdue(service, monkeypatch)
    found = service.argilla.shown("r1")
    assert found is not None
    assert (found.value, found.agent) == ("no", "judge")


def test_disconnect_tells_that_something_may_still_land(service: ServiceInMemory, run: Run) -> None:
    answer_twice(service, "r1", "yes")
    assert run("disconnect", "--json").json["unanswered"] == 0
    run("connect")
    service.argilla.after = once("suggest", raising(WITHOUT_END))
    service.distil()
    assert run("disconnect", "--json").json["unanswered"] == 1
    done = " ".join(run("disconnect").out.split())
    assert "1 write to Argilla may still land" in done
    assert run("disconnect", "--keep-suggestions", "--json").json["unanswered"] == 0


def test_once_connected_again_nothing_is_taken_back(
    service: ServiceInMemory, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = wire(service, "suggest")
    answer_twice(service, "r1", "yes")
    service.argilla.after = once("suggest", raising(WITHOUT_END))
    service.distil()
    run("disconnect")
    run("connect")
    service.argilla.suggest(*sent[0])
    forget_jobs(service)
    move_clock(service, monkeypatch, FIRST_LOOK_MS)
    tick(service.world)
    service.settle()
    assert shown(service) == "yes"


def test_guidelines_that_land_late_go_where_all_was_to_go(
    service: ServiceInMemory, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(service, *EXAMPLES)
    service.store.datasets.add(D)
    service.argilla.after = once("write_guidelines", raising(WITHOUT_END))
    with pytest.raises(ArgillaUnavailable):
        guidelines.request(service.world, D)
    written = service.argilla.told[D]
    assert Guidelines.of(written).section is not None
    assert run("disconnect", "--all").code == 0
    service.argilla.told[D] = written  # it lands again
    overdue(service, monkeypatch)
    assert Guidelines.of(service.argilla.told[D]).section is None


def test_so_do_copies(service: ServiceInMemory, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    enable(service.world, D)
    review = review_id(service)
    split(service, "r1")
    service.argilla.after = once("put_records", raising(WITHOUT_END))
    assert service.distil().status == "failed"
    was = service.argilla.sets[review], service.argilla.rows[review]
    assert was[1]
    assert run("disconnect", "--all").code == 0
    assert review not in service.argilla.sets
    service.argilla.sets[review], service.argilla.rows[review] = (
        was[0],
        {"late": Row(external_id="r1")},
    )
    overdue(service, monkeypatch)
    assert review not in service.argilla.sets


def test_guidelines_asked_for_before_and_written_after_a_disconnection_are_not(
    service: ServiceInMemory, run: Run
) -> None:
    reported(service, *EXAMPLES)
    service.argilla.after = once("guidelines", lambda: run("disconnect", "--all"))
    assert guidelines.request(service.world, D).state == "refused"
    assert Guidelines.of(service.argilla.told.get(D, "")).section is None
