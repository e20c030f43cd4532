"""Runs as a page and as JSON: what models of one's own predict, and how often each is right."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby

from flask import jsonify
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.orders.order import OF_RUNS
from argilla_distill.domain.runs.standing import RunStanding
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.overseen import dataset
from argilla_distill.plugin.pages.versions.shown import in_dataset
from argilla_distill.plugin.visitors.visitor import Visitor


def runs(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """All runs, the first added first, with what audits say of each as last counted."""
    known = dataset(frame, visitor, dataset_id)
    taken = frame.store.standings.of(known)
    found = _standings(frame, known)
    order = frame.store.orders.of(known, OF_RUNS)
    counting = order is not None and order.waits
    if wants_json():
        return jsonify(
            runs=[_plain(each) for each in found],
            at=taken.at if taken else None,
            counting=counting,
        )
    by_question = sorted(found, key=lambda each: each.run.question)
    questions = {
        name: list(some) for name, some in groupby(by_question, lambda each: each.run.question)
    }
    return in_dataset(
        frame,
        visitor,
        known,
        "comparisons/runs.html",
        questions=questions,
        at=taken.at if taken and found else None,
        counting=counting,
        deleted={m.name for m in frame.store.versions.manifests(known) if m.deleted_at},
    )


def _standings(frame: Frame, dataset_id: str) -> list[RunStanding]:
    """Of the runs that there are: of those not counted yet without figures."""
    taken = frame.store.standings.of(dataset_id)
    counted = {each.run.name: each for each in taken.standings} if taken else {}
    found = []
    for run in frame.store.runs.all(dataset_id):
        before = counted.get(run.name)
        found.append(before if before is not None and before.run == run else RunStanding(run))
    return found


def _plain(each: RunStanding) -> dict[str, object]:
    fields = asdict(each)
    return {**fields.pop("run"), **fields}
