"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.plugin.pages.frame import Frame
from argilla_distill.plugin.visitors.accounts import local_path
from argilla_distill.plugin.visitors.visitor import Refusal, Visitor

EXPIRED_FORM = "This form is too old, or your browser sent no cookie. Please try once more."


class Entrance:
    """The sign-in form, and what becomes of it."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def ask(self) -> AnyResponse:
        """The sign-in form."""
        if isinstance(self.frame.accounts.visitor(), Visitor):
            return redirect(_next(request.args))
        return self._form(200, "", _next(request.args))

    def enter(self) -> AnyResponse:
        """The form comes back."""
        form, target = request.form, _next(request.form)
        name = form.get("username", "").strip()
        accounts = self.frame.accounts
        if not accounts.is_ours(form.get("token", "")):
            return self._form(400, EXPIRED_FORM, target, name)
        address, key = request.remote_addr or "", form.get("api_key", "").strip()
        if key:
            found = accounts.sign_in_by_key(key, address)
        else:
            found = accounts.sign_in(name, form.get("password", ""), address)
        if isinstance(found, Refusal):
            answer = self._form(found.status, found.message, target, name, by_key=bool(key))
            if found.wait_s:
                answer.headers["Retry-After"] = str(found.wait_s)
            return answer
        return redirect(target, 303)

    def leave(self) -> AnyResponse:
        """Sign out."""
        if not self.frame.accounts.is_ours(request.form.get("token", "")):
            return self.frame.message(400, "That did not come from our page", EXPIRED_FORM)
        self.frame.accounts.sign_out()
        return redirect(url_for("pages.sign_in"), 303)

    def _form(
        self, status: int, error: str, target: str, username: str = "", by_key: bool = False
    ) -> AnyResponse:
        html = render_template(
            "sign_in.html",
            argilla=self.frame.settings.argilla_url,
            token=self.frame.accounts.token(),
            error=error,
            next=target,
            username=username,
            by_key=by_key,
        )
        return make_response(html, status)


def _next(asked: Mapping[str, str]) -> str:
    """Where to go once signed in; never back to signing in or out."""
    target = local_path(asked.get("next", "/"))
    return "/" if target.startswith("/sign-") else target
