"""A run is to be added of an uploaded file: a worker reads it, and keeps all of it or nothing."""

from __future__ import annotations

from flask import jsonify, make_response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.orders.order import ADD_RUN, Term, WorkOrder, of_run
from argilla_distill.domain.runs.run import NAME_RULE, is_run_name
from argilla_distill.plugin.pages.frame import Frame
from argilla_distill.plugin.pages.orders.placing import (
    as_json,
    only_known,
    place,
    refuse_from_elsewhere,
)
from argilla_distill.plugin.pages.orders.uploading import arrived
from argilla_distill.plugin.pages.overseen import in_argilla
from argilla_distill.plugin.visitors.visitor import Visitor

KEYS = ("question", "trained_on", "unseen_only", "format", "sha256")
"""What may be sent, each once."""

FORMATS = ("jsonl", "csv", "parquet")

MAX_TEXT = 500
"""Characters of each."""


def add(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """Have a run added: 202 and the order."""
    known = in_argilla(frame, visitor, dataset_id)
    refuse_from_elsewhere(frame, visitor)
    try:
        terms = _terms(name, request.form)
        parts = arrived(frame, known, request.form.get("sha256", ""))
    except ValueError as error:
        text = str(error)
        return frame.message(422, "Cannot be added", f"{text[0].upper()}{text[1:]}.", visitor)
    given = (name, frame.now(), visitor.username, {**terms, "parts": parts})
    order = place(frame, known, WorkOrder(of_run(name), ADD_RUN, *given))
    return make_response(jsonify(order=as_json(order)), 202)


def _terms(name: str, form: MultiDict[str, str]) -> dict[str, Term]:
    """What was sent. Raises ValueError."""
    if not is_run_name(name):
        raise ValueError(f"{name!r} is no name of a run: {NAME_RULE}")
    only_known(form, KEYS, longest=MAX_TEXT)
    unseen, format_ = form.get("unseen_only", "no"), form.get("format", "jsonl")
    if unseen not in ("yes", "no"):
        raise ValueError(f"unseen_only is yes or no, not {unseen!r}")
    if format_ not in FORMATS:
        raise ValueError(f"format is one of {', '.join(FORMATS)}, not {format_!r}")
    return {
        "question": form.get("question", ""),
        "trained_on": form.get("trained_on", ""),
        "unseen_only": unseen == "yes",
        "format": format_,
        "sha256": form.get("sha256", ""),
    }
