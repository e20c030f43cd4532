"""Redis on machines of its own: by TLS, as a user of its own, behind Sentinels. Real servers of ours."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from rq.serializers import JSONSerializer

from argilla_distill.domain.history import START, Entry
from argilla_distill.plugin import store as state
from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.settings import Settings, read
from argilla_distill.plugin.store.connection import StoreError, opened_for_rq
from argilla_distill.plugin.store.trouble import with_address
from argilla_distill.workers.processes.lasting_worker import LastingWorker
from demo.running.processes import Process, ServerError, free_port
from demo.running.redis_user import redis_user
from demo.running.servers import redis_executable

USER = redis_user("secret")

D = "11111111-1111-4111-8111-111111111111"


def run(*command: str | Path) -> None:
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and one certificate of it for server and client alike, made by OpenSSL."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make certificates with")
    place = tmp_path_factory.mktemp("tls")
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    authority = ("-nodes", "-days", "2", "-keyout", place / "ca.key", "-out", place / "ca.pem")
    run(*new, *authority, "-subj", "/CN=authority")
    signed = ("-CA", place / "ca.pem", "-CAkey", place / "ca.key", "-nodes", "-days", "2")
    own = ("-keyout", place / "own.key", "-out", place / "own.pem", "-subj", "/CN=redis")
    run(*new, *signed, *own, "-addext", "subjectAltName=IP:127.0.0.1")
    return place


def with_tls(place: Path) -> Path:
    """A server that may have TLS: from PATH, or Debian's redis-check-rdb, which serves under another name."""
    both = shutil.which("redis-check-rdb")
    if shutil.which("redis-server") or both is None:
        return Path(redis_executable())
    (place / "redis-server").symlink_to(both)
    return place / "redis-server"


