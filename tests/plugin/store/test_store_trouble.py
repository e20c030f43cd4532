"""A Redis that answers and takes no writes: told by what is wrong, and nobody is called ready."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.exceptions import BusyLoadingError, OutOfMemoryError, RedisError, ResponseError

from argilla_distill.plugin.health.readiness import refused
from argilla_distill.plugin.listener import create_app
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store, connect
from argilla_distill.plugin.store.trouble import (
    ALONE,
    AWAY,
    DISK,
    FORBIDDEN,
    FULL,
    LOADING,
    NUMBER,
    PASSWORD,
    REPLICA,
    Trouble,
    trouble,
    with_address,
)
from demo.running.servers import RedisServer
from tests.plugin.webhook.signed_events import PATH, SECRET, event, signed


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A Redis for one test to spoil."""
    with (
        tempfile.TemporaryDirectory(prefix="rd-", ignore_cleanup_errors=True) as folder,
        RedisServer(Path(folder), unixsocket=Path(folder) / "r") as running,
    ):
        yield running
        running.process.kill()  # told to stop, it would try for ten seconds to save what it cannot


def full(client: Any, _: Path) -> None:
    client.config_set("maxmemory", 500_000)


def replica(client: Any, _: Path) -> None:
    client.replicaof("127.0.0.1", 9)


def without_its_replicas(client: Any, _: Path) -> None:
    client.config_set("min-replicas-to-write", 1)


def disk(client: Any, folder: Path) -> None:
    """Its directory is gone: what it saves fails, as on a full disk."""
    client.config_set("save", "3600 1")
    for each in folder.iterdir():
        if each.is_dir():
            shutil.rmtree(each)
        elif each.name != "r":
            each.unlink()
    (folder / "dump.rdb").mkdir()
    client.bgsave()
    while client.info("persistence")["rdb_bgsave_in_progress"]:
        pass
    assert client.info("persistence")["rdb_last_bgsave_status"] == "err"


SPOILED: list[tuple[Callable[[Any, Path], None], Trouble]] = [
    (full, FULL),
    (replica, REPLICA),
    (without_its_replicas, ALONE),
    (disk, DISK),
]


@pytest.mark.parametrize(("spoil", "told"), SPOILED, ids=lambda it: getattr(it, "__name__", ""))
def test_ready_is_said_exactly_where_a_delivery_is_taken(
    server: RedisServer, spoil: Callable[[Any, Path], None], told: Trouble
) -> None:
    """`/readyz` once said ready while each delivery was answered 503."""
    with redis.Redis.from_url(server.url()) as client:
        store = Store(client, "p")
        store.service.keep_webhook("h1", "http://us", SECRET)
        store.service.cookie_key()
        given = {"argilla_api_url": "http://argilla", "argilla_api_key": "key"}
        web = create_app(Settings.model_validate(given), store).test_client()
        body = event()
        assert web.get("/readyz").json == {**(web.get("/readyz").json or {}), "redis": True}
        assert web.post(PATH, data=body, headers=signed(body)).status_code == 202
        spoil(client, server.directory)
        answer = web.get("/readyz")
        assert answer.status_code == 503
        report = answer.json or {}
        assert (report["ready"], report["redis"], report["why"]) == (False, False, told.what)
        body = event()
        delivered = web.post(PATH, data=body, headers=signed(body))
        assert delivered.status_code == 503
        assert told.what in (delivered.json or {})["error"]


@pytest.mark.parametrize("spoil", [each for each, _ in SPOILED])
def test_what_is_known_can_be_read_while_nothing_can_be_written(
    server: RedisServer, spoil: Callable[[Any, Path], None]
) -> None:
    """Each connection began with a PING, which a Redis refuses whose disk is full: `status` said no more."""
    with redis.Redis.from_url(server.url(5)) as client:
        Store(client, "p").datasets.add("known")
        spoil(client, server.directory)
    given = {"argilla_api_url": "http://argilla", "argilla_api_key": "key", "key_prefix": "p"}
    settings = Settings.model_validate({**given, "redis_url": server.url(5)})
    store = connect(settings)
    assert store.datasets.ids() == ["known"]
    with pytest.raises(RedisError):
        store.datasets.add("another")
    store.redis.close()


def test_a_redis_that_takes_writes_refuses_nothing(store: Store) -> None:
    assert refused(store) == ""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), FULL),
        (ResponseError("Error running script: @user_script: 5: -OOM command not allowed"), FULL),
        (ResponseError("MISCONF Errors writing to the AOF file: No space left on device"), DISK),
        (BusyLoadingError("Redis is loading the dataset in memory"), LOADING),
        (ResponseError("NOPERM this user has no permissions to run the 'set' command"), FORBIDDEN),
        (ResponseError("DB index is out of range"), NUMBER),
        (redis.AuthenticationError("invalid username-password pair"), PASSWORD),
        (
            redis.ConnectionError("Error 111 connecting to 127.0.0.1:6379. Connection refused."),
            AWAY,
        ),
        (redis.TimeoutError("Timeout reading from socket"), AWAY),
    ],
)
def test_each_error_has_its_sentence_and_says_what_to_do(error: RedisError, told: Trouble) -> None:
    assert trouble(error) is told
    assert told.remedy
    if told is not AWAY:  # the same words in a log, on a page and from a command
        place = "Redis at redis://r:6379/5"
        assert with_address(error, "redis://r:6379/5") == f"{place} {told.state}: {told.remedy}"


def test_a_refused_command_is_no_redis_that_does_not_answer() -> None:
    """It was once told so on pages and in the answer to a delivery."""
    error = ResponseError("ERR unknown command 'X', with args beginning with: 'hidden'")
    assert trouble(error).what == "Redis refused a command (ERR)"
