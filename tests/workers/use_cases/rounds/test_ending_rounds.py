"""A round ends by itself, has a version made, and tells what it came to."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.wish import Wish
from argilla_distill.domain.versions.manifest import FailedVersion
from argilla_distill.plugin.dispatch import Dispatch
from argilla_distill.plugin.errors import DatasetBusy, InvalidRequest
from argilla_distill.workers.use_cases.beside import DONE, NOTHING
from argilla_distill.workers.use_cases.due import rounds_due
from argilla_distill.workers.use_cases.orders import turns
from argilla_distill.workers.use_cases.rounds import ending
from argilla_distill.workers.use_cases.rounds.cancelling import cancel
from argilla_distill.workers.use_cases.rounds.ending import end, go_on
from argilla_distill.workers.use_cases.rounds.starting import start
from argilla_distill.workers.versions.aside import WorkFailed, in_place
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.interruptions import raising
from tests.workers.made_versions import answered, finished, kept_in, made
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import ServiceInMemory, answer_twice


@pytest.fixture
def started(service: ServiceInMemory, tmp_path: Path) -> ServiceInMemory:
    """A round of 20 outputs of 40, of a model that is right on three quarters; a version was before it."""
    kept_in(service, tmp_path)
    answered(service)
    made(service)
    path = tmp_path / "outputs.jsonl"
    lines = [
        {
            "fields": {"text": f"reply number{n} about thing{n * 3} and thing{n * 5}"},
            "prediction": "yes",
        }
        for n in range(40)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    start(service.world, CHAT, path, Wish("4", "bot", take=20, question="helpful"))
    service.settle()
    forget_jobs(service)
    return service


def known(service: ServiceInMemory) -> Round:
    found = service.store.rounds.of(D, "4")
    assert found is not None
    return found


def answer_all(service: ServiceInMemory) -> None:
    for n, each in enumerate(service.store.rounds.taken(D, "4")):
        answer_twice(service, each.record_id, "no" if n % 4 == 0 else "yes")
    service.settle()


def test_it_ends_by_itself_when_its_records_are_completed(started: ServiceInMemory) -> None:
    assert not rounds_due.ask(started.world, D)
    assert go_on(started.world, D).status == "nothing to do"
    answer_all(started)
    assert rounds_due.ask(started.world, D)
    assert not rounds_due.ask(started.world, D)  # one job is enough
    forget_jobs(started)
    assert go_on(started.world, D).status == "ending"
    assert go_on(started.world, D).status == "nothing to do"  # the version is being made
    manifest = finished(started)
    forget_jobs(started)
    assert manifest.note == "The end of round 4, model bot."
    assert rounds_due.ask(started.world, D)
    assert go_on(started.world, D).status == "ended"
    assert (known(started).state, known(started).version) == ("ended", manifest.name)
    assert [e.status for e in started.history() if e.kind == "round"] == ["started", "ended"]
    assert not rounds_due.ask(started.world, D)
    told = started.store.rounds.reports(D)["4"]
    assert (told.taken, told.labelled, told.version, told.before) == (
        20,
        20,
        "majority-2",
        "majority-1",
    )
    assert told.by_labels is not None
    assert told.by_labels.low < 0.75 < told.by_labels.high
    assert told.pass_rate is None  # without audits nobody knows how labels err
    assert "how often is not known" in " ".join(told.sentences)
    assert told.agreement == 1.0
    assert (told.compared, told.changed) == (4, 0)
    assert told.held_up is not None
    assert told.held_up.value == 1.0  # majority vote knows nothing of annotators
    assert told.foretold is None  # three records teach a model of texts nothing
    assert end(started.world, CHAT, "4") == known(started)


def test_ended_by_hand_it_tells_of_what_was_answered(started: ServiceInMemory) -> None:
    answer_twice(started, started.store.rounds.taken(D, "4")[0].record_id, "yes")
    started.answer("ben", "r3", helpful="yes")
    started.settle()
    assert end(started.world, CHAT, "4").state == "ending"
    finished(started)
    go_on(started.world, D)
    told = started.store.rounds.reports(D)["4"]
    assert told.labelled == 1
    assert told.changed == 1
    assert "a new or edited answer: 1" in " ".join(told.sentences)
    with pytest.raises(InvalidRequest, match="is ended"):
        cancel(started.world, CHAT, "4")


def test_a_version_that_cannot_be_made_is_told_and_asked_for_again_by_hand(
    started: ServiceInMemory,
) -> None:
    answer_all(started)
    name = end(started.world, CHAT, "4").version
    started.store.versions.fail(D, FailedVersion(name, "it is too hard", 1))
    forget_jobs(started)
    assert rounds_due.ask(started.world, D)
    assert go_on(started.world, D).status == "failed"
    assert "it is too hard" in known(started).error
    forget_jobs(started)
    assert not rounds_due.ask(started.world, D)
    assert end(started.world, CHAT, "4").version != name
    finished(started)
    assert go_on(started.world, D).status == "ended"


def test_records_that_are_deleted_in_argilla_hold_no_round_up(started: ServiceInMemory) -> None:
    first, *others = (each.record_id for each in started.store.rounds.taken(D, "4"))
    started.argilla.delete_records(D, [first])
    started.mark(first)
    for each in others:
        answer_twice(started, each, "yes")
    started.settle()
    assert rounds_due.ask(started.world, D)


def test_a_round_that_was_cancelled_does_not_end(started: ServiceInMemory) -> None:
    cancel(started.world, CHAT, "4")
    with pytest.raises(InvalidRequest, match="was cancelled"):
        end(started.world, CHAT, "4")
    assert not rounds_due.ask(started.world, D)


def test_killed_once_its_version_is_asked_for_it_asks_for_no_second_one(
    started: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(Dispatch, "enqueue", lambda *_: raising(KeyboardInterrupt())())
        with pytest.raises(KeyboardInterrupt):
            end(started.world, CHAT, "4")
    (asked,) = started.store.versions.asked(D)
    assert end(started.world, CHAT, "4").version == asked.name
    assert started.store.versions.asked(D) == [asked]


def test_only_one_at_a_time_ends_a_round(started: ServiceInMemory) -> None:
    answer_all(started)
    held = started.store.rounds.lease(D, "4")
    assert held is not None
    with pytest.raises(DatasetBusy, match="by somebody else"):
        end(started.world, CHAT, "4")
    assert rounds_due.ask(started.world, D)
    forget_jobs(started)
    assert go_on(started.world, D).status == "busy"
    assert rounds_due.ask(started.world, D)
    held.release()
    forget_jobs(started)
    assert go_on(started.world, D).status == "ending"


def test_what_nobody_expected_is_told_and_counted_again_by_hand_without_another_version(
    started: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_all(started)
    end(started.world, CHAT, "4")
    made_version = finished(started).name
    forget_jobs(started)
    with monkeypatch.context() as broken:
        broken.setattr(ending, "report", lambda *_: raising(ZeroDivisionError("division"))())
        with pytest.raises(ZeroDivisionError):
            go_on(started.world, D)
    assert "ZeroDivisionError: division. `round end` tries again" in known(started).error
    assert not rounds_due.ask(started.world, D)
    assert end(started.world, CHAT, "4").version == made_version
    assert rounds_due.ask(started.world, D)
    assert go_on(started.world, D).status == "ended"


def test_a_storage_that_is_away_is_asked_again(
    started: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_all(started)
    end(started.world, CHAT, "4")
    finished(started)
    forget_jobs(started)
    with monkeypatch.context() as away:
        away.setattr(ending, "report", lambda *_: raising(OSError("no route"))())
        with pytest.raises(OSError, match="no route"):
            go_on(started.world, D)
    assert known(started).error == ""
    assert rounds_due.ask(started.world, D)
    assert go_on(started.world, D).status == "ended"


def test_where_files_of_its_version_are_gone_another_one_is_made(started: ServiceInMemory) -> None:
    answer_all(started)
    first = end(started.world, CHAT, "4").version
    finished(started)
    folder = Path(started.world.settings.versions) / D / first
    for file in folder.glob("votes-*"):
        file.unlink()
    forget_jobs(started)
    assert go_on(started.world, D).status == "failed"
    assert "votes-00000.parquet" in known(started).error
    assert end(started.world, CHAT, "4").version not in ("", first)
    finished(started)
    assert go_on(started.world, D).status == "ended"


def test_a_round_is_counted_beside_the_worker_or_told_why_not(
    started: ServiceInMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    answer_all(started)
    world = started.world
    apart = partial(turns.count, world, D)
    assert turns.turn_of_rounds(world, D, 1.0, apart, in_place) == DONE
    assert known(started).state == "ending"
    finished(started)

    def killed(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
        raise WorkFailed("it was killed 3 times")

    assert turns.turn_of_rounds(world, D, 1.0, apart, killed) == "failed: it was killed 3 times"
    why = "it could not be counted: it was killed 3 times. `round end` tries again"
    assert (known(started).error, rounds_due.ask(world, D)) == (why, False)
    end(world, CHAT, "4")
    assert turns.turn_of_rounds(world, D, 1.0, apart, in_place) == DONE
    assert known(started).state == "ended"
    assert turns.turn_of_rounds(world, D, 1.0, apart, in_place) == NOTHING


def test_a_round_whose_dataset_was_deleted_is_told_and_not_asked_about_for_ever(
    started: ServiceInMemory,
) -> None:
    """Its job failed once a minute: the dataset was not found in Argilla."""
    answer_all(started)
    end(started.world, CHAT, "4")
    finished(started)
    started.argilla.delete_dataset(D)
    forget_jobs(started)
    assert rounds_due.ask(started.world, D)
    forget_jobs(started)
    assert go_on(started.world, D).status == "its dataset is deleted"
    assert known(started).error == "its dataset was deleted in Argilla before it ended"
    assert not rounds_due.ask(started.world, D)
