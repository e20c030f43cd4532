"""All pages as one Flask blueprint: their addresses, what protects them, and what is set in templates.

Rendered here from templates/ (a folder for each kind of page), without JavaScript and without anything
from elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import cast

from flask import Blueprint, Flask, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain import intervals, wording
from argilla_distill.domain.versions.difference import CAUSES
from argilla_distill.plugin.argilla import gateway
from argilla_distill.plugin.argilla.gateway import Gateway, anonymous
from argilla_distill.plugin.pages import (
    annotators_page,
    dataset_page,
    entrance,
    examples_page,
    failures,
    overview_page,
    record_page,
)
from argilla_distill.plugin.pages.charts import (
    comparison_charts,
    meters,
    report_charts,
    round_charts,
    version_charts,
)
from argilla_distill.plugin.pages.comparisons import (
    asked_to_compare,
    comparisons_shown,
    runs_shown,
    sent_runs,
)
from argilla_distill.plugin.pages.frame import Frame
from argilla_distill.plugin.pages.orders import orders_shown, uploading
from argilla_distill.plugin.pages.rounds import (
    asked_of_rounds,
    rounds_shown,
    started_rounds,
)
from argilla_distill.plugin.pages.tracing import failures_sent, trace_page
from argilla_distill.plugin.pages.versions import differing, downloads, shown, wished
from argilla_distill.plugin.pages.views.queue_view import KINDS
from argilla_distill.plugin.pages.views.version_view import near_pages
from argilla_distill.plugin.settings import MAX_FORM_BYTES, Settings
from argilla_distill.plugin.store import Store, StoreError
from argilla_distill.plugin.visitors.accounts import Accounts

ARGILLA_TIMEOUT_S = 3.0
"""How long a page waits for Argilla, which it can do without."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

FILTERS: Mapping[str, Callable[..., str]] = {
    "moment": wording.moment,
    "count": wording.count,
    "brief": wording.brief,
    "many": wording.many,
    "figure": wording.figure,
    "points": wording.points,
    "reach": wording.reach,
    "whole_percent": wording.whole_percent,
    "points_reach": wording.points_reach,
    "span": wording.span,
    "percent": wording.percent,
    "size": wording.size,
}
"""How templates write numbers and moments."""


