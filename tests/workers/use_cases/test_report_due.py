"""When a dataset is counted: after every change in the end, but seldom, and once at a time."""

from __future__ import annotations

import json

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from argilla_distill.domain.history import Entry
from argilla_distill.domain.report import Overview, Today
from argilla_distill.plugin.dispatch import REPORT
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store import reports as room
from argilla_distill.workers.use_cases.reports import report_due
from argilla_distill.workers.use_cases.reports.report import report
from argilla_distill.workers.use_cases.reports.report_due import DAY_MS, ask, due, mark
from tests.workers.stored_dataset import MONDAY, Books, D


@pytest.fixture
def books(store: Store) -> Books:
    books = Books(store)
    books.say("r1", "apple pear")
    books.close()
    return books


def jobs(books: Books) -> list[list[str]]:
    queue = Queue(
        f"{books.world.settings.queue}-sweep",
        connection=books.store.redis,
        serializer=JSONSerializer,
    )
    return [[str(job.func_name), *job.args] for job in queue.jobs]


def last_report(books: Books, ago_s: float, seconds: float = 0.1, known: str | None = None) -> None:
    """The last report was begun so long ago, and took so long."""
    taken_at = books.store.now() - int(ago_s * 1000)
    overview = Overview(taken_at, seconds, Today(), ())
    state = mark(books.store, D) if known is None else known
    books.store.reports.write(D, overview, [], {}, state)


def answered(books: Books) -> None:
    books.history = []
    now = books.store.now()
    books.store.history.append(
        books.store.redis, D, [Entry("answer", "r1", 0, "submitted", at=MONDAY, id=f"{now}-0")]
    )


def test_the_first_report_is_due_at_once(books: Books) -> None:
    assert due(books.world, D)


def test_it_is_asked_for_once_until_it_is_there(books: Books) -> None:
    assert [ask(books.world, D) for _ in range(3)] == [True, False, False]
    assert jobs(books) == [[REPORT, D]]
    report(books.world, D)
    assert not ask(books.world, D)  # nothing is new
    assert jobs(books) == [[REPORT, D]]


def test_a_change_is_reported_but_not_before_the_last_report_has_rested(books: Books) -> None:
    report(books.world, D)
    answered(books)
    assert not due(books.world, D)
    last_report(books, ago_s=9.5, known="before")
    assert not due(books.world, D)
    last_report(books, ago_s=11, known="before")
    assert due(books.world, D)


def test_a_report_that_takes_long_rests_for_twenty_times_as_long(books: Books) -> None:
    last_report(books, ago_s=200, seconds=10, known="before")
    assert not due(books.world, D)
    last_report(books, ago_s=211, seconds=10, known="before")
    assert due(books.world, D)


def test_what_changes_while_it_is_being_counted_is_reported_next(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = type(books.store.reports).write

    def late(*args: object, **kwargs: object) -> None:
        answered(books)
        write(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(type(books.store.reports), "write", late)
    report(books.world, D)
    monkeypatch.setattr(report_due, "LEAST_REST_MS", 0)
    monkeypatch.setattr(report_due, "REST", 0)
    assert due(books.world, D)


@pytest.mark.parametrize("fact", ["published", "conflicts", "records"])
def test_decisions_that_were_written_are_a_change_as_well(books: Books, fact: str) -> None:
    last_report(books, ago_s=60)
    assert not due(books.world, D)
    books.store.redis.hincrby(f"{books.store._keys.prefix}:{D}:info", fact, 1)
    assert due(books.world, D)


def test_where_nothing_changes_there_is_a_report_a_day(books: Books) -> None:
    last_report(books, ago_s=DAY_MS / 1000)
    assert due(books.world, D)


def test_a_dataset_that_is_not_distilled_is_never_due(books: Books) -> None:
    for state in ("ignored", "deleted"):
        books.store.datasets.note(D, state=state)
        assert not ask(books.world, D)
    assert not ask(books.world, "of-this-we-know-nothing")
    assert jobs(books) == []


def test_a_report_that_never_came_is_asked_for_again(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(books.world, D)
    assert 600 < books.store.redis.ttl(f"{books.store._keys.prefix}:{D}:reporting") <= room.CLAIM_S
    books.store.redis.delete(f"{books.store._keys.prefix}:{D}:reporting")  # as if it ran out
    assert ask(books.world, D)


def test_a_report_that_fails_is_not_tried_again_at_once(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(books.world, D)
    books.store.redis.hset(f"{books.store._keys.prefix}:{D}:ledger", "r9", json.dumps({"s": 1}))
    with pytest.raises(KeyError):
        report(books.world, D)
    assert not ask(books.world, D)


def test_asking_loads_no_engine() -> None:
    import subprocess
    import sys

    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, argilla_distill.workers.use_cases.reports.report_due; print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "argilla_distill.workers.use_cases.reports.report_due" in loaded
    assert not {"numpy", "scipy", "argilla_distill.workers.models.dataset_models"} & set(loaded)
