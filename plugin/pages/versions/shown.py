"""Versions as pages and as JSON: all of a dataset, and one of them."""

from __future__ import annotations

from dataclasses import asdict

from flask import jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.versions.labels import label_bars
from argilla_distill.domain.versions.manifest import LISTED, Manifest, tag_fault
from argilla_distill.plugin.argilla.links import dataset_link
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.pages.dataset_page import NO_SUCH_DATASET
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.orders.placing import refuse_from_elsewhere
from argilla_distill.plugin.pages.overseen import dataset
from argilla_distill.plugin.pages.versions import found
from argilla_distill.plugin.pages.views import version_view
from argilla_distill.plugin.pages.views.dataset_view import head
from argilla_distill.plugin.visitors.visitor import Visitor

MAX_LINES = 100
"""So many versions are on one page."""


def versions(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """All versions of a dataset; those that are being made or could not be."""
    known = dataset(frame, visitor, dataset_id)
    store = frame.store.versions
    tags, manifests = store.tags(known), store.manifests(known)
    making = [
        version_view.making(r.name, store.progress(known, r.name)) for r in store.asked(known)
    ]
    failed = store.failures(known)
    if wants_json():
        rows = [
            {**{k: getattr(m, k) for k in LISTED}, "tags": version_view.tags_of(tags, m.name)}
            for m in manifests
        ]
        about = {"id": known, "name": _name(frame, known)}
        plain = [asdict(each) for each in making]
        return jsonify(
            dataset=about, versions=rows, making=plain, failed=[asdict(each) for each in failed]
        )
    lines = version_view.lines(manifests, tags)
    pages = max(1, -(-len(lines) // MAX_LINES))
    page = min(max(1, request.args.get("page", 1, int)), pages)
    return in_dataset(
        frame,
        visitor,
        known,
        "versions/versions.html",
        lines=lines[(page - 1) * MAX_LINES : page * MAX_LINES],
        making=making,
        failed=failed,
        page=page,
        pages=pages,
    )


def version(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """One version: its manifest, as a card."""
    manifest = found.version(frame, visitor, dataset_id, name)
    return _shown(frame, visitor, manifest)


def tag(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """Let a tag, which a form on the version's page sends, or a script, name the version."""
    manifest = found.version(frame, visitor, dataset_id, name)
    refuse_from_elsewhere(frame, visitor)
    wanted = request.form.get("tag", "").strip()
    if why := tag_fault(wanted):
        return _refused(frame, visitor, manifest, wanted, f"{why}.", 400)
    if manifest.deleted_at:
        text = f"The files of {manifest.name} are deleted: no tag names it any more."
        return _refused(frame, visitor, manifest, wanted, text, 409)
    before = frame.store.versions.tags(manifest.dataset_id).get(wanted, "")
    frame.store.versions.tag(manifest.dataset_id, wanted, manifest.name)
    for each in (manifest.name, before):  # their twins say which tags name them
        frame.store.twins.look_again(manifest.dataset_id, each, frame.now())
    if wants_json():
        return _shown(frame, visitor, manifest)
    at = url_for("pages.version", dataset_id=manifest.dataset_id, name=manifest.name)
    return redirect(f"{at}#tags", 303)


def in_dataset(
    frame: Frame,
    visitor: Visitor,
    dataset_id: str,
    template: str,
    status: int = 200,
    **values: object,
) -> AnyResponse:
    """A page of HTML below a dataset's head."""
    known = lookup.dataset(frame.store, dataset_id, visitor)
    if known is None:  # deleted since the version was found
        return frame.missing(visitor, "No such dataset", NO_SUCH_DATASET)
    top = head(known, "", frame.settings.argilla_url, frame.now())
    return frame.page(template, visitor, status, head=top, **values)


def _refused(
    frame: Frame, visitor: Visitor, manifest: Manifest, wanted: str, error: str, status: int
) -> AnyResponse:
    """What was asked for cannot be: beside the form, or as JSON."""
    if wants_json():
        return frame.message(status, "No such tag", error, visitor)
    return _shown(frame, visitor, manifest, wanted, error, status)


def _shown(
    frame: Frame,
    visitor: Visitor,
    manifest: Manifest,
    wanted: str = "",
    error: str = "",
    status: int = 200,
) -> AnyResponse:
    dataset_id, store = manifest.dataset_id, frame.store.versions
    tags = version_view.tags_of(store.tags(dataset_id), manifest.name)
    if wants_json():
        return jsonify({**manifest.as_json(), "tags": tags})
    line = next(
        each
        for each in version_view.lines(store.manifests(dataset_id), {})
        if each.name == manifest.name
    )
    at = url_for("pages.version", dataset_id=dataset_id, name=manifest.name)
    twin = frame.store.twins.of(dataset_id, manifest.name)
    return in_dataset(
        frame,
        visitor,
        dataset_id,
        "versions/version.html",
        status,
        version=manifest,
        line=line,
        tags=tags,
        bars={q.name: label_bars(q, manifest.records) for q in manifest.questions},
        loading=version_view.loading(f"{frame.settings.public_url}{at}"),
        wanted=wanted,
        error=error,
        twin=twin,
        twin_url=dataset_link(frame.settings.argilla_url, twin.id) if twin else "",
    )


def _name(frame: Frame, dataset_id: str) -> str:
    return frame.store.datasets.info(dataset_id).get("name", dataset_id)
