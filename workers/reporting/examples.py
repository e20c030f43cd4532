"""Records that show a newcomer what a label means, and where it ends.

`pick` chooses them; `told` adds the record's text and the reason in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from plugin.report import Example
from workers.reporting.calibration import share_right
from workers.reporting.standing import NONE, Ints, Standing
from workers.reporting.survey import Survey
from workers.values import from_argilla

MOST = 4
"""So many of each kind for each value."""

MOST_VALUES = 30

LOOKED_AT = 200
"""Of so many candidates the most different are chosen."""

VARIED = 6
"""Fingerprints of two examples differ in more bits than this."""

CLOSE = 0.8
"""A decision this sure before its review was no close call, unless it proved wrong."""

TEXT = 300
"""Characters of a record that are shown."""


@dataclass(frozen=True)
class Chosen:
    """An example without words: the record's row, `telling` or `close`, the value's code."""

    row: int
    kind: str
    code: int


def pick(survey: Survey, standing: Standing) -> list[Chosen]:
    """The examples for each value: labels in their order, else the values most often decided."""
    voters = _voters(standing)
    chosen: list[Chosen] = []
    for code in _codes(standing):
        taken: list[int] = []
        for kind, candidates in (
            ("close", _close(survey, standing, code)),
            ("telling", _telling(survey, standing, code)),
        ):
            rows = _varied(candidates, survey, voters, taken)
            taken += rows
            chosen += [Chosen(row, kind, code) for row in rows]
    return sorted(chosen, key=lambda each: each.kind != "telling")


def _codes(standing: Standing) -> list[int]:
    if standing.asked.type in ("span", "text", "ranking"):
        return []
    if standing.asked.type == "label":
        return list(range(len(standing.asked.labels)))[:MOST_VALUES]
    decided = standing.decided[standing.decided != NONE]
    count = np.bincount(decided, minlength=len(standing.values.list))
    often = np.argsort(-count, kind="stable")[:MOST_VALUES].tolist()
    return [code for code in often if count[code]]


def _telling(survey: Survey, standing: Standing, code: int) -> Ints:
    """Records decided so, those that weigh most one way first; several voices agree on each."""
    rows = np.flatnonzero((standing.decided == code) & ~standing.open)
    against = (standing.reviewed[rows] != NONE) & (standing.reviewed[rows] != code)
    rows = rows[~against & (standing.lean[rows] > 0)]
    several = standing.degree[rows] > 1
    rows = rows[several] if several.any() else rows
    ranked: Ints = rows[np.lexsort((survey.prints[rows], -standing.lean[rows]))]
    return ranked[:LOOKED_AT]


def _close(survey: Survey, standing: Standing, code: int) -> Ints:
    """Records that a reviewer decided so and that were hard: the least sure before comes first."""
    thought = survey.thought.get(standing.name, {})
    found = []
    for row in np.flatnonzero(standing.reviewed == code).tolist():
        said, confidence = thought.get(row, (None, 1.0))
        wrong = said is not None and not _right(standing, said, code)
        differ = standing.degree[row] > 1
        if differ and (confidence <= CLOSE or wrong):
            found.append((confidence, survey.ids[row], row))
    return np.array([row for _, _, row in sorted(found)[:LOOKED_AT]], np.int64)


def _right(standing: Standing, said: Any, code: int) -> bool:
    value = from_argilla(standing.asked, said)
    return share_right(standing.asked, value, standing.values.list[code]) > 0.5


def _voters(standing: Standing) -> Callable[[int], frozenset[int]]:
    """Who voted on a record."""
    votes = standing.votes
    order = np.argsort(votes.record, kind="stable")
    ends = np.cumsum(standing.degree)

    def voters(row: int) -> frozenset[int]:
        slots = order[ends[row] - standing.degree[row] : ends[row]]
        return frozenset(votes.annotator[slots].tolist())

    return voters


def _varied(
    candidates: Ints, survey: Survey, voters: Callable[[int], frozenset[int]], taken: Sequence[int]
) -> list[int]:
    """The first few that say different things; by different people, as far as there are such."""
    chosen: list[int] = []
    seen = [voters(row) for row in taken]
    for most_shared in (0.5, 0.99, 1.0):
        for row in candidates.tolist():
            if len(chosen) == MOST:
                return chosen
            people = voters(row)
            if any(len(people & them) > most_shared * len(people | them) for them in seen):
                continue
            if _other(row, [*taken, *chosen], survey):
                chosen.append(row)
                seen.append(people)
    return chosen


def _other(row: int, taken: Sequence[int], survey: Survey) -> bool:
    """Whether a record's text is none of those that were taken."""
    here = int(survey.prints[row])
    known = [int(survey.prints[each]) for each in taken]
    return row not in taken and not (
        here and any(there and (here ^ there).bit_count() <= VARIED for there in known)
    )


def told(
    chosen: Sequence[Chosen],
    survey: Survey,
    standing: Standing,
    texts: Mapping[str, str],
    reason: Callable[[str], str],
) -> Iterator[Example]:
    """The examples in words.

    Parameters
    ----------
    texts : record → what it says; whose text is not known is left out of it.
    reason : record → why it is decided so.
    """
    for each in chosen:
        record = survey.ids[each.row]
        yield Example(
            record=record,
            kind=each.kind,
            value=standing.values.words(each.code),
            confidence=round(float(np.nan_to_num(standing.confidence[each.row])), 4),
            text=texts.get(record, ""),
            reason=reason(record),
        )


def beginning(text: str) -> str:
    """The first characters of a text, on one line.

    >>> beginning("one\\n  two")
    'one two'
    """
    words = " ".join(text[: 4 * TEXT].split())
    return words if len(words) <= TEXT else f"{words[: TEXT - 1]}…"
