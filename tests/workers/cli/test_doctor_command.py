"""`doctor`, and what is said where no worker is alive."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from rq import Worker
from rq.serializers import JSONSerializer

from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable, NoWorker
from argilla_distill.plugin.store.trouble import FULL
from argilla_distill.workers.cli import alive, operating
from argilla_distill.workers.use_cases.checks import doctor
from demo.running.servers import RedisServer
from tests.workers.cli.agreed_and_disputed import agreed_and_disputed
from tests.workers.cli.command_line import Run
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    return agreed_and_disputed(build)


def away(error: BaseException) -> Callable[[str], None]:
    def hook(name: str) -> None:
        raise error

    return hook


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ARRIVAL_S", 0.15)


@pytest.mark.usefixtures("impatient")
def test_doctor_is_1_where_something_is_wrong_and_says_what_to_do(run: Run) -> None:
    done = run("doctor", "--json")
    found = {finding["what"]: finding for finding in done.json}
    assert done.code == 1
    assert {name for name, finding in found.items() if finding["state"] == "fail"} == {
        "webhook",
        "workers",
        "cron",
    }
    assert all(finding["remedy"] for finding in found.values() if finding["state"] != "ok")
    told = run("doctor")
    assert (told.code, "argilla-distill connect" in told.out) == (1, True)


@pytest.mark.usefixtures("impatient")
def test_doctor_notices_that_argilla_cannot_reach_us(run: Run, service: ServiceInMemory) -> None:
    run("connect")
    found = {finding["what"]: finding for finding in run("doctor", "--json").json}
    assert found["webhook"]["state"] == "ok"
    assert found["listener"]["state"] == "fail"
    assert "DISTILL_LISTENER_URL" in found["listener"]["remedy"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("outcome", "remedy"), [("time", "clocks"), ("signature", "rotate"), ("unsigned", "webhook-")]
)
def test_doctor_says_why_a_ping_that_arrived_was_refused(
    run: Run,
    service: ServiceInMemory,
    monkeypatch: pytest.MonkeyPatch,
    outcome: str,
    remedy: str,
) -> None:
    """A web process whose clock was an hour off was said not to be reached."""
    run("connect")

    def refused(_: str) -> None:
        service.store.service.count("deliveries", "other", outcome)

    service.store.service.count("deliveries", "other", "signature")  # some time before
    monkeypatch.setattr(service.argilla.webhooks, "ping", refused)
    found = {finding["what"]: finding for finding in run("doctor", "--json").json}["listener"]
    assert (found["state"], "was refused" in found["text"]) == ("fail", True)
    assert remedy in found["remedy"]


def webhook(run: Run, **environ: str) -> tuple[str, str, str]:
    """What doctor says of the webhook: state, text, remedy."""
    found = {finding["what"]: finding for finding in run("doctor", "--json", **environ).json}
    return found["webhook"]["state"], found["webhook"]["text"], found["webhook"]["remedy"]


@pytest.mark.usefixtures("impatient")
def test_doctor_says_what_is_wrong_with_the_webhook(run: Run, service: ServiceInMemory) -> None:
    assert webhook(run)[:2] == (
        "fail",
        "the one that we made is no longer in Argilla: Argilla tells us nothing",
    )
    service.store.service.forget_webhook("hook-0")
    assert webhook(run)[1] == "none was made yet: Argilla tells us nothing"
    run("connect")
    assert webhook(run)[0] == "ok"
    ((_, hook),) = service.argilla.webhooks.kept.items()
    hook["enabled"] = False
    assert webhook(run)[1].endswith("is disabled in Argilla")
    hook.update(enabled=True, events=["record.created"])
    assert "does not tell all that we need" in webhook(run)[1]
    run("connect")
    other = service.argilla.webhooks.create(hook["url"], hook["events"], "by hand")
    assert "Argilla has 2 to " in webhook(run)[1]
    del service.argilla.webhooks.kept[other.id]
    service.store.service.forget_webhook(hook["id"])
    assert "whose secret we do not know" in webhook(run)[1]


@pytest.mark.usefixtures("impatient")
def test_doctor_claims_no_webhook_to_an_address_that_is_only_in_the_settings(
    run: Run, service: ServiceInMemory
) -> None:
    run("connect", DISTILL_PUBLIC_URL="http://right.example")
    state, text, remedy = webhook(run, DISTILL_PUBLIC_URL="http://user:hidden@wrong.example")
    assert (state, "hidden" in text + remedy) == ("fail", False)
    assert text == (
        "ours goes to http://right.example/webhooks/argilla,"
        " but by the settings we are at http://wrong.example/webhooks/argilla"
    )
    assert "DISTILL_PUBLIC_URL" in remedy


@pytest.mark.usefixtures("impatient")
def test_argillas_own_database_is_refused_at_first_and_warned_of_later(
    run: Run, service: ServiceInMemory, request: pytest.FixtureRequest
) -> None:
    redis = service.store.redis
    redis.sadd("rq:queues", "rq:queue:default")
    request.addfinalizer(lambda: redis.srem("rq:queues", "rq:queue:default"))
    fresh = run("connect", DISTILL_KEY_PREFIX=f"fresh-{uuid4()}")
    assert (fresh.code, fresh.out) == (4, "")
    assert (
        "DISTILL_REDIS_URL: the queues default are in it as well, which are Argilla's" in fresh.err
    )
    assert "database of its own" in fresh.err
    known = run("connect", DISTILL_KEY_PREFIX=service.store.keys.prefix)
    assert known.code == 0
    assert "database of its own" in known.err
    found = {finding["what"]: finding for finding in run("doctor", "--json").json}
    assert found["redis database"]["state"] == "warn"


@pytest.mark.parametrize("name", ["connect", "reconcile", "backfill", "refit"])
def test_that_no_worker_is_alive_is_said_at_once(
    run: Run,
    service: ServiceInMemory,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setattr(operating, "wait_until_published", lambda *_: None)
    done = run(name)
    assert "no worker is alive" in done.err
    assert "argilla-distill worker" in done.err
    worker: Any = Worker(
        [service.world.settings.queue], connection=service.store.redis, serializer=JSONSerializer
    )
    worker.register_birth()
    request.addfinalizer(worker.register_death)
    assert "no worker" not in run(name).err


@pytest.mark.parametrize("arguments", [["reconcile"], ["connect", "--wait"]], ids=" ".join)
def test_nobody_waits_for_long_where_nobody_works(
    run: Run, service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(alive, "PATIENCE_S", 0.0)
    service.mark("r1")
    done = run(*arguments)
    assert done.code == 3
    assert "no worker is alive" in done.err


def test_patience_begins_anew_whenever_a_worker_shows_itself(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, workers = [0.0], ["w"]
    monkeypatch.setattr(alive, "workers_alive", lambda *_: list(workers))
    patience = alive.Patience(service.world, lambda: clock[0])
    patience.check()
    workers.clear()
    clock[0] = alive.PATIENCE_S - 1
    patience.check()
    workers.append("w")
    clock[0] += 10
    patience.check()
    workers.clear()
    clock[0] += alive.PATIENCE_S - 1
    patience.check()
    clock[0] += 10
    with pytest.raises(NoWorker):
        patience.check()


def test_a_full_redis_is_not_told_as_workers_who_are_not_there(
    run: Run, service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can show that they are alive there: `reconcile` said to start a worker."""

    def full(_: object) -> None:
        raise redis.OutOfMemoryError("command not allowed when used memory > 'maxmemory'")

    monkeypatch.setattr(alive, "PATIENCE_S", 0.0)
    service.mark("r1")
    monkeypatch.setattr(type(service.store.service), "try_write", full)
    done = run("reconcile")
    assert (done.code, "is full" in done.err, "no worker" in done.err) == (3, True, False)


