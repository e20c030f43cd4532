"""Observe: what a record says beside its answers is told once, and again whenever it says something else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.history.record_state import digest, digest_of_fields
from argilla_distill.domain.observing.answers import Copy, Reading
from argilla_distill.domain.observing.ledger import observe, says_news, with_state
from argilla_distill.domain.records import Dataset, DatasetQuestion, Record, Response
from argilla_distill.domain.state.ledger_entry import LedgerEntry

HELPFUL = DatasetQuestion("q1", "helpful", "label_selection", ("yes", "no"))
DATASET = Dataset("d", "chat", "w", "support", "ready", 0, (HELPFUL,))
R = "record"
READING = Reading("conflicts", round_property="batch")
FIELDS = {"text": "Where is my parcel?"}
METADATA = {"batch": 1, "model": "bot"}
SEEN = Record(R, "pending", FIELDS, metadata=METADATA, external_id="ticket-1", created_at=17)
DIGESTS = Details(digest=digest_of_fields(FIELDS), metadata=digest([METADATA, "ticket-1"]))
ANSWERED = replace(SEEN, responses=(Response("ann", "submitted", {"helpful": "yes"}, 10),))
BY_AN_EARLIER_RELEASE = LedgerEntry("pending", 1, round="1")
GONE = "gone"


@dataclass
class Seen:
    """What is known of the record, look after look."""

    ledger: LedgerEntry | None = None

    def look(self, record: Record | None, copied: Copy | None = None) -> tuple[Entry, ...]:
        """The entries that the look adds."""
        number = {"ann": 0, "rev": 1}
        found = observe(
            self.ledger,
            record,
            R,
            DATASET,
            {},
            READING,
            lambda key, _: number[key],
            5,
            copied,
        )
        found = with_state(self.ledger, found, record, R, READING)
        self.ledger = found.ledger
        return found.entries


def records(entries: tuple[Entry, ...]) -> list[Entry]:
    return [entry for entry in entries if entry.kind == "record"]


def test_a_record_seen_for_the_first_time_is_told_before_its_answers_as_of_when_it_was_made() -> (
    None
):
    told, answer = Seen().look(ANSWERED)
    assert told == Entry(
        "record", R, None, "", {"round": "1", "model": "bot"}, {}, 17, details=DIGESTS
    )
    assert (answer.kind, answer.annotator, answer.values) == ("answer", 0, {"helpful": "yes"})


def test_a_record_that_says_what_it_said_is_not_told_again_whatever_is_answered() -> None:
    seen = Seen()
    seen.look(SEEN)
    (answer,) = seen.look(ANSWERED)
    assert answer.kind == "answer"
    assert seen.look(ANSWERED) == ()


@pytest.mark.parametrize(
    ("changed", "values", "replaced"),
    [
        ({"fields": {"text": "Where?"}}, {"round": "1", "model": "bot"}, {}),
        ({"external_id": "ticket-2"}, {"round": "1", "model": "bot"}, {}),
        (
            {"metadata": {"batch": 2, "model": "bot"}},
            {"round": "2", "model": "bot"},
            {"round": "1"},
        ),
        ({"metadata": {"batch": 1, "model": "b"}}, {"round": "1", "model": "b"}, {"model": "bot"}),
        ({"metadata": {"batch": 1}}, {"round": "1"}, {"model": "bot"}),
    ],
    ids=["fields", "external id", "round", "model", "no model"],
)
def test_what_has_changed_is_told_once_with_what_it_was_and_without_a_time(
    changed: dict[str, Any], values: dict[str, str], replaced: dict[str, str]
) -> None:
    seen = Seen()
    seen.look(SEEN)
    other = replace(SEEN, **changed)
    assert says_news(seen.ledger, other, "batch")
    (entry,) = records(seen.look(other))
    details = Details(
        digest=digest_of_fields(other.fields),
        metadata=digest([other.metadata, other.external_id]),
    )
    assert entry == Entry("record", R, None, "", values, replaced, 0, details)
    assert not says_news(seen.ledger, other, "batch")
    assert seen.look(other) == ()


def test_a_record_that_is_gone_is_told_after_its_answers_and_once() -> None:
    seen = Seen()
    seen.look(ANSWERED)
    answer, told = seen.look(None)
    assert (answer.kind, answer.status) == ("answer", "deleted")
    assert told == Entry("record", R, None, GONE, {}, {"round": "1", "model": "bot"})
    assert seen.look(None) == ()


def test_a_record_that_was_never_seen_and_is_gone_has_nothing_to_tell() -> None:
    assert Seen().look(None) == ()


def test_what_a_record_said_is_known_after_it_is_gone_and_told_anew_when_it_is_back() -> None:
    seen = Seen()
    seen.look(SEEN)
    before = seen.ledger
    assert before is not None
    seen.look(None)
    assert seen.ledger == replace(before, status=GONE)
    assert says_news(seen.ledger, SEEN, "batch")
    (entry,) = seen.look(SEEN)
    assert (entry.values, entry.replaced, entry.details) == (
        {"round": "1", "model": "bot"},
        {},
        DIGESTS,
    )


def test_a_record_that_an_earlier_release_has_seen_is_no_news_and_told_at_the_next_look() -> None:
    assert not says_news(BY_AN_EARLIER_RELEASE, SEEN, "batch")
    seen = Seen(BY_AN_EARLIER_RELEASE)
    (entry,) = seen.look(SEEN)
    assert entry == Entry(
        "record", R, None, "", {"round": "1", "model": "bot"}, {}, 0, details=DIGESTS
    )
    assert seen.look(SEEN) == ()
    gone = Seen(BY_AN_EARLIER_RELEASE).look(None)
    assert gone == (Entry("record", R, None, GONE),)  # what it said is not known


def test_a_record_that_nobody_has_looked_at_is_news() -> None:
    assert says_news(None, SEEN, "batch")


def test_an_adjudication_keeps_with_which_probability_its_record_was_drawn() -> None:
    copied = Copy(
        Record("copy", "pending", {}, (Response("rev", "submitted", {"helpful": "no"}, 20),)),
        audit_pi=0.25,
    )
    (entry,) = (e for e in Seen().look(SEEN, copied) if e.kind == "adjudication")
    assert entry.details.audit_pi == 0.25
