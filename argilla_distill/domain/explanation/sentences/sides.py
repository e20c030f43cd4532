"""The first sentence: who said what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from argilla_distill.domain.explanation.case import NO_PEOPLE, Case
from argilla_distill.domain.explanation.phrases import (
    MAX_NAMES,
    MAX_SIDES,
    capital,
    counted,
    number,
    some,
    with_kind,
)
from argilla_distill.domain.explanation.voices import CONTENT, NO_PULL


def sides(case: Case) -> str:
    """Who said what, and whether there was a conflict before."""
    if not case.voters:
        return f"Nobody has answered yet{_leaning(case)}."
    parts = [_side(case, *side) for side in case.ranked[:MAX_SIDES]]
    more = len(case.ranked) - len(parts)
    if more:
        parts.append(f"{number(more)} more {'answers differ' if more > 1 else 'answer differs'}")
    if case.before:
        outcome = case.before[-1].outcome
        settled = "" if outcome is None else f" as {case.say(str(outcome))}"
        parts.append(f"an earlier conflict here was settled{settled}")
    sentence = f"{'; '.join(parts)}."
    return sentence if case.telling.names else capital(sentence)


def _leaning(case: Case) -> str:
    """What the text alone says."""
    probable = case.decision.posterior
    if case.balance.pulls.get(CONTENT, 0.0) < NO_PULL or not probable:
        return ""
    most = max(probable, key=lambda label: float(probable[label]))
    return f"; the record’s own text reads like others that are {case.say(most)}"


def _side(case: Case, value: str, numbers: Sequence[int]) -> str:
    alone = len(numbers) == 1
    verb = "decided" if case.among_reviewers else "says" if alone else "say"
    if not case.telling.names:
        return f"{_counted(case, numbers)} {verb} {case.say(value)}"
    if len(case.ranked) == 1 and not alone:
        verb = "both say" if len(numbers) == 2 else "all say"
    elif alone and len(case.voters) > 2 == len(case.ranked):
        verb = f"alone {verb}"
    return f"{_named(case, numbers)} {verb} {case.say(value)}"


def _counted(case: Case, numbers: Sequence[int]) -> str:
    """How many of which kind there are on one side."""
    if case.among_reviewers:
        return counted(len(numbers), "reviewer")
    kinds = Counter(
        "person" if (kind := case.source(n)) not in NO_PEOPLE else kind for n in numbers
    )
    return some([counted(count, kind) for kind, count in sorted(kinds.items(), key=_people_first)])


def _people_first(counted: tuple[str, int]) -> tuple[bool, str]:
    return counted[0] != "person", counted[0]


def _named(case: Case, numbers: Sequence[int]) -> str:
    """The names on one side; with what they are, where persons stand beside models."""
    everybody, here = ({case.source(n) for n in some_} for some_ in (case.voters, numbers))
    names = [case.name(n) for n in numbers]
    if len(everybody) > 1 == len(here):
        return with_kind(some(names, MAX_NAMES), case.source(numbers[0]), len(numbers))
    if len(here) > 1:
        names = [with_kind(case.name(n), case.source(n)) for n in numbers]
    return some(names, MAX_NAMES)
