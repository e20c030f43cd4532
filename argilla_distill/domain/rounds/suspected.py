"""Whether labels of a round are suspect: what tracing said of it, as it is told with the round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from argilla_distill.domain.versions.segments import parse
from argilla_distill.domain.versions.tracing import Suspect, Suspicions

ROUND, ANNOTATOR = "round", "annotator and round"
"""The kinds of segments that are told with a round."""

SUSPECT = "suspect"


@dataclass(frozen=True)
class RoundSuspicion:
    """Whether labels of a round, or of one annotator in it, are associated with wrong ones.

    `verdict` is "suspect", "not suspect" or "too few to tell"; `version` the one that was looked at.
    """

    question: str
    version: str
    segment: str
    verdict: str
    sentence: str


def suspicions_of(name: str, looked: Mapping[str, Suspicions]) -> Iterator[RoundSuspicion]:
    """Of a round as a whole, and of annotators in it where they are suspect.

    Parameters
    ----------
    looked : question → what tracing said.
    """
    for question, of_it in looked.items():
        for each in of_it.segments:
            if each.kind == ROUND or (each.kind == ANNOTATOR and each.significant):
                conditions = parse(each.segment).conditions
                if any((c.kind, c.value) == (ROUND, name) for c in conditions):
                    yield RoundSuspicion(
                        question, of_it.version, each.segment, _verdict(each), each.sentence
                    )


def suspect_rounds(looked: Mapping[str, Suspicions]) -> frozenset[str]:
    """The rounds that are suspect as a whole, for any question."""
    return frozenset(
        condition.value
        for of_it in looked.values()
        for each in of_it.segments
        if each.kind == ROUND and each.significant
        for condition in parse(each.segment).conditions
    )


def _verdict(each: Suspect) -> str:
    if each.p >= 1:
        return "too few to tell"
    return SUSPECT if each.significant else "not suspect"
