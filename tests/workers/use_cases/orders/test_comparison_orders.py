"""Comparisons and figures of runs that pages ask for: whole or not at all, by the audits of that moment."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from argilla_distill.domain.orders.order import (
    CANCEL_ROUND,
    COMPARE,
    CREATE_VERSION,
    OF_RUNS,
    WorkOrder,
    of_comparison,
    of_round,
)
from argilla_distill.domain.rounds.wish import Wish
from argilla_distill.domain.versions.contest import comparison_name
from argilla_distill.workers.use_cases.beside import DONE, WAITING
from argilla_distill.workers.use_cases.comparisons.comparing import compare
from argilla_distill.workers.use_cases.due import runs_due
from argilla_distill.workers.use_cases.orders import in_hand
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from argilla_distill.workers.use_cases.orders.turns import turn
from argilla_distill.workers.use_cases.rounds.starting import start
from argilla_distill.workers.use_cases.runs.adding import RunWish, add, delete
from argilla_distill.workers.use_cases.versions import keeping
from argilla_distill.workers.versions.aside import beside
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.interruptions import once, raising
from tests.workers.made_versions import answered, kept_in, made
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    found = kept_in(build(), tmp_path)
    answered(found)
    return found


def asked(service: ServiceInMemory, *versions: str, at: int = 1) -> WorkOrder:
    """A comparison is asked for."""
    name = comparison_name(versions)
    terms = {"versions": versions, "runs": ()}
    order = WorkOrder(of_comparison(name), COMPARE, name, at, "olga", terms)
    service.store.orders.place(D, order)
    return order


def done(service: ServiceInMemory) -> list[str]:
    return [each.status for each in carry_out(service.world, D, lambda: None)]


def test_what_is_asked_for_is_found_out_and_kept(service: ServiceInMemory) -> None:
    one, other = made(service).name, made(service).name
    order = asked(service, one, other)
    assert done(service) == ["done"]
    found = service.store.compared.find(D, [one, other])
    assert found is not None
    assert found == compare(service.world, CHAT, [one, other])
    settled = service.store.orders.of(D, order.id)
    assert settled is not None
    assert (settled.error, settled.result) == ("", found.name)


def test_what_is_asked_for_once_more_while_it_is_done_is_done_once_more(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = made(service).name, made(service).name
    order = asked(service, one, other)
    keep = service.store.compared.keep
    again: list[WorkOrder] = []

    def meanwhile(found: object) -> None:
        keep(found)  # type: ignore[arg-type]  # it is handed on
        if not again:
            again.append(asked(service, one, other, at=order.asked_at + 1))

    monkeypatch.setattr(service.store.compared, "keep", meanwhile)
    assert done(service) == ["done", "done"]
    settled = service.store.orders.of(D, order.id)
    assert settled is not None
    assert (settled.asked_at, settled.waits) == (order.asked_at + 1, False)


def test_why_it_cannot_be_made_is_told(service: ServiceInMemory) -> None:
    one, other = made(service).name, made(service).name
    keeping.delete(service.world, CHAT, one)
    order = asked(service, one, other)
    assert done(service) == ["refused"]
    settled = service.store.orders.of(D, order.id)
    assert settled is not None
    assert settled.error == f"the files of {one} are deleted: nothing compares with it"
    assert service.store.compared.find(D, [one, other]) is None


def test_a_process_that_is_killed_is_begun_anew_and_nothing_is_half_kept(
    service: ServiceInMemory, tmp_path: Path
) -> None:
    one, other = made(service).name, made(service).name
    asked(service, one, other)
    killed = tmp_path / "killed"

    def apart() -> None:
        """In the process beside: the first is killed before it has found anything."""
        if not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        done(service)

    while (status := turn(service.world, D, 60.0, apart, beside)) == WAITING:
        pass  # other jobs of the test's queue go before
    assert status == DONE
    assert killed.exists()
    assert service.store.compared.find(D, [one, other]) is not None
    assert service.store.orders.waiting(D) == []


def test_runs_are_counted_when_one_comes_or_goes_and_not_twice(
    service: ServiceInMemory, tmp_path: Path
) -> None:
    path = tmp_path / "p.csv"
    path.write_text("record_id,prediction\nr1,yes\nr2,no\n", "utf-8")
    added = add(service.world, CHAT, RunWish("bot", path, "helpful"))
    assert [each.id for each in service.store.orders.waiting(D)] == [OF_RUNS]
    runs_due.ask(service.world, D)  # nobody has begun: that is one and the same
    assert done(service) == ["done"]
    taken = service.store.standings.of(D)
    assert taken is not None
    assert [(each.run, each.audits) for each in taken.standings] == [(added, 0)]
    runs_due.ask(service.world, D)
    assert done(service) == ["done"]
    assert service.store.standings.of(D) == taken  # neither runs nor audits have changed
    (order,) = [each for each in service.store.orders.all(D) if each.id == OF_RUNS]
    assert not order.waits
    delete(service.world, CHAT, "bot")
    assert done(service) == ["done"]
    gone = service.store.standings.of(D)
    assert gone is not None
    assert gone.standings == ()


def compared_while_a_round_is_cancelled(
    service: ServiceInMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> WorkOrder:
    """The order of a comparison, in whose midst somebody asks for a round to be cancelled."""
    monkeypatch.setattr(in_hand, "NOTE_S", 0.0)
    path = tmp_path / "outputs.jsonl"
    path.write_text('{"fields": {"text": "a reply"}, "prediction": "yes"}')
    start(service.world, CHAT, path, Wish("4", "bot", question="helpful"))
    one, other = made(service).name, made(service).name
    order = asked(service, one, other)
    cancel = WorkOrder(of_round("4"), CANCEL_ROUND, "4", 2)
    note = service.store.orders.note

    def noted(dataset_id: str, of: WorkOrder, stage: str, done: int, total: int) -> bool:
        if of.id == order.id and done and service.store.orders.of(D, cancel.id) is None:
            service.store.orders.place(D, cancel)
        return note(dataset_id, of, stage, done, total)

    monkeypatch.setattr(service.store.orders, "note", noted)
    return order


def test_a_round_is_cancelled_in_the_midst_of_a_comparison(
    service: ServiceInMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared_while_a_round_is_cancelled(service, tmp_path, monkeypatch)
    keep = service.store.compared.keep
    seen: list[str] = []

    def compared(found: object) -> None:
        seen.extend(each.state for each in service.store.rounds.all(D))
        keep(found)  # type: ignore[arg-type]  # it is handed on

    monkeypatch.setattr(service.store.compared, "keep", compared)
    found = [(each.order.action, each.status) for each in carry_out(service.world, D, lambda: None)]
    assert found == [(CANCEL_ROUND, "done"), (COMPARE, "done")]
    assert seen == ["cancelled"]


def test_what_goes_wrong_in_its_midst_is_told_and_harms_no_comparison(
    service: ServiceInMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = compared_while_a_round_is_cancelled(service, tmp_path, monkeypatch)
    service.argilla.before = once("delete_records", raising(ValueError("odd")))
    with pytest.raises(ValueError, match="odd"):
        done(service)
    told = {each.id: each for each in service.store.orders.all(D)}
    assert (told[order.id].waits, told[order.id].error) == (False, "")
    assert told[of_round("4")].error == "ValueError: odd"


def test_what_people_wait_for_goes_before_what_only_computes(service: ServiceInMemory) -> None:
    one, other = made(service).name, made(service).name
    asked(service, one, other)
    service.store.orders.place(D, WorkOrder("x", CREATE_VERSION, "", 2))
    service.store.orders.place(D, WorkOrder(of_round("4"), CANCEL_ROUND, "4", 3))
    found = [each.order.action for each in carry_out(service.world, D, lambda: None)]
    assert found == [CANCEL_ROUND, CREATE_VERSION, COMPARE]


def test_of_several_orders_the_one_that_was_begun_is_told_that_it_was_killed(
    service: ServiceInMemory,
) -> None:
    """A cancel that came meanwhile goes before it, and had nothing to do with that."""
    one, other = made(service).name, made(service).name
    order = asked(service, one, other, at=2)
    service.store.orders.place(D, WorkOrder(of_round("4"), CANCEL_ROUND, "4", 1))
    service.store.orders.note(D, order, "comparing", 1, 2)

    def killed() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    while turn(service.world, D, 5.0, killed, beside) == WAITING:
        pass
    left = {each.id: each for each in service.store.orders.all(D)}
    assert (left[order.id].waits, left[of_round("4")].waits) == (False, True)
