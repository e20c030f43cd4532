"""What the record's page says, without a server: stored state in, words and numbers out."""

import json
from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.expected_rating import ExpectedRating
from argilla_distill.plugin.pages.views.decision_view import QuestionView
from argilla_distill.plugin.pages.views.record_view import (
    MAX_CHARACTERS,
    RecordView,
    view,
)
from argilla_distill.plugin.store.shapes import record_shapes
from tests.plugin.pages.scene import DATASET, RECORD, Scene, at, helpful, ledger, scene

ARGILLA = "https://argilla.example"


@pytest.fixture
def told() -> Scene:
    return scene()


def show(told: Scene) -> RecordView:
    return view(told.known(), ARGILLA, {"prompt": "Hi"})


def question(page: RecordView, name: str = "helpful") -> QuestionView:
    return next(q for q in page.questions if q.name == name)


def with_decision(told: Scene, **changes: Any) -> QuestionView:
    told.decisions["helpful"] = helpful(**changes)
    return question(show(told))


def test_the_page_links_to_the_dataset(told: Scene) -> None:
    assert show(told).argilla_url == f"{ARGILLA}/dataset/{DATASET}/annotation-mode"


def test_questions_come_in_the_datasets_order_and_the_rest_says_why_not(told: Scene) -> None:
    page = show(told)
    assert [q.name for q in page.questions] == ["helpful", "problem"]
    assert page.left_alone[0] == ("comment", "text questions are not distilled yet")


def test_a_shown_decision_says_since_when(told: Scene) -> None:
    shown = question(show(told))
    assert (shown.state, shown.shown_since, shown.decided_at) == ("shown", at(33), at(33))
    assert (shown.value, shown.percent, shown.strategy) == ("yes", "97\u202f%", "dawid_skene:3")


def test_nothing_is_shown_in_argilla_of_a_dataset_that_was_deleted_there(told: Scene) -> None:
    """The page went on saying "shown in Argilla since", beside a record of the status "completed"."""
    known = told.known()
    page = view(replace(known, info={**known.info, "state": "deleted"}), ARGILLA)
    kept = question(page)
    assert (page.status, kept.state, kept.value, kept.shown_since) == (
        "deleted",
        "hidden",
        "yes",
        None,
    )
    assert kept.reason == "its dataset was deleted in Argilla; until then Argilla showed it"


def test_a_pending_record_says_that_nothing_is_shown_yet(told: Scene) -> None:
    told.ledger = ledger(s="pending")
    hidden = with_decision(told, shown=[])
    assert hidden.state == "hidden"
    assert "still pending" in hidden.reason


def test_where_always_published_a_pending_record_is_about_to_show(told: Scene) -> None:
    told.ledger, told.info["publish"] = ledger(s="pending"), "always"
    assert "about to be written" in with_decision(told, shown=[]).reason


def test_a_decision_that_is_not_written_yet_says_what_stands_instead(told: Scene) -> None:
    hidden = with_decision(told, shown=[["no", at(16), None]])
    assert (hidden.state, hidden.shown_since) == ("hidden", at(16))
    assert "until then Argilla shows “no”" in hidden.reason


def test_a_rating_tells_what_its_posterior_comes_to_and_a_label_does_not(told: Scene) -> None:
    assert question(show(told)).expected is None
    questions = json.loads(told.info["questions"])
    questions["helpful"] |= {"type": "rating", "labels": ["1", "2", "3"]}
    told.info["questions"] = json.dumps(questions)
    rated = with_decision(told, v=2, top=2, next=3, p={"1": 0.1, "2": 0.6, "3": 0.3})
    assert rated.expected == ExpectedRating(2.2, 1.0, 3.0)


@pytest.mark.parametrize(("value", "composed"), [("yes", False), ("yes please", True)])
def test_a_text_that_nobody_gave_is_told_to_be_composed(
    told: Scene, value: str, composed: bool
) -> None:
    questions = json.loads(told.info["questions"])
    questions["helpful"] |= {"type": "text", "labels": []}
    told.info["questions"] = json.dumps(questions)
    assert with_decision(told, v=value, top=value, next="no").composed is composed
    assert not question(show(scene())).composed


