"""What is written is the difference to what stands, and nothing else."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.domain.records import Record, Suggestion
from argilla_distill.domain.state.ledger_entry import LedgerEntry, LedgerSuggestion
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.writing.suggestions import Publication, publication, restored
from tests.workers.argilla_in_memory import CHAT, HELPFUL, NOTE, PROBLEM

FITS = {"helpful": "majority:3", "problem": "dawid_skene:1"}
EMPTY = LedgerEntry("completed", 1)
JUDGE = LedgerSuggestion(4, "no", 0.7, "model", 5, "judge")


def decided(value: str | None, confidence: float = 0.8) -> Decision:
    return Decision(
        "r1", value, value, None, confidence, {"yes": confidence}, 0.0, (), None if value else "tie"
    )


def standing(
    value: str, agent: str | None, score: Any = 0.8, question: str = HELPFUL.id, name: str = "s1"
) -> Suggestion:
    return Suggestion(name, question, value, score, agent, "model", 1)


def publish(
    decision: Decision,
    *suggestions: Suggestion,
    status: str = "completed",
    kept: LedgerSuggestion | None = None,
    note: str | None = None,
    **choices: Any,
) -> Publication:
    """What is written on a record whose question *helpful* is decided so."""
    ledger = replace(EMPTY, suggestions={"helpful": kept} if kept else {})
    plan = DatasetSettings.model_validate(choices)
    record = Record("r1", status, {}, (), suggestions)
    return publication(CHAT, record, {"helpful": decision}, FITS, ledger, note, plan)


def test_a_decision_is_written_with_all_that_argilla_takes_and_nothing_more() -> None:
    result = publish(decided("yes", 0.87654321))
    assert result.item == {
        "id": "r1",
        "suggestions": [
            {
                "question_id": HELPFUL.id,
                "value": "yes",
                "score": 0.8765,
                "type": "model",
                "agent": "distill/majority:3",
            }
        ],
    }
    assert (result.withdrawn, result.shows) == ([], {"helpful": "yes"})


def test_what_stands_already_is_not_written_again() -> None:
    result = publish(decided("yes", 0.81), standing("yes", "distill/majority:2"))
    assert result.suggestions == []
    assert result.shows == {"helpful": "yes"}
    assert result.unchanged_scores == {"helpful": 0.8}


@pytest.mark.parametrize(
    "there",
    [
        standing("no", "distill/majority:3"),
        standing("yes", "distill/majority:3", 0.77),
        standing("yes", "distill/majority:3", None),
        standing("yes", "distill/majority:3", [0.8]),
        standing("yes", "distill/dawid_skene:3"),
        standing("yes", "judge"),
        standing("yes", None),
    ],
    ids=["value", "score", "no score", "scores", "strategy", "agent", "nobody"],
)
def test_what_stands_otherwise_is_replaced(there: Suggestion) -> None:
    assert [s["value"] for s in publish(decided("yes"), there).suggestions] == ["yes"]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 0.5))
def test_a_score_is_sent_exactly_when_it_moved_by_more_than_the_tolerance(
    before: float, now: float, tolerance: float
) -> None:
    there = standing("yes", "distill/majority:3", before)
    sent = publish(decided("yes", now), there, tolerance=tolerance).suggestions
    assert bool(sent) == (abs(before - now) > tolerance)


@pytest.mark.parametrize("decision", [decided("yes"), decided(None)])
def test_nothing_of_ours_is_shown_before_a_record_is_complete(decision: Decision) -> None:
    result = publish(decision, status="pending", note="a note")
    assert (result.suggestions, result.withdrawn, result.shows) == ([], [], {"helpful": None})


def test_always_shows_it_all_the_same() -> None:
    assert publish(decided("yes"), status="pending", publish="always").shows == {"helpful": "yes"}


@pytest.mark.parametrize(
    ("decision", "status"), [(decided("yes"), "pending"), (decided(None), "completed")]
)
def test_ours_is_withdrawn_where_it_should_not_stand(decision: Decision, status: str) -> None:
    result = publish(decision, standing("yes", "distill/majority:3"), status=status)
    assert (result.suggestions, result.withdrawn) == ([], ["s1"])


def test_another_agents_suggestion_returns_where_ours_had_taken_its_place() -> None:
    result = publish(decided(None), standing("yes", "distill/majority:3"), kept=JUDGE)
    assert result.withdrawn == []
    assert result.suggestions == [
        {"question_id": HELPFUL.id, "value": "no", "score": 0.7, "type": "model", "agent": "judge"}
    ]


@pytest.mark.parametrize("kept", [None, JUDGE])
def test_another_agents_suggestion_is_never_withdrawn(kept: LedgerSuggestion | None) -> None:
    result = publish(decided(None), standing("no", "judge"), kept=kept)
    assert (result.suggestions, result.withdrawn) == ([], [])


def test_what_was_never_said_is_not_restored() -> None:
    kept = LedgerSuggestion(4, "no", None, None, 5, None)
    assert restored(HELPFUL, kept) == {"question_id": HELPFUL.id, "value": "no"}
    assert restored(HELPFUL, replace(kept, score=0.0))["score"] == 0.0


def test_a_question_that_is_not_decided_is_left_alone() -> None:
    theirs = standing("tone", "distill/dawid_skene:1", question=PROBLEM.id, name="s2")
    result = publish(decided("yes"), theirs)
    assert [s["question_id"] for s in result.suggestions] == [HELPFUL.id]
    assert result.withdrawn == []


# The note


def notes(result: Publication) -> list[Any]:
    return [s["value"] for s in result.suggestions if s["question_id"] == NOTE.id]


def test_a_note_is_a_suggestion_without_a_score() -> None:
    (item,) = publish(decided(None), note="why").suggestions
    assert item == {
        "question_id": NOTE.id,
        "value": "why",
        "type": "model",
        "agent": "distill/majority:3",
    }


def test_a_note_that_stands_is_not_written_again() -> None:
    there = standing("why", "distill/majority:1", None, NOTE.id)
    assert notes(publish(decided(None), there, note="why")) == []


NOTED = "**helpful**: undecided\n- yes: ann (70%), ben (60%)\n- no: cas (80%)"


def test_a_note_is_not_rewritten_for_figures_and_their_order_alone() -> None:
    there = standing(NOTED, "distill/majority:1", None, NOTE.id)
    moved = "**helpful**: undecided\n- yes: ben (75%), ann (71%)\n- no: cas (79%)"
    assert notes(publish(decided(None), there, note=moved)) == []
    assert notes(publish(decided("yes"), there, note=moved)) == [
        moved
    ]  # as something is sent anyway


@pytest.mark.parametrize(
    "now",
    [
        "**helpful**: undecided\n- yes: ann (70%), cas (60%)\n- no: ben (80%)",
        "**helpful**: undecided\n- yes: ann (70%)\n- no: cas (80%)",
        "**helpful**: yes (90% sure)\n- yes: ann (70%), ben (60%)\n- no: cas (80%)",
    ],
    ids=["sides", "voices", "verdict"],
)
def test_a_note_is_rewritten_when_somebody_changes_sides(now: str) -> None:
    there = standing(NOTED, "distill/majority:1", None, NOTE.id)
    assert notes(publish(decided(None), there, note=now)) == [now]


def test_a_note_is_withdrawn_when_there_is_nothing_to_tell_any_more() -> None:
    there = standing("why", "distill/majority:1", None, NOTE.id)
    assert publish(decided(None), there).withdrawn == ["s1"]
    assert publish(decided("yes"), there, status="pending", note="why").withdrawn == ["s1"]


def test_a_text_that_another_agent_suggested_gives_way_and_returns() -> None:
    theirs = standing("their text", "judge", None, NOTE.id)
    assert notes(publish(decided(None), theirs, note="why")) == ["why"]
    assert publish(decided(None), theirs).withdrawn == []
    ours = standing("why", "distill/majority:1", None, NOTE.id)
    kept = LedgerSuggestion(4, "their text", None, "model", 5, "judge")
    ledger = replace(EMPTY, suggestions={"conflicts": kept})
    record = Record("r1", "completed", {}, (), (ours,))
    plan = DatasetSettings.model_validate({})
    result = publication(CHAT, record, {"helpful": decided(None)}, FITS, ledger, None, plan)
    assert notes(result) == ["their text"]


@pytest.mark.parametrize("question", ["helpful", "nowhere"])
def test_without_a_text_question_for_it_there_is_no_note(question: str) -> None:
    assert notes(publish(decided("yes"), note="why", conflict_question=question)) == []


# Whatever stands


SUGGESTIONS = st.lists(
    st.builds(
        standing,
        st.sampled_from(["yes", "no"]),
        st.sampled_from(["distill/majority:1", "distill/dawid_skene:9", "judge", None]),
        st.none() | st.floats(0, 1),
        st.sampled_from([HELPFUL.id, NOTE.id]),
    ),
    max_size=2,
    unique_by=lambda s: s.question_id,
)


@given(
    st.sampled_from(["yes", "no", None]),
    st.floats(0, 1),
    SUGGESTIONS,
    st.sampled_from(["pending", "completed"]),
    st.none() | st.just(JUDGE),
    st.none() | st.just("a note"),
)
def test_once_written_there_is_nothing_left_to_write(
    value: str | None,
    confidence: float,
    there: list[Suggestion],
    status: str,
    kept: Any,
    note: str | None,
) -> None:
    """Apply what came out to the record: a second look asks for nothing, and others' words are kept."""
    there = [dataclasses.replace(s, id=f"s-{s.question_id}") for s in there]
    first = publish(decided(value, confidence), *there, status=status, kept=kept, note=note)
    after = {s.question_id: s for s in there if s.id not in first.withdrawn}
    for item in first.suggestions:
        said = {"score": None, "type": None, "agent": None, **item}
        after[item["question_id"]] = Suggestion(id=f"s-{item['question_id']}", at=2, **said)
    second = publish(
        decided(value, confidence), *after.values(), status=status, kept=kept, note=note
    )
    assert (second.suggestions, second.withdrawn, second.shows) == ([], [], first.shows)
    assert all(s.ours for s in there if s.id in first.withdrawn)
    if first.shows["helpful"] is None:
        assert HELPFUL.id not in after or not after[HELPFUL.id].ours
