"""Observe: what each entry about a reviewer, an agent or a record that is gone holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.observing.answers import Copy, Reading
from argilla_distill.domain.observing.ledger import changed, observe
from argilla_distill.domain.observing.moments import bounded
from argilla_distill.domain.records import Dataset, DatasetQuestion, Record, Response, Suggestion
from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.domain.state.ledger_entry import LedgerEntry

HELPFUL = DatasetQuestion("q1", "helpful", "label_selection", ("yes", "no"))
DATASET = Dataset("d", "chat", "w", "support", "ready", 0, (HELPFUL,))
R = "record"
YES = StoredDecision("yes", 0.8, leader="yes")

numbers = {"ann": 0, "ben": 1, "rev": 2}
READING = Reading(
    "conflicts",
    "why",
    reviews=lambda user_id: user_id == "rev",
    is_reviewer=lambda number: number == numbers["rev"],
)


@dataclass
class Looks:
    """Looks at one record again and again; `rev` is a reviewer, `ann` and `ben` are not."""

    decided: dict[str, StoredDecision] = field(default_factory=dict)
    ledger: LedgerEntry | None = None
    names: dict[str, str] = field(default_factory=dict)
    now: int = 0

    def look(self, record: Record | None, copied: Copy | None = None) -> tuple[Entry, ...]:
        """The entries that the look adds."""
        self.now += 1
        seen = observe(
            self.ledger, record, R, DATASET, self.decided, READING, self.number, self.now, copied
        )
        self.ledger = seen.ledger
        return seen.entries

    def number(self, key: str, agent: str) -> int:
        self.names[key] = agent
        return numbers.setdefault(key, len(numbers))


def says(user: str, value: str, at: int, status: str = "submitted", why: str = "") -> Response:
    return Response(user, status, {"helpful": value, **({"why": why} if why else {})}, at)


def record(*responses: Response, suggestions: tuple[Suggestion, ...] = ()) -> Record:
    return Record(R, "pending", {}, responses, suggestions)


def copied(*responses: Response) -> Copy:
    return Copy(Record("copy", "pending", {}, responses))


def bounded_copy(looks: Looks, said: Response) -> Copy:
    """A copy as it is looked at, with no time that is later than now."""
    copy = copied(said)
    known = bounded(copy.record, looks.ledger, READING, looks.number, looks.now)
    return replace(copy, record=known)


@pytest.mark.parametrize(
    ("user", "other_at", "later", "entries"),
    [("rev", 15, 20, 1), ("rev", 15, 10, 0), ("rev", 5, 20, 0), ("ann", 15, 20, 0)],
)
def test_who_says_the_same_again_decides_anew_if_a_reviewer_said_something_since(
    user: str, other_at: int, later: int, entries: int
) -> None:
    looks, other = Looks(), copied(says("rev", "yes", other_at))
    looks.look(record(says(user, "no", 10)), other)
    assert len(looks.look(record(says(user, "no", later)), other)) == entries


def test_a_review_whose_time_is_known_only_later_is_kept_once() -> None:
    """Argilla's clock was ahead of ours, or the answer came between our look at the clock and at it."""
    looks = Looks(now=10)
    assert len(looks.look(record(), bounded_copy(looks, says("rev", "no", 500)))) == 1
    looks.now = 600
    assert looks.look(record(), bounded_copy(looks, says("rev", "no", 500))) == ()


def test_a_reviewers_draft_that_is_saved_again_decides_nothing_anew() -> None:
    looks = Looks()
    looks.look(record(says("rev", "no", 10, "draft")))
    assert looks.look(record(says("rev", "no", 20, "draft"))) == ()


def test_an_answer_on_the_copy_is_told_apart_in_the_history() -> None:
    (entry,) = Looks().look(record(), copied(says("ben", "no", 10)))
    assert entry == Entry(
        "answer", R, 1, "submitted", {"helpful": "no"}, {}, 10, Details(on_copy=True)
    )


