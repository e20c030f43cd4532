"""History entries as facts: who voted, who reviewed, what was taken back."""

from __future__ import annotations

from typing import Any

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.ledger_entry import LedgerAnswer, LedgerEntry, LedgerSuggestion
from argilla_distill.workers.engine.contract.facts import Adjudication, Source, Vote
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.models.facts_of_history import FactsOfHistory, current_facts

ASKED = Question("label", ("a", "b"))
KINDS = {0: "person", 1: "model", 2: "reviewer", 3: "reviewer"}


def facts_of_history(**more: Any) -> FactsOfHistory:
    people = {n: KnownAnnotator(f"u{n}", f"u{n}", kind) for n, kind in KINDS.items()}
    return FactsOfHistory("topic", ASKED, people, **more)


def said(who: int, value: str | None, replaced: str | None = None, **more: Any) -> Entry:
    values = {} if value is None else {"topic": value}
    before = {} if replaced is None else {"topic": replaced}
    status = more.pop("status", "deleted" if value is None else "submitted")
    return Entry("answer", "r1", who, status, {**values, **more.pop("also", {})}, before, **more)


def test_an_answer_is_a_vote_and_a_retraction_takes_it_back() -> None:
    told = facts_of_history()
    assert told.changes(said(0, "a")) == [(Vote("r1", "0", "a"), True)]
    assert told.changes(said(0, None, "a")) == [(Vote("r1", "0", "a"), False)]
    assert told.changes(said(0, "b", "a", status="draft")) == [(Vote("r1", "0", "a"), False)]
    assert told.changes(said(0, "z")) == []


def test_a_model_is_introduced_once_before_its_first_vote() -> None:
    told = facts_of_history()
    assert told.changes(said(1, "a")) == [
        (Source("1", "model"), True),
        (Vote("r1", "1", "a"), True),
    ]
    assert told.changes(said(1, "b", "a")) == [(Vote("r1", "1", "b"), True)]


def test_an_echo_is_no_vote() -> None:
    assert facts_of_history().changes(said(0, "a", details=Details(echoes=("topic",)))) == []


def test_of_several_reviewers_the_latest_stands_and_the_earlier_returns() -> None:
    told = facts_of_history()
    assert told.changes(said(2, "a", at=1)) == [(Adjudication("r1", "a"), True)]
    assert told.changes(said(3, "b", at=2)) == [(Adjudication("r1", "b"), True)]
    assert told.changes(said(2, None, "a", at=3)) == []
    assert told.changes(said(2, "a", at=4)) == [(Adjudication("r1", "a"), True)]
    assert told.changes(said(2, None, "a", at=5)) == [(Adjudication("r1", "b"), True)]
    assert told.changes(said(3, None, "b", at=6)) == [(Adjudication("r1", "b"), False)]
    assert told.reviews == {}


def test_who_decided_last_by_argillas_time_decides_in_whatever_order_it_is_read() -> None:
    told = facts_of_history()
    assert told.changes(said(3, "b", at=2)) == [(Adjudication("r1", "b"), True)]
    assert told.changes(said(2, "a", at=1)) == []
    assert told.verdicts("r1") == {"a": ["2"], "b": ["3"]}


def test_an_adjudication_says_whether_its_record_was_drawn_for_an_audit() -> None:
    """Also where a second reviewer decides it differently, until all is taken back."""
    audit = Details(audit_pi=0.1)
    entry = Entry("adjudication", "r1", 2, "submitted", {"topic": "a"}, at=1, details=audit)
    told = facts_of_history()
    assert told.changes(entry) == [(Adjudication("r1", "a", True), True)]
    assert told.changes(said(3, "b", at=2)) == [(Adjudication("r1", "b", True), True)]
    again = facts_of_history()
    again.remember(told.kinds, told.reviews_to_keep, told.audits)
    assert again.changes(said(3, None, "b", at=3)) == [(Adjudication("r1", "a", True), True)]
    gone = Entry("adjudication", "r1", 2, "discarded", at=4, details=audit)
    assert again.changes(gone) == [(Adjudication("r1", "a"), False)]
    assert again.changes(said(2, "a", at=5)) == [(Adjudication("r1", "a"), True)]


def test_how_sure_somebody_is_weighs_their_vote() -> None:
    asks = DatasetQuestion("2", "sure", "rating", ("1", "2", "3", "4", "5"))
    told = facts_of_history(sureness=asks)
    ((vote, _),) = told.changes(said(0, "a", also={"sure": 4}))
    assert vote == Vote("r1", "0", "a", 0.75)
    ((vote, _),) = told.changes(said(0, "a", also={"sure": 9}))
    assert vote == Vote("r1", "0", "a", None)


def test_memory_survives_and_a_new_reviewer_makes_it_outdated() -> None:
    told = facts_of_history()
    for entry in (said(1, "a"), said(2, "a"), said(3, "b")):
        told.changes(entry)
    again = facts_of_history()
    again.remember(told.kinds, told.reviews_to_keep)
    assert (again.kinds, again.reviews) == (told.kinds, told.reviews)
    assert not again.outdated
    assert again.introductions() == []
    again.annotators = {**again.annotators, 0: KnownAnnotator("u0", "u0", "reviewer")}
    assert again.outdated


def test_votes_on_a_ledger_entry_are_those_that_the_history_gives() -> None:
    told = facts_of_history()
    told.changes(said(2, "b"))
    answers = {
        0: LedgerAnswer("submitted", 1, {"topic": "a"}),
        4: LedgerAnswer("submitted", 1, {"topic": "a"}, ("topic",)),
        5: LedgerAnswer("draft", 1, {"topic": "a"}),
        2: LedgerAnswer("submitted", 1, {"topic": "b"}),
        6: LedgerAnswer("submitted", 1, {"topic": "zzz"}),
    }
    suggested = LedgerSuggestion(1, "b", 0.5, "model", 3, "agent")
    ledger = LedgerEntry("completed", 4, answers, {"topic": suggested})
    assert told.votes("r1", ledger) == [Vote("r1", "0", "a"), Vote("r1", "1", "b")]


def test_what_stands_after_many_changes() -> None:
    told = facts_of_history()
    entries = [said(0, "a"), said(2, "b"), said(0, "b", "a"), said(1, "a"), said(2, None, "b")]
    facts = current_facts(c for entry in entries for c in told.changes(entry))
    assert facts == [Vote("r1", "0", "b"), Source("1", "model"), Vote("r1", "1", "a")]
