"""Observe: whatever looks are missed or repeated, ledger and history end where they should."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.observing.answers import Copy, Reading
from argilla_distill.domain.observing.ledger import changed, observe
from argilla_distill.domain.records import Dataset, DatasetQuestion, Record, Response, Suggestion
from argilla_distill.domain.state.decision import Shown, StoredDecision
from argilla_distill.domain.state.ledger_entry import (
    LedgerAdjudication,
    LedgerAnswer,
    LedgerEntry,
    LedgerSuggestion,
)
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label.majority import Majority
from argilla_distill.workers.models.facts_of_history import FactsOfHistory
from argilla_distill.workers.models.question_model import Model

HELPFUL = DatasetQuestion("q1", "helpful", "label_selection", ("yes", "no"))
PROBLEM = DatasetQuestion("q2", "problem", "label_selection", ("none", "tone", "other"))
NOTE = DatasetQuestion("q3", "conflicts", "text")
DATASET = Dataset("d", "chat", "w", "support", "ready", 0, (HELPFUL, PROBLEM, NOTE))
R = "record"
READING = Reading(NOTE.name, "why", "round", lambda user_id: user_id.startswith("rev"))


@dataclass
class Watcher:
    """Looks at one record again and again, as the workers do, and keeps what the store would."""

    record_id: str = R
    ledger: LedgerEntry | None = None
    history: list[Entry] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    decided: dict[str, StoredDecision] = field(default_factory=dict)
    now: int = 0

    def look(self, record: Record | None, copied: Copy | None = None) -> list[Entry]:
        """What the look added to the history."""
        self.now += 1
        seen = observe(
            self.ledger,
            record,
            self.record_id,
            DATASET,
            self.decided,
            READING,
            self.number,
            self.now,
            copied,
        )
        before = len(self.history)
        filed = seen.filed(f"{i}-0" for i in range(before + 1, before + 100))
        added = list(filed.entries)
        assert changed(self.ledger, seen) or not added
        self.ledger = filed.ledger
        self.history += added
        return added

    def shows(self, value: str, start: int, end: int | None = None) -> None:
        """Our suggestion on `helpful` stands in that interval of Argilla's time."""
        before = self.decided["helpful"].shown if self.decided else ()
        shown = (*before, Shown(value, start, end))
        self.decided = {"helpful": StoredDecision(None, 0.0, shown=shown)}

    def of(self, user: str) -> Any:
        """The ledger's line on one user."""
        assert self.ledger is not None
        return self.ledger.answers.get(self.numbers[user])

    def number(self, key: str, agent: str) -> int:
        return self.numbers.setdefault(key, len(self.numbers))


def record(
    *responses: Response, suggestions: Iterable[Suggestion] = (), status: str = "pending"
) -> Record:
    return Record(R, status, {}, responses, tuple(suggestions))


def says(user: str, at: int = 10, status: str = "submitted", **values: Any) -> Response:
    return Response(user, status, values, at)


def suggests(
    agent: str | None, value: Any, question: DatasetQuestion = HELPFUL, at: int = 5
) -> Suggestion:
    return Suggestion(f"s-{question.id}", question.id, value, 0.9, agent, "model", at)


OURS = suggests("distill/majority:1", "yes")


def test_the_first_look_takes_everything_in() -> None:
    watcher = Watcher()
    added = watcher.look(
        record(says("ann", helpful="yes"), says("ben", status="draft", helpful="no"))
    )
    assert added == [
        Entry("answer", R, 0, "submitted", {"helpful": "yes"}, {}, 10, Details(), "1-0"),
        Entry("answer", R, 1, "draft", {"helpful": "no"}, {}, 10, Details(), "2-0"),
    ]
    answers = {
        0: LedgerAnswer("submitted", 10, {"helpful": "yes"}),
        1: LedgerAnswer("draft", 10, {"helpful": "no"}),
    }
    assert watcher.ledger == LedgerEntry("pending", 1, answers, history=("1-0", "2-0"))


def test_the_same_look_twice_adds_nothing() -> None:
    watcher = Watcher()
    seen = record(says("ann", helpful="yes"), suggestions=[suggests("judge", "no")])
    assert len(watcher.look(seen)) == 2
    assert watcher.look(seen) == []


