"""The first page: every dataset in a few figures; for annotators, their own work."""

from __future__ import annotations

from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.pages.frame import Frame
from argilla_distill.plugin.pages.looked_up import Found
from argilla_distill.plugin.pages.views.annotator_view import OwnLine, own_line
from argilla_distill.plugin.pages.views.dataset_view import distilled
from argilla_distill.plugin.pages.views.overview_view import line
from argilla_distill.plugin.pages.views.queue_view import Queued, queued
from argilla_distill.plugin.visitors.visitor import Visitor

FIRST = 3
"""So many records of a review queue are shown here."""


def home(frame: Frame, visitor: Visitor) -> AnyResponse:
    """The datasets that the visitor may see, or their own part in those that they work in."""
    if not visitor.oversees:
        return _own(frame, visitor)
    found = lookup.datasets(frame.store, visitor)
    lines = [line(each, frame.settings.argilla_url, frame.now()) for each in found]
    return frame.answer(
        "overview/home.html",
        visitor,
        {"datasets": lines},
        queues={each.id: _first(frame, each) for each in found},
    )


def _first(frame: Frame, found: Found) -> tuple[Queued, ...]:
    return (
        queued(lookup.queue(frame.store, found.id, min(FIRST, found.queue.queued)))
        if found.due and not found.gone
        else ()
    )


def _own(frame: Frame, visitor: Visitor) -> AnyResponse:
    """What they have answered, and where there are examples for whoever has yet to answer."""
    lines: list[OwnLine] = []
    examples: list[dict[str, str]] = []
    for part in lookup.own(frame.store, visitor):
        names, _ = distilled(part.info.get("questions", ""))
        reports = {name: frame.store.reports.question(part.id, name) for name in names}
        if part.number is not None:
            lines.append(own_line(part, part.number, reports, frame.settings.argilla_url))
        if any(report and report.examples for report in reports.values()):
            examples.append({"id": part.id, "name": part.name})
    return frame.answer("overview/own.html", visitor, {"datasets": lines, "examples": examples})