def test_what_the_votes_are_worth_is_told_where_it_is_known(told: Scene) -> None:
    assert question(show(told)).independent_votes is None
    worth = with_decision(told, e=1.4)
    voters = [voice for voice in told.decisions["helpful"]["w"] if voice[0] >= 0]
    assert (worth.independent_votes, worth.votes) == (1.4, len(voters))


def test_an_abstention_gives_its_reason(told: Scene) -> None:
    abstained = question(show(told), "problem")
    assert (abstained.state, abstained.value) == ("abstained", None)
    assert abstained.reason == "confidence 0.53 is below 0.7"


def test_an_abstention_is_told_apart_from_its_suggestion_still_standing(told: Scene) -> None:
    abstained = with_decision(told, v=None, abstain="too close", shown=[["yes", at(33), None]])
    assert abstained.reason == "too close (the suggestion is being withdrawn)"


def test_a_question_nobody_answered_is_undecided(told: Scene) -> None:
    told.decisions, told.entries = {}, []
    assert {q.state for q in show(told).questions} == {"undecided"}


def test_the_posterior_holds_every_label_the_most_probable_first(told: Scene) -> None:
    shares = with_decision(told, p={"no": 0.001}).posterior
    assert [(s.label, s.percent) for s in shares] == [
        ("no", "0.1\u202f%"),
        ("yes", "<\u202f0.1\u202f%"),
    ]


def test_prior_and_pulls_add_up_to_the_posterior(told: Scene) -> None:
    shown = question(show(told))
    assert shown.prior is not None
    assert shown.total is not None
    pulls = [shown.prior.log_odds, *(voice.pull.log_odds for voice in shown.voices)]
    assert shown.total.log_odds == pytest.approx(sum(pulls))
    assert shown.odds == "37 to 1"
    assert shown.posterior[0].probability == pytest.approx(37 / 38, abs=0.01)


def test_voices_are_heard_by_their_weight_with_name_kind_value_and_time(told: Scene) -> None:
    voices = question(show(told)).voices
    assert [v.who.name for v in voices[:3]] == ["ada.lindqvist", "bo", "rule-refund"]
    first = voices[0]
    assert (first.value, first.at, first.percent) == ("yes", at(2), "94\u202f%")
    assert first.pull.text == "+2.6 toward yes"
    assert (voices[2].who.kind, voices[2].pull.text) == ("template", "+1.6 toward no")
    assert voices[-1].pull.text == "no pull"


def test_another_agents_suggestion_is_a_voice(told: Scene) -> None:
    judge = next(v for v in question(show(told)).voices if v.who.agent)
    assert (judge.who.name, judge.value, judge.at) == ("judge-7b", "yes", at(0))


def test_bars_stay_on_their_track_and_point_the_right_way(told: Scene) -> None:
    for each in question(show(told)).voices:
        pull = each.pull
        assert 0 <= pull.start <= pull.start + pull.width <= 100.01
        assert (pull.start == 50) == (pull.log_odds >= 0)


def test_echoes_drafts_and_discards_are_kept_apart_with_their_reason(told: Scene) -> None:
    apart = {u.who.name: u for u in question(show(told)).uncounted}
    assert {name: u.status for name, u in apart.items()} == {
        "eve": "echo",
        "finn": "draft",
        "gil": "discarded",
    }
    assert "while Argilla was showing our own suggestion" in apart["eve"].why


def test_an_echo_on_one_question_counts_on_another(told: Scene) -> None:
    problem = question(show(told), "problem")
    assert "eve" in {v.who.name for v in problem.voices}
    assert "eve" not in {u.who.name for u in problem.uncounted}


