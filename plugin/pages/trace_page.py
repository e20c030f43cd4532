"""The page of tracing: which segments of a dataset's latest version are suspect."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.report import QuestionReport
from argilla_distill.domain.versions.tracing import KINDS
from argilla_distill.plugin.pages.dataset_page import of_dataset
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.looked_up import Found
from argilla_distill.plugin.pages.views.dataset_view import Head
from argilla_distill.plugin.visitors.visitor import Visitor

MOST = 20
"""So many segments of a kind are on the page; JSON has all that are kept."""


def trace(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """Segments of one question, the most suspect of each kind first; for those who oversee the dataset."""

    def content(found: Found, top: Head, _: QuestionReport | None) -> dict[str, Any]:
        looked = frame.store.suspicions.all(found.id).get(top.question)
        if wants_json():
            return {"suspicions": looked, "message": looked.sentence if looked else ""}
        segments = looked.segments if looked else ()
        kinds = [(kind, [each for each in segments if each.kind == kind][:MOST]) for kind in KINDS]
        return {"suspicions": looked, "kinds_of": [(k, some) for k, some in kinds if some]}

    return of_dataset(frame, visitor, dataset_id, "dataset/trace.html", content)
