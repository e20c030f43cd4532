"""Segments: what is written is what is meant, and what cannot be meant is refused with what was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.domain.versions.segments import (
    KINDS,
    Condition,
    InvalidSegment,
    Provenance,
    Segment,
    Selection,
    parse,
    week_of,
)

RECORD = Provenance(
    round="2",
    model="bot-0.4",
    split="train",
    labels={"problem": {"tone", "hallucination"}, "stars": {"5"}},
    annotators={"ann", "ben"},
    sources={"person"},
    guidelines={"3"},
    weeks={"2026-W47", "2026-W48"},
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("round=2", True),
        ("round=22", False),
        ("model=bot-0.4", True),
        ("split=test", False),
        ("label=problem:tone", True),
        ("label=problem:hallucination,label=stars:5", True),
        ("label=helpful:yes", False),
        ("annotator=ann,annotator=ben", True),
        ("annotator=ann,annotator=eve", False),
        ("source=model", False),
        ("guidelines=3", True),
        ("week=2026-W48", True),
        (" round = 2 , annotator = ann ", True),
    ],
)
def test_every_condition_must_hold(text: str, holds: bool) -> None:
    assert parse(text).holds(RECORD) is holds
    assert parse(text).holds(Provenance()) is False


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no segment"),
        ("round", "is no segment"),
        ("round=", "is no segment"),
        ("=2", "is no segment"),
        ("round=2,", "is no segment"),
        ("rounds=2", "did you mean round?"),
        ("round=1,round=2", "give the option twice"),
        ("label=tone", "name the question"),
        ("label=problem:", "name the question"),
        ("split=tests", "did you mean test?"),
        ("source=human", "there are model, person, reviewer, template"),
        ("week=47", "written like 2026-W"),
        ("week=2026-W54", "written like 2026-W"),
    ],
)
def test_what_is_no_segment_is_refused_with_what_was_meant(text: str, why: str) -> None:
    with pytest.raises(InvalidSegment) as refused:
        parse(text)
    assert why in str(refused.value)


WORDS = st.text(min_size=1).map(str.strip).filter(bool)


@given(st.lists(st.tuples(st.sampled_from(["annotator", "guidelines"]), WORDS), min_size=1))
def test_whatever_is_in_a_value_it_is_read_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    segment = Segment(tuple(dict.fromkeys(Condition(kind, value) for kind, value in pairs)))
    assert parse(str(segment)) == segment


def test_either_of_the_wanted_and_none_of_the_others() -> None:
    either = Selection.parse(["round=1", "round=2"])
    assert [either.holds(Provenance(round=r)) for r in "123"] == [True, True, False]
    neither = Selection.parse(without=["round=1", "annotator=ann"])
    assert [neither.holds(Provenance(round=r)) for r in "123"] == [False, True, True]
    assert neither.holds(RECORD) is False
    assert Selection().holds(RECORD)
    assert (bool(Selection()), bool(either), either.answers, neither.answers) == (
        False,
        True,
        False,
        True,
    )


def test_a_selection_is_stored_as_it_is_written() -> None:
    selection = Selection.parse(["round=2,label=problem:a:b", r"model=x\,y"], ["week=2026-W47"])
    assert Selection.parse(**selection.written) == selection


def test_a_value_that_no_record_has_is_named_with_the_nearest() -> None:
    known = {"round": {"1", "2"}, "label:problem": {"tone", "none"}, "annotator": {"ann"}}
    Selection.parse(["round=2,label=problem:tone"], ["model=unseen"]).check(known)
    for text, why in {
        "round=3": "round=3: no record has this round; there are 1, 2",
        "label=problem:ton": "no record has this label of problem (did you mean tone?)",
        "label=problems:tone": "there is no question problems (did you mean problem?)",
        "annotator=anna": "no record has this annotator (did you mean ann?)",
    }.items():
        with pytest.raises(InvalidSegment) as refused:
            Selection.parse(without=[text]).check(known)
        assert why in str(refused.value)


def test_every_kind_of_condition_asks_for_what_records_have() -> None:
    written = {k: Condition(k, "x", "q" if k == "label" else "") for k in KINDS}
    record = Provenance("x", "x", "x", {"q": {"x"}}, {"x"}, {"x"}, {"x"}, {"x"})
    assert all(condition.holds(record) for condition in written.values())


def test_a_week_is_that_of_its_thursday_in_utc() -> None:
    assert week_of(1_798_761_599_999) == "2026-W53"  # Thursday 2026-12-31, the last moment
    assert week_of(1_798_761_600_000) == "2026-W53"  # Friday 2027-01-01
    assert week_of(1_799_020_800_000) == "2027-W01"  # Monday 2027-01-04
