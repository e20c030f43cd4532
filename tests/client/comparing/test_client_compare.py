"""Which version or run is better, as the client tells it: a worker finds out, and it waits for that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from argilla_distill import Client
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Failed, NotFound, NotMade, Refused
from argilla_distill.domain.audited import Figure
from argilla_distill.domain.orders.order import ADD_RUN
from argilla_distill.domain.runs.standing import RunStanding, StandingsTaken, WeekStanding
from argilla_distill.workers.use_cases.comparisons.comparing import compare
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from argilla_distill.workers.use_cases.runs.adding import RunWish, add, delete
from tests.client.running_service import Running
from tests.workers.argilla_in_memory import CHAT, D

NAME = "support/chat"


@pytest.fixture
def works(served: Running, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """While the client waits, a worker does what is asked for; how long it waited."""
    waited: list[float] = []

    def work(_: Connection, seconds: float) -> None:
        waited.append(seconds)
        list(carry_out(served.service.world, D, lambda: None))

    monkeypatch.setattr(Connection, "wait", work)
    return waited


@pytest.fixture
def runs(served: Running, tmp_path: Path) -> Iterator[None]:
    """Two runs, of which one has figures."""
    world = served.service.world
    for name, said in (("bot a", "yes"), ("bot-b", "no")):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"record_id,prediction\nr1,{said}\nr2,yes\n", "utf-8")
        add(world, CHAT, RunWish(name, path, "helpful"))
    yield
    for name in ("bot a", "bot-b"):
        delete(world, CHAT, name)


def test_it_waits_for_the_worker_and_tells_what_the_command_tells(
    served: Running, client: Client, works: list[float], runs: None
) -> None:
    dataset = client.dataset(NAME)
    with pytest.raises(NotMade, match="still being compared"):
        dataset.compare("prod", "latest", wait_s=0)
    found = dataset.compare("prod", "latest", runs=["bot a", "bot-b"])
    assert len(works) == 1
    assert (found.versions, found.runs) == (("majority-1", "majority-2"), ("bot a", "bot-b"))
    told = compare(
        served.service.world, CHAT, ["majority-1", "majority-2"], runs=["bot a", "bot-b"]
    )
    assert found.contests == told.contests
    assert [each.verdict for each in found.contests if each.aspect == "runs"] == ["stopped"]
    only = dataset.compare(runs=["bot a", "bot-b"])
    assert (only.versions, only.runs) == ((), ("bot a", "bot-b"))


def test_what_cannot_be_compared_is_said(
    served: Running, client: Client, works: list[float]
) -> None:
    dataset = client.dataset(NAME)
    with pytest.raises(NotFound, match="two or more different versions, not majority-1"):
        dataset.compare("prod", "majority-1")
    with pytest.raises(NotFound, match="did you mean majority-"):
        dataset.compare("prod", "majorty-2")
    with pytest.raises(NotFound, match="Name two versions"):
        dataset.compare()
    folder = Path(served.service.world.settings.versions) / D / "majority-1"
    hidden = folder.rename(folder.with_name("hidden"))
    try:
        with pytest.raises(Failed, match=r"could not be compared: .*is missing"):
            dataset.compare("majority-2", "prod")
    finally:
        hidden.rename(folder)
    assert dataset.compare("majority-2", "prod").versions == ("majority-2", "majority-1")


def test_runs_come_with_what_audits_say(served: Running, client: Client, runs: None) -> None:
    first, second = served.service.store.runs.all(D)
    rate = Figure(0.8, 0.7, 0.9)
    counted = RunStanding(first, 50, rate, 0.4, (WeekStanding("2026-W47", 50, rate),))
    served.service.store.standings.keep(D, StandingsTaken(1, "x", (counted,)))
    assert client.dataset(NAME).runs() == [counted, RunStanding(second)]


def test_a_run_is_added_whole_or_not_at_all(
    served: Running, client: Client, works: list[float], tmp_path: Path
) -> None:
    dataset, store = client.dataset(NAME), served.service.store
    rows: list[dict[str, Any]] = [
        {"record_id": "r1", "prediction": "yes", "score": 0.9},
        {"record_id": "r2", "prediction": "no", "score": None},
    ]
    wrong = [
        *rows,
        {"record_id": "r99", "prediction": "no"},
        {"record_id": "r3", "prediction": "?"},
    ]
    with pytest.raises(
        Refused, match="is not added: the file of predictions does not fit"
    ) as error:
        dataset.add_run("sent", wrong, question="helpful")
    assert "file of predictions:3: the dataset has no record r99" in str(error.value)
    assert "file of predictions:4: prediction '?' is none of yes, no" in str(error.value)
    assert store.runs.of(D, "sent") is None
    with pytest.raises(Refused, match="did you mean majority-"):
        dataset.add_run("sent", rows, question="helpful", trained_on="majorty-1")
    added = dataset.add_run("sent", pa.Table.from_pylist(rows), question="helpful")
    assert (added.name, added.predictions, added.source) == ("sent", 2, "predictions.jsonl")
    assert dataset.add_run("sent", rows, question="helpful") == added
    with pytest.raises(Refused, match="run sent is another one"):
        dataset.add_run("sent", rows[:1], question="helpful")
    path = tmp_path / "told.csv"
    path.write_text("record_id,prediction,score\nr1,yes,0.9\nr2,no,\n", "utf-8")
    same = dataset.add_run("csv", path, question="helpful")
    assert same.content == added.content
    for name in ("sent", "csv"):
        delete(served.service.world, CHAT, name)


def test_what_can_be_no_run_is_refused_before_anything_is_asked_of_a_worker(
    served: Running, client: Client
) -> None:
    dataset = client.dataset(NAME)
    with pytest.raises(Refused, match="is no name of a run"):
        dataset.add_run("a...b", [{"record_id": "r1", "prediction": "yes"}])
    with pytest.raises(ValueError, match="prediction 1 cannot be sent as JSON"):
        dataset.add_run("bot", [{"record_id": "r1", "prediction": {1, 2}}])
    with pytest.raises(ValueError, match="give a list of predictions"):
        dataset.add_run("bot", {"record_id": "r1", "prediction": "yes"})
    assert not any(each.action == ADD_RUN for each in served.service.store.orders.waiting(D))
