"""The command line from outside: exit codes that mean something, JSON that is JSON, no secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import click
import pytest

from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable, NotInArgilla
from argilla_distill.workers.cli import operating
from argilla_distill.workers.cli.main import cli
from argilla_distill.workers.use_cases.connecting import registration
from tests.places import ROOT
from tests.workers.argilla_in_memory import HELPFUL, D
from tests.workers.cli.agreed_and_disputed import RECORD, agreed_and_disputed
from tests.workers.cli.command_line import KEY, Run
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    return agreed_and_disputed(build)


def away(error: BaseException) -> Callable[[str], None]:
    def hook(name: str) -> None:
        raise error

    return hook


# Exit codes


def paths_of(group: click.Group) -> Iterator[list[str]]:
    """How each command of the group is called."""
    for name, command in group.commands.items():
        yield [name]
        if isinstance(command, click.Group):
            yield from ([name, *rest] for rest in paths_of(command))


def test_help_and_version_are_0(run: Run) -> None:
    assert "reconcile" in run("--help").out
    assert "0.1" in run("--version").out


@pytest.mark.parametrize("command", list(paths_of(cli)), ids=" ".join)
def test_every_command_tells_how_it_is_used(run: Run, command: list[str]) -> None:
    """`aggregate --help` ended with a traceback, as click asked for an option's type by names."""
    done = run(*command, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"{' '.join(command)} " in done.out


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
    service.argilla.before = away(NotInArgilla("GET datasets/d1: Argilla answered 404"))
    assert run(name).code == 1


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
    ((hook_id, hook),) = service.argilla.webhooks.kept.items()
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
    assert (service.argilla.webhooks.kept, service.suggestions(), service.notes()) == ({}, {}, {})
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
    assert len(service.argilla.webhooks.kept) == 1
    assert new["secret"] not in done.out + done.err


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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_command_that_is_ended_clears_away_what_it_began(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    """SIGTERM, and a terminal that closed, once left temporary files and half an output beside its place."""
    (tmp_path / "answers.csv").write_text("task,worker,label\n1,ann,yes\n")

    def ended(*_: object) -> None:
        os.kill(os.getpid(), number)

    monkeypatch.setattr(os, "fsync", ended)
    before = set(tmp_path.iterdir())
    out = str(tmp_path / "labels.jsonl")
    handler = signal.signal(number, signal.SIG_DFL)
    try:
        done = run("aggregate", str(tmp_path / "answers.csv"), "--type", "label", "--out", out)
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, handler)
    assert done.code == code
    assert set(tmp_path.iterdir()) == before