OPTIONS: Mapping[str, Sequence[str]] = {
    "dataset": ("question",),
    "examples": ("question",),
    "annotators": ("question", "page"),
    "annotator": ("question",),
    "trace": ("question",),
    "comparisons": ("runs", "version", "run"),
    "comparison": ("runs", "question"),
    "compare": ("runs",),
    "versions": ("page",),
    "difference": ("question", "cause", "page"),
}
"""What may stand behind ? in a page's address; of pages that are not named here nothing."""


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
    visit : makes the gateway, without any key, that checks passwords and tokens.
    serve : makes the gateway, with the service's key, that reads a record's fields and knows whether a
        visitor is still there. One for all visitors: its connections are kept.
    clock : seconds since the epoch.
    """
    served = cache(serve or partial(_gateway, settings))
    accounts = Accounts(settings, store, visit or partial(anonymous, settings), served, clock)
    frame = Frame(settings, store, accounts, served, clock)
    bp = Blueprint("pages", __name__)
    bp.record_once(lambda state: accounts.configure(cast(Flask, state.app)))
    bp.record_once(lambda state: _dress(cast(Flask, state.app)))
    doors = entrance.Entrance(frame)
    bp.add_url_rule("/sign-in", "sign_in", doors.ask, methods=["GET"])
    bp.add_url_rule("/sign-in", "enter", doors.enter, methods=["POST"])
    bp.add_url_rule("/sign-out", "sign_out", doors.leave, methods=["POST"])
    for address, name, page in (
        ("/", "home", overview_page.home),
        ("/records/<path:record_id>", "record", record_page.record),
        ("/datasets/<dataset_id>", "dataset", dataset_page.dataset),
        ("/datasets/<dataset_id>/examples", "examples", examples_page.examples),
        ("/datasets/<dataset_id>/annotators", "annotators", annotators_page.everybody),
        ("/datasets/<dataset_id>/annotators/<int:number>", "annotator", annotators_page.somebody),
        ("/datasets/<dataset_id>/trace", "trace", trace_page.trace),
        ("/datasets/<dataset_id>/trace/failures/<name>", "failures", failures_sent.traced),
        ("/datasets/<dataset_id>/rounds", "rounds", rounds_shown.rounds),
        ("/datasets/<dataset_id>/rounds/<name>", "round", rounds_shown.one),
        ("/datasets/<dataset_id>/rounds/<name>/plan", "round_plan", started_rounds.sketch),
        (
            "/datasets/<dataset_id>/rounds/<name>/cancel",
            "confirm_cancel",
            asked_of_rounds.confirm_cancel,
        ),
        ("/datasets/<dataset_id>/rounds/<name>/end", "confirm_end", asked_of_rounds.confirm_end),
        ("/datasets/<dataset_id>/uploads/<sha256>", "upload", uploading.parts),
        ("/datasets/<dataset_id>/orders/<path:order_id>", "order", orders_shown.order),
        ("/datasets/<dataset_id>/compare", "comparisons", comparisons_shown.comparisons),
        ("/datasets/<dataset_id>/compare/<names>", "comparison", comparisons_shown.comparison),
        ("/datasets/<dataset_id>/runs", "runs", runs_shown.runs),
        ("/datasets/<dataset_id>/versions", "versions", shown.versions),
        ("/datasets/<dataset_id>/versions/<name>", "version", shown.version),
        ("/datasets/<dataset_id>/versions/<was>...<now>", "difference", differing.difference),
    ):
        bp.add_url_rule(address, name, frame.for_visitors(page, OPTIONS.get(name, ())))
    for address, name, done in (
        ("/datasets/<dataset_id>/versions", "make_version", wished.make),
        ("/datasets/<dataset_id>/versions/<name>/tags", "tag", shown.tag),
        ("/datasets/<dataset_id>/trace/failures", "send_failures", failures_sent.send),
        ("/datasets/<dataset_id>/rounds/<name>/cancel", "cancel_round", asked_of_rounds.cancelled),
        ("/datasets/<dataset_id>/rounds/<name>/end", "end_round", asked_of_rounds.ended),
        ("/datasets/<dataset_id>/rounds/<name>/start", "start_round", started_rounds.start),
        ("/datasets/<dataset_id>/uploads/<sha256>/<int:number>", "part", uploading.part),
        ("/datasets/<dataset_id>/runs/<name>", "add_run", sent_runs.add),
    ):
        bp.add_url_rule(address, name, frame.for_visitors(done), methods=["POST"])
    to_compare = frame.for_visitors(asked_to_compare.asked, OPTIONS["compare"])
    for address in ("/datasets/<dataset_id>/compare", "/datasets/<dataset_id>/compare/<names>"):
        bp.add_url_rule(address, "compare", to_compare, methods=["POST"])
    downloads.add_to(bp, frame)
    bp.before_request(partial(_limit, settings))
    bp.before_request(frame.prepare)
    bp.after_request(_seal)
    bp.register_error_handler(StoreError, frame.store_away)
    bp.app_errorhandler(HTTPException)(partial(failures.failed, frame, _seal))
    return bp


def _limit(settings: Settings) -> None:
    """How large a body may be."""
    part = request.endpoint == "pages.part"
    request.max_content_length = uploading.part_bytes(settings) if part else MAX_FORM_BYTES


def _gateway(settings: Settings) -> Gateway:
    patience = {"argilla_timeout_s": min(settings.argilla_timeout_s, ARGILLA_TIMEOUT_S)}
    return gateway.connect(settings.model_copy(update=patience))


def _dress(app: Flask) -> None:
    """What templates may use, and how JSON is written."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        meters=meters,
        intervals=intervals,
        pictures=report_charts,
        version_pictures=version_charts,
        round_pictures=round_charts,
        comparison_pictures=comparison_charts,
        kinds=KINDS,
        causes_in_words=CAUSES,
        near_pages=near_pages,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    cast(DefaultJSONProvider, app.json).sort_keys = False  # in the order in which pages show it


def _seal(response: AnyResponse) -> AnyResponse:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.vary.add("Accept")
    response.vary.add("Authorization")
    return response
