"""The command line from outside: exit codes that mean something, JSON that is JSON, no secrets."""

from __future__ import annotations

import os
import subprocess
import sys
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
from argilla_distill.workers.use_cases import registration
from argilla_distill.workers.use_cases.checks import doctor
from demo.running.servers import RedisServer
from tests.places import ROOT
from tests.workers.argilla_in_memory import HELPFUL, D
from tests.workers.cli.command_line import KEY, Run
from tests.workers.service_in_memory import Build, ServiceInMemory

RECORD = str(uuid4())


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    """One record with two answers that agree, another with two that differ."""
    service = build()
    service.argilla.add(RECORD)
    for user in ("ann", "ben"):
        service.answer(user, RECORD, helpful="yes")
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="no")
    service.settle()
    return service


def away(error: BaseException) -> Callable[[str], None]:
    def hook(name: str) -> None:
        raise error

    return hook


# Exit codes


def test_help_and_version_are_0(run: Run) -> None:
    assert "reconcile" in run("--help").out
    assert "0.1" in run("--version").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["status", "--no-such-option"],
        ["history"],
        ["disconnect", "--restore", "--keep-suggestions"],
        ["reconcile", "support/no-such-dataset"],
        ["refit", "chat"],
    ],
    ids=" ".join,
)
def test_a_command_that_is_not_understood_is_2(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_a_record_that_we_do_not_know_is_1(run: Run) -> None:
    done = run("history", str(uuid4()))
    assert (done.code, done.out) == (1, "")
    assert "no record" in done.err


@pytest.mark.parametrize(
    "arguments", [["status"], ["history", RECORD], ["connect"], ["refit", "--json"]]
)
def test_without_redis_it_is_3(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, DISTILL_REDIS_URL=f"unix://{tmp_path}/none.sock?db=5")
    assert (done.code, done.out) == (3, "")
    assert "DISTILL_REDIS_URL" in done.err
    assert "no such socket" in done.err


def test_a_wrong_password_of_redis_is_4_and_not_told(run: Run, redis_url: str) -> None:
    url = redis_url.replace("unix://", "unix://ada:hidden@")
    done = run("status", DISTILL_REDIS_URL=url)
    assert (done.code, done.out) == (4, "")
    assert "does not accept the password or user name in DISTILL_REDIS_URL" in done.err
    assert "hidden" not in done.err


@pytest.mark.parametrize(
    "name", ["connect", "disconnect", "backfill", "reconcile", "refit", "rotate-secret"]
)
def test_without_argilla_it_is_3_and_with_a_wrong_key_4(
    run: Run, service: ServiceInMemory, name: str
) -> None:
    service.argilla.before = away(ArgillaUnavailable("GET me: ConnectError"))
    assert run(name).code == 3
    service.argilla.before = away(ArgillaRefused("GET me: Argilla answered 401"))
    done = run(name)
    assert (done.code, "401" in done.err) == (4, True)


def test_stopped_by_hand_is_130(run: Run, service: ServiceInMemory) -> None:
    service.argilla.before = away(KeyboardInterrupt())
    done = run("backfill")
    assert (done.code, "stopped" in done.err) == (130, True)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DISTILL_LOG_LEVEL", "LOUD"),
        ("DISTILL_QEUE", "typo"),
        ("ARGILLA_API_KEY", "changeme"),
        ("DISTILL_CONFIG", "/nowhere/distill.toml"),
        ("DISTILL_REDIS_URL", "redis.example:6379/hidden-word"),
        ("DISTILL_REDIS_URL", "http://:hidden-word@redis"),
        ("DISTILL_REDIS_URL", "redis://:hidden/word@redis:6379/5"),
        ("DISTILL_REDIS_URL", "redis://:hidden-word@redis:port/5"),
    ],
)
def test_a_wrong_setting_is_4_and_named_and_no_secret_is_told(
    run: Run, variable: str, value: str
) -> None:
    done = run("status", **{variable: value})
    assert (done.code, done.out) == (4, "")
    assert variable in done.err or "distill.toml" in done.err
    assert "hidden" not in done.err
    assert "Traceback" not in done.err


