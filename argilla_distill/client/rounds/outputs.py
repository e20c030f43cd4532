"""A model's outputs as lines of JSON (`sending.lines`).

A line is `{"fields": {…}, "external_id": …, "prediction": …, "score": …}`. Where there is no `fields`, every
other name is a field.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from argilla_distill.client.sending import lines
from argilla_distill.client.sending.lines import LineForm, LinesFile, Rows
from argilla_distill.domain.rounds.round import MAX_OUTPUTS

BESIDE = ("external_id", "prediction", "score")
"""What a line has beside its fields."""

Outputs = Rows


def as_lines(outputs: Outputs) -> AbstractContextManager[LinesFile]:
    """Outputs as a file of lines."""
    return lines.as_lines(outputs, LineForm("output", MAX_OUTPUTS, line))


def line(output: Mapping[str, Any]) -> dict[str, Any]:
    """An output as a line has it; what is None is left out.

    >>> line({"reply": "On its way.", "score": 0.8, "external_id": None})
    {'fields': {'reply': 'On its way.'}, 'score': 0.8}
    >>> line({"fields": {"reply": "Yes.", "note": None}, "prediction": "good"})
    {'fields': {'reply': 'Yes.'}, 'prediction': 'good'}
    """
    if "fields" in output:
        fields, rest = output["fields"], {k: v for k, v in output.items() if k != "fields"}
    else:
        fields = {k: v for k, v in output.items() if k not in BESIDE}
        rest = {k: v for k, v in output.items() if k in BESIDE}
    if isinstance(fields, Mapping):
        fields = {name: value for name, value in fields.items() if value is not None}
    return {"fields": fields, **{name: value for name, value in rest.items() if value is not None}}
