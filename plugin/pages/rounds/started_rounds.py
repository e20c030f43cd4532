"""A round is to be started of an uploaded file: what can be none is refused here, a worker does the rest.

The same call again, after a lost connection say, is the same round.
"""

from __future__ import annotations

from dataclasses import asdict

from flask import jsonify, make_response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.orders.order import (
    PLAN_ROUND,
    START_ROUND,
    WorkOrder,
    of_round,
    of_sketch,
)
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.wish import Wish, another, fault
from argilla_distill.plugin.pages.frame import Frame
from argilla_distill.plugin.pages.orders.placing import (
    as_json,
    only_known,
    place,
    refuse_from_elsewhere,
)
from argilla_distill.plugin.pages.orders.uploading import SHA256, arrived
from argilla_distill.plugin.pages.overseen import dataset, in_argilla
from argilla_distill.plugin.visitors.visitor import Visitor

ONCE = ("model", "trained_on", "take", "question", "sha256", "dry_run")
SEVERAL = ("pass",)
"""What may be sent: once, and as often as one likes."""

MAX_TEXT = 500
"""Characters of each."""


def start(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """Have a round started, or planned: 202 and the order, 200 where it is started already."""
    known = in_argilla(frame, visitor, dataset_id)
    refuse_from_elsewhere(frame, visitor)
    try:
        wish, sha256, dry = _read(name, request.form)
        found = frame.store.rounds.of(known, name)
        if _there_already(found, wish, sha256, dry):
            return make_response(jsonify(order=None), 200)
        order = _order(frame, known, wish, sha256, dry, visitor.username)
    except ValueError as error:
        text = str(error)
        return frame.message(422, "Cannot be started", f"{text[0].upper()}{text[1:]}.", visitor)
    placed = place(frame, known, order)
    return make_response(jsonify(order=as_json(placed)), 202)


def sketch(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """What a round would be, as last asked for."""
    known = dataset(frame, visitor, dataset_id)
    found = frame.store.rounds.sketch(known, name)
    if found is None:
        text = f"Nobody has asked of late what round {name} would be."
        return frame.message(404, "No such plan", text, visitor)
    plain = {key: value for key, value in asdict(found.round).items() if key != "population"}
    first = [asdict(each) for each in found.first]
    return jsonify(round={**plain, "plan": found.round.plan}, missing=found.missing, first=first)


def _read(name: str, form: MultiDict[str, str]) -> tuple[Wish, str, bool]:
    """What was sent, the SHA-256 of its file, and whether it is only to be planned. Raises ValueError."""
    only_known(form, ONCE, SEVERAL, MAX_TEXT)
    take, dry = form.get("take", "300"), form.get("dry_run", "no")
    if not (take.isascii() and take.isdecimal()):
        raise ValueError(f"take is a whole number, not {take!r}")
    if dry not in ("yes", "no"):
        raise ValueError(f"dry_run is yes or no, not {dry!r}")
    sha256 = form.get("sha256", "")
    if not SHA256.fullmatch(sha256):
        raise ValueError("say by sha256 which file it is of, in 64 hex digits")
    wish = Wish(
        name,
        form.get("model", ""),
        form.get("trained_on", ""),
        int(take),
        form.get("question", ""),
        tuple(form.getlist("pass")),
    )
    if why := fault(wish):
        raise ValueError(why)
    return wish, sha256, dry == "yes"


def _there_already(known: Round | None, wish: Wish, sha256: str, dry: bool) -> bool:
    """Whether the round is started already. Raises ValueError where another one is in its place."""
    if known is None:
        return False
    if dry:
        raise ValueError(f"round {known.name} is there already: it is {known.state}")
    if why := another(known, wish, sha256):
        raise ValueError(why)
    return known.state != "being written"


def _order(
    frame: Frame, dataset_id: str, wish: Wish, sha256: str, dry: bool, username: str
) -> WorkOrder:
    """What a worker is to do. Raises ValueError where that cannot be, or while it does something else."""
    parts = arrived(frame, dataset_id, sha256)
    order = WorkOrder(
        of_sketch(wish.name) if dry else of_round(wish.name),
        PLAN_ROUND if dry else START_ROUND,
        wish.name,
        frame.now(),
        username,
        {
            "model": wish.model,
            "trained_on": wish.trained_on,
            "take": wish.take,
            "question": wish.question,
            "passes": list(wish.passes),
            "sha256": sha256,
            "parts": parts,
        },
    )
    standing = frame.store.orders.of(dataset_id, order.id)
    if standing and standing.waits and not (dry or standing.asks_the_same(order)):
        raise ValueError(f"something else is being done about it ({standing.sentence})")
    return order
