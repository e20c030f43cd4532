"""What a review dataset is made of, and how far one that exists is from that. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from argilla_distill.domain.records import REVIEW_OF, Dataset
from argilla_distill.plugin.settings import DatasetSettings

GUIDELINES = """# Review

Each record here is a copy from **{name}** on which annotators disagree, or of whose label the \
distiller is not sure. The most useful come first if you open the dataset by the link that \
`argilla-distill review show` prints.

1. Read the note, which comes first: which questions are to be decided, who said what, and why.
2. Decide these. {filled}{audits}
3. Say **why** in a sentence. New annotators learn from it, and so does whoever asks in a year.

What an owner, an admin or a named reviewer submits here decides those questions of the original \
record, settles its conflict and teaches the distiller. It can be taken back: clear or discard your answer.
"""

FILLED = {
    "settled": "The other questions are settled and filled in: what you leave as it is, decides nothing; "
    "what you change, does.",
    "all": "What is suggested is only the distiller's best guess: take it, or choose another.",
    "none": "Nothing is filled in: whatever you answer decides.",
}
"""What the guidelines say of what is filled in, by `review_suggest`."""

AUDITS = """ Some records come without a note, with nothing filled in: they were drawn at random. Answer \
all their questions from the record alone; that tells how often the distiller is right."""
"""What the guidelines say where audits are drawn."""

NOTE = {
    "title": "What is to be decided",
    "description": "Written by argilla-distill. Nothing has to be done here.",
    "required": False,
    "settings": {"type": "text", "use_markdown": True},
}

WHY = {
    "title": "Why?",
    "description": "The reason for your decision, in a sentence.",
    "required": False,
    "settings": {"type": "text", "use_markdown": False},
}

PROPERTIES = (
    ("priority", "Worth of an adjudication", "float"),
    ("wanted", "Worth of one more answer", "float"),
    ("asks", "Asks for", "terms"),
    ("asked", "Questions to decide", "terms"),
    ("kind", "Kind of conflict", "terms"),
    ("round", "Round", "terms"),
    ("page", "Explanation", "terms"),
    ("original", "Original record", "terms"),
)

Json = Mapping[str, Any]


def overlap(plan: DatasetSettings) -> int:
    """How many answers complete a copy: of further annotators, and of reviewers."""
    return plan.more_votes + plan.review_overlap


def body(dataset: Dataset, plan: DatasetSettings, name: str, workspace_id: str) -> dict[str, Any]:
    """The review dataset itself, as Argilla takes it."""
    return {
        "name": name,
        "workspace_id": workspace_id,
        "guidelines": GUIDELINES.format(
            name=dataset.full_name,
            filled=FILLED[plan.review_suggest],
            audits=AUDITS if plan.review_audits else "",
        ),
        "allow_extra_metadata": True,
        "metadata": {REVIEW_OF: dataset.id},
        "distribution": {"strategy": "overlap", "min_submitted": overlap(plan)},
    }


def fields(blueprint: Json) -> list[dict[str, Any]]:
    """The original's fields, as Argilla takes them."""
    kept = ("name", "title", "required", "settings")
    return [{key: field[key] for key in kept} for field in blueprint["fields"]]


def questions(blueprint: Json, plan: DatasetSettings) -> list[dict[str, Any]]:
    """The note, the original's questions, and the reviewer's reason, as Argilla takes them."""
    kept = ("name", "title", "description", "required", "settings")
    note, why = ({plan.conflict_question: NOTE}, {plan.reason_question: WHY})
    found = [
        {key: q[key] for key in kept if q.get(key) is not None}
        for q in blueprint["questions"]
        if q["name"] not in (*note, *why)
    ]
    return [*_named(note), *found, *_named(why)]


def _named(made: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": name, **settings} for name, settings in made.items() if name]


def metadata() -> list[dict[str, Any]]:
    """The metadata properties, as Argilla takes them."""
    return [
        {"name": name, "title": title, "settings": {"type": kind}, "visible_for_annotators": True}
        for name, title, kind in PROPERTIES
    ]


def shortcomings(
    original: Dataset, review: Dataset, plan: DatasetSettings, in_order: bool = True
) -> list[str]:
    """What is wrong with a review dataset, in words; nothing if it is as it should be.

    Parameters
    ----------
    in_order : whether the order of its questions matters.
    """
    words = []
    special = (plan.conflict_question, plan.reason_question)
    for question in original.questions:
        there = review.question(question.name)
        if question.name in special:
            continue
        if there is None:
            words.append(f"has no question {question.name!r}")
        elif there.type != question.type:
            words.append(f"question {question.name!r} is {there.type}, not {question.type}")
        elif set(question.labels) != set(there.labels):
            more = _listed(set(question.labels) - set(there.labels), "lacks")
            less = _listed(set(there.labels) - set(question.labels), "still has")
            words.append(f"question {question.name!r} {' and '.join(filter(None, (more, less)))}")
    words += [f"has no question {name!r}" for name in special if name and not review.question(name)]
    names = [question.name for question in review.questions]
    if in_order and plan.conflict_question in names[1:]:
        words.append("shows what is to be decided behind its questions, not before them")
    if review.min_submitted != overlap(plan):
        words.append(
            f"is completed by {review.min_submitted} answers, not by {overlap(plan)} as it is set"
        )
    return words


def _listed(labels: Sequence[str] | set[str], word: str) -> str:
    return f"{word} {', '.join(sorted(labels))}" if labels else ""
