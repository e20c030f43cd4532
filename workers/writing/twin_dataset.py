"""What the twin of a version is made of: its dataset, and its records with our labels as suggestions. Pure.

The same fields, questions and guidelines as the original's; values that its questions do not take any
more, because a label was removed since, are left out, and counted by why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from argilla_distill.domain.records import (
    OWN_AGENT,
    TWIN_DIGEST,
    TWIN_OF,
    TWIN_VERSION,
    Dataset,
    DatasetQuestion,
)
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.twin import TwinDataset
from argilla_distill.workers.writing.guidelines_section import BrokenMarkers, Guidelines

Json = Mapping[str, Any]

MAX_NAME = 200
MAX_GUIDELINES = 10_000
"""Characters of a dataset's name and of its guidelines in Argilla."""

MAX_AGENT = 200
"""Characters of an agent's name, of which Argilla takes but some."""

TAGS = "argilla_distill_tags"
"""Which tags name the version, in the dataset's own metadata."""

PROPERTIES = (
    ("split", "Split", "terms"),
    ("round", "Round", "terms"),
    ("conflict", "Conflict", "terms"),
    ("confidence", "Confidence", "float"),
    ("record", "Original record", "terms"),
)
"""Metadata properties of a twin's records: name, title, type."""

HEADER = (
    "**{version}** of {dataset}{tags}: a version made by argilla-distill, which never changes. "
    "What is answered here changes nothing."
)
"""The first line of the guidelines."""


def names(manifest: Manifest) -> Iterator[str]:
    """What the twin may be called: the first of these that is free in its workspace.

    Twins of datasets of several workspaces may lie in one.
    """
    workspace, name = manifest.dataset.split("/", 1)
    yield _name(name, manifest.name)
    number = 1
    while True:
        yield _name(f"{workspace}/{name}", f"{manifest.name}{'' if number == 1 else f' {number}'}")
        number += 1


def _name(dataset: str, version: str) -> str:
    most = MAX_NAME - len(f" @ {version}")
    return f"{dataset if len(dataset) <= most else dataset[: most - 1] + '.'} @ {version}"


def twin_dataset(
    manifest: Manifest, tags: Sequence[str], blueprint: Json, workspace: str, name: str
) -> TwinDataset:
    """The dataset that a version's twin is.

    Parameters
    ----------
    blueprint : guidelines, fields and questions of the original, as `Gateway.blueprint` gives them.
    """
    called = property_names(blueprint)
    return TwinDataset(
        name,
        workspace,
        guidelines(manifest, tags, blueprint["guidelines"]),
        metadata(manifest, tags),
        tuple(_kept(f, ("name", "title", "required", "settings")) for f in blueprint["fields"]),
        tuple(
            _kept(q, ("name", "title", "description", "required", "settings"))
            for q in blueprint["questions"]
        ),
        tuple((called[property_], title, kind) for property_, title, kind in PROPERTIES),
    )


def _kept(data: Json, keys: Sequence[str]) -> dict[str, Any]:
    return {key: data[key] for key in keys if data.get(key) is not None}


def property_names(blueprint: Json) -> dict[str, str]:
    """Our name of a metadata property → what it is called in Argilla.

    One that a field or a question is called too gets `version_` before it: Argilla's SDK takes no two
    things of one name.

    >>> property_names({"fields": [{"name": "record"}], "questions": []})["record"]
    'version_record'
    """
    taken = {each["name"] for each in (*blueprint["fields"], *blueprint["questions"])}
    found = {}
    for name, _, _ in PROPERTIES:
        called = name
        while called in taken:
            called = f"version_{called}"
        found[name] = called
    return found


def metadata(manifest: Manifest, tags: Sequence[str]) -> dict[str, Any]:
    """The dataset's own metadata: that it is a twin, of which version, and which tags name that."""
    return {
        TWIN_OF: manifest.dataset_id,
        TWIN_VERSION: manifest.name,
        TWIN_DIGEST: manifest.content_sha256,
        TAGS: list(tags),
    }


def guidelines(manifest: Manifest, tags: Sequence[str], original: str) -> str:
    """The original's guidelines without our examples, below a line that says what this is."""
    named = f" (tag {', '.join(tags)})" if tags else ""
    head = HEADER.format(version=manifest.name, dataset=manifest.dataset, tags=named)
    try:
        own = Guidelines.of(original).without_section()
    except BrokenMarkers:
        own = original
    text = f"{head}\n\n{own.strip()}".strip()
    return text if len(text) <= MAX_GUIDELINES else f"{text[: MAX_GUIDELINES - 1]}…"


