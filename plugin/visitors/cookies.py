"""The session cookie: Flask's, signed with our own key. Whose it is is kept in the store (`accounts`)."""

from __future__ import annotations

import hashlib

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store, StoreError


class Cookies(SecureCookieSessionInterface):
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
        """Signed with our key. A session holds only texts, for which plain JSON is enough."""
        return URLSafeTimedSerializer(
            self.key(),
            salt=self.salt,
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
        except StoreError:
            return self.session_class()
