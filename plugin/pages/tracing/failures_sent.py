"""Failures are sent to be traced: what can be none is refused here, a worker does the rest."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import make_response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.orders.order import TRACE_FAILURES, WorkOrder
from argilla_distill.domain.versions.traced_failures import TracedFailures, fault, id_of
from argilla_distill.plugin.pages.dataset_page import of_dataset
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.orders.placing import place, refuse_from_elsewhere
from argilla_distill.plugin.pages.overseen import dataset, in_argilla
from argilla_distill.plugin.settings import MAX_FAILURES_BYTES
from argilla_distill.plugin.visitors.visitor import Visitor

FIELDS = ("failures", "question", "version", "near", "round", "run", "token")

MAX_SHOWN = 50
"""So many failures are on the page; JSON has all."""

LATEST, NEAR = "latest", "5"


def send(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """Take failures in. As JSON 202 and what is known so far, 200 where the same was traced already."""
    most = min(MAX_FAILURES_BYTES, frame.settings.max_body_bytes)  # as the server lets pass
    request.max_content_length = request.max_form_memory_size = most
    known = in_argilla(frame, visitor, dataset_id)
    refuse_from_elsewhere(frame, visitor)
    try:
        sent = _read(request.form, frame.now())
    except ValueError as error:
        return frame.message(422, "Cannot be traced", str(error), visitor)
    kept = frame.store.sent_failures.of(known, sent.id)
    order = WorkOrder(order_id(sent.id), TRACE_FAILURES, sent.id, sent.asked_at, visitor.username)
    standing = frame.store.orders.of(known, order.id)
    if kept is None or (standing is not None and standing.error):
        frame.store.sent_failures.keep(known, sent)
        kept = sent
    if kept.origin is None:
        place(frame, known, order)
    if wants_json():
        content = _content(frame, known, kept)
        return make_response(content, 202 if kept.origin is None else 200)
    return redirect(url_for("pages.failures", dataset_id=known, name=sent.id), 303)


def traced(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """What is near to failures that were sent."""
    known = dataset(frame, visitor, dataset_id)
    kept = frame.store.sent_failures.of(known, name)
    if kept is None:
        text = "No such failures are known: of each dataset the last ten that were sent are kept."
        return frame.message(404, "No such failures", text, visitor)
    content = _content(frame, known, kept)
    if wants_json():
        return make_response(content)
    return of_dataset(
        frame, visitor, known, "dataset/failures.html", lambda *_: {**content, "most": MAX_SHOWN}
    )


def order_id(name: str) -> str:
    """The id of the order about failures that were sent."""
    return f"failures:{name}"


def _content(frame: Frame, dataset_id: str, kept: TracedFailures) -> dict[str, Any]:
    """As scripts read it: what was asked, how far that is, and what was found."""
    order = frame.store.orders.of(dataset_id, order_id(kept.id))
    asked = {name: value for name, value in asdict(kept).items() if name not in ("lines", "origin")}
    origin = kept.origin
    return {
        **asked,
        "what": kept.what,
        "failures": [asdict(each) for each in origin.failures] if origin else None,
        "shares": [asdict(each) for each in origin.shares] if origin else None,
        "error": order.error if order and origin is None else "",
        "progress": order.sentence if order and origin is None else "",
    }


def _read(form: MultiDict[str, str], now: int) -> TracedFailures:
    """What was sent. Raises ValueError, which says in a sentence what is wrong with it."""
    for name in form:
        if name not in FIELDS:
            raise ValueError(f"There is no {name} to send{did_you_mean(name, FIELDS)}.")
    lines = tuple(line.strip() for line in form.get("failures", "").splitlines() if line.strip())
    round_, run, near = form.get("round", ""), form.get("run", ""), form.get("near", "") or NEAR
    if not near.isdecimal():
        raise ValueError(f"near is a whole number, and not {near!r}.")
    if why := fault(lines, round_, run, int(near)):
        raise ValueError(why)
    question, version = form.get("question", ""), form.get("version", "") or LATEST
    terms = {"question": question, "version": version, "near": near, "round": round_, "run": run}
    name = id_of(lines, terms)
    return TracedFailures(name, lines, question, version, round_, run, int(near), now)
