"""Our pages as a browser without a screen sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import redis
from flask import Flask
from flask.testing import FlaskClient
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.test import TestResponse

from argilla_distill.plugin.pages.site import blueprint
from argilla_distill.plugin.settings import Settings, read
from argilla_distill.plugin.store import Store
from tests.plugin.argilla.fake_argilla import FakeArgilla
from tests.plugin.pages.scene import FIELDS, RECORD, WORKSPACE, at

ENVIRONMENT = {
    "ARGILLA_API_URL": "http://argilla:6900",
    "ARGILLA_API_KEY": "service.apikey",
    "DISTILL_SESSION_HOURS": "2",
}


@dataclass
class Clock:
    """A clock that a test moves; in seconds since the epoch."""

    now: float = at(90) / 1000

    def __call__(self) -> float:
        return self.now


def argilla() -> FakeArgilla:
    """With an owner, an admin of the scene's workspace, one of another, and an annotator."""
    accounts = {
        "olga": ("olgas-secret", "owner", []),
        "adam": ("adams-secret", "admin", [WORKSPACE]),
        "nora": ("noras-secret", "admin", ["99999999-2222-4333-8444-555555555555"]),
        "anna": ("annas-secret", "annotator", [WORKSPACE]),
    }
    return FakeArgilla(accounts, {RECORD: dict(FIELDS)})


Failure = Callable[[httpx.Request], httpx.Response]


def _times_out(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too late", request=request)


def _is_not_there(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


FAILURES: dict[str, Failure] = {
    "answers 500": lambda _: httpx.Response(500),
    "answers 502": lambda _: httpx.Response(502, text="<h1>Bad gateway</h1>"),
    "is overloaded": lambda _: httpx.Response(429),
    "is elsewhere": lambda _: httpx.Response(404),
    "times out": _times_out,
    "is not there": _is_not_there,
    "is a proxy's page": lambda _: httpx.Response(200, text="<h1>Maintenance</h1>"),
    "is a proxy's JSON": lambda _: httpx.Response(200, json={"status": "starting"}),
    "is a list": lambda _: httpx.Response(200, json=[]),
}
"""How Argilla may fail a visitor: none of it is theirs."""


def redis_away() -> Store:
    """A store whose Redis does not answer, without any patience."""
    retry = Retry(NoBackoff(), 0)
    return Store(redis.Redis(unix_socket_path="/nonexistent.sock", retry=retry), "test")


@dataclass
class Site:
    """The pages on a store, with a visitor's browser (which keeps cookies)."""

    store: Store
    argilla: FakeArgilla = field(default_factory=argilla)
    clock: Clock = field(default_factory=Clock)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings: Settings = read({**ENVIRONMENT, **self.environment})
        self.app = Flask("argilla_distill.plugin")
        anonymous, service = self.argilla.anonymous, self.argilla.service
        pages = blueprint(self.settings, self.store, anonymous, service, self.clock)
        self.app.register_blueprint(pages)
        self.browser = self.new_browser()

    def new_browser(self) -> FlaskClient:
        """Another visitor."""
        return self.app.test_client()

    def get(self, path: str, json: bool = False) -> TestResponse:
        """Look at a page."""
        kind = "application/json" if json else "text/html,application/xhtml+xml,*/*;q=0.8"
        return self.browser.get(path, headers={"Accept": kind})

    def call(self, path: str, token: str, accept: str = "*/*") -> TestResponse:
        """Ask for a page as a script does, without cookies of its own."""
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        return self.app.test_client().get(path, headers=headers)

    def token(self, path: str = "/sign-in") -> str:
        """The token in a page's form."""
        found = re.search(r'name="token" value="([^"]+)"', self.get(path).text)
        assert found is not None
        return found[1]

    def sign_in(
        self, name: str, password: str | None = None, at: str = "127.0.0.1", **form: str
    ) -> TestResponse:
        """Fill in the form and send it from an address; without a password with the right one."""
        password = f"{name}s-secret" if password is None else password
        given = {"username": name, "password": password, "token": self.token(), **form}
        return self.browser.post("/sign-in", data=given, environ_base={"REMOTE_ADDR": at})

    def sign_in_by_key(self, key: str, at: str = "127.0.0.1") -> TestResponse:
        """The form's other half."""
        given = {"api_key": key, "token": self.token()}
        return self.browser.post("/sign-in", data=given, environ_base={"REMOTE_ADDR": at})

    def copy(self) -> FlaskClient:
        """Somebody else's browser with the same cookies."""
        cookie, browser = self.browser.get_cookie("distill_session"), self.new_browser()
        assert cookie is not None
        browser.set_cookie("distill_session", cookie.value)
        return browser
