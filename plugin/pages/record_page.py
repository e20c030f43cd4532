"""The page of one record: why its labels are what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import jsonify, make_response
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable, NotInArgilla
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.pages.frame import Frame, plain, wants_json
from argilla_distill.plugin.pages.looked_up import Known
from argilla_distill.plugin.pages.views.own_record_view import own_view
from argilla_distill.plugin.pages.views.record_view import view
from argilla_distill.plugin.visitors.visitor import Visitor

NO_SUCH_RECORD = "We know of no such record. Records are known once somebody has answered them."


def record(frame: Frame, visitor: Visitor, record_id: str) -> AnyResponse:
    """The explanation of one record."""
    known = lookup.record(frame.store, record_id, visitor)
    namesakes = lookup.places(frame.store, record_id, visitor) if known is None else []
    if len(namesakes) > 1:
        return _several(frame, visitor, record_id, namesakes)
    if known is None:
        mine = lookup.own_record(frame.store, record_id, visitor)
        if mine is not None:
            return _own(frame, visitor, *mine)
        return frame.missing(visitor, "No such record", NO_SUCH_RECORD)
    fields, away = _fields(frame, known)
    page = view(known, frame.settings.argilla_url, fields, away)
    if wants_json():
        return frame.answer("", visitor, plain(page))
    return frame.page("records/record.html", visitor, record=page)


def _several(
    frame: Frame, visitor: Visitor, external_id: str, namesakes: Sequence[tuple[str, str]]
) -> AnyResponse:
    """An external id that several datasets use: which records it may be."""
    text = f"{len(namesakes)} datasets have a record “{external_id}”."
    found = {
        f"/records/{record_id}": frame.store.datasets.info(dataset_id).get("name", dataset_id)
        for dataset_id, record_id in namesakes
    }
    if wants_json():
        return make_response(jsonify(error=text, records=found), 404)
    return frame.page("message.html", visitor, 404, title="Several records", text=text, links=found)


def _own(frame: Frame, visitor: Visitor, known: Known, number: int) -> AnyResponse:
    """The explanation for an annotator who answered the record."""
    fields, away = _fields(frame, known)
    page = own_view(known, number, frame.settings.argilla_url, fields, away)
    if wants_json():
        return frame.answer("", visitor, plain(page))
    return frame.page("records/own.html", visitor, record=page, number=number)


def _fields(frame: Frame, known: Known) -> tuple[Mapping[str, Any] | None, str]:
    if known.gone:
        return None, "Its dataset was deleted in Argilla, and the record with it."
    try:
        return frame.gateway.record(known.record_id).fields, ""
    except NotInArgilla:
        return None, "The record is not in Argilla any more."
    except ArgillaUnavailable:
        return None, "Argilla does not answer just now. All the rest of this page is our own."
    except ArgillaRefused:
        return None, "Argilla does not let our service read it; run `argilla-distill doctor`."