@pytest.mark.usefixtures("impatient")
def test_doctor_is_0_where_all_is_well(
    run: Run, service: ServiceInMemory, request: pytest.FixtureRequest
) -> None:
    run("connect")
    service.settle()
    worker: Any = Worker(
        [service.world.settings.queue], connection=service.store.redis, serializer=JSONSerializer
    )
    worker.register_birth()
    request.addfinalizer(worker.register_death)
    service.store.service.beat("cron", service.store.now())

    def arrive(name: str) -> None:
        if name == "ping":
            service.store.service.beat("ping", service.store.now())

    service.argilla.after = arrive
    done = run("doctor", "--json")
    assert {f["what"]: f["state"] for f in done.json if f["state"] != "ok"} == {
        "argilla worker": "warn"
    }
    assert done.code == 0


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("error", [ArgillaUnavailable("ConnectError"), ArgillaRefused("403")])
def test_doctor_goes_on_when_argilla_fails_it(
    run: Run, service: ServiceInMemory, error: Exception
) -> None:
    service.argilla.before = away(error)
    done = run("doctor", "--json")
    assert done.code == 1
    found = {finding["what"] for finding in done.json}
    assert {"redis eviction", "argilla", "webhook", "workers", "datasets"} <= found


def test_doctor_without_redis_reports_it(run: Run, tmp_path: Path) -> None:
    done = run("doctor", "--json", DISTILL_REDIS_URL=f"unix://{tmp_path}/none.sock?db=5")
    assert done.code == 1
    assert "check DISTILL_REDIS_URL" in {finding["remedy"] for finding in done.json}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("maxmemory", "state", "said"), [(500_000, "fail", FULL.what), (0, "ok", "MB used")]
)
def test_doctor_names_a_full_redis_and_says_what_to_do(
    run: Run, maxmemory: int, state: str, said: str
) -> None:
    """All it once said was "OutOfMemoryError"."""
    with (
        tempfile.TemporaryDirectory(prefix="rd-") as folder,
        RedisServer(Path(folder), unixsocket=Path(folder) / "r") as server,
        redis.Redis.from_url(server.url()) as client,
    ):
        client.config_set("maxmemory", maxmemory)
        done = run("doctor", "--json", DISTILL_REDIS_URL=server.url())
    found = {finding["what"]: finding for finding in done.json}["redis writes"]
    assert found["state"] == state
    assert said in found["text"]
    assert found["remedy"] == (FULL.remedy if state == "fail" else "")
    assert ("workers, cron" in {each["what"] for each in done.json}) == (state == "fail")
