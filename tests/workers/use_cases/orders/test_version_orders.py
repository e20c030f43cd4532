"""An order becomes one version, over any kill, or is told why it can be none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.versions.wish import VersionWish
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.workers.use_cases.due import orders_due
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from argilla_distill.workers.use_cases.twins import asking as twins
from argilla_distill.workers.use_cases.versions.making import make
from tests.workers.argilla_in_memory import D
from tests.workers.interruptions import once, raising
from tests.workers.made_versions import kept_in
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import ServiceInMemory

WISH = VersionWish("majority", tags=("prod",), note="For the bot.")


@pytest.fixture
def answered(build: Callable[..., ServiceInMemory], tmp_path: Path) -> ServiceInMemory:
    service = kept_in(build(), tmp_path)
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    forget_jobs(service)
    return service


def killed(*_: object) -> None:
    raise SystemExit("killed")


def place(service: ServiceInMemory, wish: VersionWish, key: str = "k1") -> WorkOrder:
    order = wish.order(key, 1, "adam")
    service.store.orders.place(D, order)
    return order


def done(service: ServiceInMemory) -> list[str]:
    return [each.status for each in carry_out(service.world, D, pause=lambda: None)]


def standing(service: ServiceInMemory, key: str = "k1") -> WorkOrder:
    order = service.store.orders.of(D, f"version:{key}")
    assert order is not None
    return order


def test_an_order_becomes_the_version_that_was_wished_for(answered: ServiceInMemory) -> None:
    place(answered, WISH)
    assert orders_due.ask(answered.world, D)
    assert done(answered) == ["done"]
    assert (standing(answered).result, standing(answered).waits) == ("majority-1", False)
    (request,) = answered.store.versions.asked(D)
    assert (request.tags, request.note, request.created_by) == (("prod",), WISH.note, "adam")
    assert make(answered.world, D, 60.0).manifest is not None
    assert answered.store.versions.tags(D) == {"latest": "majority-1", "prod": "majority-1"}


@pytest.mark.parametrize("made", [False, True])
def test_whatever_interrupts_it_the_cron_asks_again_and_it_is_one_version(
    answered: ServiceInMemory, made: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(answered, VersionWish("majority", twin=True))
    answered.argilla.before = once("dataset", raising(ArgillaUnavailable("no answer")))
    assert done(answered) == ["busy"]
    with monkeypatch.context() as patched:
        patched.setattr(answered.store.versions, "ask", killed)
        with pytest.raises(SystemExit):
            done(answered)
    assert (standing(answered).result, answered.store.versions.asked(D)) == ("majority-1", [])
    with monkeypatch.context() as patched:
        patched.setattr(twins, "ask", killed)
        with pytest.raises(SystemExit):
            done(answered)
    if made:
        make(answered.world, D, 60.0)
    forget_jobs(answered)
    assert orders_due.ask(answered.world, D)
    assert done(answered) == ["done"]
    assert standing(answered).result == "majority-2"
    names = [request.name for request in answered.store.versions.asked(D)]
    names += [manifest.name for manifest in answered.store.versions.manifests(D)]
    assert names == list(answered.store.twins.all(D)) == ["majority-2"]


def test_what_can_be_no_version_is_told_once_and_not_tried_for_ever(
    answered: ServiceInMemory,
) -> None:
    place(answered, VersionWish("best"), "a")
    place(answered, VersionWish(only=("label=helpfull:yes",)), "b")
    assert done(answered) == ["refused", "refused"]
    assert "best" in standing(answered, "a").error
    assert "did you mean helpful?" in standing(answered, "b").error
    assert (done(answered), answered.store.versions.asked(D)) == ([], [])
    forget_jobs(answered)
    assert not orders_due.ask(answered.world, D)
