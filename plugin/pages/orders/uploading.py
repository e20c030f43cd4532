"""A file arrives in parts, so that a lost connection costs one of them, and waits for a worker."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.plugin.pages.frame import Frame
from argilla_distill.plugin.pages.overseen import dataset, in_argilla
from argilla_distill.plugin.settings import MAX_PART_BYTES, Settings
from argilla_distill.plugin.storage import uploads
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.visitors.accounts import bearer
from argilla_distill.plugin.visitors.visitor import Visitor

SHA256 = re.compile(r"[0-9a-f]{64}")

MAX_FILE_BYTES = 1_000_000_000

MAX_PARTS = 10_000

MAX_FILES = 20
"""So many files of a dataset wait for a worker at most."""

BY_KEY = "Files are sent by scripts, with an Argilla API key: Authorization: Bearer …"

AWAY = "The storage of versions cannot be written just now ({}). Send the part again in a moment."


def part_bytes(settings: Settings) -> int:
    """How many bytes a part has at most."""
    return min(MAX_PART_BYTES, settings.max_body_bytes)


def part(frame: Frame, visitor: Visitor, dataset_id: str, sha256: str, number: int) -> AnyResponse:
    """Keep a part of a file. Sent twice it is one."""
    known = in_argilla(frame, visitor, dataset_id)
    if bearer() is None:
        return frame.message(400, "Not from a page", BY_KEY, visitor)
    data, store = request.get_data(), frame.store.uploads
    there = store.parts(known, sha256)
    if why := _refusal(sha256, number, data, there):
        return frame.message(422, "No such part", why, visitor)
    if not there and len(store.all(known)) >= MAX_FILES:
        text = (
            f"{MAX_FILES} files wait for a worker, or for a round to be started of them, already."
        )
        answer = frame.message(503, "Back in a moment", text, visitor)
        answer.headers["Retry-After"] = "10"
        return answer
    try:
        uploads.put(Storage(frame.settings.versions), known, sha256, number, data)
    except OSError as error:
        text = AWAY.format(error.strerror or type(error).__name__)
        return frame.message(503, "Back in a moment", text, visitor)
    store.note(known, sha256, number, len(data), frame.store.now())
    return _parts(frame, known, sha256)


def parts(frame: Frame, visitor: Visitor, dataset_id: str, sha256: str) -> AnyResponse:
    """Which parts of a file are there."""
    known = dataset(frame, visitor, dataset_id)
    return _parts(frame, known, sha256)


def arrived(frame: Frame, dataset_id: str, sha256: str) -> int:
    """How many parts a file has, all of which are here; it is kept for another day.

    Raises
    ------
    ValueError : they are not all here, or that is no SHA-256.
    """
    if not SHA256.fullmatch(sha256):
        raise ValueError("say by sha256 which file it is of, in 64 hex digits")
    there = frame.store.uploads.parts(dataset_id, sha256)
    if not there or list(there) != list(range(len(there))):
        at = f"/datasets/{dataset_id}/uploads/{sha256}/0, …/1 and so on"
        raise ValueError(f"this file is not here, or not all of it: send its parts to {at} first")
    frame.store.uploads.note(dataset_id, sha256, 0, there[0], frame.store.now())
    return len(there)


def _refusal(sha256: str, number: int, data: bytes, there: Mapping[int, int]) -> str:
    if not SHA256.fullmatch(sha256):
        return "The address of a part names the SHA-256 of the whole file, in 64 hex digits."
    if not data:
        return "A part has at least one byte."
    if sum(there.values()) - there.get(number, 0) + len(data) > MAX_FILE_BYTES:
        return f"A file has {MAX_FILE_BYTES:,} bytes at most."
    if number >= MAX_PARTS:
        return f"A file has {MAX_PARTS:,} parts at most, numbered from 0."
    return ""


def _parts(frame: Frame, dataset_id: str, sha256: str) -> AnyResponse:
    there = frame.store.uploads.parts(dataset_id, sha256)
    parts = {str(number): size for number, size in there.items()}
    return jsonify(sha256=sha256, parts=parts, part_bytes=part_bytes(frame.settings))
