"""The third sentence: what tipped it. A voice tips it if the leader would not lead without it."""

from __future__ import annotations

from collections.abc import Sequence

from argilla_distill.domain.explanation import parts
from argilla_distill.domain.explanation.balance import PRIOR
from argilla_distill.domain.explanation.case import Case, Review
from argilla_distill.domain.explanation.phrases import (
    MAX_NAMES,
    capital,
    number,
    one,
    shortened,
    some,
)
from argilla_distill.domain.explanation.voices import CONTENT, COSTS, NO_PULL


def tipped(case: Case) -> str:
    """The voice or voices that made the difference."""
    if case.balance.reviewed:
        return _decided_by_review(case)
    if not case.voters:
        return ""
    if case.leader is None:
        return "No side outweighs the others, so that nothing tips it."
    if case.rival is None:
        return ""
    if case.counts_heads:
        mine, *others = (len(numbers) for _, numbers in case.ranked)
        return f"By count it is {number(mine)} against {number(max(others))}." if others else ""
    if case.parted and (part := parts.differing(case.kind, case.decision, _part(case))):
        return one(f"Least certain is {part}.", _tipped(case))
    return _tipped(case)


def _tipped(case: Case) -> str:
    leader, pivotal = case.say(case.leader), case.balance.pivotal
    lead = "it would not stand" if case.parted else f"{leader} would not lead"
    if case.balance.total <= 0:
        return f"It is a close call between {leader} and {case.say(case.rival)}."
    if len(pivotal) == 1:
        return f"{capital(_voices(case, pivotal))} tipped it: without it, {lead}."
    if pivotal:
        which = "either" if len(pivotal) == 2 else "any one"
        return f"{capital(_voices(case, pivotal))} tipped it together: without {which} of them, {lead}."
    if case.balance.heaviest is None:
        return "No answer moved it much: it is what is usual."
    if case.balance.heaviest >= 0 and not case.telling.reliability:
        return ""
    most = _voices(case, [case.balance.heaviest])
    lead = "it would stand" if case.parted else f"{leader} would lead"
    return f"No voice tipped it alone: {most} weighs most, and even without it {lead}."


def _voices(case: Case, numbers: Sequence[int]) -> str:
    """What moved it: answers for it, answers that say something else, the text, what is usual."""
    mine, reasons = [], []
    people = [n for n in numbers if n not in (CONTENT, COSTS, PRIOR)]
    if not case.telling.reliability and people:
        reasons.append(f"{number(len(people))} answer{'s' * (len(people) > 1)}")
        people = []
    for n in people:
        said = case.said_by(n)
        if case.kind == "label_selection" and said not in (case.leader, None):
            often = f"which often goes with {case.say(case.leader)}"
            reasons.append(f"the {case.say(said)} of {case.name(n)} ({often})")
        else:
            mine.append(case.name(n))
    if mine:
        reasons.insert(0, f"the answer{'s' * (len(mine) > 1)} of {some(mine, MAX_NAMES)}")
    if CONTENT in numbers:
        reasons.append("the record’s own text")
    if COSTS in numbers:
        reasons.append("what mistakes cost")
    if PRIOR in numbers:
        reasons.append("what is usual" if case.parted else f"how usual {case.say(case.leader)} is")
    return some(reasons)


def _part(case: Case) -> parts.Say:
    if case.kind == "ranking":
        return lambda item: case.say(str(item))
    return lambda part: case.say(case.words(part))


def _decided_by_review(case: Case) -> str:
    if case.reviewers_disagree and not case.verdicts:
        return "The reviewers disagree."
    if case.reviewers_disagree:
        opinions = "; ".join(
            f"{_reviewer(case, review)} says {case.say(review.value)}{_reason(case, review)}"
            for review in case.verdicts
        )
        return f"The reviewers disagree: {opinions}."
    named = case.verdicts if case.telling.names else ()
    by = some([case.escape(review.who) for review in named])
    why = next((r for r in (_reason(case, each) for each in reversed(case.verdicts)) if r), "")
    return (
        f"{f'The review by {by}' if by else 'A reviewer'} decided it{why}{_without_review(case)}."
    )


def _reviewer(case: Case, review: Review) -> str:
    return case.escape(review.who) if case.telling.names else "one"


def _reason(case: Case, review: Review) -> str:
    reason = shortened(review.why)
    return f" (“{case.escape(reason)}”)" if reason else ""


def _without_review(case: Case) -> str:
    if not case.voters or case.parted or case.rival is None:
        return ""
    answers = case.balance.answers
    if abs(answers) < NO_PULL:
        return "; the answers alone leave it open"
    return f"; the answers alone speak for {case.say(case.leader if answers > 0 else case.rival)}"