def test_an_edit_keeps_what_it_replaced() -> None:
    watcher = Watcher()
    watcher.look(record(says("ann", helpful="yes", problem="none")))
    (edit,) = watcher.look(record(says("ann", 20, helpful="no", problem="none")))
    assert edit.values == {"helpful": "no", "problem": "none"}
    assert edit.replaced == {"helpful": "yes", "problem": "none"}
    assert edit.at == 20


@pytest.mark.parametrize("status", ["draft", "discarded"])
def test_an_answer_taken_back_is_an_entry_although_its_values_stay(status: str) -> None:
    watcher = Watcher()
    watcher.look(record(says("ann", helpful="yes")))
    (entry,) = watcher.look(record(says("ann", 20, status, helpful="yes")))
    assert (entry.status, entry.replaced) == (status, {"helpful": "yes"})


def test_a_deleted_answer_keeps_what_it_said_and_in_which_status() -> None:
    watcher = Watcher()
    watcher.look(record(says("ann", helpful="yes")))
    (entry,) = watcher.look(record())
    assert (entry.kind, entry.annotator, entry.status) == ("answer", 0, "deleted")
    assert (entry.values, entry.replaced) == ({}, {"helpful": "yes"})
    assert entry.details == Details(status_before="submitted")
    assert watcher.of("ann") is None


def test_a_record_that_is_gone_takes_all_its_voices_along() -> None:
    watcher = Watcher()
    watcher.look(record(says("ann", helpful="yes"), suggestions=[suggests("judge", "no")]))
    entries = watcher.look(None)
    assert [(e.kind, e.status, e.replaced) for e in entries] == [
        ("answer", "deleted", {"helpful": "yes"}),
        ("suggestion", "deleted", {"helpful": "no"}),
    ]
    assert watcher.ledger is not None
    assert (watcher.ledger.status, watcher.ledger.answers, watcher.ledger.suggestions) == (
        "gone",
        {},
        {},
    )
    assert watcher.look(None) == []


def test_a_change_of_status_alone_is_a_change_without_entries() -> None:
    first = Watcher()
    first.look(record(says("ann", helpful="yes")))
    seen = observe(
        first.ledger,
        record(says("ann", helpful="yes"), status="completed"),
        R,
        DATASET,
        {},
        READING,
        lambda key, _: first.numbers[key],
        9,
    )
    assert seen.entries == ()
    assert changed(first.ledger, seen)


def test_our_conflict_note_that_comes_back_in_a_response_is_never_read() -> None:
    watcher = Watcher()
    (entry,) = watcher.look(record(says("ann", helpful="yes", conflicts="**helpful**: yes")))
    assert entry.values == {"helpful": "yes"}
    assert watcher.look(record(says("ann", helpful="yes", conflicts="another note"))) == []


# Other agents' suggestions


def test_another_agents_suggestion_is_kept_with_all_that_restoring_it_takes() -> None:
    watcher = Watcher()
    (entry,) = watcher.look(record(suggestions=[suggests("judge", "no")]))
    assert (entry.kind, entry.annotator, entry.status) == ("suggestion", 0, "submitted")
    assert (entry.values, entry.details, entry.at) == ({"helpful": "no"}, Details(score=0.9), 5)
    assert watcher.ledger is not None
    assert watcher.ledger.suggestions == {
        "helpful": LedgerSuggestion(0, "no", 0.9, "model", 5, "judge")
    }
    assert watcher.numbers == {"agent:judge": 0}


def test_it_stands_on_while_ours_takes_its_place() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests("judge", "no")]))
    assert watcher.look(record(suggestions=[OURS])) == []
    assert watcher.ledger is not None
    assert watcher.ledger.suggestions["helpful"].value == "no"


def test_ours_alone_is_no_agents_vote() -> None:
    watcher = Watcher()
    assert watcher.look(record(suggestions=[OURS])) == []
    assert watcher.ledger is not None
    assert watcher.ledger.suggestions == {}


def test_another_agent_that_takes_its_place_ends_it() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests("judge", "no")]))
    ended, begun = watcher.look(record(suggestions=[suggests("critic", "no", at=9)]))
    assert (ended.annotator, ended.status, ended.replaced) == (0, "deleted", {"helpful": "no"})
    assert (begun.annotator, begun.status, begun.values) == (1, "submitted", {"helpful": "no"})


def test_an_agent_that_changes_its_mind_replaces_its_own_word() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests("judge", "no")]))
    (entry,) = watcher.look(record(suggestions=[suggests("judge", "yes", at=9)]))
    assert (entry.values, entry.replaced) == ({"helpful": "yes"}, {"helpful": "no"})