def test_refit_with_an_unknown_strategy_is_1_and_names_it(run: Run, tmp_path: Path) -> None:
    toml = tmp_path / "other.toml"
    toml.write_text('[defaults]\nstrategy = "best"\n')
    done = run("refit", DISTILL_CONFIG=str(toml))
    assert done.code == 1
    assert "helpful: unknown strategy 'best'" in done.out


# What they tell


def test_status_as_json_has_the_figures(run: Run, service: ServiceInMemory) -> None:
    service.store.dirty.set_aside(D, ("r3", ""), "why not", 1)
    (dataset,) = run("status", "--json").json
    expected = {
        "name": "support/chat",
        "state": "active",
        "records": 2,
        "completed": 2,
        "answers": 4,
    }
    assert {name: dataset[name] for name in expected} == expected
    assert dataset["conflicts"] == 1
    assert dataset["poisoned"] == {"r3": {"error": "why not", "at": 1}}
    assert dataset["questions"]["helpful"]["votes"] == 4


def test_status_without_a_dataset_says_what_to_do(run: Run) -> None:
    done = run("status", DISTILL_KEY_PREFIX="nobody")
    assert (done.code, "argilla-distill connect" in done.out) == (0, True)
    assert run("status", "--json").json == []


def test_names_with_brackets_are_text_and_not_markup(run: Run, service: ServiceInMemory) -> None:
    service.store.datasets.note(D, name="support/[red]chat[/red]")
    assert "support/[red]chat[/red]" in run("status").out


def test_connect_registers_one_webhook_however_often(run: Run, service: ServiceInMemory) -> None:
    first, second = run("connect", "--json"), run("connect", "--json")
    assert [done.json["webhook"] for done in (first, second)] == ["created", "kept"]
    assert first.json["datasets"][0]["records"] == 5
    ((hook_id, hook),) = service.argilla.hooks.items()
    assert service.store.service.webhooks() == {
        hook_id: {"url": hook["url"], "secret": hook["secret"]}
    }
    assert hook["secret"] not in first.out + first.err
    assert "records compared" in run("connect").out


def test_disconnect_deletes_the_webhook_and_takes_our_suggestions_away(
    run: Run, service: ServiceInMemory
) -> None:
    run("connect")
    done = run("disconnect", "--json")
    left = {"unanswered": 0, "removed": [], "stays": []}
    assert done.json == {"webhooks_deleted": 1, "records": 2, **left}
    assert (service.argilla.hooks, service.suggestions(), service.notes()) == ({}, {}, {})
    assert service.store.service.webhooks() == {}
    assert len(service.history()) > 4


@pytest.mark.parametrize(("option", "left"), [("--restore", "judge"), ("", None)])
def test_disconnect_puts_others_suggestions_back_where_asked(
    run: Run, service: ServiceInMemory, option: str, left: str | None
) -> None:
    service.argilla.suggested_by("judge", "r2", HELPFUL, "no")
    for user in ("ann", "ben"):
        service.answer(user, "r2", helpful="yes")
    service.settle()
    assert service.suggestions()["r2", "helpful"] == ("yes", "distill/majority")
    assert run("disconnect", *[option] if option else []).code == 0
    standing = service.argilla.shown("r2")
    assert (standing.agent if standing else None) == left


def test_disconnect_may_leave_our_suggestions_where_they_stand(
    run: Run, service: ServiceInMemory
) -> None:
    before = service.suggestions()
    assert run("disconnect", "--keep-suggestions").code == 0
    assert service.suggestions() == before


