"""Versions as JSON: all of a dataset, and one of them."""

from __future__ import annotations

from dataclasses import asdict

from flask import jsonify
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.plugin.pages.frame import Frame
from argilla_distill.plugin.pages.versions import found
from argilla_distill.plugin.visitors.visitor import Visitor

LISTED = (
    "name",
    "as_of",
    "asked_at",
    "created_at",
    "deleted_at",
    "records",
    "votes",
    "bytes",
    "note",
)
"""What the list has of each manifest."""


def versions(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """All versions of a dataset, the first made first; those that are being made or could not be."""
    try:
        known = found.dataset(frame, visitor, dataset_id)
    except found.Absent as absent:
        return absent.answer
    store = frame.store.versions
    tags = store.tags(known)
    rows = [
        {**{key: getattr(m, key) for key in LISTED}, "tags": _tags(tags, m.name)}
        for m in store.manifests(known)
    ]
    making = [
        {"name": r.name, **_progress(store.progress(known, r.name))} for r in store.asked(known)
    ]
    failed = [asdict(each) for each in store.failures(known)]
    about = {"id": known, "name": _name(frame, known)}
    return jsonify(dataset=about, versions=rows, making=making, failed=failed)


def version(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """One version's manifest."""
    try:
        manifest = found.version(frame, visitor, dataset_id, name)
    except found.Absent as absent:
        return absent.answer
    tags = frame.store.versions.tags(manifest.dataset_id)
    return jsonify({**manifest.as_json(), "tags": _tags(tags, manifest.name)})


def _tags(tags: dict[str, str], name: str) -> list[str]:
    return sorted(tag for tag, named in tags.items() if named == name)


def _progress(facts: dict[str, str]) -> dict[str, str | int]:
    done, total = int(facts.get("done", 0)), int(facts.get("total", 0))
    stage, error = facts.get("stage", "not begun"), facts.get("error", "")
    return {"stage": stage, "done": done, "total": total, "error": error}


def _name(frame: Frame, dataset_id: str) -> str:
    return frame.store.datasets.info(dataset_id).get("name", dataset_id)
