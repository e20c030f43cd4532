"""Who visits our pages: sign-in with an Argilla account, by password or API key, and sign-out.

We keep no accounts and no passwords: Argilla says who somebody is, at the sign-in and again every two
minutes. Who may see what is `visitor`, scripts are known by `tokens`, the cookie is `cookies`, and what
a page shows is `pages`.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from flask import Flask, request, session

from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable, NotInArgilla
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store, StoreRefused
from argilla_distill.plugin.store.visits.attempts import pair
from argilla_distill.plugin.store.visits.sign_ins import SignIn
from argilla_distill.plugin.visitors.asking import AWAY, Asking
from argilla_distill.plugin.visitors.cookies import Cookies
from argilla_distill.plugin.visitors.device_cookies import DeviceCookies
from argilla_distill.plugin.visitors.tokens import Tokens
from argilla_distill.plugin.visitors.visitor import (
    MAX_INPUT_CHARACTERS,
    Refusal,
    Visitor,
    throttled,
)

RECHECK_S = 120
"""So long after Argilla was last asked about a visitor it is asked again."""

AGAIN_S = 10
"""The same while Argilla does not answer."""

TRUSTED_S = 900
"""So long a visitor may go on while Argilla does not answer."""

WRONG = "This user name and password do not belong together."


class Accounts:
    """Signs visitors in and out.

    Parameters
    ----------
    visit : makes a gateway without any key, which checks passwords and keys.
    serve : gives the gateway with the service's key, which knows what became of a visitor.
    clock : seconds since the epoch.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        visit: Callable[[], Gateway],
        serve: Callable[[], Gateway],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._attempts = store.attempts
        self._sign_ins = store.sign_ins
        self._serve = serve
        self._clock = clock
        self._ask = Asking(visit)
        self.cookies = Cookies(settings, store)
        self._devices = DeviceCookies(self.cookies, settings.secure_cookies)
        self.tokens = Tokens(store.attempts, self._ask, clock)

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
        app.session_interface = self.cookies

    def visitor(self) -> Visitor | Refusal | None:
        """Whose token came with the request; else who is signed in, None if nobody is (any more)."""
        key = bearer()
        if key is not None:
            return self.tokens.visitor(key, request.remote_addr or "")
        sign_in_id = _sign_in_id()
        known, now = self._sign_ins.get(sign_in_id), self._clock()
        if known is None or known.until <= now:
            return None
        if now >= known.ask_at:
            return self._asked_again(sign_in_id, known, now)
        return _visitor(known)

    def sign_in(self, username: str, password: str, address: str) -> Visitor | Refusal:
        """Ask Argilla who this is, and begin a new session."""
        if (
            not 0 < len(username) <= MAX_INPUT_CHARACTERS
            or not 0 < len(password) <= MAX_INPUT_CHARACTERS
        ):
            return Refusal(401, WRONG)
        device = self._devices.of(username)
        who = pair(f"name {username}", f"device {device}" if device else address)
        if wait_s := self._attempts.begin(who, self._clock()):
            return throttled(wait_s)
        found = self._ask(lambda gateway: gateway.sign_in(username, password), WRONG)
        if isinstance(found, Visitor):
            self._attempts.forgive(who)
            self._begin(found)
            self._devices.give(username)
        elif found.status != 401:
            self._attempts.take_back(who)
        return found

    def sign_in_by_key(self, key: str, address: str) -> Visitor | Refusal:
        """The same with an API key: who signs in to Argilla through OAuth has no password."""
        found = self.tokens.visitor(key, address)
        if isinstance(found, Visitor):
            self._begin(found)
        return found

    def sign_out(self) -> None:
        """End the session, for every copy of its cookie."""
        self._sign_ins.end(_sign_in_id())
        session.clear()

    def token(self) -> str:
        """The session's token, which every form carries."""
        if "token" not in session:
            session["token"] = secrets.token_urlsafe(24)
        return str(session["token"])

    def is_ours(self, token: str) -> bool:
        """Whether a form carries the session's token, so that it is one of our own."""
        known = session.get("token")
        return known is not None and hmac.compare_digest(str(known).encode(), token.encode())

    def _begin(self, visitor: Visitor) -> None:
        self._sign_ins.end(_sign_in_id())
        session.clear()
        now = self._clock()
        until = now + self._settings.session_hours * 3600
        known = SignIn(
            visitor.id,
            visitor.username,
            visitor.role,
            visitor.workspaces,
            until=until,
            asked_at=now,
            ask_at=now + RECHECK_S,
            changed=visitor.changed,
        )
        session["sign_in"] = self._sign_ins.begin(known, now)
        self.token()

    def _asked_again(self, sign_in_id: str, known: SignIn, now: float) -> Visitor | Refusal | None:
        """What Argilla says of a visitor now: their workspaces may have changed, or they may be gone.

        Once their account was changed, they sign in again: it may have been the password.
        """
        try:
            found = self._still_there(known.user)
        except (ArgillaUnavailable, ArgillaRefused, LookupError, TypeError):
            if now - known.asked_at > TRUSTED_S:
                return Refusal(503, AWAY)
            self._renew(sign_in_id, replace(known, ask_at=now + AGAIN_S))
            return _visitor(known)
        if found is None or known.changed not in ("", found.changed):
            self._sign_ins.end(sign_in_id)
            return None
        current = replace(
            known,
            username=found.username,
            role=found.role,
            workspaces=found.workspaces,
            asked_at=now,
            ask_at=now + RECHECK_S,
            changed=found.changed,
        )
        self._renew(sign_in_id, current)
        return found

    def _still_there(self, user_id: str) -> Visitor | None:
        """The user, None if Argilla has none of this id."""
        gateway = self._serve()
        try:
            return Visitor.of(*gateway.user(user_id))
        except NotInArgilla:
            gateway.me()  # fails where it is Argilla that is not found
            return None

    def _renew(self, sign_in_id: str, known: SignIn) -> None:
        """A full Redis is no reason to show nothing: Argilla is asked again the next time."""
        with suppress(StoreRefused):
            self._sign_ins.renew(sign_in_id, known)


def _visitor(known: SignIn) -> Visitor:
    return Visitor(known.user, known.username, known.role, known.workspaces)


def _sign_in_id() -> str:
    """What the session in hand says, "" where nobody is signed in."""
    return str(session.get("sign_in") or "")


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
