"""The second sentence: who tends to be right, and how that is known."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from argilla_distill.domain.explanation.case import Case
from argilla_distill.domain.explanation.phrases import MAX_NAMES, how_right, in_brackets, some, tend

GAP = 0.05
"""Sides whose mean reliability differs by less are about equally often right."""

SPREAD = 0.15
"""Where people differ by more, being equally often right is said of the sides' averages."""

MAX_JUDGED = 5
"""More voices than that are not judged one by one but side by side."""


def who_is_right(case: Case) -> str:
    """Who of those who answered tends to be right."""
    if not case.voters or case.among_reviewers:
        return ""
    if case.counts_heads:
        return "Every answer counts the same here, whoever gave it."
    if not case.judged:
        return ""
    sides = [
        [n for n in numbers if n in case.known and n in case.judged] for _, numbers in case.ranked
    ]
    judged = [side for side in sides if side]
    new = some([case.name(n) for n in case.judged if n not in case.known], MAX_NAMES)
    if not judged:
        return f"How often {new} tend to be right is not known yet: there are too few answers."
    comparison = _compared(case, judged[0], [n for side in judged[1:] for n in side])
    rest = f"; of {new} there are too few answers to tell" if new else ""
    return f"Going by all answers and reviews so far, {comparison}{rest}."


def _compared(case: Case, ours: Sequence[int], others: Sequence[int]) -> str:
    """How often those of one side are right, against all `others`, if there are any."""
    here = _mean(case, ours)
    if not others:
        return f"{_judged(case, ours)} {'is' if len(ours) == 1 else 'are'} {how_right(here)}"
    there = _mean(case, others)
    if abs(here - there) < GAP:
        each = [case.known[n] for n in (*ours, *others)]
        often = "about equally often"
        if all(abs(reliability - 0.5) <= GAP for reliability in each):
            often = "about as often as not"
        elif max(each) - min(each) > SPREAD:
            often = "about equally often on average"
        return f"the sides tend to be right {often}: {_judged(case, [*ours, *others])}"
    better, worse = (ours, others) if here > there else (others, ours)
    apart = min(case.known[n] for n in better) > max(case.known[n] for n in worse)
    more = f"{_judged(case, better)} {tend(len(better))} to be right more often"
    return f"{'' if apart else 'on the whole '}{more} than {_judged(case, worse)}"


def _mean(case: Case, numbers: Sequence[int]) -> float:
    return fmean(case.known[n] for n in numbers)


def _judged(case: Case, numbers: Sequence[int]) -> str:
    """Each with how often they are right, the best first; a crowd by what it says."""
    if len(case.judged) <= MAX_JUDGED or len(numbers) == 1 or not case.telling.reliability:
        best = sorted(numbers, key=lambda n: (-case.known[n], n))
        return some([f"{case.name(n)} {_accuracy(case, n)}" for n in best])
    mean = in_brackets(_mean(case, numbers), "on average")
    said = [value for value, who in case.ranked if {*who} & {*numbers}]
    if len(said) == 1:
        return f"those who say {case.say(said[0])} {mean}"
    return f"{'the others' if len(said) < len(case.ranked) else 'everybody'} {mean}"


def _accuracy(case: Case, number: int) -> str:
    given = case.answers.get(number) if case.answers else None
    return in_brackets(case.known[number], f"in {given:,} answers" if given else "")