def test_a_suggestion_that_vanishes_while_nothing_of_ours_stands_is_gone() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests("judge", "no")]))
    watcher.shows("yes", 6, 8)
    (entry,) = watcher.look(record())
    assert (entry.kind, entry.status) == ("suggestion", "deleted")


def test_what_ours_had_replaced_stands_on_when_somebody_deletes_ours() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests("judge", "no")]))
    watcher.shows("yes", 6)
    assert watcher.look(record()) == []
    assert watcher.ledger is not None
    assert watcher.ledger.suggestions["helpful"].agent == "judge"


def test_an_agent_without_a_name_has_a_vote_and_is_restored_without_a_name() -> None:
    watcher = Watcher()
    watcher.look(record(suggestions=[suggests(None, "no")]))
    assert watcher.numbers == {"agent:unnamed": 0}
    assert watcher.ledger is not None
    assert watcher.ledger.suggestions["helpful"].agent is None


def test_agents_on_two_questions_do_not_meet() -> None:
    watcher = Watcher()
    both = [suggests("judge", "no"), suggests("judge", "tone", PROBLEM)]
    entries = watcher.look(record(suggestions=both))
    assert [e.values for e in entries] == [{"helpful": "no"}, {"problem": "tone"}]
    assert watcher.look(record(suggestions=both[:1]))[0].replaced == {"problem": "tone"}


# Echoes


def test_an_answer_equal_to_what_we_were_showing_is_an_echo_of_that_question_only() -> None:
    watcher = Watcher()
    watcher.shows("yes", 10, 20)
    (entry,) = watcher.look(record(says("ann", 10, helpful="yes", problem="none")))
    assert entry.details == Details(echoes=("helpful",))
    assert watcher.of("ann") == LedgerAnswer(
        "submitted", 10, {"helpful": "yes", "problem": "none"}, ("helpful",)
    )


@pytest.mark.parametrize(
    ("value", "at"),
    [("no", 15), ("yes", 9), ("yes", 20), ("yes", 30)],
    ids=["another value", "before", "at its end", "after"],
)
def test_another_value_or_another_time_is_no_echo(value: str, at: int) -> None:
    watcher = Watcher()
    watcher.shows("yes", 10, 20)
    (entry,) = watcher.look(record(says("ann", at, helpful=value)))
    assert entry.details == Details()


def test_each_interval_of_showing_counts() -> None:
    watcher = Watcher()
    watcher.shows("yes", 10, 20)
    watcher.shows("no", 20)
    (entry,) = watcher.look(record(says("ann", 25, helpful="no")))
    assert entry.details == Details(echoes=("helpful",))


def test_an_answer_drafted_before_the_showing_stays_independent_when_submitted_under_it() -> None:
    watcher = Watcher()
    watcher.look(record(says("ann", 5, "draft", helpful="yes")))
    watcher.shows("yes", 10)
    (entry,) = watcher.look(record(says("ann", 15, helpful="yes")))
    assert entry.details == Details()


def test_an_unchanged_value_stays_what_it_was_first() -> None:
    watcher = Watcher()
    watcher.look(record(says("ann", 5, helpful="yes", problem="none")))
    watcher.shows("yes", 10)
    (entry,) = watcher.look(record(says("ann", 15, helpful="yes", problem="tone")))
    assert entry.details == Details()
    assert watcher.of("ann").echoes == ()


def test_an_echo_stays_one_when_another_question_is_edited_after_the_showing() -> None:
    watcher = Watcher()
    watcher.shows("yes", 10, 20)
    watcher.look(record(says("ann", 15, helpful="yes")))
    (entry,) = watcher.look(record(says("ann", 25, helpful="yes", problem="tone")))
    assert entry.details == Details(echoes=("helpful",))


def test_somebody_who_echoed_and_then_thinks_otherwise_has_a_vote_of_their_own() -> None:
    watcher = Watcher()
    watcher.shows("yes", 10)
    watcher.look(record(says("ann", 15, helpful="yes")))
    (entry,) = watcher.look(record(says("ann", 16, helpful="no")))
    assert entry.details == Details()
    (back,) = watcher.look(record(says("ann", 17, helpful="yes")))
    assert back.details == Details(echoes=("helpful",))