def test_an_answer_newer_than_the_decision_is_not_hidden(told: Scene) -> None:
    decision = helpful()
    late = with_decision(told, w=[w for w in decision["w"] if w[0] not in (0, 6)])
    newer = {u.who.name: u.why for u in late.uncounted}
    assert "newer than the decision" in newer["ada.lindqvist"]
    assert "newer than the decision" in newer["judge-7b"]


def test_a_voice_that_is_gone_since_the_decision_is_still_named(told: Scene) -> None:
    del told.ledger["r"]["0"]
    assert question(show(told)).voices[0].value == "withdrawn since"


def test_a_tie_compares_the_first_two_of_the_tied(told: Scene) -> None:
    even = {"yes": 0.5, "no": 0.5}
    tie = with_decision(told, v=None, top=None, next=None, p=even, c=0.5, prior=0.0, w=[])
    assert (tie.leader, tie.runner_up, tie.odds) == ("yes", "no", "even")


def test_earlier_decisions_are_told_without_the_current_one(told: Scene) -> None:
    earlier = question(show(told)).earlier
    assert [e.value for e in earlier] == ["no", None, "yes"]
    assert (earlier[0].at, earlier[0].percent, earlier[0].strategy) == (
        at(16),
        "62\u202f%",
        "dawid_skene:2",
    )
    assert earlier[1].why == "confidence 0.55 is below 0.6"


def test_a_conflict_says_who_stands_where_and_what_was_before(told: Scene) -> None:
    conflict = question(show(told)).conflict
    assert conflict is not None
    assert conflict.sides[0] == ("yes", ("ada.lindqvist", "bo", "llm-atlas", "judge-7b"))
    assert conflict.before == ((at(12), at(33), "yes"),)


def test_the_time_line_tells_changes_retractions_and_deletions_latest_first(told: Scene) -> None:
    gone = Entry("answer", RECORD, 3, "deleted", {}, {"helpful": "no"}, id=f"{at(70)}-0")
    told.entries.append(gone)
    events = show(told).events
    assert [e.what for e in events[:4]] == [
        "the answer was deleted",
        "answered",
        "discarded the record",
        "took the answer back and kept it as a draft",
    ]
    assert (events[0].at, events[0].changes[0].before, events[0].changes[0].after) == (
        at(70),
        "no",
        None,
    )
    assert events[1].echoes == ("helpful",)
    changed = next(e for e in events if e.what == "changed the answer")
    assert [(c.question, c.before, c.after) for c in changed.changes] == [
        ("helpful", "yes", "no"),
        ("problem", "none", "incomplete"),
    ]
    assert events[-1].what == "suggested"


def test_drafts_again_and_again_are_never_called_retractions(told: Scene) -> None:
    told.entries = [
        Entry("answer", RECORD, 1, status, {"helpful": "yes"}, at=at(n), id=f"{at(n)}-0")
        for n, status in enumerate(("draft", "draft", "submitted", "deleted", "submitted"))
    ]
    assert [e.what for e in reversed(show(told).events)] == [
        "saved a draft",
        "saved a draft",
        "submitted the draft",
        "the answer was deleted",
        "answered again",
    ]


def test_the_answers_to_all_questions_stand_as_given(told: Scene) -> None:
    told.ledger["r"]["0"][2]["ranked"] = [{"value": "a", "rank": 1}, {"value": "b", "rank": 2}]
    told.ledger["r"]["0"][2]["spans"] = [{"label": "x", "start": 0, "end": 4}]
    first = show(told).answers[0]
    assert first.who.name == "ada.lindqvist"
    assert {g.question: g.value for g in first.values} == {
        "helpful": "yes",
        "problem": "none",
        "ranked": "1. a, 2. b",
        "spans": "x (0–4)",
    }


def test_an_annotator_without_a_name_has_a_number(told: Scene) -> None:
    told.annotators[0] = KnownAnnotator("u-ada", "?", "person")
    del told.annotators[1]
    names = [voice.who.name for voice in question(show(told)).voices[:2]]
    assert names == ["annotator 0", "annotator 1"]


