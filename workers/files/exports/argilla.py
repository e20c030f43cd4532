"""Records as Argilla's SDK and its API write them.

| written by | responses | status of a response |
| --- | --- | --- |
| `records.to_json`, `dataset.to_disk` | ``{"label": [{"value", "user_id"}]}`` | is not in it |
| `records.to_datasets`, `to_list(flatten=True)` | ``label.responses``, ``….users``, ``….status`` | yes |
| the API, `record.serialize()` | a list of ``values`` or of values by question | yes |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from argilla_distill.domain.given_json import parsed
from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.workers.files.exports.export import ExportedQuestions, named
from argilla_distill.workers.files.reading.input_file import SETTINGS
from argilla_distill.workers.files.reading.mistakes import BadTable
from argilla_distill.workers.models.values import TYPES, content

RESPONSES = ".responses"
OWN_NOTES = "conflicts"
"""The question that carries our conflict notes unless it was named otherwise."""

Answer = tuple[str, str, Any, str]
"""DatasetQuestion, annotator, value, status; empty where it is unknown."""


def is_record(found: Mapping[str, Any]) -> bool:
    """Whether this is a record of an Argilla export."""
    nested = "responses" in found and "fields" in found
    return nested or any(str(key).endswith(RESPONSES) for key in found)


def read_records(found: Iterable[tuple[int, Mapping[str, Any]]], unit: str) -> ExportedQuestions:
    """All questions of an export: submitted responses as answers; suggestions do not count."""
    export = ExportedQuestions(unit=unit)
    status: Counter[str] = Counter()
    suggested = 0
    for number, record in found:
        task = named(record, ("external_id", "id", "_server_id"), number)
        for question, annotator, value, said in _answers(record):
            asked = export.question(question)
            if value is None:
                continue
            status[said] += 1
            if said in ("", "submitted"):
                asked.answers.append((number, task, annotator, value))
        fields = record.get("fields")
        if isinstance(fields, dict) and (text := content(DatasetQuestion("", "", "text"), fields)):
            export.texts[task] = text
        suggested += bool(record.get("suggestions")) or any(
            str(key).endswith(".suggestion") and value is not None for key, value in record.items()
        )
    _note(export, status, suggested)
    return export


def read_settings(export: ExportedQuestions, folder: Path) -> None:
    """Add what a folder that `dataset.to_disk` wrote knows of the questions.

    Raises
    ------
    BadTable : its settings cannot be read.
    """
    path = folder / SETTINGS
    if not path.is_file():
        return
    try:
        for each in parsed(path.read_bytes())["questions"]:
            settings = each["settings"]
            kind = TYPES.get(settings["type"])
            question = export.questions.get(each["name"])
            if question is None or kind is None:
                continue
            question.kind = kind
            values = [option["value"] for option in settings.get("options") or ()]
            if kind == "rating":
                question.scale = tuple(sorted(int(value) for value in values))
            else:
                question.labels = tuple(map(str, values))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadTable(f"{path}: no settings of an Argilla dataset: {error!r}") from error


def _answers(record: Mapping[str, Any]) -> Iterator[Answer]:
    responses = record.get("responses")
    if isinstance(responses, dict):
        for question, said in responses.items():
            for each in said or ():
                yield (
                    question,
                    _known(each.get("user_id")),
                    each.get("value"),
                    _known(each.get("status")),
                )
    elif isinstance(responses, list):
        for each in responses:
            who, status = _known(each.get("user_id")), _known(each.get("status"))
            if "question_name" in each:
                yield each["question_name"], who, each.get("value"), status
            for question, value in (each.get("values") or {}).items():
                yield (
                    question,
                    who,
                    value.get("value") if isinstance(value, dict) else value,
                    status,
                )
    else:
        yield from _flat(record)


def _flat(record: Mapping[str, Any]) -> Iterator[Answer]:
    for key, values in record.items():
        if str(key).endswith(RESPONSES):
            values = values or []
            users = record.get(f"{key}.users") or [None] * len(values)
            status = record.get(f"{key}.status") or [None] * len(values)
            for value, user, said in zip(values, users, status, strict=False):
                yield key.removesuffix(RESPONSES), _known(user), value, _known(said)


def _known(value: object) -> str:
    """A name or a status; some exports write None as text."""
    return "" if value in (None, "None") else str(getattr(value, "value", value))


def _note(export: ExportedQuestions, status: Counter[str], suggested: int) -> None:
    left = {name: n for name, n in status.items() if name not in ("", "submitted")}
    if left:
        counts = ", ".join(f"{n} {name}" for name, n in sorted(left.items()))
        export.notes.append(f"responses that were not submitted do not count: {counts}")
    if status[""]:
        export.notes.append(
            "this export does not tell drafts and discarded responses from submitted ones: all count "
            "(to_datasets tells them)"
        )
    if suggested:
        export.notes.append(f"suggestions on {suggested} records do not count as answers")
