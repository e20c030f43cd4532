"""What changed between two versions, as a page and as JSON.

Two versions are compared by a worker, once: here what it found is shown, or asked for.
"""

from __future__ import annotations

import logging
from dataclasses import asdict

from flask import jsonify, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.nearest import or_which
from argilla_distill.domain.versions.difference import Change, Difference
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.dispatch import DIFFERENCE, Dispatch
from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.pages.frame import Frame, wants_json
from argilla_distill.plugin.pages.versions import found
from argilla_distill.plugin.pages.versions.downloads import AWAY, DELETED
from argilla_distill.plugin.pages.versions.shown import in_dataset
from argilla_distill.plugin.pages.views.version_view import Chosen, cause_lines, chosen
from argilla_distill.plugin.storage.change_lists import ChangeLists
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.visitors.visitor import Visitor

log = logging.getLogger("distill.pages")

AGAIN_S = 2
"""When to look again for a comparison that is being made."""

ITSELF = "{name} cannot be compared with itself: name two versions."


def difference(frame: Frame, visitor: Visitor, dataset_id: str, was: str, now: str) -> AnyResponse:
    """Which labels changed, by cause, question by question."""
    one, other = (found.version(frame, visitor, dataset_id, name) for name in (was, now))
    if one.name == other.name:
        text = ITSELF.format(name=one.name)
        return frame.message(400, "One version", text, visitor)
    for each in (one, other):
        if each.deleted_at:
            return frame.message(410, "Deleted", DELETED.format(name=each.name), visitor)
    known = frame.store.differences.find(one.dataset_id, one.name, other.name)
    if known is None:
        return _asked(frame, visitor, one, other)
    try:
        return _shown(frame, visitor, known)
    except FileNotFoundError:  # somebody has deleted the list
        return _asked(frame, visitor, one, other)
    except (OSError, InvalidSettings) as error:
        log.error("no list of changes: %s: %s", type(error).__name__, error)
        return frame.message(503, "Back in a moment", AWAY, visitor)


def _shown(frame: Frame, visitor: Visitor, known: Difference) -> AnyResponse:
    asked = request.args
    page = asked.get("page", 1, int)
    shown = chosen(known, asked.get("question", ""), asked.get("cause", ""), page)
    if wants_json() and (refused := _refused(frame, visitor, known, shown)) is not None:
        return refused
    changes = _changes(frame, known, shown)
    if wants_json():
        listed = None
        if shown is not None:
            listed = {
                "question": shown.question.name,
                "cause": shown.caused.cause if shown.caused else None,
                "page": shown.page,
                "pages": shown.pages,
                "changes": [asdict(change) for change in changes],
            }
        return jsonify({**known.shown(), "listed": listed})
    return in_dataset(
        frame,
        visitor,
        known.dataset_id,
        "versions/difference.html",
        difference=known,
        shown=shown,
        causes=cause_lines(shown.question) if shown else (),
        changes=changes,
    )


def _refused(
    frame: Frame, visitor: Visitor, known: Difference, shown: Chosen | None
) -> AnyResponse | None:
    """What is said where a script asks for a question, or a cause, that there is not."""
    question, cause = request.args.get("question", ""), request.args.get("cause", "")
    if question and (shown is None or shown.question.name != question):
        return frame.no_question(visitor, question, [each.name for each in known.questions])
    if cause and shown is not None and (shown.caused is None or shown.caused.cause != cause):
        there = [each.cause for each in shown.question.caused]
        text = f"No label of {shown.question.name} changed by {cause}{or_which(cause, there)}."
        return frame.message(404, "No such change", text, visitor)
    return None


def _changes(frame: Frame, known: Difference, shown: Chosen | None) -> list[Change]:
    if shown is None or shown.caused is None:
        return []
    lists = ChangeLists(Storage(frame.settings.versions))
    return lists.block(known, shown.caused, shown.page - 1)


def _asked(frame: Frame, visitor: Visitor, was: Manifest, now: Manifest) -> AnyResponse:
    """Not there yet: a worker is asked for it, unless one is on it or has failed just now."""
    store, of = frame.store.differences, (was.dataset_id, was.name, now.name)
    facts = store.progress(*of)
    if facts.get("error"):
        text = f"{was.name} and {now.name} cannot be compared: {facts['error']}."
        return frame.message(500, "Cannot be compared", text, visitor)
    if store.ask(*of):
        Dispatch(frame.store, frame.settings.queue).enqueue(DIFFERENCE, was.dataset_id)
    done, total = int(facts.get("done", 0)), int(facts.get("total", 0))
    if wants_json():
        pair = {"was": was.name, "now": now.name, "done": done, "total": total}
        answer: AnyResponse = make_response(jsonify(comparing=pair), 202)
        answer.headers["Retry-After"] = str(AGAIN_S)
        return answer
    far = f" {done / total:.0%} of it is done." if total else ""
    text = (
        f"{was.name} and {now.name} are being compared by a worker, once and for all.{far} "
        "This page looks again by itself."
    )
    answer = frame.message(202, "A moment", text, visitor)
    answer.headers["Refresh"] = str(AGAIN_S)
    return answer
