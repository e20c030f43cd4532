"""`stepwise-supervision`: a reply in steps, each right or wrong, by spans that people marked in it.

A step is a line of the field that the question marks spans in. It is wrong where a distilled span lies in
it; by default every span is a mistake, else those with a label in `mistakes`. Records whose spans are left
open are left out. The columns are TRL's: `prompt`, `completions` and `labels`
(https://huggingface.co/docs/trl/dataset_formats#stepwise-supervision).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pyarrow as pa

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.exports.formats.completions import NO_TEXT
from argilla_distill.exports.readable_version import ReadableVersion, Row
from argilla_distill.exports.request import ExportRequest, InvalidExport
from argilla_distill.exports.sieve import Sieve
from argilla_distill.exports.turns import as_text, known_field

STEP = re.compile(r"[^\n]*\S[^\n]*")
"""A line with anything on it."""

ONE_STEP = "of one step"


class Stepwise:
    """Rows of prompt, completions and labels."""

    def __init__(
        self, source: ReadableVersion, request: ExportRequest, left_out: Counter[str]
    ) -> None:
        question = request.only(source.manifest, ["span"], "a span question over a field in steps")
        for label in request.mistakes:
            if label not in question.options:
                hint = did_you_mean(label, question.options)
                raise InvalidExport(f"{question.name} has no label {label}{hint}")
        self._field = known_field(
            source.fields, question.span_field or request.completion, "completion_field"
        )
        self._prompt = known_field(source.fields, request.prompt, "prompt_field")
        if source.fields[self._field] == "chat" or self._field == self._prompt:
            raise InvalidExport(
                f"{question.name} marks spans in {self._field}, which is no reply in steps: steps are the "
                "lines of a text field beside the prompt"
            )
        self._question, self._mistakes = question, set(request.mistakes)
        self._sure, self._left_out = request.sure, left_out

    @property
    def schema(self) -> pa.Schema:
        """The columns."""
        return pa.schema(
            [
                ("record_id", pa.string()),
                ("prompt", pa.string()),
                ("completions", pa.list_(pa.string())),
                ("labels", pa.list_(pa.bool_())),
            ]
        )

    def rows(self, sieve: Sieve) -> Iterator[Row]:
        """The rows of a version's records."""
        column = self._question.column
        columns = [f"fields.{self._prompt}", f"fields.{self._field}"]
        for row in sieve.rows([*columns, f"{column}.value", f"{column}.confidence"]):
            decided, text = row[column], row["fields"][self._field]
            steps = steps_of(text or "")
            if decided["value"] is None:
                self._left_out["left open"] += 1
            elif not row["fields"][self._prompt] or not steps:
                self._left_out[NO_TEXT] += 1
            elif len(steps) == 1:
                self._left_out[ONE_STEP] += 1
            elif decided["confidence"] < self._sure:
                self._left_out[f"less sure than {self._sure:g}"] += 1
            else:
                spans = [
                    s
                    for s in decided["value"]
                    if not self._mistakes or s["label"] in self._mistakes
                ]
                yield {
                    "record_id": row["record_id"],
                    "prompt": as_text(row["fields"][self._prompt]),
                    "completions": [text[start:end].strip() for start, end in steps],
                    "labels": [not _marked(step, spans) for step in steps],
                }


def steps_of(text: str) -> list[tuple[int, int]]:
    """The steps of a reply: begin and end of each line with anything on it.

    >>> steps_of("one\\n\\n two\\n")
    [(0, 3), (5, 9)]
    """
    return [found.span() for found in STEP.finditer(text)]


def _marked(step: tuple[int, int], spans: Sequence[Row]) -> bool:
    """Whether a span lies in the step, if only in part."""
    return any(span["start"] < step[1] and step[0] < span["end"] for span in spans)
