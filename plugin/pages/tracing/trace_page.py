"""The page of tracing: which segments of a dataset's latest version are suspect."""

from __future__ import annotations

from dataclasses import asdict
from shlex import quote
from typing import Any

from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.report import QuestionReport
from argilla_distill.domain.versions.tracing import KINDS, Suspicions
from argilla_distill.plugin.pages.dataset_page import of_dataset
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.looked_up import Found
from argilla_distill.plugin.pages.views.dataset_view import Head
from argilla_distill.plugin.visitors.visitor import Visitor

MAX_SEGMENTS = 20
"""So many segments of a kind are on the page; JSON has all that are kept."""


def trace(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """Segments of one question, the most suspect of each kind first; for those who oversee the dataset."""

    def content(found: Found, top: Head, _: QuestionReport | None) -> dict[str, Any]:
        looked = frame.store.suspicions.all(found.id).get(top.question)
        audits = frame.store.segment_audits.decided_so_far(found.id, top.question)
        if wants_json():
            message = looked.sentence if looked else ""
            audited = {**asdict(audits), "message": audits.sentence} if audits else None
            remedies = _remedies(found.name, looked) if looked else []
            return {
                "suspicions": looked,
                "message": message,
                "audits": audited,
                "remedies": remedies,
            }
        segments = looked.segments if looked else ()
        kinds = [
            (kind, [each for each in segments if each.kind == kind][:MAX_SEGMENTS])
            for kind in KINDS
        ]
        return {
            "suspicions": looked,
            "kinds_of": [(k, some) for k, some in kinds if some],
            "audits": audits,
            "remedies": _remedies(found.name, looked) if looked else [],
            "sent": frame.store.sent_failures.all(found.id),
        }

    return of_dataset(frame, visitor, dataset_id, "dataset/trace.html", content)


def _remedies(dataset: str, looked: Suspicions) -> list[dict[str, str]]:
    """What to do about the most suspect segment, in order: why, and the command."""
    if not looked.significant:
        return []
    segment, version = quote(looked.significant[0].segment), quote(looked.version)
    name, command = quote(dataset), "argilla-distill"
    of = f"{name} --question {quote(looked.question)}"
    export = f"{command} export {name}"
    return [
        {
            "do": "Read some of it",
            "command": f"{export} {version} --format records --only {segment} -o segment.csv",
        },
        {
            "do": "Have reviewers decide some of it and of the rest, blind, which proves it or does not",
            "command": f"{command} trace {of} --audit 40",
        },
        {"do": "Ask it again", "command": f"{command} trace {of} --re-ask {segment}"},
        {"do": "Then make a new version", "command": f"{command} version create {name}"},
        {
            "do": "Train on what changed since",
            "command": f"{export} latest --format classification --changed-since {version} -o again.jsonl",
        },
        {
            "do": "Or without the segment",
            "command": f"{export} {version} --format classification --without {segment} -o without.jsonl",
        },
    ]
