"""The built-in dataset: prompts and replies of a support chatbot, the questions, and what is true.

The texts are `material.jsonl` beside this file. In its truths a ranking is a list of groups, best
first, and each span carries its words, for people to read. Who answers is `demo.scenarios.annotators`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from argilla_distill.workers.engine.contract.question import Span, Value
from demo.scenarios.question import CONFLICT_QUESTION, Field, Question
from demo.scenarios.scenario import Item

MATERIAL = Path(__file__).with_name("material.jsonl")
FIELDS = (Field("prompt", "Customer"), Field("reply", "Chatbot"))
HELPFUL = Question("helpful", "Is the reply helpful?", (("yes", "Yes"), ("no", "No")))
PROBLEM = Question(
    "problem",
    "What is wrong with it?",
    (
        ("none", "Nothing"),
        ("hallucination", "Hallucination"),
        ("tone", "Tone"),
        ("incomplete", "Incomplete"),
    ),
)
TOPICS = Question(
    "topics",
    "What is it about?",
    (
        ("account", "Account"),
        ("billing", "Billing"),
        ("delivery", "Delivery"),
        ("order", "Order or booking"),
        ("privacy", "Privacy"),
        ("product", "Product"),
        ("refund", "Return or refund"),
        ("technical", "Technical"),
    ),
    required=False,
    type="multi_label",
)
POLITENESS = Question(
    "politeness", "How polite is it?", required=False, type="rating", scale=(1, 2, 3, 4, 5)
)
PRIORITIES = Question(
    "priorities",
    "What should be improved first?",
    (
        ("accuracy", "Accuracy"),
        ("tone", "Tone"),
        ("completeness", "Completeness"),
        ("brevity", "Brevity"),
    ),
    required=False,
    type="ranking",
)
EVIDENCE = Question(
    "evidence",
    "Mark in the reply what your judgement rests on",
    (
        ("step", "What to do"),
        ("promise", "Promise"),
        ("courtesy", "Courtesy"),
        ("insult", "Insult"),
        ("false", "False claim"),
    ),
    required=False,
    type="span",
    field="reply",
)
SUMMARY = Question(
    "summary", "What does the customer want? One sentence.", required=False, type="text"
)
DISTILLED = (HELPFUL, PROBLEM, TOPICS, POLITENESS, PRIORITIES, EVIDENCE, SUMMARY)
QUESTIONS = (*DISTILLED, CONFLICT_QUESTION)

GUIDELINES = """\
Read what the customer wrote and what the support chatbot replied.

**Is the reply helpful?** Yes if the customer now has what they asked for, or knows what to do next.

**What is wrong with it?** Choose the worst problem.
- *Hallucination*: it claims a feature, rule or fact that the conversation contradicts.
- *Tone*: it is rude, mocking or cold.
- *Incomplete*: a part of the question stays without an answer.
- *Nothing*: none of these, even if you would have written it differently.

The other questions need no answer from those who have none.

**What is it about?** Everything that the customer writes about.

**How polite is it?** From 1, an insult, to 5, a pleasure to read.

**What should be improved first?** Options that are equally urgent share a place.

**Mark in the reply** what the customer is *to do*, what is *promised*, *courtesies*, *insults* and
*false claims*: the words themselves, without the full stop behind them.
"""


def material(path: Path = MATERIAL) -> tuple[Item, ...]:
    """The built-in prompts and replies with their truth."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return tuple(
        Item(
            row["id"],
            {"prompt": row["prompt"], "reply": row["reply"]},
            _truth(row["truth"]),
            tuple(row["paraphrases"]),
        )
        for row in rows
    )


def _truth(data: Mapping[str, Any]) -> dict[str, Value]:
    """What is true of one record, as the engine's values."""
    return {
        **data,
        TOPICS.name: tuple(label for label in TOPICS.values if label in data[TOPICS.name]),
        PRIORITIES.name: tuple(tuple(sorted(group)) for group in data[PRIORITIES.name]),
        EVIDENCE.name: tuple(
            sorted(Span(s["start"], s["end"], s["label"]) for s in data[EVIDENCE.name])
        ),
    }
