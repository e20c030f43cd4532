"""A comparison is asked for: what cannot be is refused here, the rest is done by a worker."""

from __future__ import annotations

from flask import jsonify, make_response, redirect
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.plugin.pages.comparisons.comparisons_shown import DELETED
from argilla_distill.plugin.pages.comparisons.found_comparison import found
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.orders.placing import place, refuse_from_elsewhere
from argilla_distill.plugin.pages.overseen import in_argilla
from argilla_distill.plugin.visitors.visitor import Visitor


def asked(frame: Frame, visitor: Visitor, dataset_id: str, names: str = "") -> AnyResponse:
    """Have versions and runs compared, by the audits that are answered by now. May be repeated."""
    in_argilla(frame, visitor, dataset_id)
    of = found(frame, visitor, dataset_id, names)
    refuse_from_elsewhere(frame, visitor)
    if of.deleted:
        text = DELETED.format(name=of.deleted[0])
        return frame.message(410, "Deleted", text, visitor)
    place(frame, of.dataset_id, of.order(frame.now(), visitor.username), anew=True)
    if wants_json():
        content = found(frame, visitor, dataset_id, names).as_json()
        return make_response(jsonify(content), 202)
    return redirect(of.address, 303)
