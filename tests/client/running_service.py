"""A service to look at from outside: its pages on a real server, with versions that its own job made.

Four of its twelve records were in conflict; `majority-1` is `prod`, and one conflict is settled in
`majority-2`, which is `latest`. What lies between it and whoever asks may fail (`Weather`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis

from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.versions.making import make
from tests.plugin.argilla.fake_argilla import FakeArgilla as Users
from tests.plugin.asked_servers import served
from tests.plugin.pages.website import Site
from tests.workers.argilla_in_memory import CHAT, D, FakeArgilla
from tests.workers.service_in_memory import ServiceInMemory, plan

KEY = "olga.apikey"
RECORDS = tuple(f"r{n}" for n in range(1, 13))
ACCOUNTS: dict[str, tuple[str, str, list[str]]] = {
    "olga": ("olgas-secret", "owner", []),
    "adam": ("adams-secret", "admin", [CHAT.workspace_id]),
    "nora": ("noras-secret", "admin", ["another"]),
    "anna": ("annas-secret", "annotator", [CHAT.workspace_id]),
}

Start = Callable[..., Any]
Ask = Callable[[dict[str, Any], Start], Iterable[bytes]]
Trouble = Callable[[Ask, dict[str, Any], Start], Iterable[bytes]]


@dataclass
class Weather:
    """What happens to the next requests, the first first; when nothing is left, all is well."""

    app: Ask
    ahead: list[Trouble] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        self.seen.append(dict(environ))
        if self.ahead:
            return self.ahead.pop(0)(self.app, environ, start)
        return self.app(environ, start)

    def paths(self) -> list[str]:
        """What was asked for, with the range where there was one."""
        return [
            f"{e['PATH_INFO'].rpartition('/')[2]} {e.get('HTTP_RANGE', '')}".strip()
            for e in self.seen
        ]


@dataclass
class Running:
    """A service at an address."""

    url: str
    service: ServiceInMemory
    weather: Weather
    folder: Path

    def version(self, **asked: Any) -> Manifest:
        """Make a version."""
        name = ask(self.service.world, CHAT, **asked).name
        for _ in range(200):
            done = make(self.service.world, D, 60.0)
            if done.manifest is not None and done.name == name:
                return done.manifest
        raise AssertionError(done)


@contextmanager
def running(redis_url: str, folder: Path) -> Iterator[Running]:
    """Start it, and stop it in the end."""
    argilla = FakeArgilla(overlap=2)
    argilla.add(*RECORDS)
    for n, record in enumerate(RECORDS, 1):
        argilla.rows[D][record].fields = {"text": f"Where is parcel {n * 7919} of day {n}?"}
    with redis.Redis.from_url(redis_url) as client:
        service = ServiceInMemory.build(
            argilla, client, plan(strategy="majority", name_annotators=True)
        )
        settings = service.world.settings.model_copy(update={"versions": str(folder / "versions")})
        object.__setattr__(service.world, "settings", settings)
        for n, record in enumerate(RECORDS, 1):
            service.answer("ann", record, helpful="yes", problem="none")
            service.answer("ben", record, helpful="no" if n % 3 == 0 else "yes", problem="none")
        sweep(service.world, D)
        service.settle()
        environment = {"DISTILL_VERSIONS": str(folder / "versions")}
        site = Site(service.store, Users(dict(ACCOUNTS)), environment=environment)
        weather = Weather(site.app)
        with served(weather) as (_, port):
            found = Running(f"http://127.0.0.1:{port}", service, weather, folder)
            found.version(tags=("prod",))
            service.answer("ben", "r3", helpful="yes", problem="none")
            service.settle()
            found.version()
            yield found


# What may happen to a request


def answers(status: int, body: bytes = b"", **headers: str) -> Trouble:
    """Somebody else answers."""

    def trouble(_: Ask, __: dict[str, Any], start: Start) -> Iterable[bytes]:
        given = [(name.replace("_", "-"), value) for name, value in headers.items()]
        start(f"{status} Told", [*given, ("Content-Length", str(len(body)))])
        return [body]

    return trouble


def breaks_after(count: int) -> Trouble:
    """The connection breaks off after so many bytes of the body."""

    def trouble(app: Ask, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        del environ["wsgi.file_wrapper"]
        return _cut(app(environ, start), count)

    return trouble


def changes(at: int) -> Trouble:
    """A byte of the body is another one."""

    def trouble(app: Ask, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        del environ["wsgi.file_wrapper"]
        data = bytearray(b"".join(app(environ, start)))
        data[at] ^= 1
        return [bytes(data)]

    return trouble


def _cut(body: Iterable[bytes], left: int) -> Iterator[bytes]:
    for block in body:
        yield block[:left]
        left -= len(block)
        if left <= 0:
            raise ConnectionAbortedError("somebody cut the cable")