def test_backfill_and_reconcile_tell_what_differed(run: Run, service: ServiceInMemory) -> None:
    assert run("backfill", "--json").json["datasets"][0]["differing"] == 3
    service.settle()
    told = run("reconcile", "support/chat", "--json").json["datasets"]
    assert [(report["name"], report["records"], report["differing"]) for report in told] == [
        ("support/chat", 5, 0)
    ]


def test_reconcile_waits_no_longer_than_it_can_help(
    run: Run, service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = operating.wait_until_published
    monkeypatch.setattr(
        operating, "wait_until_published", lambda world, ids, quiet: wait(world, ids, quiet, 0.0)
    )
    service.mark("r1")
    done = run("reconcile")
    assert (done.code, "doctor" in done.err) == (3, True)


def test_refit_says_at_which_fit_each_model_is(run: Run) -> None:
    assert run("refit", "--json").json == {"support/chat": {"helpful": 1, "problem": 1, "stars": 1}}
    assert "helpful is at fit 2" in run("refit").out


def test_rotating_replaces_the_webhook(
    run: Run, service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registration, "GAP_S", 0.0)
    run("connect")
    (old,) = service.store.service.webhooks().values()
    done = run("rotate-secret")
    (new,) = service.store.service.webhooks().values()
    assert old["secret"] != new["secret"]
    assert len(service.argilla.hooks) == 1
    assert new["secret"] not in done.out + done.err


# Doctor


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
    ((_, hook),) = service.argilla.hooks.items()
    hook["enabled"] = False
    assert webhook(run)[1].endswith("is disabled in Argilla")
    hook.update(enabled=True, events=["record.created"])
    assert "does not tell all that we need" in webhook(run)[1]
    run("connect")
    other = service.argilla.create_webhook(hook["url"], hook["events"], "by hand")
    assert "Argilla has 2 to " in webhook(run)[1]
    del service.argilla.hooks[other.id]
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


# As a process


def test_the_process_ends_with_the_code_and_nothing_but_the_error() -> None:
    script = "from argilla_distill.workers.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, "status"],
        env={
            "PATH": os.defpath,
            "ARGILLA_API_URL": "http://a",
            "ARGILLA_API_KEY": KEY,
            "DISTILL_QUEUE": "a b",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("argilla-distill: DISTILL_QUEUE: ")
    assert len(done.stderr.splitlines()) == 1


# The review loop


def test_review_enable_prints_the_link_for_reviewers_and_may_be_repeated(
    run: Run, service: ServiceInMemory
) -> None:
    made = run("review", "enable", "support/chat", "--json").json
    assert (made["name"], made["action"]) == ("support/chat-review", "created")
    assert made["link"] == (
        f"http://argilla/dataset/{made['id']}/annotation-mode"
        "?page=1&status=pending&sort=metadata.priority.desc"
    )
    again = run("review", "enable", "support/chat")
    assert "support/chat-review kept" in again.out
    assert made["link"] in again.out


def test_review_show_lists_what_is_worth_a_review(run: Run, service: ServiceInMemory) -> None:
    assert "review enable" in run("review", "show", "support/chat").out
    run("review", "enable", "support/chat")
    shown = run("review", "show", "support/chat", "--json").json
    assert shown["total"] >= 1
    assert shown["due"][0]["page"].endswith("/records/r1")
    assert shown["due"][0]["worth"] > 0
    assert len(run("review", "show", "support/chat", "--most", "1", "--json").json["due"]) == 1


def test_review_disable_leaves_the_review_dataset(run: Run, service: ServiceInMemory) -> None:
    assert run("review", "disable", "support/chat").code == 1
    run("review", "enable", "support/chat")
    assert "support/chat-review is left" in run("review", "disable", "support/chat").out
    assert len(service.argilla.sets) == 2
    assert run("status", "--json").json[0]["review"] is None


def test_a_dataset_that_is_not_distilled_cannot_be_reviewed(run: Run) -> None:
    done = run("review", "enable", "support/other")
    assert done.code == 2
    assert "distilled are: support/chat" in done.err
