"""The JSON that Argilla wants: questions of every kind, filters and sorts, values.

Not here: sending it (`api.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import uuid4

Json: TypeAlias = dict[str, Any]

Ref: TypeAlias = Json | str
"""Whatever has an id: as Argilla's JSON has it, or the id."""


def id_of(ref: Ref) -> str:
    return ref if isinstance(ref, str) else str(ref["id"])


def question(name: str, kind: str, required: bool = True, **settings: Any) -> Json:
    settings = {"type": kind, **settings}
    return {"name": name, "title": name, "required": required, "settings": settings}


def _options(labels: Iterable[str]) -> list[Json]:
    return [{"value": label, "text": label} for label in labels]


def label_question(name: str, labels: Iterable[str], required: bool = True) -> Json:
    return question(name, "label_selection", required, options=_options(labels))


def multi_label_question(name: str, labels: Iterable[str], required: bool = True) -> Json:
    return question(name, "multi_label_selection", required, options=_options(labels))


def rating_question(name: str, values: Iterable[int], required: bool = True) -> Json:
    return question(name, "rating", required, options=[{"value": value} for value in values])


def ranking_question(name: str, items: Iterable[str], required: bool = True) -> Json:
    return question(name, "ranking", required, options=_options(items))


def span_question(
    name: str, labels: Iterable[str], field: str = "text", required: bool = True
) -> Json:
    return question(name, "span", required, field=field, options=_options(labels))


def text_question(name: str, required: bool = False, use_markdown: bool = True) -> Json:
    return question(name, "text", required, use_markdown=use_markdown)


def terms(values: Sequence[Any], **scope: str) -> Json:
    """A filter: terms(["a"], entity="metadata", metadata_property="source")."""
    return {"type": "terms", "scope": scope, "values": list(values)}


def between(ge: float | str | None, le: float | str | None, **scope: str) -> Json:
    """A filter: between(0.0, 0.5, entity="suggestion", question="topic", property="score")."""
    limits = {"ge": ge, "le": le}
    return {"type": "range", "scope": scope} | {k: v for k, v in limits.items() if v is not None}


def order(direction: str, **scope: str) -> Json:
    """A sort: order("asc", entity="record", property="inserted_at")."""
    return {"scope": scope, "order": direction}


def wrapped(values: Mapping[str, Any]) -> Json:
    """{"topic": "sport"} becomes {"topic": {"value": "sport"}}."""
    return {name: {"value": value} for name, value in values.items()}


def with_lists(item: Json, question_ids: Mapping[str, str]) -> Json:
    """A record whose suggestions and responses are lists, as Argilla wants them.

    Suggestions may come as {question: value} or {question: {"value": ..., "score": ...}},
    responses as {user id: values}, which are then submitted ones.
    """
    given, answers = item.get("suggestions"), item.get("responses")
    if isinstance(given, Mapping):
        full = {name: s if isinstance(s, Mapping) else {"value": s} for name, s in given.items()}
        made = [{"question_id": question_ids[name], **more} for name, more in full.items()]
        item = {**item, "suggestions": made}
    if isinstance(answers, Mapping):
        made = [
            {"user_id": user, "status": "submitted", "values": wrapped(values)}
            for user, values in answers.items()
        ]
        item = {**item, "responses": made}
    return item


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid4().hex[:8]}"
