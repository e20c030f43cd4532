"""Our own processes, started as an installation starts them: web, workers and cron.

For `make demo` and the live tests. The servers that we depend on are in `servers`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from demo.running import commands
from demo.running.processes import Process, Startable, free_port

BIN = Path(sys.executable).parent


class Service(Startable):
    """The web process, RQ workers and the cron, with settings of their own.

    `more` are further settings by the names of their environment variables; `plan` is the content of
    distill.toml.
    """

    def __init__(
        self,
        directory: Path,
        argilla_url: str,
        api_key: str,
        redis_url: str,
        workers: int = 1,
        plan: str = "",
        port: int | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        directory.mkdir(parents=True, exist_ok=True)
        config = directory / "distill.toml"
        config.write_text(plan)
        self.env = {
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "ARGILLA_API_URL": argilla_url,
            "ARGILLA_API_KEY": api_key,
            "DISTILL_REDIS_URL": redis_url,
            "DISTILL_PUBLIC_URL": self.url,
            "DISTILL_CONFIG": str(config),
            "DISTILL_VERSIONS": str(directory / "versions"),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            **(more or {}),
        }
        command = BIN / "argilla-distill"
        self.web = self._process("web", command, "web", "--port", str(self.port))
        self.web.ready = lambda: httpx.get(f"{self.url}/healthz", verify=False).is_success
        self.workers = [self._process(f"worker-{n + 1}", command, "worker") for n in range(workers)]
        self.cron = self._process("cron", command, "cron")

    @property
    def processes(self) -> list[Process]:
        """All of them, in the order of their start."""
        return [self.web, *self.workers, self.cron]

    def start(self) -> None:
        """Start all that is not running."""
        for process in self.processes:
            process.launch()
        for process in self.processes:
            process.wait()

    def stop(self) -> None:
        """Stop what we started."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.stop()

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `argilla-distill` with these arguments, to its end."""
        done = commands.run(arguments, self.env)
        if check and done.returncode:
            asked = " ".join(done.args)
            raise RuntimeError(f"{asked}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def _process(self, name: str, *argv: Any) -> Process:
        log = self.directory / f"{name}.log"
        return Process(name, argv, self.env, log, orphan_signal=signal.SIGTERM)
