"""Workers on machines of their own, against one Redis by TLS, as a user of its own, behind a Sentinel.

    python -m benchmarks many_machines [--workers 4] [--datasets 50] [--seconds 20]

Every machine is a network namespace of its own on a bridge that nobody else sees, so this needs Linux, `ip`
of iproute2, `unshare`, `openssl`, and the right to make namespaces (root). There are two machines with a
Redis, one with a Sentinel, one with a stand-in for Argilla whose calls take 50 ms, and one for each worker.
Throughput is measured with one worker and with all; then the primary is killed in the middle, and it is
counted which of the records that Redis had acknowledged are never published.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from argilla_distill.plugin import store
from argilla_distill.plugin.settings import read
from argilla_distill.plugin.store import StoreError
from argilla_distill.workers.use_cases import watch
from argilla_distill.workers.use_cases.world import World
from benchmarks.live.many_workers import Feed
from benchmarks.live.stand_in import API_KEY, dataset_id, record_id
from demo.running.processes import Process
from demo.running.redis_user import redis_user
from demo.running.servers import redis_executable
from demo.running.service import BIN

INSIDE = "DISTILL_BENCH_NAMESPACE"
BRIDGE = "10.77.0."
REDIS = ("10.77.0.11", "10.77.0.12")
SENTINEL, ARGILLA = "10.77.0.13", "10.77.0.14"
FIRST_WORKER = 21
FAIL_OVER_S = 60.0


def run(*command: str | Path) -> None:
    """Run a command to its end, quietly."""
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


@contextmanager
def machines(addresses: Sequence[str]) -> Iterator[dict[str, list[str]]]:
    """Address → what is put before a command to run it on the machine there."""
    made = {address: f"distill-{os.getpid()}-{address.rpartition('.')[2]}" for address in addresses}
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "br0", "type", "bridge")
    run("ip", "addr", "add", f"{BRIDGE}1/24", "dev", "br0")
    run("ip", "link", "set", "br0", "up")
    try:
        for n, (address, name) in enumerate(made.items()):
            run("ip", "netns", "add", name)
            ends = ("type", "veth", "peer", "name", "eth0", "netns", name)
            run("ip", "link", "add", f"v{n}", *ends)
            run("ip", "link", "set", f"v{n}", "master", "br0", "up")
            for command in (
                ("addr", "add", f"{address}/24", "dev", "eth0"),
                ("link", "set", "eth0", "up"),
                ("link", "set", "lo", "up"),
            ):
                run("ip", "-n", name, *command)
        yield {address: ["ip", "netns", "exec", name] for address, name in made.items()}
    finally:
        for name in made.values():
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def certificate(place: Path) -> None:
    """An authority, and one certificate of it for both machines with a Redis and for the Sentinel."""
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    authority = ("-nodes", "-days", "2", "-keyout", place / "ca.key", "-out", place / "ca.pem")
    run(*new, *authority, "-subj", "/CN=authority")
    signed = ("-CA", place / "ca.pem", "-CAkey", place / "ca.key", "-nodes", "-days", "2")
    own = ("-keyout", place / "own.key", "-out", place / "own.pem", "-subj", "/CN=redis")
    names = ",".join(f"IP:{address}" for address in (*REDIS, SENTINEL))
    run(*new, *signed, *own, "-addext", f"subjectAltName={names}")


def redis_server(place: Path, prefix: list[str], lines: Sequence[str], name: str) -> Process:
    """A Redis or a Sentinel on a machine of its own, by TLS only."""
    folder = place / name
    folder.mkdir()
    tls = [f"tls-cert-file {place}/own.pem", f"tls-key-file {place}/own.key"]
    tls += [f"tls-ca-cert-file {place}/ca.pem", "tls-auth-clients no", "tls-replication yes"]
    text = "\n".join([f"dir {folder}", "bind 0.0.0.0", "port 0", *tls, *lines])
    (folder / "redis.conf").write_text(text)
    command: list[str | Path] = [*prefix, redis_executable(), folder / "redis.conf"]
    command += ["--sentinel"] if name == "sentinel" else []
    return Process(name, command, {"PATH": os.environ["PATH"]}, folder / "log")


def main(arguments: list[str]) -> None:
    """Measure and print, in a network of its own."""
    parser = argparse.ArgumentParser(prog="many_machines")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--datasets", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args(arguments)
    if INSIDE not in os.environ:
        lacking = [name for name in ("ip", "unshare", "openssl") if shutil.which(name) is None]
        if lacking or os.geteuid() != 0:
            print(f"left out: it needs root, and {', '.join(lacking) or 'nothing else'}")
            return
        again = [sys.executable, "-m", "benchmarks", "many_machines", *arguments]
        subprocess.run(["unshare", "-n", *again], env={**os.environ, INSIDE: "1"}, check=True)
        return
    workers = [f"{BRIDGE}{FIRST_WORKER + n}" for n in range(options.workers)]
    with (
        tempfile.TemporaryDirectory(prefix="machines-") as place,
        machines([*REDIS, SENTINEL, ARGILLA, *workers]) as on,
    ):
        started: list[Process] = []
        try:
            measure(Path(place), on, workers, started, options)
        finally:
            for process in reversed(started):
                process.kill()


def measure(
    place: Path,
    on: dict[str, list[str]],
    workers: Sequence[str],
    started: list[Process],
    options: argparse.Namespace,
) -> None:
    """Start all, and measure: one worker, all of them, and a fail-over."""
    certificate(place)
    own = [
        redis_user("secret"),
        "requirepass word",
        "masterauth word",
        "appendonly yes",
        "tls-port 6379",
    ]
    watched = [
        "tls-port 26379",
        "requirepass of-sentinels",
        f"sentinel monitor mymaster {REDIS[0]} 6379 1",
        "sentinel auth-pass mymaster word",
        "sentinel down-after-milliseconds mymaster 1000",
        "sentinel failover-timeout mymaster 5000",
    ]
    replica = [*own, f"replicaof {REDIS[0]} 6379"]
    environ = {
        "ARGILLA_API_URL": f"http://{ARGILLA}:6900",
        "ARGILLA_API_KEY": API_KEY,
        "DISTILL_REDIS_URL": "rediss://distill:secret@mymaster/5",
        "DISTILL_REDIS_CA": str(place / "ca.pem"),
        "DISTILL_REDIS_SENTINELS": f"{SENTINEL}:26379",
        "DISTILL_REDIS_SENTINEL_PASSWORD": "of-sentinels",
    }
    stand_in = [sys.executable, "-m", "benchmarks.live.stand_in", "6900", "--host=0.0.0.0"]
    stand_in += [f"--datasets={options.datasets}", "--call-ms=50"]
    primary = redis_server(place, on[REDIS[0]], own, "primary")
    path = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    for process in (
        primary,
        redis_server(place, on[REDIS[1]], replica, "replica"),
        redis_server(place, on[SENTINEL], watched, "sentinel"),
        Process("argilla", [*on[ARGILLA], *stand_in], path, place / "argilla.log"),
    ):
        started.append(process)
        process.start()
    settings = read(environ)
    world = World(None, store.connect(settings), settings)  # type: ignore[arg-type]
    patiently(lambda: world.store.service.keep_webhook("hook", settings.delivery_url, "c2VjcmV0"))
    feed = Feed(world, options.datasets)
    print("| what | records a second |\n| --- | --- |")
    for name, some in (("one worker", workers[:1]), (f"{len(workers)} workers", workers[1:])):
        for address in some:
            command = [*on[address], str(BIN / "argilla-distill"), "worker"]
            started.append(Process(address, command, path | environ, place / f"{address}.log"))
            started[-1].start()
        feed.run(options.seconds / 2)
        done, start = feed.done, time.perf_counter()
        feed.run(options.seconds)
        print(f"| {name} | {(feed.done - done) / (time.perf_counter() - start):.1f} |", flush=True)
    has = world.store.redis.wait(1, 10_000)
    primary.kill()
    start = time.perf_counter()
    patiently(lambda: world.store.dirty.mark(dataset_id(0), ()))
    away, done = time.perf_counter() - start, feed.done
    feed.run(options.seconds)
    acknowledged = feed.marked()
    patiently(lambda: _woken(world) and _published(world, acknowledged))
    lost = [i for i in acknowledged if not _published(world, [i])]
    print(
        f"\nThe replica had all ({has == 1}); nobody was primary for {away:.1f} s, and after that ",
        end="",
    )
    print(f"{feed.done - done} records were worked on in {options.seconds:.0f} s. ", end="")
    print(f"Of {len(acknowledged)} records that were acknowledged, {len(lost)} were lost.")


def _woken(world: World) -> bool:
    """Do what the cron does every few seconds: jobs that failed while nobody was primary begin again."""
    watch.tick(world)
    return True


def _published(world: World, records: Sequence[tuple[int, int]]) -> bool:
    """Whether all of these are decided, each told by the numbers of its dataset and its own."""
    for dataset in {dataset for dataset, _ in records}:
        ids = [record_id(dataset, n) for of, n in records if of == dataset]
        if None in world.store.datasets.decisions(dataset_id(dataset), ids):
            return False
    return True


def patiently(act: object) -> None:
    """Do it until it goes well, or `FAIL_OVER_S` are over; False counts as not yet."""
    assert callable(act)
    end = time.monotonic() + FAIL_OVER_S
    while time.monotonic() < end:
        try:
            if act() is not False:
                return
        except StoreError:
            pass
        time.sleep(0.1)
