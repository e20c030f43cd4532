"""A wish becomes one version, over any kill, or is told why it can be none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from argilla_distill.domain.versions.wish import VersionWish
from argilla_distill.plugin.errors import ArgillaUnavailable, NotInArgilla
from argilla_distill.plugin.store.versions import wishes
from argilla_distill.workers.use_cases import version_wishes
from argilla_distill.workers.use_cases.due import versions_due
from argilla_distill.workers.use_cases.twins import asking as twins
from argilla_distill.workers.use_cases.versions.making import make
from tests.workers.argilla_in_memory import D
from tests.workers.interruptions import once, raising
from tests.workers.made_versions import kept_in
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import ServiceInMemory

WISH = VersionWish("k1", "majority", tags=("prod",), note="For the bot.", created_by="adam")


@pytest.fixture
def answered(build: Callable[..., ServiceInMemory], tmp_path: Path) -> ServiceInMemory:
    service = kept_in(build(), tmp_path)
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    forget_jobs(service)
    return service


def killed(*_: object) -> None:
    raise SystemExit("killed")


def fulfilled(service: ServiceInMemory) -> list[tuple[str, str]]:
    return list(version_wishes.fulfil(service.world, D))


def kept(service: ServiceInMemory, key: str = "k1") -> VersionWish:
    wish = service.store.wishes.of(D, key)
    assert wish is not None
    return wish


def test_a_wish_becomes_the_version_that_was_wished_for(answered: ServiceInMemory) -> None:
    answered.store.wishes.send(D, WISH)
    assert versions_due.ask(answered.world) == [D]
    assert fulfilled(answered) == [("k1", "is majority-1")]
    assert (kept(answered).version, kept(answered).settled) == ("majority-1", True)
    (request,) = answered.store.versions.asked(D)
    assert (request.tags, request.note, request.created_by) == (("prod",), WISH.note, "adam")
    assert fulfilled(answered) == []
    made = make(answered.world, D, 60.0)
    assert made.manifest is not None
    assert answered.store.versions.tags(D) == {"latest": "majority-1", "prod": "majority-1"}
    answered.store.wishes.send(D, WISH)
    assert (fulfilled(answered), answered.store.versions.asked(D)) == ([], [])


def test_whatever_interrupts_it_the_cron_asks_again_and_it_is_one_version(
    answered: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = VersionWish("k1", "majority", twin=True)
    answered.store.wishes.send(D, wish)
    answered.argilla.before = once("dataset", raising(ArgillaUnavailable("no answer")))
    assert fulfilled(answered) == [("k1", "waits: no answer")]
    with monkeypatch.context() as patched:
        patched.setattr(twins, "ask", killed)
        with pytest.raises(SystemExit):
            fulfilled(answered)
    assert (kept(answered).version, kept(answered).settled) == ("majority-1", False)
    forget_jobs(answered)
    assert versions_due.ask(answered.world) == [D]
    assert fulfilled(answered) == [("k1", "is majority-1")]
    assert [request.name for request in answered.store.versions.asked(D)] == ["majority-1"]
    assert list(answered.store.twins.all(D)) == ["majority-1"]
    forget_jobs(answered)
    assert kept(answered).settled


def test_what_can_be_no_version_is_told_once_and_not_tried_for_ever(
    answered: ServiceInMemory,
) -> None:
    for key, strategy, segment in (("a", "best", ()), ("b", "", ("label=helpfull:yes",))):
        answered.store.wishes.send(D, VersionWish(key, strategy, only=segment))
    told = dict(fulfilled(answered))
    assert "best" in told["a"]
    assert "did you mean helpful?" in kept(answered, "b").error
    assert (fulfilled(answered), answered.store.versions.asked(D)) == ([], [])
    forget_jobs(answered)
    assert versions_due.ask(answered.world) == []


def test_an_error_that_nobody_foresaw_is_told_and_raised(
    answered: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered.store.wishes.send(D, WISH)

    def odd(*_: object) -> None:
        raise TypeError("odd")

    monkeypatch.setattr(version_wishes, "ask", odd)
    with pytest.raises(TypeError, match="odd"):
        fulfilled(answered)
    assert kept(answered).error == "TypeError: odd"


def test_of_a_dataset_that_is_gone_there_is_no_version(answered: ServiceInMemory) -> None:
    answered.store.wishes.send(D, WISH)
    answered.argilla.before = once("dataset", raising(NotInArgilla("404")))
    assert fulfilled(answered) == [("k1", f"refused: {version_wishes.GONE}")]


def test_settled_wishes_are_forgotten_when_many_came_after_them(
    answered: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishes, "REMEMBERED", 2)
    answered.store.wishes.send(D, VersionWish("waits", sent_at=0))
    for n in range(1, 5):
        wish = VersionWish(f"k{n}", sent_at=n)
        answered.store.wishes.send(D, wish)
        answered.store.wishes.settle(D, wish.refused("no"))
    answered.store.wishes.send(D, VersionWish("last", sent_at=9))
    assert [each.key for each in answered.store.wishes.all(D)] == ["waits", "k3", "k4", "last"]
