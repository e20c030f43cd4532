"""Records that show a newcomer what a label means, and where it ends.

Annotators read them, so they come from complete records alone (`domain.disclosure`). `pick` chooses
them; `examples_with_texts` adds the record's text and the reason in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from argilla_distill.domain.report import Example
from argilla_distill.workers.models.values import MAX_CHARACTERS
from argilla_distill.workers.reporting.question_columns import NONE, Ints, QuestionColumns
from argilla_distill.workers.reporting.survey import Survey

MAX_EXAMPLES = 4
FEW = 10
"""So many of each kind for each label; of more than a few labels half as many."""

MAX_VALUES = 30

LOOKED_AT = 200
"""Of so many candidates the most different are chosen."""

VARIED = 6
"""Fingerprints of two examples differ in more bits than this."""

CLOSE = 0.8
"""A decision this sure before its review was no close call, unless it proved wrong."""


@dataclass(frozen=True)
class ChosenExample:
    """An example without its text: the record's row, `telling` or `close`, what it shows."""

    row: int
    kind: str
    value: str


@dataclass(frozen=True)
class WantedExamples:
    """What examples are to show: one label or rating; `codes` tells which values have it."""

    words: str
    codes: NDArray[np.bool_]

    def among(self, codes: Ints) -> NDArray[np.bool_]:
        """Which of these values have it."""
        return np.asarray((codes != NONE) & self.codes[codes])


def pick(survey: Survey, question: QuestionColumns) -> list[ChosenExample]:
    """The examples for each label (or rating), in their order; none of free values."""
    every, voters = shown(question), _voters(question)
    most = MAX_EXAMPLES if len(every) <= FEW else MAX_EXAMPLES // 2
    chosen: list[ChosenExample] = []
    for each in every:
        for kind, candidates in (
            ("close", _close(survey, question, each)),
            ("telling", _telling(survey, question, each)),
        ):
            taken = [c.row for c in chosen]
            fresh = candidates[~np.isin(candidates, taken)]
            here = [c.row for c in chosen if c.value == each.words]
            rows = _varied(fresh[:LOOKED_AT], most, survey, voters, here)
            chosen += [ChosenExample(row, kind, each.words) for row in rows]
    return sorted(chosen, key=lambda each: each.kind != "telling")


def shown(question: QuestionColumns) -> list[WantedExamples]:
    """What examples are to show: each label or rating that is the question's."""
    values, asked = question.values.list, question.asked
    if asked.type not in ("label", "multi_label", "rating") or not values:
        return []
    if asked.type == "rating":
        points = sorted(set(values))
        names = [(str(point), [value == point for value in values]) for point in points]
    elif asked.type == "multi_label":
        names = [(label, [label in value for value in values]) for label in asked.labels]
    else:
        names = [(label, [label == value for value in values]) for label in asked.labels]
    return [
        WantedExamples(words[:MAX_CHARACTERS], np.array(has)) for words, has in names[:MAX_VALUES]
    ]


def _telling(survey: Survey, question: QuestionColumns, of: WantedExamples) -> Ints:
    """Records decided so, those that weigh most one way first; several voices agree on each.

    Of sets of labels, those with nothing else in them come first.
    """
    rows = np.flatnonzero(of.among(question.decided) & ~question.open & survey.complete)
    against = (question.reviewed[rows] != NONE) & ~of.among(question.reviewed[rows])
    rows = rows[~against & (question.lean[rows] > 0)]
    several = question.degree[rows] > 1
    rows = rows[several] if several.any() else rows
    size = np.zeros(len(rows))
    if question.asked.type == "multi_label":
        size = np.array([len(value) for value in question.values.list])[question.decided[rows]]
    order = np.lexsort((survey.prints[rows], -question.lean[rows], size))
    ranked: Ints = rows[order[: 2 * LOOKED_AT]]
    return ranked


def _close(survey: Survey, question: QuestionColumns, of: WantedExamples) -> Ints:
    """Records that a reviewer decided so and that were hard: the least sure before comes first."""
    thought = survey.thought.get(question.name, {})
    found = []
    for row in np.flatnonzero(of.among(question.reviewed) & survey.complete).tolist():
        said, confidence = thought.get(row, (None, 1.0))
        code = question.values.code(said)
        wrong = code != NONE and not of.codes[code]
        differ = question.degree[row] > 1
        if differ and (confidence <= CLOSE or wrong):
            found.append((confidence, survey.ids[row], row))
    return np.array([row for _, _, row in sorted(found)[: 2 * LOOKED_AT]], np.int64)


def _voters(question: QuestionColumns) -> Callable[[int], frozenset[int]]:
    """Who voted on a record."""
    votes = question.votes
    order = np.argsort(votes.record, kind="stable")
    ends = np.cumsum(question.degree)

    def voters(row: int) -> frozenset[int]:
        slots = order[ends[row] - question.degree[row] : ends[row]]
        return frozenset(votes.annotator[slots].tolist())

    return voters


def _varied(
    candidates: Ints,
    most: int,
    survey: Survey,
    voters: Callable[[int], frozenset[int]],
    taken: Sequence[int],
) -> list[int]:
    """The first few that say different things; by different people, as far as there are such."""
    chosen: list[int] = []
    seen = [voters(row) for row in taken]
    for most_shared in (0.5, 0.99, 1.0):
        for row in candidates.tolist():
            if len(chosen) == most:
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


def examples_with_texts(
    chosen: Sequence[ChosenExample],
    survey: Survey,
    question: QuestionColumns,
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
            value=each.value,
            confidence=round(float(np.nan_to_num(question.confidence[each.row])), 4),
            text=texts.get(record, ""),
            reason=reason(record),
        )
