"""A round is to be cancelled or ended: what cannot be is refused here, the rest is done by a worker.

On a page somebody is told first what happens then, and asked whether it is meant.
"""

from __future__ import annotations

from flask import jsonify, make_response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.orders.order import WorkOrder, of_round, withdrawal
from argilla_distill.domain.rounds.changing import Change, consequences, fulfilled, refusal
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.orders.placing import as_json, place, refuse_from_elsewhere
from argilla_distill.plugin.pages.overseen import in_argilla
from argilla_distill.plugin.pages.rounds.rounds_shown import completed, one_of
from argilla_distill.plugin.pages.versions.shown import in_dataset
from argilla_distill.plugin.visitors.visitor import Visitor


def cancelled(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """Have the records of a round that nobody has answered taken back, or a round not started."""
    return _withdrawn(frame, visitor, dataset_id, name) or _asked(
        frame, visitor, dataset_id, name, "cancel"
    )


def ended(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """Have a version made of a round, and the round counted."""
    return _asked(frame, visitor, dataset_id, name, "end")


def confirm_cancel(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """What cancelling a round does, with the button that does it."""
    return _confirmed(frame, visitor, dataset_id, name, "cancel")


def confirm_end(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """What ending a round does, with the button that does it."""
    return _confirmed(frame, visitor, dataset_id, name, "end")


def _confirmed(
    frame: Frame, visitor: Visitor, dataset_id: str, name: str, change: Change
) -> AnyResponse:
    known = in_argilla(frame, visitor, dataset_id)
    chosen = one_of(frame, visitor, known, name)
    if why := refusal(chosen.round, change):
        return frame.message(422, "Cannot be done", f"{why[0].upper()}{why[1:]}.", visitor)
    sentences = consequences(chosen.round, change, completed(frame, known, chosen.round))
    if wants_json():
        return jsonify(round=name, change=change, sentences=sentences)
    if fulfilled(chosen.round, change):
        return redirect(url_for("pages.round", dataset_id=known, name=name))
    return in_dataset(
        frame,
        visitor,
        known,
        "rounds/confirm.html",
        title=f"{change.capitalize()} round {name}",
        one=chosen.round,
        change=change,
        sentences=sentences,
    )


def _asked(
    frame: Frame, visitor: Visitor, dataset_id: str, name: str, change: Change
) -> AnyResponse:
    """The round as JSON: 200 where it is done already, 202 where a worker is asked for it."""
    known = in_argilla(frame, visitor, dataset_id)
    chosen = one_of(frame, visitor, known, name)
    refuse_from_elsewhere(frame, visitor)
    if why := refusal(chosen.round, change):
        return frame.message(422, "Cannot be done", f"{why[0].upper()}{why[1:]}.", visitor)
    status = 200
    if not fulfilled(chosen.round, change):
        status = 202
        about = (f"{change} round", name, frame.now(), visitor.username)
        place(frame, known, WorkOrder(of_round(name), *about))
    if wants_json():
        content = one_of(frame, visitor, known, name).as_json()
        return make_response(jsonify(content), status)
    return redirect(url_for("pages.round", dataset_id=known, name=name), 303)


def _withdrawn(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse | None:
    """Where a round is to be started that is not kept yet: 202 and the order not to. None where none is."""
    known = in_argilla(frame, visitor, dataset_id)
    if frame.store.rounds.of(known, name) is not None:
        return None
    standing = frame.store.orders.of(known, of_round(name))
    order = withdrawal(standing, frame.now(), visitor.username)
    if order is None:
        return None
    refuse_from_elsewhere(frame, visitor)
    placed = place(frame, known, order)
    if wants_json():
        return make_response(jsonify(order=as_json(placed)), 202)
    return redirect(url_for("pages.rounds", dataset_id=known), 303)
