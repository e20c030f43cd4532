"""Who answers what in the loop, and how."""

from __future__ import annotations

from collections import Counter
from statistics import mean

import pytest

from argilla_distill.domain.stand_in import RECORDS
from argilla_distill.plugin.settings.dataset_settings import Sources
from demo.loop.crew import (
    CREW,
    JUDGE,
    JUDGED,
    OVERLAP,
    CrewMember,
    back_from_holiday,
    on_duty,
    plan,
    plan_with_judge,
    said,
)
from demo.loop.dialogues import FAMILIAR, dialogues, some
from demo.loop.story import PROMPTS

SEED = 7
ALL = [reply for replies in dialogues(SEED, "first", 150, FAMILIAR) for reply in replies]


def test_each_reply_is_answered_by_as_many_as_complete_it_and_by_nobody_twice() -> None:
    tasks = plan(ALL, SEED)
    assert tasks == plan(ALL, SEED)
    counts = Counter(reply.id for replies in tasks.values() for reply in replies)
    assert set(counts.values()) == {OVERLAP}
    assert all(len(set(replies)) == len(replies) for replies in tasks.values())
    assert set(tasks) == set(CREW)


def test_the_judge_is_known_as_a_model_and_shares_enough_with_each_of_the_crew() -> None:
    replies = list(some(SEED, dialogues(SEED, "first", PROMPTS, FAMILIAR)))
    tasks = plan_with_judge(replies, SEED)
    answered = {each.id for each in tasks.pop(JUDGE)}
    assert Sources().kind(JUDGE.name) == "model"
    assert len(answered) == JUDGED
    counts = Counter(each.id for task in tasks.values() for each in task)
    assert {counts[name] + (name in answered) for name in counts} == {OVERLAP}
    shared = [len({each.id for each in task} & answered) for task in tasks.values()]
    assert len(shared) == len(CREW)
    assert min(shared) >= RECORDS


@pytest.mark.parametrize("annotator", CREW, ids=lambda each: each.name)
def test_everybody_is_as_right_as_they_are_said_to_be(annotator: CrewMember) -> None:
    judged = [reply for reply in ALL if not (annotator.pleased and reply.warm)]
    right = mean(annotator.answer(reply, SEED) == said(reply.helps) for reply in judged)
    assert right == pytest.approx(annotator.right, abs=0.06)


def test_a_warm_reply_always_pleases_some() -> None:
    pleased = CrewMember("somebody", 1.0, pleased=True)
    assert {pleased.answer(reply, SEED) for reply in ALL if reply.warm} == {"yes"}


def test_two_who_are_trusted_misread_the_second_edition_and_those_who_were_away_read_it_well() -> (
    None
):
    there, away = on_duty(), back_from_holiday()
    assert len(there) == OVERLAP
    assert {each.name for each in (*there, *away)} == {each.name for each in CREW}
    wary = [each for each in there if each.wary]
    assert [each.name for each in wary] == ["ada", "ben"]
    warm = [reply for reply in ALL if reply.warm]
    assert {each.answer(reply, SEED) for each in wary for reply in warm} == {"no"}
    assert all(each in CREW for each in away)
