"""The pages of annotators: all of a dataset, and one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.report import QuestionReport
from argilla_distill.plugin.argilla.links import overseer_link
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.pages.dataset_page import of_dataset
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.looked_up import Found, is_gone
from argilla_distill.plugin.pages.views.annotator_view import (
    MAX_ROWS,
    for_themselves,
    own_link,
    person,
    rows,
)
from argilla_distill.plugin.pages.views.dataset_view import Head, distilled
from argilla_distill.plugin.visitors.visitor import Visitor

NO_SUCH_ANNOTATOR = "There is no annotator of this number in this dataset."


def everybody(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """All annotators of a question, a hundred on each page of HTML."""

    def content(found: Found, _: Head, report: QuestionReport | None) -> dict[str, Any]:
        if report is None:
            return {"annotators": (), "panel": None}
        people = rows(report, frame.store.datasets.annotators(found.id))
        if wants_json():
            return {"annotators": people, "panel": report.panel}
        pages = max(1, -(-len(people) // MAX_ROWS))
        page = min(max(1, request.args.get("page", 1, int)), pages)
        shown = people[(page - 1) * MAX_ROWS : page * MAX_ROWS]
        return {"annotators": shown, "panel": report.panel, "page": page, "pages": pages}

    return of_dataset(frame, visitor, dataset_id, "annotators/annotators.html", content)


def somebody(frame: Frame, visitor: Visitor, dataset_id: str, number: int) -> AnyResponse:
    """One annotator, for owners and admins, or for themselves."""
    dataset_id = dataset_id.lower()
    found = lookup.dataset(frame.store, dataset_id, visitor)
    mine = lookup.own_in(frame.store, dataset_id, visitor)
    own = mine is not None and mine.number is not None and mine.number == number
    if found is None and not own:
        return frame.missing(visitor, "No such annotator", NO_SUCH_ANNOTATOR)
    annotators = frame.store.datasets.annotators(dataset_id)
    if number not in annotators:
        return frame.missing(visitor, "No such annotator", NO_SUCH_ANNOTATOR)
    info = frame.store.datasets.info(dataset_id)
    questions, _ = distilled(info.get("questions", ""))
    wanted = request.args.get("question", "")
    if wants_json() and wanted not in ("", *questions):
        return frame.no_question(visitor, wanted, questions)
    question = wanted if wanted in questions else next(iter(questions), "")
    report = frame.store.reports.question(dataset_id, question) if question else None
    overview = frame.store.reports.overview(dataset_id)
    shown = person(number, report, annotators)
    costly = [each.record for each in shown.report.costly] if shown.report else []
    known = lookup.still_known(frame.store, dataset_id, costly)
    why = lookup.explained(frame.store, mine, visitor, costly) if mine and own else set(costly)
    content = {
        "dataset": {"id": dataset_id, "name": info.get("name", dataset_id)},
        "questions": questions,
        "question": question,
        "counted_at": overview.taken_at if overview else None,
        "annotator": shown if found else for_themselves(shown, known),
    }
    return frame.answer(
        "annotators/annotator.html",
        visitor,
        content,
        argilla_url=""
        if is_gone(info)
        else _link(frame, found, dataset_id, {question: report}, own),
        all_of_it=found is not None,
        own=own,
        why=why,
    )


def _link(
    frame: Frame,
    found: Found | None,
    dataset_id: str,
    reports: Mapping[str, QuestionReport | None],
    own: bool,
) -> str:
    """To what there is to review, or somebody's own answers."""
    argilla = frame.settings.argilla_url
    if own or found is None:
        return own_link(dataset_id, reports, argilla)
    return overseer_link(argilla, dataset_id, found.review, found.due)
