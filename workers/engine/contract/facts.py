"""The facts that a strategy learns and can revert: votes, adjudications, contents and sources."""

from __future__ import annotations

from typing import Literal, NamedTuple

from argilla_distill.workers.engine.contract.question import Value

Kind = Literal["person", "model", "template"]


class Vote(NamedTuple):
    """One annotator's submitted value for one record.

    `confidence` is how sure they said they were, in [0, 1]; None where nobody asked.
    """

    record: str
    annotator: str
    value: Value
    confidence: float | None = None


class Adjudication(NamedTuple):
    """The value that a reviewer decided for on one record."""

    record: str
    value: Value


class Content(NamedTuple):
    """The text of one record."""

    record: str
    text: str


class Source(NamedTuple):
    """What kind of annotator somebody is. Without such a fact they are a person."""

    annotator: str
    kind: Kind


Fact = Vote | Adjudication | Content | Source
