"""Observe: what one look after another adds to ledger and history."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.observing.ledger import changed, observe
from argilla_distill.domain.records import Record
from argilla_distill.domain.state.ledger_entry import (
    LedgerAnswer,
    LedgerEntry,
)
from tests.domain.observing.looks import (
    DATASET,
    READING,
    R,
    Watcher,
    record,
    says,
    suggests,
)


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


def test_a_round_that_is_a_whole_number_is_one_round_however_it_is_written() -> None:
    """3 and 3.0 were once two rounds."""
    watcher = Watcher()
    first = Record(R, "pending", {"text": "Where?"}, metadata={"round": 3})
    watcher.look(first)
    assert watcher.look(replace(first, metadata={"round": 3.0})) == []
    assert watcher.ledger is not None
    assert watcher.ledger.round == "3"
    watcher.look(replace(first, metadata={"round": 3.5}))
    assert watcher.ledger.round == "3.5"


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
