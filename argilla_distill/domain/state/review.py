"""A review dataset, and what is remembered of a copy in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from argilla_distill.domain.records import Dataset


@dataclass(frozen=True, slots=True)
class ReviewInfo:
    """The review dataset of a dataset.

    Attributes
    ----------
    name : `workspace/name`.
    trouble : what is wrong with it; "" if all is well.
    dataset : as it was when last looked at; None where an earlier release did not note it.
    gone : whether somebody deleted it; None while nobody has looked since it was made.
    """

    id: str
    name: str
    trouble: str = ""
    dataset: Dataset | None = None
    gone: bool | None = None


@dataclass(frozen=True, slots=True)
class CopyInfo:
    """What was last written to a record's copy in the review dataset.

    Attributes
    ----------
    mark : tells whether it is still as it was written; "" to have it written anew.
    priority : what a review was worth.
    suggested : names of the questions with a suggestion of ours.
    asked : the questions that it asks, each with the time (Argilla's, ms) since when; -1: always.
        None: all.
    opened : whether a reviewer has answered it, although it is wanted no more.
    audit_pi : the probability with which it was drawn, if it is there because it was drawn at random: it
        then carries nothing of ours, for ever. None for any other.
    """

    id: str
    mark: str = ""
    priority: float = 0.0
    suggested: tuple[str, ...] = ()
    asked: Mapping[str, int] | None = None
    opened: bool = False
    audit_pi: float | None = None
