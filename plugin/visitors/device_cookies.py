"""Device cookies: a browser in which somebody has signed in before is no stranger who tries their name.

Failed sign-ins slow down a name *from an address*, which many may share (an office, a proxy). So that
nobody there can keep a colleague waiting, attempts from a browser that knows the name count by
themselves: see OWASP, "Slow Down Online Guessing Attacks with Device Cookies". The cookie signs nobody
in; that is `cookies`.
"""

from __future__ import annotations

import secrets

from flask import Response, after_this_request, request
from itsdangerous import BadData, URLSafeTimedSerializer

from argilla_distill.plugin.visitors.cookies import Cookies

NAME = "distill_device"
LASTS_S = 180 * 86_400


class DeviceCookies:
    """Gives browsers such a cookie, and reads it. What it holds is a number for the browser alone."""

    def __init__(self, cookies: Cookies, secure: bool) -> None:
        self._cookies = cookies
        self._secure = secure

    def of(self, username: str) -> str:
        """The number of the browser in hand, if this user has signed in with it; else ""."""
        try:
            return str(self._signer(username).loads(request.cookies.get(NAME, ""), LASTS_S))
        except BadData:
            return ""

    def give(self, username: str) -> None:
        """Have the browser in hand known for this user from now on."""
        value = self._signer(username).dumps(self.of(username) or secrets.token_urlsafe(12))
        path = request.script_root + request.path

        @after_this_request
        def remember(response: Response) -> Response:
            response.set_cookie(
                NAME,
                value,
                max_age=LASTS_S,
                path=path,
                secure=self._secure,
                httponly=True,
                samesite="Lax",
            )
            return response

    def _signer(self, username: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._cookies.key(), salt=f"{NAME} {username}")
