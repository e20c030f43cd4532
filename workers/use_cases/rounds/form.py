"""What outputs must be like to become records of a dataset: its fields, its question, its metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argilla_distill.domain.history.record_state import MODEL_PROPERTY
from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.records import Dataset, DatasetQuestion
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.world import World

MAX_TURNS = 500
"""Of a chat, as Argilla has it."""

MAX_WEB_URL, MAX_DATA_URL = 2_038, 5_000_000
"""Characters of an image's address, as Argilla has them."""

LABELS = "label_selection"


@dataclass(frozen=True)
class RecordForm:
    """What a record of a dataset has.

    Attributes
    ----------
    fields : name → (type, whether it is required).
    missing : metadata properties that are to be made.
    metadata : what each record says of itself.
    """

    fields: Mapping[str, tuple[str, bool]]
    missing: tuple[str, ...]
    metadata: Mapping[str, Any]

    @classmethod
    def of(cls, world: World, dataset: Dataset, round_: str, model: str) -> RecordForm:
        """The form of a dataset for the records of a round.

        Raises
        ------
        InvalidRequest : a metadata property that is there takes no such name.
        """
        fields, properties = world.gateway.added.form(dataset.id)
        known = {each["name"]: each["settings"] for each in properties}
        said, missing = {}, []
        wanted = {world.plan(dataset.full_name).round_property: round_, MODEL_PROPERTY: model}
        for name, value in wanted.items():
            if not name or not value:
                continue
            if name in known:
                said[name] = _value(name, value, known[name])
            else:
                missing.append(name)
                said[name] = value
        kinds = {
            each["name"]: (each["settings"]["type"], bool(each["required"])) for each in fields
        }
        return cls(kinds, tuple(missing), said)

    def wrong(self, fields: object) -> str:
        """What is wrong with an output's fields; "" for nothing."""
        if not isinstance(fields, dict) or not fields:
            return "its fields are no JSON object with at least one field"
        for name in fields:
            if name not in self.fields:
                return f"the dataset has no field {name!r}{did_you_mean(name, self.fields)}"
        for name, (kind, required) in self.fields.items():
            value = fields.get(name)
            if value is None:
                if required:
                    return f"field {name!r} is missing"
                continue
            why = _wrong_value(kind, value)
            if why:
                return f"field {name!r} {why}"
        return ""


def _wrong_value(kind: str, value: object) -> str:
    if kind == "text":
        return "" if isinstance(value, str) else "is no text"
    if kind == "custom":
        return "" if isinstance(value, dict) else "is no JSON object"
    if kind == "image":
        if not isinstance(value, str) or not value.startswith(
            ("http://", "https://", "data:image/")
        ):
            return "is no address of an image: https://… or data:image/…"
        longest = MAX_DATA_URL if value.startswith("data:") else MAX_WEB_URL
        return "" if len(value) <= longest else f"is longer than {longest:,} characters"
    if kind == "chat":
        turns = value if isinstance(value, list) else []
        fits = all(
            isinstance(turn, dict)
            and turn.keys() == {"role", "content"}
            and all(isinstance(turn[part], str) and turn[part] for part in turn)
            for turn in turns
        )
        if not turns or not fits:
            return 'is no list of messages like {"role": "user", "content": "…"}'
        return "" if len(turns) <= MAX_TURNS else f"has more than {MAX_TURNS} messages"
    return ""


def _value(name: str, value: str, settings: Mapping[str, Any]) -> Any:
    """A name as a declared metadata property takes it."""
    kind, refuses = (
        settings["type"],
        f"the metadata property {name!r} of the dataset takes no {value!r}",
    )
    if kind == "terms":
        allowed = settings.get("values") or []
        if allowed and value not in allowed:
            raise InvalidRequest(f"{refuses}, only {', '.join(map(str, allowed))}")
        return value
    try:
        number = int(value) if kind == "integer" else float(value)
    except ValueError:
        raise InvalidRequest(f"{refuses}: it is of type {kind}") from None
    least, most = settings.get("min"), settings.get("max")
    if (least is not None and number < least) or (most is not None and number > most):
        raise InvalidRequest(f"{refuses}: it goes from {least} to {most}")
    if str(number) != value:
        raise InvalidRequest(f"{refuses}, which would come back as {number!r}: name the round so")
    return number


def chosen_question(
    dataset: Dataset, name: str, passes: Sequence[str], predictions: bool
) -> DatasetQuestion | None:
    """The label question by which outputs pass; None where there is nothing to go by.

    Raises
    ------
    InvalidRequest : there is no such question, it has no such label, or there are several to choose from.
    """
    every = [q for q in dataset.questions if q.type == LABELS]
    names = ", ".join(q.name for q in every) or "none"
    if name:
        found = next((q for q in every if q.name == name), None)
        if found is None:
            other = dataset.question(name)
            what = (
                f"{name!r} is of type {other.type}" if other else f"there is no question {name!r}"
            )
            raise InvalidRequest(
                f"{what}; outputs pass by a label question{did_you_mean(name, [q.name for q in every])}"
                f": {names}"
            )
    elif not passes and not predictions:
        return every[0] if len(every) == 1 else None
    elif len(every) == 1:
        found = every[0]
    else:
        raise InvalidRequest(f"say by --question which one tells whether an output passes: {names}")
    for label in passes:
        if label not in found.labels:
            raise InvalidRequest(
                f"question {found.name!r} has no label {label!r}{did_you_mean(label, found.labels)}; "
                f"it has {', '.join(found.labels)}"
            )
    return found