# Any past at all

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
            step_by_step.learn(entry)
        expected = {v for w in watchers for v in standing(w.ledger, w.record_id, question)}
        assert set(folded.votes_) == expected
        assert set(learned.votes_) == expected
        for one_go, stepwise in zip(
            folded.decide(["r1", "r2"]), learned.decide(["r1", "r2"]), strict=True
        ):
            assert one_go.value == stepwise.value
            assert one_go.posterior == pytest.approx(stepwise.posterior)


# The record's copy in the review dataset


def copied(*responses: Response, shows: str | None = None) -> Copy:
    """A copy on which something is answered, and perhaps something of ours is suggested."""
    decided = {"helpful": (Shown(shows, 5),)} if shows else {}
    return Copy(Record("copy", "pending", {}, responses), decided)


def test_what_a_reviewer_answers_on_the_copy_is_an_adjudication_with_its_reason() -> None:
    watcher = Watcher()
    watcher.look(record(says("ann", helpful="yes")))
    (entry,) = watcher.look(
        record(says("ann", helpful="yes")), copied(says("rev", 30, helpful="no", why="rude"))
    )
    assert (entry.kind, entry.values, entry.details) == (
        "adjudication",
        {"helpful": "no"},
        Details(why="rude"),
    )
    assert watcher.ledger is not None
    assert watcher.ledger.adjudications == {
        1: LedgerAdjudication("submitted", 30, {"helpful": "no"}, "rude")
    }
    assert (
        watcher.look(
            record(says("ann", helpful="yes")), copied(says("rev", 30, helpful="no", why="rude"))
        )
        == []
    )


def test_without_a_copy_to_look_at_what_was_said_there_stands() -> None:
    watcher, there = Watcher(), record(says("ann", helpful="yes"))
    watcher.look(there, copied(says("rev", helpful="no"), says("cas", helpful="no")))
    before = watcher.ledger
    assert before is not None
    assert watcher.look(there) == []
    assert watcher.ledger == replace(before, read_at=watcher.now)


def test_an_adjudication_taken_back_is_told() -> None:
    watcher, there = Watcher(), record(says("ann", helpful="yes"))
    watcher.look(there, copied(says("rev", helpful="no", why="rude")))
    (entry,) = watcher.look(there, copied())
    assert (entry.kind, entry.status, entry.replaced) == (
        "adjudication",
        "deleted",
        {"helpful": "no"},
    )
    assert watcher.ledger is not None
    assert watcher.ledger.adjudications == {}


def test_anybody_elses_answer_on_the_copy_is_an_answer_unless_they_answered_the_record() -> None:
    watcher = Watcher()
    watcher.look(
        record(says("ann", helpful="yes")),
        copied(says("ann", helpful="no"), says("cas", helpful="no", why="because")),
    )
    assert watcher.of("ann") == LedgerAnswer("submitted", 10, {"helpful": "yes"})
    assert watcher.of("cas") == LedgerAnswer("submitted", 10, {"helpful": "no"}, on_copy=True)


def test_an_answer_on_the_copy_that_equals_what_we_show_there_is_an_echo() -> None:
    watcher, there = Watcher(), record(says("ann", helpful="yes"))
    watcher.look(
        there, copied(says("cas", 3, helpful="no"), says("dan", 9, helpful="no"), shows="no")
    )
    assert watcher.of("cas").echoes == ()  # given before we showed it
    assert watcher.of("dan").echoes == ("helpful",)
    watcher.look(there, copied(says("cas", 3, helpful="no"), says("dan", 9, helpful="no")))
    assert watcher.of("dan").echoes == ("helpful",)


def test_a_records_round_and_the_fingerprint_of_its_text_are_kept() -> None:
    watcher = Watcher()
    texted = Record(R, "pending", {"text": "Where is my parcel?"}, metadata={"round": 3})
    watcher.look(texted)
    assert watcher.ledger is not None
    assert watcher.ledger.round == "3"
    assert len(watcher.ledger.fingerprint) == 16
    kept = watcher.ledger.fingerprint
    watcher.look(None)
    assert (watcher.ledger.round, watcher.ledger.fingerprint) == ("3", kept)


def test_a_records_external_id_is_kept_also_when_the_record_is_gone() -> None:
    watcher = Watcher()
    watcher.look(record())
    named = replace(record(), external_id="ticket-1")
    seen = observe(watcher.ledger, named, R, DATASET, {}, READING, watcher.number, 2)
    assert changed(watcher.ledger, seen)  # an entry from before external ids were kept
    for shown in (named, None):
        watcher.look(shown)
        assert watcher.ledger is not None
        assert watcher.ledger.external_id == "ticket-1"
