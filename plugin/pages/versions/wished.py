"""A version is to be made: what can be none is refused here, a worker does the rest.

Sent once more under the same key, it is still one: whoever got no answer sends it again.
"""

from __future__ import annotations

from flask import jsonify, make_response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.orders.order import CREATE_VERSION, WorkOrder
from argilla_distill.domain.records import milliseconds
from argilla_distill.domain.versions.wish import KEY, KEY_RULE, VersionWish, fault
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.orders.placing import (
    as_json,
    only_known,
    place,
    refuse_from_elsewhere,
)
from argilla_distill.plugin.pages.overseen import in_argilla
from argilla_distill.plugin.pages.versions.found import AGAIN_S
from argilla_distill.plugin.visitors.visitor import Visitor

ONCE = ("key", "strategy", "as_of", "note", "twin")
SEVERAL = ("only", "without", "tag")
"""What may be sent: once, and as often as one likes."""

MAX_WAITING = 100
"""So many orders for versions of a dataset wait for a worker at most."""


def make(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """Have a version made: 202 and the order, 200 where a worker has asked for it already."""
    known = in_argilla(frame, visitor, dataset_id)
    refuse_from_elsewhere(frame, visitor)
    orders, now = frame.store.orders, frame.store.now()
    try:
        order = _read(request.form, visitor.username, now)
        standing = orders.of(known, order.id)
        if standing and not standing.asks_the_same(order):
            raise ValueError(f"{order.id} stands for something else: draw another key")
    except ValueError as error:
        return frame.message(422, "No such version", f"{error}.", visitor)
    waiting = sum(each.action == CREATE_VERSION for each in orders.waiting(known))
    if standing is None and waiting >= MAX_WAITING:
        text = f"{MAX_WAITING} versions are asked for already, and wait for a worker."
        answer = frame.message(503, "Back in a moment", text, visitor)
        answer.headers["Retry-After"] = str(AGAIN_S)
        return answer
    placed = place(frame, known, order, once=True)
    if not wants_json():
        return redirect(url_for("pages.versions", dataset_id=known), 303)
    return make_response(jsonify(order=as_json(placed)), 202 if placed.waits else 200)


def _read(form: MultiDict[str, str], username: str, now: int) -> WorkOrder:
    """What was sent. Raises ValueError, which says what is wrong with it."""
    only_known(form, ONCE, SEVERAL)
    twin, key = form.get("twin", "no"), form.get("key", "")
    if not KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key: {KEY_RULE}")
    if twin not in ("yes", "no"):
        raise ValueError(f"twin is yes or no, and not {twin!r}")
    wish = VersionWish(
        strategy=form.get("strategy", ""),
        as_of=_moment(form.get("as_of", "")),
        only=tuple(form.getlist("only")),
        without=tuple(form.getlist("without")),
        tags=tuple(form.getlist("tag")),
        note=form.get("note", ""),
        twin=twin == "yes",
    )
    if why := fault(wish, now):
        raise ValueError(why)
    return wish.order(key, now, username)


def _moment(text: str) -> int:
    if not text:
        return 0
    try:
        return milliseconds(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time; write it like 2026-11-20T15:30") from None
