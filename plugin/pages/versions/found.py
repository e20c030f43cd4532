"""A version that its visitor may see, by its name or a tag; else an answer that says why there is none.

Versions hold everybody's answers, so they are for those who oversee the dataset.
"""

from __future__ import annotations

from flask import jsonify, make_response
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.pages.frame import Absent, Frame, wants_json
from argilla_distill.plugin.pages.overseen import dataset
from argilla_distill.plugin.visitors.visitor import Visitor

AGAIN_S = 2
"""When to look again for a version that is being made."""


def version(frame: Frame, visitor: Visitor, text: str, name: str) -> Manifest:
    """A version, made and perhaps deleted since. Raises Absent."""
    dataset_id = dataset(frame, visitor, text)
    store = frame.store.versions
    being_made = store.is_asked(dataset_id, name)  # looked at first: it may be made just now
    manifest = store.manifest(dataset_id, name)
    if manifest is not None:
        return manifest
    if being_made:
        raise Absent(_being_made(frame, visitor, name, store.progress(dataset_id, name)))
    for failed in store.failures(dataset_id):
        if failed.name == name:
            text = f"{name} could not be made: {failed.error}"
            raise Absent(frame.message(404, "Not made", text, visitor))
    known = [each.name for each in store.manifests(dataset_id)] + sorted(store.tags(dataset_id))
    every = f"; there are {', '.join(known)}" if known else "; there is none yet"
    text = f"There is no version {name} here{did_you_mean(name, known) or every}."
    raise Absent(frame.message(404, "No such version", text, visitor))


def _being_made(frame: Frame, visitor: Visitor, name: str, progress: dict[str, str]) -> AnyResponse:
    """Not there yet: how far it has come, and when to look again."""
    stage = progress.get("stage", "not begun")
    done, total = int(progress.get("done", 0)), int(progress.get("total", 0))
    far = f"{stage}, {done:,} of {total:,}" if total else stage
    text = f"{name} is being made ({far}). Look again in a moment."
    if wants_json():
        facts = {"stage": stage, "done": done, "total": total}
        answer: AnyResponse = make_response(
            jsonify(error=text, making={"name": name, **facts}), 404
        )
    else:
        answer = frame.message(404, "Not there yet", text, visitor)
    answer.headers["Retry-After"] = str(AGAIN_S)
    return answer
