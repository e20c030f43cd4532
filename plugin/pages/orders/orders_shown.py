"""How far an order is, as JSON and as a sentence."""

from __future__ import annotations

from flask import jsonify
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.orders.placing import as_json
from argilla_distill.plugin.pages.overseen import dataset
from argilla_distill.plugin.visitors.visitor import Visitor


def order(frame: Frame, visitor: Visitor, dataset_id: str, order_id: str) -> AnyResponse:
    """What was asked for, how far it is, and what came of it."""
    known = dataset(frame, visitor, dataset_id)
    found = frame.store.orders.of(known, order_id)
    if found is None:
        text = "No such order is known: what became of an order is told for a day."
        return frame.message(404, "No such order", text, visitor)
    if wants_json():
        return jsonify(as_json(found))
    sentence = found.sentence
    return frame.message(200, "An order", f"{sentence[0].upper()}{sentence[1:]}.", visitor)
