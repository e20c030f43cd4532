"""What happened to a dataset as a whole, in order: its guidelines, its settings, its rounds. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from argilla_distill.domain.explanation.timeline import Event, ValueChange, itself
from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.config import CONFIG
from argilla_distill.domain.history.guidelines import GUIDELINES
from argilla_distill.domain.history.rounds import ROUND, RoundNews
from argilla_distill.domain.wording import many

MAX_CHARACTERS = 300
"""So much is told of guidelines and of a setting."""


def dataset_events(entries: Sequence[Entry]) -> list[Event]:
    """Everything that the history holds of a dataset as a whole, oldest first."""
    found, editions = [], 0
    config: dict[str, str] = {}
    for entry in entries:
        if entry.kind == GUIDELINES:
            editions += 1
            text = _cut(" ".join(entry.values["text"].split())) or "nothing"
            what = f"The guidelines are those of edition {editions}."
            found.append(itself(entry, what, [ValueChange("they say", None, text)]))
        elif entry.kind == CONFIG:
            before, config = config, dict(_flat(entry.values))
            what = "The settings were changed." if before else "The settings were noted."
            found.append(itself(entry, what, list(_differences(before, config))))
        elif entry.kind == ROUND:
            found.append(itself(entry, _round(RoundNews.of_entry(entry)), status=entry.status))
    return found


def _round(news: RoundNews) -> str:
    became = {"started": "began", "ended": "ended", "cancelled": "was cancelled"}[news.state]
    parts = [
        f"model {news.model}" if news.model else "",
        f"trained on {news.trained_on}" if news.trained_on else "",
        many(news.records, "record") if news.records else "",
    ]
    more = ", ".join(part for part in parts if part)
    return f"Round {news.name} {became}" + (f": {more}." if more else ".")


def _differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[ValueChange]:
    """What is another one than before; of the first settings, nothing."""
    names = dict.fromkeys([*before, *now]) if before else {}
    for name in names:
        was, is_ = before.get(name), now.get(name)
        if was != is_:
            yield ValueChange(
                name, None if was is None else _cut(was), None if is_ is None else _cut(is_)
            )


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Settings by name, the overlap, and each question's labels."""
    for name, value in values["settings"].items():
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    yield "answers that complete a record", str(values["overlap"])
    for question in values["questions"]:
        yield f"question {question['name']}", ", ".join(question["labels"]) or question["type"]


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}…"
