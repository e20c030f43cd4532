"""The last sentence: what is decided, how sure that is, and what would change it."""

from __future__ import annotations

import re

from argilla_distill.domain.explanation.balance import by_count
from argilla_distill.domain.explanation.case import Case
from argilla_distill.domain.explanation.phrases import capital, how_sure, in_brackets, number, some

MAX_ANSWERS = 5
"""A record hardly ever gets more further answers than that."""


def sure(case: Case) -> str:
    """What is decided and how sure that is, or why nothing is."""
    confidence = case.decision.confidence
    if case.value is not None and case.reviewers_disagree:
        return f"{case.say(case.value)} counts until they agree."
    if case.value is not None:
        share = in_brackets(confidence, "on average over its parts" if case.parted else "")
        return how_sure(case.say(case.value), confidence, share)
    if not case.voters and not case.balance.reviewed:
        return ""
    return f"Nothing is decided: {_undecided(case)}."


def _undecided(case: Case) -> str:
    if case.leader is not None:
        first = f"{case.say(case.leader)} comes first {in_brackets(case.decision.confidence)}"
        floor = re.fullmatch(r"confidence \S+ is below ([\d.]+)", case.decision.abstention)
        if floor:
            return f"{first}, but this question asks for {float(floor[1]):.0%}"
        return f"{first}, but {case.why_undecided or 'it is not probable enough'}"
    probable = case.decision.posterior
    most = max(probable.values(), default=0.0)
    tied = [case.say(value) for value, p in probable.items() if p == most]
    if case.parted or len(tied) < 2:
        return case.why_undecided or "nothing is probable enough"
    return f"{some(tied)} are equally probable"


def would_change(case: Case) -> str:
    """How many answers more would turn it, or that only a reviewer would."""
    if case.balance.reviewed:
        they = (
            "the reviewers can settle" if case.reviewers_disagree else "another review would change"
        )
        return f"Only {they} it."
    if case.value is None:
        more = "One more answer" if case.leader is None else "Further answers for it"
        return f"{more}, or a reviewer, would decide it." if case.voters else ""
    if case.rival is None:
        return "An answer that says something else, or a reviewer, may change it."
    count = _to_turn(case)
    if count is None:
        return "Only a reviewer would change it."
    if case.balance.total <= 0:
        return "One more answer may change it."
    return _further(case, count)


def _further(case: Case, count: int) -> str:
    """So many answers more would turn it."""
    against = "to the contrary" if case.parted else f"for {case.say(case.rival)}"
    it = "that part" if case.parted else "it"
    if count > MAX_ANSWERS:
        more = f"It would take more than {number(MAX_ANSWERS)} further answers {against}"
        return f"{more} to turn {it}: in practice, only a reviewer will."
    more = f"{number(count)} more {'answer' if count == 1 else 'answers'} {against}"
    if case.counts_heads:
        return f"{capital(more)} would turn it."
    about = "" if count == 1 else "about "
    return f"{capital(about + more)}, as weighty as those here, would turn {it}."


def _to_turn(case: Case) -> int | None:
    if case.counts_heads:
        return by_count([len(numbers) for _, numbers in case.ranked])
    pair = [n for value, who in case.ranked if value in (case.leader, case.rival) for n in who]
    return case.balance.to_turn(pair)
