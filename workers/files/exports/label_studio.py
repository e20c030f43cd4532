"""Tasks as Label Studio exports them (JSON): annotations with results, each for a control by name.

Offsets of spans are those of Label Studio: characters of the text, the end not included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from argilla_distill.workers.engine.contract.question import QuestionType
from argilla_distill.workers.files.exports.export import ExportedQuestions, named

KINDS: dict[str, QuestionType | None] = {
    "choices": None,  # one or several: by the answers
    "taxonomy": "multi_label",
    "labels": "span",
    "hypertextlabels": "span",
    "rating": "rating",
    "number": "rating",
    "textarea": "text",
    "pairwise": "label",
    "datetime": "text",
}
"""Types of results that can be distilled, and the engine's types of questions."""


def is_task(found: Mapping[str, Any]) -> bool:
    """Whether this is a task of a Label Studio export."""
    answers = found.get("annotations", found.get("completions"))
    return isinstance(answers, list) and all(isinstance(a, dict) and "result" in a for a in answers)


def read_tasks(found: Iterable[tuple[int, Mapping[str, Any]]], unit: str) -> ExportedQuestions:
    """All questions of an export. Ground truth is an adjudication; predictions do not count."""
    export = ExportedQuestions(unit=unit)
    left: Counter[str] = Counter()
    given: list[tuple[int, str, str, bool, dict[str, list[Any]]]] = []
    for number, task in found:
        name = named(task, ("id", "inner_id"), number)
        left["predictions"] += len(task.get("predictions") or ())
        text = _text(task.get("data"))
        if text:
            export.texts[name] = text
        for annotation in task.get("annotations", task.get("completions")) or ():
            if annotation.get("was_cancelled"):
                left["skipped annotations"] += 1
                continue
            said = _results(annotation.get("result") or (), export, left)
            truth = bool(annotation.get("ground_truth"))
            given.append((number, name, _annotator(annotation.get("completed_by")), truth, said))
    several = {
        name
        for *_, said in given
        for name, parts in said.items()
        if export.questions[name].kind is None and len(parts) > 1
    }
    for question in export.questions.values():
        if question.kind is None:
            question.kind = "multi_label" if question.name in several else "label"
        for number, task_, annotator, truth, said in given:
            value = _value(question.kind, said.get(question.name, []))
            if value is None:
                continue
            if truth:
                question.adjudications[task_] = value
            else:
                question.answers.append((number, task_, annotator, value))
        if question.adjudications and question.kind in ("label", "multi_label", "span"):
            said_ = [*(value for *_, value in question.answers), *question.adjudications.values()]
            question.labels = tuple(sorted({label for value in said_ for label in _labels(value)}))
    counts = ", ".join(f"{n} {what}" for what, n in sorted(left.items()) if n)
    if counts:
        export.notes.append(f"left out: {counts}")
    if any(question.adjudications for question in export.questions.values()):
        export.notes.append("annotations marked as ground truth are taken as adjudications")
    return export


def _results(
    results: Iterable[Mapping[str, Any]], export: ExportedQuestions, left: Counter[str]
) -> dict[str, list[Any]]:
    """Question -> its parts."""
    said: dict[str, list[Any]] = {}
    for result in results:
        kind, value = str(result.get("type", "")), result.get("value") or {}
        if kind not in KINDS or "from_name" not in result:
            left[f"results of the type {kind or 'relation'}"] += 1
            continue
        if KINDS[kind] != "span" and ("start" in value or "x" in value):
            left["answers on single regions"] += 1
            continue
        question = export.question(str(result["from_name"]))
        question.kind = KINDS[kind]
        said.setdefault(question.name, []).extend(_parts(kind, value))
    return said


def _parts(kind: str, value: Mapping[str, Any]) -> list[Any]:
    if KINDS[kind] == "span":
        place = value.get("globalOffsets") or value
        return [
            {"start": place.get("start"), "end": place.get("end"), "label": label}
            for label in value.get(kind, value.get("labels")) or ()
        ]
    if kind == "taxonomy":
        return [" / ".join(map(str, path)) for path in value.get("taxonomy") or ()]
    found = value.get({"textarea": "text", "pairwise": "selected"}.get(kind, kind))
    return list(found) if isinstance(found, list) else [] if found is None else [found]


def _value(kind: QuestionType, parts: list[Any]) -> Any:
    """What an annotation says; None if it does not say anything."""
    if kind in ("span", "multi_label"):
        return parts
    if not parts:
        return None
    return "\n".join(map(str, parts)) if kind == "text" else parts[0]


def _labels(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    return [str(part["label"] if isinstance(part, dict) else part) for part in parts]


def _annotator(found: Any) -> str:
    if isinstance(found, dict):
        found = found.get("email") or found.get("username") or found.get("id")
    return "" if found is None else str(found)


def _text(data: Any) -> str:
    """The longest of a task's texts."""
    texts = [v for v in data.values() if isinstance(v, str)] if isinstance(data, dict) else []
    return max(texts, key=len, default="")
