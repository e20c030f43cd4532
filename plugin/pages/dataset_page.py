"""The page of one dataset: what its answers amount to, question by question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.report import QuestionReport
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.looked_up import Found
from argilla_distill.plugin.pages.views.dataset_view import Head, head, shown, without_others
from argilla_distill.plugin.pages.views.queue_view import queued
from argilla_distill.plugin.visitors.visitor import Visitor

QUEUED = 20
"""So many records of the review queue are shown."""

NO_SUCH_DATASET = "We know of no such dataset. Datasets are known once `connect` has read them."

Content = Callable[[Found, Head, QuestionReport | None], dict[str, Any]]


def dataset(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """Labels and confidence, calibration, the review queue, who confuses what, how it went."""

    def content(found: Found, _: Head, report: QuestionReport | None) -> dict[str, Any]:
        queue = queued(lookup.queue(frame.store, found.id, min(QUEUED, found.queue.queued)))
        page = shown(report) if report else None
        return {"report": without_others(page) if wants_json() else page, "queue": queue}

    return of_dataset(frame, visitor, dataset_id, "dataset/dataset.html", content)


def of_dataset(
    frame: Frame, visitor: Visitor, dataset_id: str, template: str, content: Content, **more: Any
) -> AnyResponse:
    """A page of one dataset and one of its questions: refused, or its content below its head."""
    found = lookup.dataset(frame.store, dataset_id, visitor)
    if found is None:
        return frame.missing(visitor, "No such dataset", NO_SUCH_DATASET)
    wanted = request.args.get("question", "")
    top = head(found, wanted, frame.settings.argilla_url, frame.now())
    if wants_json() and wanted not in ("", top.question):
        return frame.no_question(visitor, wanted, top.questions)
    report = frame.store.reports.question(found.id, top.question) if top.question else None
    return frame.answer(template, visitor, {"head": top, **content(found, top, report)}, **more)
