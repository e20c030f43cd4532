"""Comparisons as pages and as JSON: what can be compared and was, and one of them."""

from __future__ import annotations

from flask import jsonify, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.orders.order import COMPARE
from argilla_distill.domain.versions.subjects import questions, subjects
from argilla_distill.plugin.pages.comparisons.found_comparison import (
    FoundComparison,
    address,
    found,
)
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.overseen import dataset
from argilla_distill.plugin.pages.versions.shown import in_dataset
from argilla_distill.plugin.visitors.visitor import Visitor

AGAIN_S = 2
"""When to look again for a comparison that is being made."""

NOT_YET = (
    "{names} were not compared yet. Ask for it: POST to this address, or `argilla-distill compare`."
)
DELETED = "The files of {name} are deleted: nothing compares with it."


def comparisons(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """What can be compared, what was, and what is asked for; or, where runs are named, that comparison."""
    if request.args.get("runs"):
        return comparison(frame, visitor, dataset_id, "")
    known = dataset(frame, visitor, dataset_id)
    versions, runs = request.args.getlist("version"), request.args.getlist("run")
    if versions or runs:  # chosen by the form
        return redirect(address(known, versions, runs))
    store = frame.store
    made = [
        each
        for each in store.compared.all(known)
        if each.run_contents == tuple(_content(frame, known, name) for name in each.runs)
    ]
    waiting = [each for each in store.orders.waiting(known) if each.action == COMPARE]
    if wants_json():
        listed = [{"versions": each.versions, "runs": each.runs, "at": each.at} for each in made]
        comparing = [{**each.terms, "at": each.asked_at} for each in waiting]
        return jsonify(comparisons=listed, comparing=comparing)
    manifests = [each for each in store.versions.manifests(known) if not each.deleted_at]
    return in_dataset(
        frame,
        visitor,
        known,
        "comparisons/comparisons.html",
        made=made,
        waiting=waiting,
        manifests=manifests[::-1],
        runs=store.runs.all(known)[::-1],
        address=address,
    )


def comparison(frame: Frame, visitor: Visitor, dataset_id: str, names: str) -> AnyResponse:
    """Versions and runs that are named: which is better, as was last found out."""
    of = found(frame, visitor, dataset_id, names)
    if of.known is None and of.comparing is None and of.deleted:
        text = DELETED.format(name=of.deleted[0])
        return frame.message(410, "Deleted", text, visitor)
    answer = _as_json(frame, visitor, of) if wants_json() else _as_page(frame, visitor, of)
    if of.comparing is not None and not of.comparing.error:
        answer.headers["Retry-After" if wants_json() else "Refresh"] = str(AGAIN_S)
    return answer


def _as_json(frame: Frame, visitor: Visitor, of: FoundComparison) -> AnyResponse:
    """200 where it was compared, 202 where it is being compared for the first time."""
    if of.known is not None:
        return jsonify(of.as_json())
    if of.comparing is None:
        text = NOT_YET.format(names=" and ".join(of.names))
        return frame.message(404, "Not compared yet", text, visitor)
    if of.comparing.error:
        text = f"It could not be compared: {of.comparing.error}"
        return make_response(jsonify({**of.as_json(), "error": text}), 500)
    return make_response(jsonify(of.as_json()), 202)


def _as_page(frame: Frame, visitor: Visitor, of: FoundComparison) -> AnyResponse:
    contests = of.known.contests if of.known else ()
    every = questions(contests)
    asked = request.args.get("question", "")
    chosen = asked if asked in every else next(iter(every), "")
    status = 200 if of.known or of.comparing is None else 202
    return in_dataset(
        frame,
        visitor,
        of.dataset_id,
        "comparisons/comparison.html",
        status,
        of=of,
        known=of.known,
        every=every,
        chosen=chosen,
        subjects=subjects(contests, chosen),
        newer=_newer(frame, of),
    )


def _newer(frame: Frame, of: FoundComparison) -> bool:
    """Whether more audits are answered than there were when it was compared, as last counted."""
    for question, audits in (of.known.audits if of.known else {}).items():
        report = frame.store.reports.question(of.dataset_id, question)
        if report is not None and report.audited.audits > audits:
            return True
    return False


def _content(frame: Frame, dataset_id: str, run: str) -> str:
    known = frame.store.runs.of(dataset_id, run)
    return known.content if known else ""
