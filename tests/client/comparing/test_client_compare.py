"""Which version or run is better, as the client tells it: a worker finds out, and it waits for that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from argilla_distill import Client
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Failed, NotFound, NotMade
from argilla_distill.domain.audited import Figure
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
