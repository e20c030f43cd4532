"""What is decided of a record, as it is stored: anew or as it was; and what of it is news."""

from __future__ import annotations

from dataclasses import replace

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.records import Record
from argilla_distill.domain.state.decision import Shown, StoredDecision, StoredWorth
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Contribution, Decision
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.models.facts_of_history import FactsOfHistory
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.use_cases.distilling.steps.batch_decisions import (
    beginnings,
    decisions_of,
    is_near,
    news_of,
    still_published,
    with_worth,
)
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution
from argilla_distill.workers.writing.suggestions import Kept, Publication
from tests.workers.argilla_in_memory import HELPFUL

ASKED = label_question(*HELPFUL.labels)
MODELS = {
    name: Model(
        replace(HELPFUL, name=name), FactsOfHistory(name, ASKED), registry.create("majority", ASKED)
    )
    for name in ("first", "second", "third")
}
YES = Decision("r1", "yes", "yes", "no", 0.83333, {"yes": 0.8, "no": 0.2}, 0.0, (), None)
UNKNOWN = Decision("r1", None, None, None, 0.5, {}, 0.0, (), "nobody has answered")
WAS_NO = StoredDecision("no", 0.9, shown=(Shown("no", 1),))


def record(name: str, text: str) -> Record:
    return Record(name, "pending", {"text": text})


def test_what_is_decided_anew_is_shown_since_it_was_sent_and_decided_now() -> None:
    resolution = Resolution(record("r1", ""), {"first": YES}, is_complete=True)
    written = Publication("r1", shows={"first": "yes"})
    found = decisions_of(MODELS, resolution, written, {"first": WAS_NO}, 50, 70)
    assert list(found) == ["first"]
    assert (found["first"].value, found["first"].decided_at) == ("yes", 70)
    assert found["first"].shown == (Shown("no", 1, 50), Shown("yes", 50))


def test_what_a_failed_strategy_decided_stays_but_for_what_is_shown() -> None:
    kept = Kept(frozenset({"second", "third"}))
    resolution = Resolution(record("r1", ""), {"first": YES}, is_complete=True, kept=kept)
    written = Publication("r1", shows={"first": "yes", "second": "yes", "third": None})
    found = decisions_of(MODELS, resolution, written, {"second": WAS_NO}, 50, 70)
    assert set(found) == {"first", "second"}, "on the third nothing was decided before"
    assert found["second"] == replace(WAS_NO, shown=(Shown("no", 1, 50), Shown("yes", 50)))
    assert found["first"].shown == (Shown("yes", 50),)


def test_what_goes_on_being_shown_is_not_noted_twice() -> None:
    assert still_published({"first": WAS_NO}, ["first"], {"first": "no"}, 50) == {"first": WAS_NO}


def test_worth_is_noted_by_question_and_stays_where_nothing_is_known_anew() -> None:
    old, new = StoredWorth(0.1, 0.2), StoredWorth(0.3, 0.4)
    before = {"first": replace(WAS_NO, worth=old), "second": replace(WAS_NO, worth=old)}
    found = with_worth(before, {"first": new})
    assert found == {"first": replace(WAS_NO, worth=new), "second": before["second"]}


def test_what_stays_or_says_nothing_is_no_news_and_hides_none_behind_it() -> None:
    before = {"first": replace(WAS_NO, value="yes")}
    told = news_of(MODELS, "r1", {"first": YES, "second": UNKNOWN, "third": YES}, before)
    details = Details(confidence=0.833, strategy="majority", fit=1)
    assert told == [Entry("decision", "r1", values={"third": "yes"}, details=details)]


def test_that_nothing_can_be_decided_any_more_is_news_with_its_reason() -> None:
    (told,) = news_of(MODELS, "r1", {"first": UNKNOWN}, {"first": WAS_NO})
    assert (told.values, told.details.why) == ({"first": None}, "nobody has answered")


def test_where_somebody_has_answered_it_is_news_that_nothing_follows_from_it() -> None:
    tie = replace(UNKNOWN, contributions=(Contribution("1", "yes", 0.8, 0.0),), abstention="tie")
    unsure = replace(UNKNOWN, leader="yes", abstention="not sure enough")
    told = news_of(MODELS, "r1", {"first": tie, "second": unsure}, {})
    assert [each.details.why for each in told] == ["tie", "not sure enough"]


def test_a_decision_that_is_just_the_tolerance_away_is_near_the_limit_of_its_question() -> None:
    decided = {"first": StoredDecision("no", 0.75), "second": StoredDecision("no", 0.25)}
    limits = {"first": [0.0, 0.5], "second": [1.0]}
    assert is_near(decided, limits.__getitem__, 0.25)
    assert not is_near(decided, limits.__getitem__, 0.24)
    assert not is_near({}, limits.__getitem__, 1.0)


def test_what_needs_a_review_is_told_by_its_beginning_and_what_needs_none_is_not() -> None:
    records = [record("r1", "one\n  two"), record("r2", "three")]
    due = {"r1": 0.5, "r2": None, "gone": None}
    assert beginnings(records, due) == {"r1": "one two", "r2": None, "gone": None}
