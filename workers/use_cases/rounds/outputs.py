"""A file of a model's outputs: one JSON object a line, checked before anything is done with any of them.

```
{"fields": {"prompt": "…", "reply": "…"}, "external_id": "chat-17", "prediction": "good", "score": 0.9}
```

Only `fields` must be there. `prediction` is a label of the question that the round is about, `score` how sure
the model is, from 0 to 1. Lines are read one at a time and twice: what is kept of each is a few bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from argilla_distill.domain.given_json import NotGivenJson, parsed
from argilla_distill.domain.rounds.round import MAX_OUTPUTS
from argilla_distill.plugin.errors import InvalidRequest, InvalidRows
from argilla_distill.workers.use_cases.rounds.form import RecordForm

KEYS = ("fields", "external_id", "prediction", "score")

MAX_LISTED = 20
"""So many mistakes are listed at most."""

MAX_LINE = 16_000_000
"""Bytes of a line, which may hold an image."""

MAX_EXTERNAL_ID = 200


@dataclass(frozen=True)
class ModelOutput:
    """One line.

    Attributes
    ----------
    number : of the line, from 1.
    external_id, prediction : "" for none.
    score : None for none.
    """

    number: int
    fields: Mapping[str, Any]
    external_id: str = ""
    prediction: str = ""
    score: float | None = None


@dataclass
class BadLines:
    """What is wrong with a file, as far as it is listed."""

    listed: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, number: int, text: str) -> None:
        """Something is wrong with a line."""
        if len(self.listed) < MAX_LISTED:
            self.listed.append(f"line {number}: {text}")
        else:
            self.more += 1

    def check(self, path: Path) -> None:
        """Raises InvalidRows if anything is wrong."""
        if not self.listed:
            return
        more = [f"and {self.more:,} more"] if self.more else []
        lines = "\n  ".join([*self.listed, *more])
        raise InvalidRows(f"{path} does not fit the dataset; nothing was written:\n  {lines}")


def digest(path: Path) -> str:
    """The SHA-256 of a file.

    Raises
    ------
    InvalidRequest : it cannot be read.
    """
    found = sha256()
    try:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                found.update(part)
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror or error}") from None
    return found.hexdigest()


def read(
    path: Path,
    form: RecordForm,
    labels: Callable[[bool], tuple[str, ...]],
    mistakes: BadLines,
) -> Iterator[ModelOutput]:
    """The outputs of a file, and what is wrong with the others.

    Parameters
    ----------
    labels : gives what may be predicted, when the first prediction is met.
    mistakes : is filled on the way; to be checked when the last line was read.
    """
    named: dict[str, int] = {}
    count = 0
    for number, line in lines(path):
        count += 1
        if count > MAX_OUTPUTS:
            raise InvalidRequest(
                f"{path} has more than {MAX_OUTPUTS:,} outputs: take a part of them"
            )
        found = _parsed(line)
        if isinstance(found, str):
            mistakes.add(number, found)
            continue
        why = _wrong(found, form, labels)
        name = found.get("external_id") or ""
        if not why and name and name in named:
            why = f"external_id {name!r} is that of line {named[name]} as well"
        if why:
            mistakes.add(number, why)
            continue
        if name:
            named[name] = number
        yield ModelOutput(
            number, found["fields"], name, found.get("prediction") or "", found.get("score")
        )


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not empty, with their numbers.

    Raises
    ------
    InvalidRequest : it cannot be read, or a line has no end.
    """
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE):
                number += 1
                if len(line) == MAX_LINE and not line.endswith(b"\n"):
                    raise InvalidRows(f"{path}: line {number} is longer than {MAX_LINE:,} bytes")
                if line.strip():
                    yield number, line
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror or error}") from None


def fields_of(path: Path, numbers: set[int]) -> dict[int, Mapping[str, Any]]:
    """The fields of some lines, which were checked before."""
    return {number: parsed(line)["fields"] for number, line in lines(path) if number in numbers}


def _parsed(line: bytes) -> Mapping[str, Any] | str:
    try:
        found = parsed(line)
    except NotGivenJson as error:
        return str(error)
    return found if isinstance(found, dict) else "is no JSON object"


def _wrong(
    found: Mapping[str, Any], form: RecordForm, labels: Callable[[bool], tuple[str, ...]]
) -> str:
    unknown = [key for key in found if key not in KEYS]
    if "fields" not in found:
        return 'has no "fields"' + (
            f" (but {', '.join(map(repr, unknown[:3]))})" if unknown else ""
        )
    if unknown:
        return f"has a key {unknown[0]!r}; there are {', '.join(KEYS)}"
    why = form.wrong(found["fields"])
    if why:
        return why
    name = found.get("external_id")
    if name is not None and not (isinstance(name, str) and 0 < len(name) <= MAX_EXTERNAL_ID):
        return f"external_id is no text of 1 to {MAX_EXTERNAL_ID} characters"
    score = found.get("score")
    if score is not None and not (
        isinstance(score, (int, float)) and not isinstance(score, bool) and 0 <= score <= 1
    ):
        return "score is no number from 0 to 1"
    prediction = found.get("prediction")
    if prediction is None:
        return ""
    known = labels(True)
    if prediction not in known:
        return f"prediction {prediction!r} is none of {', '.join(known)}"
    return ""
