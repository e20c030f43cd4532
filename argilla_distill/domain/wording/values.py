"""How the values of answers are written: labels, ratings, rankings, spans with their words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any


def text(value: Any, passage: str = "") -> str:
    """A value of any type of question, to be read; spans are quoted from their passage if it is known.

    >>> text("yes"), text(4), text(["a", "b"]), text([]), text([{"value": "a", "rank": 1}])
    ('yes', '4', 'a + b', 'none', '1. a')
    >>> span = {"label": "name", "start": 0, "end": 3}
    >>> text([span]), text([span], "Ada left.")
    ('name (0–3)', 'name “Ada”')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        if all(isinstance(v, str | int | float) for v in value):
            return " + ".join(str(v) for v in value) or "none"
        if all(isinstance(v, dict) and {"value", "rank"} <= v.keys() for v in value):
            ranked = sorted(value, key=lambda v: (v["rank"], v["value"]))
            return ", ".join(f"{v['rank']}. {v['value']}" for v in ranked)
        if all(isinstance(v, dict) and {"label", "start", "end"} <= v.keys() for v in value):
            return ", ".join(quote(v["label"], v["start"], v["end"], passage) for v in value)
    return json.dumps(value, ensure_ascii=False)


def quote(label: str, start: int, end: int, passage: str) -> str:
    """A span: its words if they are known, else where it lies."""
    words = passage[start:end]
    return f"{label} “{words}”" if words else f"{label} ({start}–{end})"


class Wording:
    """How the values of one record's questions are put in words.

    Parameters
    ----------
    passages : question → the text in which its spans lie, where that is known
    """

    def __init__(self, passages: Mapping[str, str]) -> None:
        self.passages = passages

    def __call__(self, question: str, value: Any) -> str:
        return text(value, self.passages.get(question, ""))

    def part(self, question: str, key: str) -> str:
        """An entry of a posterior; spans are written ``label start-end`` there."""
        span = re.fullmatch(r"(.*) (\d+)-(\d+)", key, re.DOTALL)
        if span is None or question not in self.passages:
            return key
        return quote(span[1], int(span[2]), int(span[3]), self.passages[question])