class TwinRecords:
    """From a version's rows to records of its twin.

    Parameters
    ----------
    twin : the dataset with its questions.
    blueprint : as for `twin_dataset`.
    """

    def __init__(self, manifest: Manifest, twin: Dataset, blueprint: Json) -> None:
        self._agent = re.sub(r"[^a-zA-Z0-9\-_:./]", "_", OWN_AGENT + manifest.name)[:MAX_AGENT]
        self._columns = {q.name: q.column for q in manifest.questions}
        self._questions = [q for q in twin.questions if q.name in self._columns]
        self._fields = {f["name"]: f["settings"]["type"] for f in blueprint["fields"]}
        self._called = property_names(blueprint)
        self._gone = sorted(set(self._columns) - {q.name for q in self._questions})

    def item(self, row: Json) -> tuple[dict[str, Any], list[str]]:
        """A row as Argilla's bulk call takes it, and for each value that is left out why."""
        fields = {n: _field(v, self._fields[n]) for n, v in _known(row["fields"], self._fields)}
        suggestions = []
        left_out = [
            f"{name}: the question is not there any more"
            for name in self._gone
            if row[self._columns[name]]["value"] is not None
        ]
        for question in self._questions:
            decided = row[self._columns[question.name]]
            if decided["value"] is None:
                continue
            value = _value(question, decided["value"])
            why = refusal(question, value, fields)
            if why:
                left_out.append(f"{question.name}: {why}")
                continue
            suggestions.append(
                {
                    "question_id": question.id,
                    "value": value,
                    "score": _score(question, value, decided),
                    "type": "model",
                    "agent": self._agent,
                }
            )
        item = {
            "external_id": row["record_id"],
            "fields": fields,
            "metadata": {self._called[k]: v for k, v in self._metadata(row).items()},
            "suggestions": suggestions,
        }
        return item, left_out

    def _metadata(self, row: Json) -> dict[str, Any]:
        decided = [row[column] for column in self._columns.values()]
        conflicts = [each["conflict"] for each in decided]
        settled = "settled" if any(c["ever"] for c in conflicts) else "none"
        found = {
            "split": row["split"],
            "round": row["round"],
            "conflict": "open" if any(c["now"] for c in conflicts) else settled,
            "confidence": min(
                (round(each["confidence"], 4) for each in decided if each["value"] is not None),
                default=None,
            ),
            "record": row["record_id"],
        }
        return {name: value for name, value in found.items() if value is not None}


def refusal(question: DatasetQuestion, value: Any, fields: Json) -> str:
    """Why Argilla would not take a value as a suggestion; "" if it does.

    Parameters
    ----------
    fields : the record's.
    """
    kind = question.type
    if kind == "text":
        return ""
    if kind == "label_selection":
        return _unknown(question, [value])
    if kind == "rating":
        return "" if str(value) in question.labels else "a rating that cannot be given any more"
    if not value:
        return "nothing is chosen, which Argilla does not take" if kind != "span" else ""
    if kind == "multi_label_selection":
        return _unknown(question, value)
    if kind == "ranking":
        return _unknown(question, [each["value"] for each in value])
    return _misplaced(question, value, fields)


def _unknown(question: DatasetQuestion, labels: Collection[str]) -> str:
    return "" if set(labels) <= set(question.labels) else "a label that is not there any more"


def _misplaced(question: DatasetQuestion, spans: Sequence[Json], fields: Json) -> str:
    passage = fields.get(question.field)
    length = len(passage) if isinstance(passage, str) else 0
    if any(not 0 <= span["start"] < span["end"] <= length for span in spans):
        return "a passage that is not in the text"
    return _unknown(question, [span["label"] for span in spans])


def _known(fields: Json | None, kinds: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    return ((n, v) for n, v in (fields or {}).items() if v is not None and n in kinds)


def _field(value: Any, kind: str) -> Any:
    """A field as Argilla takes it: of custom fields the files have JSON."""
    return json.loads(value) if kind == "custom" and isinstance(value, str) else value


def _value(question: DatasetQuestion, value: Any) -> Any:
    """A value as Argilla takes it: ratings are whole numbers there."""
    return int(value) if question.type == "rating" and value == int(value) else value


def _score(question: DatasetQuestion, value: Any, decided: Json) -> float | list[float] | None:
    """The confidence; of a list one for each part, where the version tells it.

    Argilla takes no single score for a list, and none at all for an empty one.
    """
    whole: float = round(decided["confidence"], 4)
    if not isinstance(value, list):
        return whole
    chances = {each["value"]: each["p"] for each in decided["posterior"]}
    return [round(chances.get(_part(question, each), whole), 4) for each in value] or None


def _part(question: DatasetQuestion, part: Any) -> str:
    """What a part of a value is called in the posterior."""
    if question.type == "span":
        return f"{part['label']} {part['start']}-{part['end']}"
    return part if isinstance(part, str) else str(part["value"])
