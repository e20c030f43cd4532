"""The pages that people look at: sign-in, the datasets, and why a record's label is what it is.

Rendered here from templates/, without JavaScript and without anything from elsewhere. Who may see
them is `accounts`, what is read for them `lookup`, and what they say `record_view`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from functools import cached_property
from typing import Any, cast

from flask import (
    Blueprint,
    Flask,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from redis.exceptions import RedisError
from werkzeug.wrappers import Response as AnyResponse

from plugin import gateway, lookup
from plugin.accounts import THROTTLED, Accounts, Refusal, Visitor, local_path
from plugin.errors import ArgillaRefused, ArgillaUnavailable, NotFound
from plugin.gateway import Gateway
from plugin.record_view import Known, dataset_url, view
from plugin.settings import Settings
from plugin.store import Store
from plugin.store.service import ATTEMPTS_WINDOW_S

log = logging.getLogger("distill.pages")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

FIELDS_TIMEOUT_S = 3.0
"""How long a page waits for Argilla, which it can do without."""

NOT_YOURS = (
    "These pages are for Argilla's owners and for admins of the workspace in question. Either there "
    "is no such record, or it is in a workspace that you are no admin of."
)
NO_SUCH_RECORD = "We know of no such record. Records are known once somebody has answered them."
STORE_AWAY = "Our store (Redis) does not answer. Nothing is lost; try again in a moment."
EXPIRED_FORM = "This form is too old, or your browser sent no cookie. Please try once more."


def blueprint(
    settings: Settings,
    store: Store,
    visit: Callable[[], Gateway] | None = None,
    serve: Callable[[], Gateway] | None = None,
    clock: Callable[[], float] = time.time,
) -> Blueprint:
    """The pages as a Flask blueprint, which also makes the application keep our sessions.

    Parameters
    ----------
    visit : makes the gateway, without any key, that checks passwords.
    serve : makes the gateway, with the service's key, that reads a record's fields.
    clock : seconds since the epoch.
    """
    accounts = Accounts(settings, store, visit, clock)
    pages = _Pages(settings, store, accounts, serve)
    bp = Blueprint("pages", __name__)
    bp.record_once(lambda state: accounts.configure(cast(Flask, state.app)))
    bp.add_app_template_filter(_moment, "moment")
    bp.add_url_rule("/", "home", pages.home)
    bp.add_url_rule("/sign-in", "sign_in", pages.ask, methods=["GET"])
    bp.add_url_rule("/sign-in", "enter", pages.enter, methods=["POST"])
    bp.add_url_rule("/sign-out", "sign_out", pages.leave, methods=["POST"])
    bp.add_url_rule("/records/<record_id>", "record", pages.record)
    bp.before_request(pages.prepare)
    bp.after_request(_seal)
    bp.register_error_handler(RedisError, pages.store_away)
    return bp


class _Pages:
    """The views, with what they need."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        accounts: Accounts,
        serve: Callable[[], Gateway] | None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.accounts = accounts
        self._serve = serve

    @cached_property
    def gateway(self) -> Gateway:
        """One gateway for all visitors: its connections are kept."""
        if self._serve:
            return self._serve()
        patience = {"argilla_timeout_s": min(self.settings.argilla_timeout_s, FIELDS_TIMEOUT_S)}
        return gateway.connect(self.settings.model_copy(update=patience))

    def prepare(self) -> None:
        """Without the key of the cookies there is no page: fails while Redis cannot give it."""
        self.accounts.sessions.key()

    # Signing in and out

    def ask(self) -> AnyResponse:
        """The sign-in form."""
        if self.accounts.visitor():
            return redirect(_next(request.args))
        return self._form(200, "", _next(request.args))

    def enter(self) -> AnyResponse:
        """The form comes back."""
        form, target = request.form, _next(request.form)
        name = form.get("username", "").strip()
        if not self.accounts.is_ours(form.get("token", "")):
            return self._form(400, EXPIRED_FORM, target, name)
        found = self.accounts.sign_in(name, form.get("password", ""), request.remote_addr or "")
        if isinstance(found, Refusal):
            return self._form(found.status, found.message, target, name)
        return redirect(target, 303)

    def leave(self) -> AnyResponse:
        """Sign out."""
        if not self.accounts.is_ours(request.form.get("token", "")):
            return self._message(400, "That did not come from our page", EXPIRED_FORM)
        self.accounts.sign_out()
        return redirect(url_for("pages.sign_in"), 303)

    def _form(self, status: int, error: str, target: str, username: str = "") -> AnyResponse:
        html = render_template(
            "sign_in.html",
            argilla=self.settings.argilla_url,
            token=self.accounts.token(),
            error=error,
            next=target,
            username=username,
        )
        answer = make_response(html, status)
        if error == THROTTLED:
            answer.headers["Retry-After"] = str(ATTEMPTS_WINDOW_S)
        return answer

    # What there is to see

    def home(self) -> AnyResponse:
        """The datasets that the visitor may see."""
        visitor = self.accounts.visitor()
        if visitor is None:
            return self._to_sign_in()
        if visitor.role not in ("owner", "admin"):
            return self._not_yours(visitor)
        datasets = lookup.overview(self.store, visitor)
        for dataset in datasets:
            dataset["argilla_url"] = dataset_url(self.settings.argilla_url, dataset["id"])
        if _wants_json():
            return jsonify(datasets=datasets)
        return self._page("home.html", visitor, datasets=datasets)

    def record(self, record_id: str) -> AnyResponse:
        """The explanation of one record."""
        visitor = self.accounts.visitor()
        if visitor is None:
            return self._to_sign_in()
        known = lookup.record(self.store, record_id, visitor)
        if known is None and visitor.role == "owner":
            return self._message(404, "No such record", NO_SUCH_RECORD, visitor)
        if known is None:
            return self._not_yours(visitor)
        fields, away = self._fields(known)
        page = view(known, self.settings.argilla_url, fields, away)
        if _wants_json():
            return jsonify(asdict(page))
        return self._page("record.html", visitor, record=page)

    def _fields(self, known: Known) -> tuple[Mapping[str, Any] | None, str]:
        try:
            return self.gateway.record(known.record_id).fields, ""
        except NotFound:
            return None, "The record is not in Argilla any more."
        except ArgillaUnavailable:
            return None, "Argilla does not answer just now. All the rest of this page is our own."
        except ArgillaRefused:
            return None, "Argilla does not let our service read it; run `argilla-distill doctor`."

    # How it is said

    def _page(
        self, template: str, visitor: Visitor | None, status: int = 200, **values: Any
    ) -> AnyResponse:
        token = self.accounts.token() if visitor else ""
        html = render_template(template, visitor=visitor, token=token, **values)
        return make_response(html, status)

    def _message(
        self, status: int, title: str, text: str, visitor: Visitor | None = None
    ) -> AnyResponse:
        if _wants_json():
            return make_response(jsonify(error=text), status)
        return self._page("message.html", visitor, status, title=title, text=text)

    def _not_yours(self, visitor: Visitor) -> AnyResponse:
        return self._message(403, "Not for this account", NOT_YOURS, visitor)

    def _to_sign_in(self) -> AnyResponse:
        if _wants_json():
            where = url_for("pages.sign_in")
            return make_response(jsonify(error="sign in first", sign_in=where), 401)
        return redirect(url_for("pages.sign_in", next=request.full_path.rstrip("?")))

    def store_away(self, error: RedisError) -> AnyResponse:
        """Redis does not answer."""
        log.warning("no page without redis: %s: %s", type(error).__name__, error)
        return self._message(503, "Back in a moment", STORE_AWAY)


def _next(asked: Mapping[str, str]) -> str:
    """Where to go once signed in; never back to signing in or out."""
    target = local_path(asked.get("next", "/"))
    return "/" if target.startswith("/sign-") else target


def _wants_json() -> bool:
    kinds = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(kinds) == "application/json"


def _seal(response: Response) -> Response:
    response.headers.update(HEADERS)
    response.vary.add("Accept")
    return response


def _moment(milliseconds: int, pattern: str = "%d %b %Y, %H:%M:%S UTC") -> str:
    """Ms since the epoch as people read it.

    >>> _moment(0)
    '01 Jan 1970, 00:00:00 UTC'
    """
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).strftime(pattern)
