"""The page of examples for those who are new to a dataset."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response as AnyResponse

from plugin import lookup
from plugin.dataset_view import Head
from plugin.examples_view import lessons
from plugin.pages.dataset import of_dataset
from plugin.pages.frame import Frame
from plugin.report import QuestionReport
from plugin.visitor import Visitor


def examples(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """By label: what is plainly so, and where it ends."""

    def told(_: lookup.Found, __: Head, report: QuestionReport | None) -> dict[str, Any]:
        return {"labels": lessons(report) if report else ()}

    return of_dataset(frame, visitor, dataset_id, "examples.html", told)