def test_a_chat_is_read_turn_by_turn_and_huge_fields_are_cut(told: Scene) -> None:
    fields = {
        "chat": [{"role": "user", "content": "Hi"}, {"role": "bot", "content": "Hello"}],
        "image": "x" * MAX_CHARACTERS,
        "empty": None,
        "data": {"a": 1},
    }
    page = view(told.known(), ARGILLA, fields)
    assert page.fields is not None
    shown = dict(page.fields)
    assert shown["chat"] == "user: Hi\n\nbot: Hello"
    assert shown["image"].endswith("… and 20 characters more")
    assert shown["data"] == '{"a": 1}'
    assert "empty" not in shown


def test_a_deleted_record_is_called_so(told: Scene) -> None:
    told.ledger, told.decisions = ledger(s="gone", r={}, m={}), {}
    page = view(told.known(), ARGILLA, None, "The record is not in Argilla any more.")
    assert (page.status, page.fields) == ("deleted", None)
    assert question(page).reason == "the record was deleted in Argilla"
    assert [e.value for e in question(page).earlier] == ["yes", "no", None, "yes"]


# Reviews


def review(status: str, minutes: float, value: str = "no", why: str = "") -> Entry:
    values = {"helpful": value} if status == "submitted" else {}
    details = Details(why=why)
    return Entry(
        "adjudication", RECORD, 2, status, values, {}, at(minutes), details, f"{at(minutes)}-3"
    )


def test_what_reviewers_decide_change_and_take_back_is_on_the_time_line(told: Scene) -> None:
    told.entries = [
        review("draft", 62),
        review("submitted", 63, why="Because."),
        review("submitted", 64, "yes"),
        review("deleted", 65),
        review("submitted", 66),
    ]
    events = list(reversed(show(told).events))
    assert [e.what for e in events] == [
        "began a review",
        "decided",
        "decided otherwise",
        "the adjudication was taken back",
        "decided again",
    ]
    assert (events[1].kind, events[1].why) == ("adjudication", "Because.")


def test_an_answer_given_in_the_review_dataset_is_told_apart(told: Scene) -> None:
    told.ledger["r"]["3"].append(True)
    told.entries.append(
        Entry(
            "answer",
            RECORD,
            3,
            "submitted",
            {"helpful": "no"},
            {},
            at(70),
            Details(on_copy=True),
            f"{at(70)}-0",
        )
    )
    page = show(told)
    assert {a.who.name for a in page.answers if a.in_review} == {"dora"}
    assert page.events[0].what.endswith("in the review dataset")
    assert question(page).voices


def test_adjudications_stand_in_the_order_in_which_they_were_given(told: Scene) -> None:
    told.ledger["a"] = {
        "2": ["submitted", at(80), {"helpful": "yes"}, ""],
        "99": ["draft", at(70), {}, "not yet"],
    }
    page = show(told)
    assert [(a.who.name, a.status, a.why) for a in page.adjudications] == [
        ("annotator 99", "draft", "not yet"),
        ("cem", "submitted", ""),
    ]


def test_an_explanation_in_words_goes_with_every_decision(told: Scene) -> None:
    page = show(told)
    assert "ada.lindqvist" in question(page).explanation
    assert "Nothing is decided" in question(page, "problem").explanation
    told.decisions, told.entries = {}, []
    assert question(show(told)).explanation == ""


def test_a_near_identical_record_differs_only_where_both_are_decided(told: Scene) -> None:
    decided = record_shapes.decisions({"helpful": helpful(v="no"), "problem": helpful(v="tone")})
    known = replace(told.known(), near_identical={"other": decided, "gone": None})
    other, gone = view(known, ARGILLA, None).near_identical
    assert [(v.question, v.differs) for v in other.values] == [
        ("helpful", True),
        ("problem", False),
    ]
    assert gone.values == ()
