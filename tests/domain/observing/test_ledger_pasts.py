"""Any past at all: whatever looks are missed or repeated, ledger and history end where they should."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.domain.history import Entry
from argilla_distill.domain.records import DatasetQuestion, Record, Response
from argilla_distill.domain.state.ledger_entry import (
    LedgerEntry,
)
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label.majority import Majority
from argilla_distill.workers.models.facts_of_history import FactsOfHistory
from argilla_distill.workers.models.question_model import Model
from tests.domain.observing.looks import (
    HELPFUL,
    PROBLEM,
    Watcher,
    record,
    says,
    suggests,
)

VALUES = st.fixed_dictionaries(
    {},
    optional={
        "helpful": st.sampled_from(["yes", "no", "a label that is gone"]),
        "problem": st.sampled_from(PROBLEM.labels),
        "conflicts": st.just("our note"),
    },
)
STATUSES = st.sampled_from(["submitted", "draft", "discarded"])
RESPONSES = st.dictionaries(st.sampled_from(["ann", "ben", "cas"]), st.tuples(STATUSES, VALUES))
AGENTS = st.dictionaries(
    st.sampled_from([HELPFUL, PROBLEM]),
    st.tuples(st.sampled_from(["judge", "critic", None]), st.sampled_from(["yes", "no", "tone"])),
)
STATES = st.none() | st.tuples(RESPONSES, AGENTS, st.sampled_from(["pending", "completed"]))
PASTS = st.lists(st.tuples(STATES, st.integers(0, 2)), min_size=1, max_size=8)
"""States of a record, each with how many looks were taken at it (none: it was missed)."""


def states(past: Iterable[tuple[Any, int]]) -> list[tuple[Record | None, int]]:
    """The records of a past: who did not change anything keeps their time, as in Argilla."""
    found: list[tuple[Record | None, int]] = []
    before: dict[str, Response] = {}
    for i, (state, looks) in enumerate(past, start=1):
        if state is None:
            before = {}
            found.append((None, looks))
            continue
        given, agents, status = state
        responses = {user: says(user, 10 * i, s, **values) for user, (s, values) in given.items()}
        for user, now in responses.items():
            if user in before and replace(before[user], at=now.at) == now:
                responses[user] = before[user]
        before = responses
        suggestions = [suggests(agent, value, q) for q, (agent, value) in agents.items()]
        found.append((record(*responses.values(), suggestions=suggestions, status=status), looks))
    return found


def named(ledger: LedgerEntry, numbers: Mapping[str, int]) -> dict[str, Any]:
    """A ledger entry without our time and the history's ids, by names instead of numbers."""
    names = {number: key for key, number in numbers.items()}
    return {
        "status": ledger.status,
        "answers": {names[number]: answer for number, answer in ledger.answers.items()},
        "suggestions": {
            question: (names[known.annotator], replace(known, annotator=0))
            for question, known in ledger.suggestions.items()
        },
    }


@given(PASTS)
def test_whatever_looks_are_missed_or_repeated_the_ledger_is_that_of_a_fresh_look(
    past: Any,
) -> None:
    watcher, fresh = Watcher(), Watcher()
    found = states(past)
    for seen, looks in found:
        for _ in range(looks):
            watcher.look(seen)
    watcher.look(found[-1][0])
    fresh.look(found[-1][0])
    assert watcher.ledger is not None
    assert fresh.ledger is not None
    assert named(watcher.ledger, watcher.numbers) == named(fresh.ledger, fresh.numbers)
    assert watcher.ledger.history == tuple(entry.id for entry in watcher.history)
    assert watcher.look(found[-1][0]) == []


def standing(ledger: LedgerEntry | None, record_id: str, question: DatasetQuestion) -> set[Vote]:
    """The votes that a ledger entry says stand, read off it without the history."""
    assert ledger is not None
    votes = {
        Vote(record_id, str(number), answer.values[question.name])
        for number, answer in ledger.answers.items()
        if answer.submitted
        and question.name in answer.values
        and question.name not in answer.echoes
    }
    if question.name in ledger.suggestions:
        known = ledger.suggestions[question.name]
        votes.add(Vote(record_id, str(known.annotator), known.value))
    return {vote for vote in votes if vote.value in question.labels}


@given(
    PASTS,
    PASTS,
    st.lists(st.tuples(st.sampled_from(["yes", "no"]), st.integers(0, 90)), max_size=3),
)
def test_the_history_folds_to_the_votes_that_stand_at_once_or_entry_by_entry(
    one: Any, other: Any, showings: list[tuple[str, int]]
) -> None:
    numbers: dict[str, int] = {}
    history: list[Entry] = []
    watchers = [Watcher("r1", numbers=numbers), Watcher("r2", numbers=numbers)]
    for watcher, past in zip(watchers, (one, other), strict=True):
        for value, start in showings:
            watcher.shows(value, start, start + 15)
        for seen, looks in states(past):
            for _ in range(looks):
                history += watcher.look(seen)
        history += watcher.look(states(past)[-1][0])
    for question in (HELPFUL, PROBLEM):
        asked = label_question(*question.labels)
        folded, learned = Majority(asked), Majority(asked).fit([])
        Model(question, FactsOfHistory(question.name, asked), folded).fold(history)
        step_by_step = Model(question, FactsOfHistory(question.name, asked), learned)
        for entry in history:
            step_by_step.learn([entry])
        expected = {v for w in watchers for v in standing(w.ledger, w.record_id, question)}
        assert set(folded.votes_) == expected
        assert set(learned.votes_) == expected
        for one_go, stepwise in zip(
            folded.decide(["r1", "r2"]), learned.decide(["r1", "r2"]), strict=True
        ):
            assert one_go.value == stepwise.value
            assert one_go.posterior == pytest.approx(stepwise.posterior)
