"""What is written for values of several parts, and what stays or goes where nobody decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.domain.records import Dataset, DatasetQuestion, Record, Suggestion
from argilla_distill.domain.state.ledger_entry import LedgerEntry, LedgerSuggestion
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.writing.suggestions import (
    Kept,
    Publication,
    publication,
    unsayable,
    wording,
)

HELPFUL = DatasetQuestion("q-helpful", "helpful", "label_selection", ("yes", "no"))
TOPICS = DatasetQuestion("q-topics", "topics", "multi_label_selection", ("fees", "parcel", "tone"))
NOTE = DatasetQuestion("q-note", "conflicts", "text")
CHAT = Dataset("d", "chat", "w", "support", "ready", 0, (HELPFUL, TOPICS, NOTE))
FITS = {"helpful": "team:PeopleFirst:3", "topics": "learned:1", "gone": "learned:1"}
JUDGE = LedgerSuggestion(4, "no", 0.7, "model", 5, "judge")
RESTORED = {
    "question_id": HELPFUL.id, "value": "no", "score": 0.7, "type": "model", "agent": "judge"
}  # fmt: skip


def label(value: str | None, confidence: float = 0.8) -> Decision:
    return Decision("r1", value, value, None, confidence, {}, 0.0, (), None if value else "tie")


def topics(*value: str, scores: tuple[float, ...] | None = None) -> Decision:
    return Decision("r1", value, value, None, 0.8, {}, 0.0, (), None, scores)


def shown(question: DatasetQuestion, value: Any, agent: str, score: Any = 0.8) -> Suggestion:
    return Suggestion(f"s-{question.name}", question.id, value, score, agent, "model", 1)


def publish(
    decided: dict[str, Decision],
    *suggestions: Suggestion,
    status: str = "completed",
    replaced: LedgerSuggestion | None = None,
    kept: Kept | None = None,
    note: str | None = None,
) -> Publication:
    ledger = LedgerEntry("completed", 1, suggestions={"helpful": replaced} if replaced else {})
    record = Record("r1", status, {}, (), suggestions)
    plan = DatasetSettings.model_validate({})
    if kept is None:
        return publication(CHAT, record, decided, FITS, ledger, note, plan)
    return publication(CHAT, record, decided, FITS, ledger, note, plan, kept)


OURS = shown(HELPFUL, "yes", "distill/team:PeopleFirst:2")


def test_each_part_of_a_value_is_written_with_its_own_score() -> None:
    (item,) = publish({"topics": topics("fees", "tone", scores=(0.91234, 0.7))}).suggestions
    assert (item["value"], item["score"]) == (["fees", "tone"], [0.9123, 0.7])


def test_a_value_without_scores_of_its_parts_is_written_without_any() -> None:
    (item,) = publish({"topics": topics("fees")}).suggestions
    assert "score" not in item


@pytest.mark.parametrize(
    ("score", "written"),
    [
        ([0.9, 0.7], 0),
        ([0.9, 0.5], 1),
        ([0.9], 1),
        ([0.9, 0.7, 0.5], 1),
        (None, 1),
        (0.9, 1),
    ],
)
def test_scores_of_parts_are_compared_part_by_part(score: Any, written: int) -> None:
    there = shown(TOPICS, ["fees", "tone"], "distill/learned:1", score)
    decided = {"topics": topics("fees", "tone", scores=(0.9, 0.7))}
    result = publish(decided, there)
    assert len(result.suggestions) == written
    assert result.unchanged_scores == ({} if written else {"topics": pytest.approx(0.8)})


@pytest.mark.parametrize(("score", "written"), [(None, 0), ([0.9], 1)])
def test_a_value_that_has_no_scores_agrees_only_with_one_that_has_none(
    score: Any, written: int
) -> None:
    there = shown(TOPICS, ["fees"], "distill/learned:1", score)
    result = publish({"topics": topics("fees")}, there)
    assert (len(result.suggestions), result.unchanged_scores) == (written, {})


def test_that_no_label_holds_cannot_be_said_in_argilla_so_ours_is_withdrawn() -> None:
    there = shown(TOPICS, ["fees"], "distill/learned:1", [0.9])
    result = publish({"topics": topics()}, there)
    assert (result.suggestions, result.withdrawn) == ([], [there.id])
    assert result.shows == {"topics": None}


def test_only_a_multi_label_question_has_values_that_cannot_be_said() -> None:
    from argilla_distill.workers.models.values import question_of

    assert unsayable(question_of(TOPICS), ())
    assert not unsayable(question_of(TOPICS), ("fees",))
    assert not unsayable(question_of(HELPFUL), ())


def test_a_strategy_of_a_teams_own_is_recognised_by_its_whole_name() -> None:
    assert publish({"helpful": label("yes")}, OURS).suggestions == []
    other = shown(HELPFUL, "yes", "distill/team:RecentFirst:2")
    assert len(publish({"helpful": label("yes")}, other).suggestions) == 1


def test_what_argilla_shows_in_a_form_that_the_question_lost_is_replaced() -> None:
    there = shown(HELPFUL, "perhaps", "distill/team:PeopleFirst:2")  # no such label any more
    assert len(publish({"helpful": label("yes")}, there).suggestions) == 1


def test_a_question_that_argilla_has_no_more_stops_none_of_the_others() -> None:
    result = publish({"gone": label("yes"), "helpful": label("yes")})
    assert [s["question_id"] for s in result.suggestions] == [HELPFUL.id]
    assert result.shows == {"helpful": "yes"}


def test_a_suggestion_that_shows_no_score_says_nothing_of_an_unchanged_one() -> None:
    assert publish({"helpful": label("yes")}, OURS).unchanged_scores == {"helpful": 0.8}
    assert publish({"helpful": label("yes")}).unchanged_scores == {}


# Kept: a strategy failed, and what it last published stays


KEPT = Kept(frozenset({"helpful"}))


def test_what_is_kept_is_neither_written_nor_withdrawn() -> None:
    result = publish({}, OURS, kept=KEPT, replaced=JUDGE)
    assert (result.suggestions, result.withdrawn) == ([], [])
    assert result.shows == {"helpful": "yes"}


def test_nothing_is_kept_where_nothing_of_ours_is_shown() -> None:
    assert publish({}, kept=KEPT).shows == {"helpful": None}
    assert publish({}, shown(HELPFUL, "no", "judge"), kept=KEPT).shows == {"helpful": None}


def test_what_is_kept_is_withdrawn_all_the_same_where_the_record_may_show_nothing() -> None:
    result = publish({}, OURS, status="pending", kept=KEPT)
    assert (result.suggestions, result.withdrawn) == ([], [OURS.id])
    assert result.shows == {"helpful": None}


def test_what_ours_had_replaced_returns_where_the_record_may_show_nothing() -> None:
    result = publish({}, OURS, status="pending", kept=KEPT, replaced=JUDGE)
    assert (result.suggestions, result.withdrawn) == ([RESTORED], [])


def test_a_kept_question_that_argilla_has_no_more_is_passed_over() -> None:
    result = publish({}, OURS, kept=Kept(frozenset({"gone"})))
    assert (result.suggestions, result.withdrawn, result.shows) == ([], [], {})


@pytest.mark.parametrize(("status", "withdrawn"), [("completed", []), ("pending", ["s-conflicts"])])
def test_a_kept_note_stays_as_long_as_the_record_may_show_it(
    status: str, withdrawn: list[str]
) -> None:
    note = shown(NOTE, "why", "distill/learned:1", None)
    result = publish({}, note, status=status, kept=Kept(note=True))
    assert (result.suggestions, result.withdrawn) == ([], withdrawn)


# Leftovers: questions that are decided no more


def test_what_is_left_of_a_question_decided_no_more_goes_with_everything_else_of_ours() -> None:
    result = publish({}, OURS, status="pending")
    assert (result.suggestions, result.withdrawn) == ([], [OURS.id])
    assert publish({}, OURS).withdrawn == []


def test_what_such_a_question_showed_before_ours_returns() -> None:
    result = publish({}, OURS, status="pending", replaced=JUDGE)
    assert (result.suggestions, result.withdrawn) == ([RESTORED], [])


def test_another_agents_words_are_never_taken_for_leftovers() -> None:
    theirs = replace(OURS, agent="judge")
    assert publish({}, theirs, status="pending").withdrawn == []


# The wording of a note


def test_notes_differ_by_their_words_and_not_by_commas_or_figures() -> None:
    assert wording("a: ann (71%), ben (70%, expert)") == [["a:", "ann", "ben"]]
    assert wording("a, b") == wording("b a")
    assert wording("a: ann") != wording("a: ben")
