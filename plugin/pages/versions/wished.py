"""Somebody wishes for a version: what can be none is refused here, a worker asks for the rest.

Sent once more under the same key, a wish is still one: whoever got no answer sends it again.
"""

from __future__ import annotations

from dataclasses import asdict

from flask import jsonify, make_response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.records import milliseconds
from argilla_distill.domain.versions.wish import VersionWish, fault
from argilla_distill.plugin.dispatch import VERSION, Dispatch
from argilla_distill.plugin.pages.entrance import EXPIRED_FORM
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.overseen import Absent, dataset
from argilla_distill.plugin.pages.versions.found import AGAIN_S
from argilla_distill.plugin.pages.views import version_view
from argilla_distill.plugin.visitors.accounts import bearer
from argilla_distill.plugin.visitors.visitor import Visitor

ONE = ("key", "strategy", "as_of", "note", "twin", "token")
SEVERAL = ("only", "without", "tag")
"""What may be sent: once, and as often as one likes."""

MAX_WAITING = 100
"""So many wishes of a dataset wait for a worker at most."""

ASKED, MAKING, MADE, REFUSED = "asked for", "being made", "made", "refused"

FORGOTTEN = "it could not be made; why is remembered until the next version is made"


def send(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """Take in a wish. As JSON 202 and what became of it so far, 200 once it is made."""
    try:
        known = dataset(frame, visitor, dataset_id)
    except Absent as absent:
        return absent.answer
    if bearer() is None and not frame.accounts.is_ours(request.form.get("token", "")):
        return frame.message(400, "That did not come from our page", EXPIRED_FORM, visitor)
    now = frame.store.now()
    try:
        wish = _read(request.form, visitor.username, now)
    except ValueError as error:
        return frame.message(422, "No such version", f"{error}.", visitor)
    store = frame.store.wishes
    kept = store.of(known, wish.key)
    if kept is None and len(store.waiting(known)) >= MAX_WAITING:
        text = f"{MAX_WAITING} versions are wished for already, and wait for a worker."
        answer = frame.message(503, "Back in a moment", text, visitor)
        answer.headers["Retry-After"] = str(AGAIN_S)
        return answer
    kept = kept or store.send(known, wish)
    if not kept.same(wish):
        text = f"The key {wish.key} was used for another wish: draw another key."
        return frame.message(422, "No such version", text, visitor)
    if not kept.settled:
        Dispatch(frame.store, frame.settings.queue).enqueue(VERSION, known)
    if wants_json():
        return _told(frame, known, kept)
    return redirect(url_for("pages.versions", dataset_id=known), 303)


def wish(frame: Frame, visitor: Visitor, dataset_id: str, key: str) -> AnyResponse:
    """What became of a wish."""
    try:
        known = dataset(frame, visitor, dataset_id)
    except Absent as absent:
        return absent.answer
    kept = frame.store.wishes.of(known, key)
    if kept is None:
        return frame.message(404, "No such wish", f"There is no wish {key} here.", visitor)
    return _told(frame, known, kept)


def _read(form: MultiDict[str, str], username: str, now: int) -> VersionWish:
    """What was sent. Raises ValueError, which says what is wrong with it."""
    for name in form:
        if name not in (*ONE, *SEVERAL):
            raise ValueError(f"there is no {name} to send{did_you_mean(name, (*ONE, *SEVERAL))}")
        if name in ONE and len(form.getlist(name)) > 1:
            raise ValueError(f"{name} is sent once only")
    twin = form.get("twin", "no")
    if twin not in ("yes", "no"):
        raise ValueError(f"twin is yes or no, and not {twin!r}")
    wish = VersionWish(
        key=form.get("key", ""),
        strategy=form.get("strategy", ""),
        as_of=_moment(form.get("as_of", "")),
        only=tuple(form.getlist("only")),
        without=tuple(form.getlist("without")),
        tags=tuple(form.getlist("tag")),
        note=form.get("note", ""),
        twin=twin == "yes",
        created_by=username,
        sent_at=now,
    )
    if why := fault(wish, now):
        raise ValueError(why)
    return wish


def _moment(text: str) -> int:
    if not text:
        return 0
    try:
        return milliseconds(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time; write it like 2026-11-20T15:30") from None


def _told(frame: Frame, dataset_id: str, kept: VersionWish) -> AnyResponse:
    """A wish as JSON: its key, its state, the version that it became, how far that is, why it became none."""
    store = frame.store.versions
    making, error = None, kept.error
    if error or not kept.version:
        state = REFUSED if error else ASKED
    elif store.is_asked(dataset_id, kept.version):
        state, progress = MAKING, store.progress(dataset_id, kept.version)
        making = asdict(version_view.making(kept.version, progress))
    elif store.manifest(dataset_id, kept.version) is not None:
        state = MADE
    else:
        failed = [each for each in store.failures(dataset_id) if each.name == kept.version]
        state, error = REFUSED, failed[0].error if failed else FORGOTTEN
    told = {
        "key": kept.key,
        "state": state,
        "version": kept.version,
        "error": error,
        "making": making,
    }
    return make_response(jsonify(told), 200 if state in (MADE, REFUSED) else 202)
