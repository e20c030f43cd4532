"""A round is to be cancelled or ended: what cannot be is refused here, the rest is done by a worker."""

from __future__ import annotations

from flask import jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.rounds.request import Action, RoundRequest, fulfilled, refusal
from argilla_distill.plugin.dispatch import ROUND, Dispatch
from argilla_distill.plugin.pages.entrance import EXPIRED_FORM
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.rounds.rounds_shown import one_of
from argilla_distill.plugin.pages.versions.found import Absent, dataset
from argilla_distill.plugin.visitors.accounts import bearer
from argilla_distill.plugin.visitors.visitor import Visitor


def cancelled(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """Have the records of a round that nobody has answered taken back."""
    return _asked(frame, visitor, dataset_id, name, "cancel")


def ended(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """Have a version made of a round, and the round counted."""
    return _asked(frame, visitor, dataset_id, name, "end")


def _asked(
    frame: Frame, visitor: Visitor, dataset_id: str, name: str, action: Action
) -> AnyResponse:
    """The round as JSON: 200 where it is done already, 202 where a worker is asked for it."""
    try:
        known = dataset(frame, visitor, dataset_id)
        chosen = one_of(frame, visitor, known, name)
    except Absent as absent:
        return absent.answer
    if bearer() is None and not frame.accounts.is_ours(request.form.get("token", "")):
        return frame.message(400, "That did not come from our page", EXPIRED_FORM, visitor)
    if why := refusal(chosen.round, action):
        return frame.message(422, "Cannot be done", f"{why[0].upper()}{why[1:]}.", visitor)
    status, waiting = 200, chosen.asked
    if not fulfilled(chosen.round, action):
        status = 202
        if waiting is None or waiting.error or waiting.action != action:
            frame.store.rounds.ask(known, name, RoundRequest(action, frame.now()))
            Dispatch(frame.store, frame.settings.queue).enqueue(ROUND, known)
    if wants_json():
        content = one_of(frame, visitor, known, name).as_json()
        return make_response(jsonify(content), status)
    return redirect(url_for("pages.round", dataset_id=known, name=name), 303)
