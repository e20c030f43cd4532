"""The columns of a version's files, and its rows as Arrow takes them.

`records` has a row a record, with a struct for each question; `votes` a row for each thing that somebody
said. No column is a Parquet map, which Hugging Face's `datasets` does not read; lists of structs take its
place. docs/versions.md describes every column.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from argilla_distill.domain.history.guidelines import Edition
from argilla_distill.domain.state.expected_rating import expected_rating
from argilla_distill.workers.engine.contract.decision import Contribution, Decision
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.models.values import short, to_argilla
from argilla_distill.workers.versions.votes import Said, Story, text_of

MOMENT = pa.timestamp("ms", "UTC")

DIGITS = 9
"""Probabilities are kept to so many digits: what differs behind them is the order of an addition."""

FIXED = [
    "record_id",
    "external_id",
    "page",
    "argilla",
    "fields",
    "metadata",
    "status",
    "round",
    "model",
    "group",
    "split",
]
"""The columns of `records` that are there whatever is asked."""

VOTES = pa.schema(
    [
        ("record_id", pa.string()),
        ("question", pa.string()),
        ("annotator", pa.string()),
        ("source", pa.string()),
        ("value", pa.string()),
        ("status", pa.string()),
        ("at", MOMENT),
        ("seen_at", MOMENT),
        ("counted", pa.bool_()),
        ("why", pa.string()),
        ("reliability", pa.float64()),
        ("log_odds", pa.float64()),
        ("confidence", pa.float64()),
        ("explanation", pa.string()),
        ("round", pa.string()),
        ("guidelines", pa.int32()),
        ("guidelines_sha256", pa.string()),
        ("history", pa.string()),
    ]
)

AUDITS = pa.schema([("record_id", pa.string()), ("question", pa.string()), ("value", pa.string())])
"""What the strategy, fitted without all audits, says of the records that were audited: as JSON."""

CONFLICT = pa.struct(
    [
        ("now", pa.bool_()),
        ("ever", pa.bool_()),
        ("since", MOMENT),
        ("kind", pa.string()),
        ("values", pa.list_(pa.struct([("value", pa.string()), ("votes", pa.int32())]))),
    ]
)

VALUES: Mapping[str, pa.DataType] = {
    "label": pa.string(),
    "multi_label": pa.list_(pa.string()),
    "rating": pa.float64(),
    "ranking": pa.list_(pa.struct([("value", pa.string()), ("rank", pa.int32())])),
    "span": pa.list_(
        pa.struct([("start", pa.int32()), ("end", pa.int32()), ("label", pa.string())])
    ),
    "text": pa.string(),
}


EXPECTED = ("expected", "low", "high")
"""What a rating's struct has beside its value: the mean of the posterior, and its interval."""


def columns(questions: Sequence[str]) -> dict[str, str]:
    """Question → its column. One that is called as a column of ours is gets `question_` before it.

    >>> columns(["helpful", "split"])
    {'helpful': 'helpful', 'split': 'question_split'}
    """
    taken = {*FIXED, *questions}
    found = {}
    for name in questions:
        column = name
        while column in FIXED or (column != name and column in taken):
            column = f"question_{column}"
        found[name] = column
    return found


def records_schema(fields: Mapping[str, str], questions: Mapping[str, str]) -> pa.Schema:
    """The columns of `records`.

    Parameters
    ----------
    fields : name → Argilla's type of field: text, image, chat, custom.
    questions : column → the engine's type of question.
    """
    turn = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    kinds = [(name, turn if kind == "chat" else pa.string()) for name, kind in fields.items()]
    fixed = {name: pa.string() for name in FIXED} | {"fields": pa.struct(kinds)}
    return pa.schema(
        [*fixed.items(), *((column, question_type(kind)) for column, kind in questions.items())]
    )


