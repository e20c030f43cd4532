"""The scene's record where the answers are whole sentences: what they do to the room of a page."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from argilla_distill.plugin.store import Store
from tests.plugin.pages.scene import QUESTIONS, info, scene

DATASET = "90f3a1c2-0a51-4c0e-9a53-0d6d0a7e1f22"
RECORD = "a5cf12d3-7b0e-4f6a-8a3b-55d0c0ffee02"

SENTENCES = {
    "yes": "I am sorry that you were charged twice; the second payment of 24.90 goes back to your card.",
    "no": "Please contact your bank, we cannot help you with double charges and never could.",
}


def write(store: Store) -> None:
    """A dataset of its own, with the record whose question `helpful` is one of text."""
    told = scene()
    told.ledger, told.decisions = _long(told.ledger), _long(told.decisions)
    told.conflicts = _long(told.conflicts)
    told.entries = [
        replace(each, values=_long(each.values), replaced=_long(each.replaced))
        for each in told.entries
    ]
    questions = {**QUESTIONS, "helpful": {"type": "text", "labels": [], "word": "distilled"}}
    told.info = info(name="support/replies", questions=json.dumps(questions))
    told.write(store, DATASET, RECORD)


def _long(value: Any) -> Any:
    if isinstance(value, dict):
        return {_long(key): _long(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_long(each) for each in value]
    return SENTENCES.get(value, value) if isinstance(value, str) else value
