"""The facts that a strategy learns and can revert: votes, adjudications, contents and sources.

What `Dated` strategies learn beside them is when guidelines were new.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from argilla_distill.workers.engine.contract.question import Value

Kind = Literal["person", "model", "template"]


class Vote(NamedTuple):
    """One annotator's submitted value for one record.

    `confidence` is how sure they said they were, in [0, 1]; None where nobody asked. `weight`, in
    (0, 1], is how much the vote counts; only strategies that weigh votes are given another than 1.
    `at` is when it was given, ms since the epoch; 0 where that makes no difference.
    """

    record: str
    annotator: str
    value: Value
    confidence: float | None = None
    weight: float = 1.0
    at: int = 0


class Adjudication(NamedTuple):
    """The value that a reviewer decided for on one record.

    `drawn`: the record was drawn at random to be reviewed (an audit), and not chosen. Strategies need
    not care; to take it back, its value is enough.
    """

    record: str
    value: Value
    drawn: bool = False


class Content(NamedTuple):
    """The text of one record."""

    record: str
    text: str


class Source(NamedTuple):
    """What kind of annotator somebody is. Without such a fact they are a person."""

    annotator: str
    kind: Kind


class NewGuidelines(NamedTuple):
    """Guidelines were new at a moment, ms since the epoch."""

    since: int


Fact = Vote | Adjudication | Content | Source | NewGuidelines

Change = tuple[Fact, bool]
"""A fact that holds from now on (True), or no longer."""
