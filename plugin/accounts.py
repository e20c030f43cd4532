"""Who visits our pages: sign-in with an Argilla account, and the session cookie.

We keep no accounts and no passwords. Who may see what is `visitor`, scripts are known by `tokens`,
and what a page shows is `pages`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from flask import Flask, Request, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from redis.exceptions import RedisError

from plugin.gateway import Gateway
from plugin.settings import Settings
from plugin.store import Store
from plugin.tokens import Tokens
from plugin.visitor import (
    LONGEST_INPUT,
    MOST_ATTEMPTS_BY_ADDRESS,
    MOST_ATTEMPTS_BY_NAME,
    THROTTLED,
    Refusal,
    Visitor,
    asked,
)

ARGILLA_TIMEOUT_S = 10.0

WRONG = "This user name and password do not belong together."


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie, whose key is asked for when a page first needs it.

    So the listener starts, and takes deliveries, while Redis is down.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._key: bytes = settings.secret_key.get_secret_value().encode()
        self._store = store

    def key(self) -> bytes:
        """The key. Raises redis' errors while it is not known and Redis is away."""
        if not self._key:
            self._key = self._store.service.cookie_key()
        return self._key

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """Flask's, with our key."""
        return URLSafeTimedSerializer(
            self.key(),
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": hashlib.sha256},
        )

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The visitor's session; an empty one for everybody else, and while there is no key.

        Flask calls this for every request, deliveries included: it must not fail.
        """
        if app.config["SESSION_COOKIE_NAME"] not in request.cookies:
            return self.session_class()
        try:
            return super().open_session(app, request)
        except RedisError:
            return self.session_class()


class Accounts:
    """Signs visitors in and out.

    Parameters
    ----------
    visit : a gateway without any key; by default a new one to the Argilla of the settings.
    clock : seconds since the epoch.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        visit: Callable[[], Gateway] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._store = store
        self._visit = visit or self._plain_gateway
        self._clock = clock
        self.sessions = Sessions(settings, store)
        self.tokens = Tokens(store.service, self._visit, clock)

    def configure(self, app: Flask) -> None:
        """Make an application keep our sessions."""
        lifetime = timedelta(hours=self._settings.session_hours)
        app.config.update(
            SESSION_COOKIE_NAME="distill_session",
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_COOKIE_SECURE=self._settings.secure_cookies,
            PERMANENT_SESSION_LIFETIME=lifetime,
        )
        app.session_interface = self.sessions

    def visitor(self) -> Visitor | Refusal | None:
        """Whose token came with the request; else who is signed in, None if nobody is (any more)."""
        key = bearer()
        if key is not None:
            return self.tokens.visitor(key, request.remote_addr or "")
        known: dict[str, Any] | None = session.get("visitor")
        if known is None or known["until"] <= self._clock():
            return None
        return Visitor(known["id"], known["name"], known["role"], tuple(known["spaces"]))

    def sign_in(self, username: str, password: str, address: str) -> Visitor | Refusal:
        """Ask Argilla who this is, and begin a new session."""
        attempts = self._store.service.attempts
        by_name = f"name:{hashlib.sha256(username.encode()).hexdigest()[:32]}"
        if attempts(f"address:{address}") > MOST_ATTEMPTS_BY_ADDRESS:
            return Refusal(429, THROTTLED)
        if attempts(by_name) > MOST_ATTEMPTS_BY_NAME:
            return Refusal(429, THROTTLED)
        if not 0 < len(username) <= LONGEST_INPUT or not 0 < len(password) <= LONGEST_INPUT:
            return Refusal(401, WRONG)
        found = asked(self._visit, lambda gateway: gateway.sign_in(username, password), WRONG)
        if isinstance(found, Visitor):
            self._store.service.forget_attempts(by_name)
            self._begin(found)
        return found

    def sign_out(self) -> None:
        """End the session."""
        session.clear()

    def token(self) -> str:
        """The session's token, which every form carries."""
        if "token" not in session:
            session["token"] = secrets.token_urlsafe(24)
        return str(session["token"])

    def is_ours(self, token: str) -> bool:
        """Whether a form carries the session's token, so that it is one of our own."""
        known = str(session.get("token", ""))
        return bool(known) and hmac.compare_digest(known.encode(), token.encode())

    def _begin(self, visitor: Visitor) -> None:
        session.clear()
        session["visitor"] = {
            "id": visitor.id,
            "name": visitor.username,
            "role": visitor.role,
            "spaces": list(visitor.workspaces),
            "until": int(self._clock() + self._settings.session_hours * 3600),
        }
        self.token()

    def _plain_gateway(self) -> Gateway:
        """A gateway without the service's key, and with a cookie jar of its own."""
        timeout_s = min(self._settings.argilla_timeout_s, ARGILLA_TIMEOUT_S)
        return Gateway(httpx.Client(base_url=self._settings.argilla_api_url, timeout=timeout_s))


def bearer() -> str | None:
    """The token of the request in hand, None without one; other schemes are a proxy's business."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def local_path(target: str) -> str:
    """Where to go after sign-in: a path of ours, whatever was asked for.

    Browsers read a backslash as a slash and leave out control characters.

    >>> local_path("/records/1?x=y"), local_path("//evil.example"), local_path("/\\\\evil.example")
    ('/records/1?x=y', '/', '/')
    """
    strange = any(c == "\\" or ord(c) <= 0x20 or ord(c) == 0x7F for c in target)
    return "/" if strange or not target.startswith("/") or target.startswith("//") else target