class RedisOfTests:
    """A redis-server with a configuration of ours, or a Sentinel."""

    def __init__(
        self, executable: Path, place: Path, lines: list[str], port: int, sentinel: bool = False
    ) -> None:
        place.mkdir(parents=True)
        (place / "redis.conf").write_text("\n".join([f"dir {place}", "bind 127.0.0.1", *lines]))
        command: list[str | Path] = [executable, place / "redis.conf"]
        command += ["--sentinel"] if sentinel else []
        self.log = place / "log"
        self.process = Process(
            place.name, command, {"PATH": os.defpath}, self.log, ready=lambda: self._listens(port)
        )

    def _listens(self, port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0


class Start(Protocol):
    """Starts a server under a name, at a port."""

    def __call__(
        self,
        name: str,
        lines: list[str],
        port: int,
        sentinel: bool = False,
        executable: Path | None = None,
    ) -> RedisOfTests: ...


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers, which are gone at the end."""
    started: list[RedisOfTests] = []

    def begin(
        name: str,
        lines: list[str],
        port: int,
        sentinel: bool = False,
        executable: Path | None = None,
    ) -> RedisOfTests:
        which = executable or Path(redis_executable())
        server = RedisOfTests(which, tmp_path / name, lines, port, sentinel)
        started.append(server)
        server.process.start()
        return server

    yield begin
    for server in started:
        server.process.kill()  # told to stop, a primary would wait for its replicas


def settings_of(**given: str | Path) -> Settings:
    environ = {"ARGILLA_API_URL": "http://argilla", "ARGILLA_API_KEY": "of-nobody"}
    return read(environ | {f"DISTILL_{name}": str(value) for name, value in given.items()})


def works(settings: Settings) -> None:
    """What web and workers do with Redis: leases, scripts, streams, transactions, and RQ."""
    store = state.connect(settings)
    store.dirty.mark(D, ["r1"])
    lease = store.lease(D)
    assert lease is not None
    [entry] = store.history.ids(D, store.now(), 1)
    lease.commit(
        lambda pipe: store.history.append(pipe, D, [Entry("answer", "r1", 0).filed(entry)])
    )
    lease.release()
    assert [each.id for each in store.history.after(D, START)][-1] == entry
    worker = LastingWorker(
        ["distill"], connection=opened_for_rq(settings), serializer=JSONSerializer
    )
    assert worker.work(burst=True, logging_level="WARNING") is False


def test_by_tls_as_a_user_of_its_own(certificates: Path, start: Start) -> None:
    port, place = free_port(), certificates
    tls = [f"tls-port {port}", f"tls-cert-file {place}/own.pem", f"tls-key-file {place}/own.key"]
    lines = ["port 0", *tls, f"tls-ca-cert-file {place}/ca.pem", USER, "user default off"]
    try:
        start("tls", lines, port, executable=with_tls(place))
    except ServerError as error:
        if "Bad directive" not in str(error):
            raise
        pytest.skip("this redis-server was built without TLS: apt-get install redis-tools")
    url = f"rediss://distill:secret@127.0.0.1:{port}/5"
    own = {"REDIS_CERT": place / "own.pem", "REDIS_CERT_KEY": place / "own.key"}
    works(settings_of(REDIS_URL=url, REDIS_CA=place / "ca.pem", **own))

    def told(**given: str | Path) -> str:
        settings = settings_of(**given)
        with pytest.raises(StoreError) as caught:
            state.connect(settings, retries=0).now()
        return with_address(caught.value, settings.redis_url.get_secret_value())

    assert "a certificate that is not trusted" in told(REDIS_URL=url, **own)
    assert "DISTILL_REDIS_CA" in told(REDIS_URL=url, **own)
    without = told(REDIS_URL=url, REDIS_CA=place / "ca.pem")
    assert "broke the connection off" in without or "TLS" in without
    wrong = told(REDIS_URL=url.replace("secret", "wrong"), REDIS_CA=place / "ca.pem", **own)
    assert "does not accept the password or user name" in wrong
    assert "wrong" not in wrong


def test_behind_sentinels_a_fail_over_loses_nothing_that_a_replica_has(
    tmp_path: Path, start: Start
) -> None:
    first, second, sentinel = free_port(), free_port(), free_port()
    auth = [USER, "requirepass word", "masterauth word", "appendonly yes", "replica-priority 1"]
    primary = start("primary", [f"port {first}", *auth], first)
    start("replica", [f"port {second}", f"replicaof 127.0.0.1 {first}", *auth], second)
    watch = [
        f"port {sentinel}",
        "requirepass of-sentinels",
        f"sentinel monitor mymaster 127.0.0.1 {first} 1",
        "sentinel auth-pass mymaster word",
        "sentinel down-after-milliseconds mymaster 300",
        "sentinel failover-timeout mymaster 3000",
    ]
    start("sentinel", watch, sentinel, sentinel=True)
    settings = settings_of(
        REDIS_URL="redis://distill:secret@mymaster/5",
        REDIS_SENTINELS=f"127.0.0.1:{free_port()},127.0.0.1:{sentinel}",  # the first is away
        REDIS_SENTINEL_PASSWORD="of-sentinels",
    )
    works(settings)
    store = state.connect(settings)
    store.dirty.mark(D, ["r2"])
    assert store.redis.wait(1, 10_000) == 1
    primary.process.kill()
    end = time.monotonic() + 60
    while True:
        try:
            assert {r for r, _ in store.dirty.take(D, 9)} == {"r1", "r2"}
            store.dirty.mark(D, ["r3"])
            break
        except StoreError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
    works(settings)
    unknown = settings_of(
        REDIS_URL="redis://distill:secret@other/5",
        REDIS_SENTINELS=f"127.0.0.1:{sentinel}",
        REDIS_SENTINEL_PASSWORD="of-sentinels",
    )
    with pytest.raises(StoreError) as caught:
        state.connect(unknown, retries=0).now()
    told = with_address(caught.value, unknown.redis_url.get_secret_value())
    assert "has no primary that a Sentinel can name" in told


def test_a_sentinel_that_is_away_is_asked_once_before_the_next() -> None:
    """The library asked it eleven times, for ten seconds, at every start and after every fail-over."""
    settings = settings_of(
        REDIS_URL="redis://mymaster/5", REDIS_SENTINELS=f"127.0.0.1:{free_port()}"
    )
    start = time.monotonic()
    with pytest.raises(StoreError):
        state.connect(settings, retries=0).now()
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"REDIS_URL": "redis://r:1/5", "REDIS_CA": __file__}, "REDIS_CA: is for TLS only"),
        (
            {"REDIS_URL": "rediss://r:1/5", "REDIS_CA": "/nowhere"},
            "REDIS_CA: there is no such file",
        ),
        (
            {"REDIS_URL": "rediss://r/5", "REDIS_CERT_KEY": __file__},
            "is the key of DISTILL_REDIS_CERT",
        ),
        ({"REDIS_URL": "redis://r/5", "REDIS_SENTINELS": "redis://s"}, "must be host:port"),
        (
            {"REDIS_URL": "redis://r:1/5", "REDIS_SENTINELS": "s:1"},
            "without a port: redis://mymaster/5",
        ),
    ],
)
def test_settings_that_would_be_ignored_are_refused(given: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        settings_of(**given)
    assert told in str(caught.value)
