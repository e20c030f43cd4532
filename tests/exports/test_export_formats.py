"""Formats: what is in their rows, what is left out and counted, what is refused with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from argilla_distill.domain.versions.rewards.reward import Reward
from argilla_distill.exports.export import Exported, export
from argilla_distill.exports.formats.preference import MAX_REPLIES
from argilla_distill.exports.readable_version import ReadableVersion
from argilla_distill.exports.request import ExportRequest, InvalidExport
from tests.exports.version_of_rows import (
    HELPFUL,
    PROBLEM,
    STARS,
    TEXTS,
    VersionOfRows,
    decided,
    helpful,
)

REWARD = Reward.read({"helpful": 1.0, "veto": {"problem": "hallucination"}})
FINE = decided("none", {"none": 0.9, "tone": 0.1, "hallucination": 0.0})
CHAT = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Where is it?"},
    {"role": "assistant", "content": "On its way."},
]


def read(source: ReadableVersion, **asked: Any) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """All rows, by the schema that is promised, and what was left out."""
    found: Exported = export(source, ExportRequest(**asked))
    return found.table().to_pylist(), dict(found.left_out)


@pytest.fixture
def version(tmp_path: Path) -> VersionOfRows:
    return VersionOfRows(tmp_path, TEXTS, {"helpful": HELPFUL, "problem": PROBLEM, "stars": STARS})


def said(prompt: str, reply: str) -> dict[str, str]:
    return {"prompt": prompt, "reply": reply}


def test_classification_has_hard_and_soft_labels_and_their_weight(version: VersionOfRows) -> None:
    version.record("r1", said("Hi", "Hello"), helpful=helpful(0.8))
    version.record("r2", said("Hi", ""), helpful=helpful(0.5))
    version.record("r3", said("Hi", "No."), helpful=helpful(0.4))
    rows, left_out = read(version.source(), format="classification", question="helpful")
    assert rows[0] == {
        "record_id": "r1",
        "text": "Hi\n\nHello",
        "label": "yes",
        "soft_label": {"yes": 0.8, "no": pytest.approx(0.2)},
        "weight": 0.8,
    }
    assert [row["label"] for row in rows] == ["yes", "no"]
    assert left_out == {"left open": 1}
    asked = {"format": "classification", "question": "helpful", "min_confidence": 0.7}
    rows, left_out = read(version.source(), **asked, fields=("reply",))
    assert [row["text"] for row in rows] == ["Hello"]
    assert left_out == {"left open": 1, "less sure than 0.7": 1}


def test_ratings_and_several_labels_are_classes_as_well(tmp_path: Path) -> None:
    questions = {"stars": STARS, "topics": ("multi_label_selection", ("a", "b"), "")}
    version = VersionOfRows(tmp_path, {"chat": "chat"}, questions)
    stars = decided(4.0, {"4": 0.9, "5": 0.1}, confidence=0.9)
    version.record("r1", {"chat": CHAT}, stars=stars, topics=decided(["a"], {"a": 0.9, "b": 0.3}))
    (rated,), _ = read(version.source(), format="classification", question="stars")
    assert (rated["label"], rated["soft_label"]["4"], rated["soft_label"]["1"]) == (4.0, 0.9, 0.0)
    assert rated["text"] == "system: Be kind.\nuser: Where is it?\nassistant: On its way."
    (labelled,), _ = read(version.source(), format="classification", question="topics")
    assert (labelled["label"], labelled["soft_label"]) == (["a"], {"a": 0.9, "b": 0.3})


def test_replies_are_good_or_bad_and_what_nobody_knows_is_left_out(version: VersionOfRows) -> None:
    made_up = decided("hallucination", {"none": 0.1, "tone": 0.0, "hallucination": 0.9})
    for record, yes, problem in (
        ("r1", 0.9, FINE),
        ("r2", 0.1, FINE),
        ("r3", 0.55, FINE),
        ("r4", 0.5, FINE),
        ("r5", 0.9, made_up),
        ("r6", 0.9, decided(None, {"none": 1.0}, votes=0)),
    ):
        version.record(record, said("Hi", f"Reply {record}"), helpful=helpful(yes), problem=problem)
    version.record("r7", said("", "Hi"), helpful=helpful(0.9), problem=FINE)
    rows, left_out = read(version.source(), format="unpaired-preference", reward=REWARD)
    assert {row["record_id"]: row["label"] for row in rows} == {
        "r1": True,
        "r2": False,
        "r5": False,
    }
    assert rows[0]["p_good"] == pytest.approx(0.9)
    assert rows[2]["reward"] == pytest.approx(0.1 * 0.9)
    assert left_out == {
        "in the grey zone": 1,
        "ties: as probably good as bad": 1,
        "without a prompt or a reply": 1,
        "without an answer to every question of the reward": 1,
    }
    rows, left_out = read(version.source(), format="prompt-completion", reward=REWARD)
    assert [(row["prompt"], row["completion"]) for row in rows] == [("Hi", "Reply r1")]
    assert left_out["bad"] == 2


def test_one_question_can_be_the_whole_reward(version: VersionOfRows) -> None:
    stars = decided(4.0, {"3": 0.2, "4": 0.8})
    version.record("r1", said("Hi", "Hello"), stars=stars)
    (row,), _ = read(version.source(), format="prompt-completion", question="stars")
    assert row["reward"] == pytest.approx(0.2 * 0.5 + 0.8 * 0.75)
    assert row["p_good"] == pytest.approx(0.9)


def test_texts_that_people_wrote_are_completions(tmp_path: Path) -> None:
    version = VersionOfRows(tmp_path, TEXTS, {"better": ("text", (), "")})
    version.record("r1", said("Hi", "Whatever"), better=decided("Hello!", {"Hello!": 0.9}))
    version.record("r2", said("Hi", "Whatever"))
    rows, left_out = read(version.source(), format="prompt-completion", question="better")
    assert [(row["prompt"], row["completion"]) for row in rows] == [("Hi", "Hello!")]
    assert left_out == {"left open": 1}


def test_pairs_are_made_of_replies_to_equal_prompts(version: VersionOfRows) -> None:
    for record, prompt, reply, yes in (
        ("r1", "Hi", "Good", 0.9),
        ("r2", "Hi", "Bad", 0.1),
        ("r3", "Hi", "Good again", 0.9),
        ("r4", "Hi", "Bad", 0.2),
        ("r5", "Hi!", "Good", 0.9),
    ):
        version.record(record, said(prompt, reply), helpful=helpful(yes), problem=FINE)
    asked: dict[str, Any] = {"format": "preference", "reward": REWARD, "min_confidence": 0.7}
    rows, left_out = read(version.source(), **asked)
    pairs = {(row["chosen_id"], row["rejected_id"]): row for row in rows}
    assert set(pairs) == {("r1", "r2"), ("r1", "r4"), ("r3", "r2"), ("r3", "r4")}
    assert pairs["r1", "r2"]["margin"] == pytest.approx(0.8)
    assert pairs["r1", "r2"]["p_chosen"] == pytest.approx(0.9 * 0.9 + (2 * 0.9 * 0.1) / 2)
    assert left_out == {
        "pairs that are ties": 1,
        "pairs of equal replies": 1,
        "the only reply to their prompt": 1,
    }
    assert read(version.source(), **asked) == (rows, left_out)


def test_of_very_many_replies_to_one_prompt_some_are_compared(version: VersionOfRows) -> None:
    for n in range(40):
        version.record(f"r{n:02}", said("Hi", f"Reply {n}"), helpful=helpful((n + 1) / 42))
    rows, left_out = read(version.source(), format="preference", question="helpful")
    used = {row["chosen_id"] for row in rows} | {row["rejected_id"] for row in rows}
    assert len(used) == MAX_REPLIES
    assert {"r00", "r39"} <= used
    assert left_out["beyond 9 replies to one prompt"] == 40 - MAX_REPLIES


def test_a_question_that_compares_two_replies_makes_pairs_within_a_record(tmp_path: Path) -> None:
    fields = {"prompt": "text", "reply_a": "text", "reply_b": "text"}
    version = VersionOfRows(tmp_path, fields, {"best": ("label_selection", ("A", "B", "tie"), "")})
    texts = {"prompt": "Hi", "reply_a": "One", "reply_b": "Two"}
    version.record("r1", texts, best=decided("B", {"A": 0.1, "B": 0.8, "tie": 0.1}))
    version.record("r2", texts, best=decided("tie", {"A": 0.1, "B": 0.1, "tie": 0.8}))
    version.record("r3", texts, best=decided("A", {"A": 0.36, "B": 0.34, "tie": 0.3}))
    version.record("r4", texts)
    (row,), left_out = read(version.source(), format="preference")
    assert (row["chosen"], row["rejected"]) == ("Two", "One")
    assert (row["p_chosen"], row["margin"]) == (pytest.approx(0.8 / 0.9), pytest.approx(0.7))
    assert left_out == {"pairs that are ties": 1, "pairs in the grey zone": 1, "left open": 1}


def test_a_ranking_makes_all_its_pairs(tmp_path: Path) -> None:
    fields = {"prompt": "text", "reply-1": "text", "reply-2": "chat", "reply-3": "text"}
    items = ("reply-1", "reply-2", "reply-3")
    version = VersionOfRows(tmp_path, fields, {"order": ("ranking", items, "")})
    order = [{"value": v, "rank": r} for v, r in zip(items, (2, 1, 2), strict=True)]
    posterior = {"reply-1 > reply-2": 0.1, "reply-1 > reply-3": 0.5, "reply-2 > reply-3": 0.8}
    fields_ = {"prompt": "Hi", "reply-1": "1", "reply-2": CHAT[2:], "reply-3": "3"}
    version.record("r1", fields_, order=decided(order, posterior))
    rows, left_out = read(version.source(), format="preference")
    assert [row["p_chosen"] for row in rows] == [pytest.approx(0.9), pytest.approx(0.8)]
    assert {row["chosen"][0]["content"] for row in rows} == {"On its way."}
    assert rows[0]["prompt"] == [{"role": "user", "content": "Hi"}]
    assert rows[0]["rejected"] == [{"role": "assistant", "content": "1"}]
    assert left_out == {"pairs that are ties": 1}


def test_a_chat_is_its_prompt_and_its_last_reply(tmp_path: Path) -> None:
    version = VersionOfRows(tmp_path, {"prompt": "chat"}, {"helpful": HELPFUL})
    version.record("r1", {"prompt": CHAT}, helpful=helpful(0.9))
    version.record("r2", {"prompt": CHAT[:2]}, helpful=helpful(0.9))
    (row,), left_out = read(version.source(), format="prompt-completion", question="helpful")
    assert (row["prompt"], row["completion"]) == (CHAT[:2], CHAT[2:])
    assert left_out == {"without a prompt or a reply": 1}


def test_texts_become_messages_where_that_is_asked_for(version: VersionOfRows) -> None:
    version.record("r1", said("Hi", "Hello"), helpful=helpful(0.9))
    asked: dict[str, Any] = {"format": "unpaired-preference", "question": "helpful"}
    (row,), _ = read(version.source(), **asked, messages=True)
    assert row["prompt"] == [{"role": "user", "content": "Hi"}]
    assert row["completion"] == [{"role": "assistant", "content": "Hello"}]


def test_steps_with_a_mark_in_them_are_wrong(tmp_path: Path) -> None:
    questions = {"errors": ("span", ("wrong", "style"), "reply")}
    version = VersionOfRows(tmp_path, TEXTS, questions)
    marks = [{"start": 9, "end": 11, "label": "wrong"}, {"start": 0, "end": 1, "label": "style"}]
    version.record("r1", said("2+2?", "Well.\n\n2+2 is\n5."), errors=decided(marks, {"x": 0.9}))
    version.record("r2", said("2+2?", "4"), errors=decided([], {"x": 0.9}))
    version.record("r3", said("2+2?", "Well.\n4"))
    (row,), left_out = read(version.source(), format="stepwise-supervision", mistakes=("wrong",))
    assert row["completions"] == ["Well.", "2+2 is", "5."]
    assert row["labels"] == [True, False, True]
    assert left_out == {"of one step": 1, "left open": 1}
    (row,), _ = read(version.source(), format="stepwise-supervision")
    assert row["labels"] == [False, False, True]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"format": "preferences"}, "no format preferences (did you mean preference?)"),
        ({"format": "records", "split": "tests"}, "no split tests (did you mean test?)"),
        ({"format": "votes", "question": "helpfull"}, "did you mean helpful?"),
        ({"format": "records", "min_confidence": 1.5}, "from 0 to 1"),
        ({"format": "classification"}, "has helpful, problem, stars: name one"),
        ({"format": "classification", "question": "stars", "fields": ("x",)}, "no field x"),
        ({"format": "prompt-completion"}, "set reward in distill.toml"),
        ({"format": "preference", "reward": Reward.read({"helpfull": 1})}, "did you mean helpful?"),
        ({"format": "preference", "question": "problem"}, "say what each label is worth"),
        (
            {"format": "prompt-completion", "question": "helpful", "prompt": "promt"},
            "set prompt_field",
        ),
        ({"format": "preference", "question": "helpful", "completion": "x"}, "completion_field"),
        ({"format": "stepwise-supervision"}, "needs a span question"),
        ({"format": "stepwise-supervision", "question": "helpful"}, "helpful is a label question"),
    ],
)
def test_what_a_version_has_not_is_refused_with_what_to_do(
    version: VersionOfRows, asked: dict[str, Any], why: str
) -> None:
    version.record("r1", said("Hi", "Hello"))
    with pytest.raises(InvalidExport) as refused:
        export(version.source(), ExportRequest(**asked))
    assert why in str(refused.value)


def test_a_field_that_could_be_either_is_asked_for(tmp_path: Path) -> None:
    version = VersionOfRows(tmp_path, {**TEXTS, "source": "text"}, {"helpful": HELPFUL})
    version.record("r1", {"prompt": "Hi", "reply": "Hello", "source": "web"}, helpful=helpful(0.9))
    asked: dict[str, Any] = {"format": "prompt-completion", "question": "helpful"}
    with pytest.raises(InvalidExport, match="which field is the reply\\? there are reply, source"):
        export(version.source(), ExportRequest(**asked))
    (row,), _ = read(version.source(), **asked, completion="reply")
    assert row["completion"] == "Hello"


def test_a_version_of_an_earlier_release_tells_its_labels_by_its_posteriors(
    version: VersionOfRows,
) -> None:
    version.questions = {"helpful": ("label_selection", (), "")}
    version.records.clear()
    version.record("r1", said("Hi", "Hello"), helpful=helpful(0.8))
    (row,), _ = read(version.source(), format="classification")
    assert row["soft_label"] == {"yes": 0.8, "no": pytest.approx(0.2)}
    version.records.clear()
    version.record("r1", said("Hi", "Hello"))
    with pytest.raises(InvalidExport, match="nobody answered helpful"):
        read(version.source(), format="classification")