def question_type(kind: str) -> pa.DataType:
    """The struct of one question."""
    return pa.struct(
        [
            ("value", VALUES[kind]),
            ("confidence", pa.float64()),
            ("posterior", pa.list_(pa.struct([("value", pa.string()), ("p", pa.float64())]))),
            ("entropy", pa.float64()),
            *((name, pa.float64()) for name in EXPECTED if kind == "rating"),
            ("abstained", pa.bool_()),
            ("why", pa.string()),
            ("adjudicated", pa.bool_()),
            ("audit_pi", pa.float64()),
            ("fit", pa.int32()),
            ("conflict", CONFLICT),
            ("votes", pa.int32()),
            ("independent_votes", pa.float64()),
        ]
    )


def field_values(given: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """A record's fields as their columns take them; None for one that it lacks."""
    return {name: _field(given.get(name), kind) for name, kind in fields.items()}


def _field(value: Any, kind: str) -> Any:
    if value is None or isinstance(value, str):
        return value if kind != "chat" else None
    if kind == "chat":
        return [
            {"role": str(t.get("role", "")), "content": str(t.get("content", ""))} for t in value
        ]
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def decided(
    asked: Question, decision: Decision, story: Story, conflict: Any, fit: int
) -> dict[str, Any]:
    """One question of one record: what is decided, how sure that is, and what was in conflict.

    Parameters
    ----------
    conflict : what `engine.measures.conflicts.find` makes of it; None where votes never differed.
    """
    posterior = [{"value": v, "p": round(p, DIGITS)} for v, p in decision.posterior.items()]
    now = conflict is not None and conflict.state == "open"
    return {
        "value": _value(asked, decision.value),
        "confidence": round(decision.confidence, DIGITS),
        "posterior": posterior,
        "entropy": round(entropy(decision.posterior), DIGITS) if asked.type == "label" else None,
        **(_expected(decision) if asked.type == "rating" else {}),
        "abstained": decision.value is None,
        "why": decision.abstention or "",
        "adjudicated": decision.adjudicated,
        "audit_pi": story.audit_pi,
        "fit": fit,
        "conflict": {
            "now": now,
            "ever": story.differed_at > 0,
            "since": story.open_since or None,
            "kind": conflict.kind if conflict is not None else "",
            "values": [
                {"value": short(asked, value), "votes": len(who)}
                for value, who in (conflict.voices.items() if conflict is not None else ())
            ],
        },
        "votes": len(story.votes),
        "independent_votes": _rounded(decision.independent_votes),
    }


def entropy(posterior: Mapping[str, float]) -> float:
    """Shannon's entropy of a distribution, in nats: 0 where there is no doubt.

    >>> round(entropy({"a": 0.5, "b": 0.5}), 3), entropy({"a": 1.0, "b": 0.0})
    (0.693, 0.0)
    """
    return -sum(p * math.log(p) for p in posterior.values() if p > 0) or 0.0


def vote_row(
    record_id: str,
    said: Said,
    who: Mapping[str, str],
    pulls: Mapping[str, Contribution],
    round_: str | None,
    edition: Edition | None = None,
) -> dict[str, Any]:
    """One row of `votes`.

    Parameters
    ----------
    who : {"name", "kind"} of the annotator, as they may be called.
    pulls : annotator's number → their part in the decision.
    edition : of the guidelines, under which it was said.
    """
    counted = said.counted and not said.reviews
    pull = pulls.get(str(said.annotator))
    return {
        "record_id": record_id,
        "question": said.question,
        "annotator": who["name"],
        "source": "reviewer" if said.reviews else who["kind"],
        "value": text_of(said.value),
        "status": said.status,
        "at": said.at or None,
        "seen_at": said.seen_at,
        "counted": said.counted,
        "why": said.why,
        "reliability": round(pull.reliability, DIGITS) if pull and counted else None,
        "log_odds": round(pull.log_odds, DIGITS) if pull and counted else None,
        "confidence": said.sure,
        "explanation": said.explanation,
        "round": round_,
        "guidelines": None if edition is None else edition.number,
        "guidelines_sha256": None if edition is None else edition.sha256,
        "history": said.history,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, DIGITS)


def _value(asked: Question, value: Any) -> Any:
    return None if value is None else to_argilla(asked, value)


def _expected(decision: Decision) -> dict[str, float | None]:
    found = expected_rating(decision.posterior)
    values = (None,) * 3 if found is None else (found.mean, found.low, found.high)
    return dict(zip(EXPECTED, values, strict=True))
