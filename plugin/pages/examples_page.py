"""The page of examples for those who are new to a dataset: everybody in its workspace may read it."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.report import QuestionReport
from argilla_distill.plugin.argilla.links import dataset_link
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.pages.dataset_page import NO_SUCH_DATASET, of_dataset
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.looked_up import Found, Own
from argilla_distill.plugin.pages.views.dataset_view import Head, distilled
from argilla_distill.plugin.pages.views.examples_view import LabelExamples, label_examples
from argilla_distill.plugin.visitors.visitor import Visitor


def examples(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """By label: what is plainly so, and where it ends."""
    mine = lookup.own_in(frame.store, dataset_id, visitor)
    if mine is not None and lookup.dataset(frame.store, dataset_id, visitor) is None:
        return _for_annotators(frame, visitor, mine)

    def content(_: Found, __: Head, report: QuestionReport | None) -> dict[str, Any]:
        return {"labels": _label_examples(frame, dataset_id, report)}

    return of_dataset(frame, visitor, dataset_id, "examples/examples.html", content, why=None)


def _for_annotators(frame: Frame, visitor: Visitor, mine: Own) -> AnyResponse:
    """The examples alone, without what else is known of the dataset."""
    questions, _ = distilled(mine.info.get("questions", ""))
    if not questions:
        return frame.missing(visitor, "No such dataset", NO_SUCH_DATASET)
    wanted = request.args.get("question", "")
    if wants_json() and wanted not in ("", *questions):
        return frame.no_question(visitor, wanted, questions)
    question = wanted if wanted in questions else questions[0]
    report = frame.store.reports.question(mine.id, question)
    overview = frame.store.reports.overview(mine.id)
    found = _label_examples(frame, mine.id, report)
    records = [e.record for label in found for e in (*label.telling, *label.close)]
    why = lookup.explained(frame.store, mine, visitor, records)
    content = {
        "dataset": {"id": mine.id, "name": mine.name},
        "questions": questions,
        "question": question,
        "counted_at": overview.taken_at if overview else None,
        "labels": found,
    }
    url = "" if mine.gone else dataset_link(frame.settings.argilla_url, mine.id)
    return frame.answer("examples/own.html", visitor, content, argilla_url=url, own=mine, why=why)


def _label_examples(
    frame: Frame, dataset_id: str, report: QuestionReport | None
) -> tuple[LabelExamples, ...]:
    if report is None:
        return ()
    records = [example.record for example in report.examples]
    return label_examples(report, lookup.still_known(frame.store, dataset_id, records))