def test_an_adjudication_is_kept_with_what_was_thought_just_before_and_what_it_replaces() -> None:
    looks = Looks({"helpful": YES})
    (first,) = looks.look(record(), copied(says("rev", "no", 10, why="rude")))
    details = Details(why="rude", thought={"helpful": ("yes", 0.8)})
    assert first == Entry("adjudication", R, 2, "submitted", {"helpful": "no"}, {}, 10, details)
    (second,) = looks.look(record(), copied(says("rev", "yes", 30, why="read twice")))
    assert second == Entry(
        "adjudication",
        R,
        2,
        "submitted",
        {"helpful": "yes"},
        {"helpful": "no"},
        30,
        Details(why="read twice"),  # what is thought by now was learned from the first
    )


def test_a_draft_of_an_adjudication_measures_nothing_and_leaves_the_measure_to_the_first() -> None:
    looks = Looks({"helpful": YES})
    (draft,) = looks.look(record(), copied(says("rev", "no", 10, "draft")))
    assert (draft.status, draft.details.thought) == ("draft", {})
    (first,) = looks.look(record(), copied(says("rev", "no", 20)))
    assert first.details.thought == {"helpful": ("yes", 0.8)}


@pytest.mark.parametrize(
    ("later", "status", "entries"), [(20, "submitted", 1), (10, "submitted", 0), (20, "draft", 0)]
)
def test_the_same_adjudication_again_is_new_only_if_it_is_submitted_after_another(
    later: int, status: str, entries: int
) -> None:
    looks, other = Looks(), record(says("rev", "yes", 15))
    looks.look(other, copied(says("rev", "no", 10, status)))
    assert len(looks.look(other, copied(says("rev", "no", later, status)))) == entries


def test_the_same_adjudication_again_with_no_other_review_says_nothing_new() -> None:
    looks = Looks()
    looks.look(record(), copied(says("rev", "no", 10)))
    assert looks.look(record(), copied(says("rev", "no", 20))) == ()


def test_an_adjudication_taken_back_says_whose_it_was_and_what_it_held() -> None:
    looks = Looks()
    looks.look(record(), copied(says("rev", "no", 10)))
    (entry,) = looks.look(record(), copied())
    assert entry == Entry("adjudication", R, 2, "deleted", {}, {"helpful": "no"})


def test_a_record_that_is_gone_has_no_adjudication_even_if_its_copy_is_still_there() -> None:
    looks = Looks()
    looks.look(record(), copied(says("rev", "no", 10)))
    (entry,) = looks.look(None, copied(says("rev", "no", 10)))
    assert (entry.kind, entry.status) == ("adjudication", "deleted")
    assert looks.ledger is not None
    assert looks.ledger.adjudications == {}


def test_nothing_is_known_of_the_text_of_a_record_that_was_never_seen() -> None:
    looks = Looks()
    looks.look(None)
    assert looks.ledger is not None
    assert looks.ledger.fingerprint == ""


def test_a_look_that_finds_everything_as_it_was_is_no_change() -> None:
    looks = Looks()
    there = Record(R, "pending", {"text": "Where is my parcel?"}, external_id="7")
    looks.look(there)
    before = looks.ledger
    assert before is not None
    seen = observe(before, there, R, DATASET, {}, READING, looks.number, 2)
    assert not changed(before, seen)
    assert changed(replace(before, external_id=None), seen)
    assert changed(replace(before, fingerprint=""), seen)


def test_another_agents_suggestion_stays_known_while_it_may_be_put_back() -> None:
    theirs = Suggestion("s", HELPFUL.id, "no", 0.9, "bot", "model", 5)
    looks = Looks()
    looks.look(record(suggestions=(theirs,)))
    assert looks.names["agent:bot"] == "bot"
    looks.decided = {"helpful": StoredDecision(None, 0.0, restorable=True)}
    assert looks.look(record()) == ()
    looks.decided = {"helpful": StoredDecision(None, 0.0)}
    (entry,) = looks.look(record())
    assert (entry.kind, entry.status) == ("suggestion", "deleted")
