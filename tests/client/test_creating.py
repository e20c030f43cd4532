"""Versions are made from a notebook: by a worker, once for each key, and waited for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timezone
from typing import Any

import pytest

from argilla_distill import Client
from argilla_distill.client.connection import Connection
from argilla_distill.client.creating import NewVersion, created
from argilla_distill.client.errors import NotAllowed, NotFound, NotMade, Refused
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from argilla_distill.workers.use_cases.versions.making import make
from tests.client.running_service import Running, answers
from tests.workers.argilla_in_memory import D

NAME = "support/chat"


@pytest.fixture
def works(served: Running, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """While the client waits, a worker does what is to be done: one thing at a time."""

    def work(*_: Any) -> None:
        world = served.service.world
        if not list(carry_out(world, D, lambda: None)):
            make(world, D, 60.0)

    monkeypatch.setattr(Connection, "wait", work)
    return work


def names(client: Client) -> list[str]:
    return [each.name for each in client.dataset(NAME).versions()]


def test_a_version_is_made_as_it_is_wished_for(
    served: Running, client: Client, works: Callable[[], None]
) -> None:
    dataset = client.dataset(NAME)
    version = dataset.create(strategy="dawid_skene", tags=["mine"], note="For the bot.")
    assert version.name == "dawid_skene-1"
    assert set(version.tags) == {"latest", "mine"}
    assert (version.manifest.note, version.manifest.created_by) == ("For the bot.", "olga")
    earlier = dataset.version("majority-1")
    again = dataset.create(as_of=earlier.at, note="Once more.")
    assert (again.name, again.digest) == ("majority-3", earlier.digest)
    some = dataset.create(only=["split=train"], without=["label=helpful:no"])
    assert some.manifest.only == ("split=train",)
    assert some.manifest.without == ("label=helpful:no",)
    assert 0 < some.manifest.records < 12


def test_one_key_is_one_version_also_where_the_first_call_got_no_answer(
    served: Running, client: Client, works: Callable[[], None]
) -> None:
    dataset, before = client.dataset(NAME), names(client)
    served.weather.ahead.append(answers(503))
    lost: list[str] = []

    def sent_and_lost(app: Any, environ: dict[str, Any], start: Any) -> Any:
        lost.append(b"".join(app(environ, lambda *_: None)).decode())
        return answers(502)(app, environ, start)

    served.weather.ahead.append(sent_and_lost)
    made = dataset.create(key="nightly-1")
    assert '"version:nightly-1"' in lost[0]
    assert dataset.create(key="nightly-1").digest == made.digest
    assert names(client) == [*before, made.name]
    with pytest.raises(Refused, match="version:nightly-1 stands for something else"):
        dataset.create(key="nightly-1", note="another")
    assert dataset.create().name != made.name


def test_who_does_not_wait_long_enough_is_told_how_to_wait_again(
    served: Running,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    dataset = client.dataset(NAME)
    with pytest.raises(NotMade, match=r"after 0 s \(waits for.*key='slow'.*is alive") as late:
        dataset.create(key="slow", wait_s=0)
    assert late.value.stage == "waits for a worker"
    world = served.service.world
    list(carry_out(world, D, lambda: None))
    (request,) = world.store.versions.asked(D)
    world.store.versions.note(D, request.name, stage="writing", done=5, total=12)
    with pytest.raises(NotMade, match=rf"{request.name} is not made .*\(writing\)") as slow:
        dataset.create(key="slow", wait_s=0)
    assert (slow.value.stage, slow.value.done, slow.value.total) == ("writing", 5, 12)

    def work(*_: object) -> None:
        make(world, D, 60.0)

    monkeypatch.setattr(Connection, "wait", work)
    with Client(served.url, "adam.apikey", cache=False, progress=True) as another:
        assert another.dataset(NAME).create(key="slow").name == request.name
    assert f"{request.name}: writing, 5 of 12" in capsys.readouterr().err


def test_what_cannot_be_made_says_why(
    served: Running, client: Client, works: Callable[[], None]
) -> None:
    dataset, before = client.dataset(NAME), names(client)
    with pytest.raises(Refused, match=r"No version was made: .*best"):
        dataset.create(strategy="best")
    with pytest.raises(Refused, match=r"No version was made: .*round=9: no record has this round"):
        dataset.create(only=["round=9"])
    with pytest.raises(Refused, match="in the future"):
        dataset.create(as_of=datetime(2999, 1, 1, tzinfo=timezone.utc))
    with pytest.raises(ValueError, match="time zone"):
        dataset.create(as_of=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match=r"tags is a list of texts: \['prod'\]"):
        dataset.create(tags="prod")
    with pytest.raises(ValueError, match="'a b' is no key"):
        dataset.create(key="a b")
    with pytest.raises(ValueError, match=r"10,000 characters at most, and this one 70,000"):
        dataset.create(note="x" * 70_000)
    assert names(client) == before


@pytest.mark.parametrize(
    ("key", "why"), [("anna.apikey", "anna is an annotator there"), ("nora.apikey", "not for you")]
)
def test_whoever_may_not_see_versions_makes_none(served: Running, key: str, why: str) -> None:
    with (
        closing(Connection(served.url, key)) as connection,
        pytest.raises(NotAllowed, match=why),
    ):
        created(connection, D, NewVersion(), 0)
    assert served.service.store.orders.waiting(D) == []


def test_a_dataset_that_is_gone_is_not_there(client: Client) -> None:
    with pytest.raises(NotFound):
        client.dataset("support/other").create()
