"""The simulated annotators: who is good at what, and in which way they are not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.models.values import from_argilla, to_argilla
from demo.scenarios.annotators import (
    SimulatedAnnotator,
    always,
    annotators,
    mostly_right,
    swapped,
)
from demo.scenarios.crowd import support_chatbot
from demo.scenarios.habits import Labelling
from demo.scenarios.material import DISTILLED, HELPFUL, PROBLEM, TOPICS, material
from demo.scenarios.question import Question
from demo.scenarios.scenario import Annotator, Confusion, Item, Suggestion
from demo.scoring.yardsticks import yardstick

ITEMS = material()
QUESTIONS = {question.name: question for question in DISTILLED}


def named(name: str, seed: int = 1) -> Annotator:
    return next(annotator for annotator in annotators(seed) if annotator.name == name)


def simulated(seed: int) -> list[SimulatedAnnotator]:
    return [one for one in annotators(seed) if isinstance(one, SimulatedAnnotator)]


def test_there_are_people_two_models_and_a_rule_with_names_of_their_own() -> None:
    crowd = annotators(1)
    assert len({annotator.name for annotator in crowd}) == len(crowd)
    assert Counter(annotator.source for annotator in crowd) == {
        "person": 8,
        "model": 2,
        "template": 1,
    }
    assert [annotator.name for annotator in crowd if not annotator.signs_in] == ["llm-borealis"]


@pytest.mark.parametrize(
    "confusion",
    [mostly_right(PROBLEM, 0.7), always(PROBLEM, "none", 0.9)]
    + [
        habit.confusion
        for annotator in simulated(1)
        for habit in annotator.habits.values()
        if isinstance(habit, Labelling)
    ],
)
def test_rows_of_a_confusion_matrix_sum_to_one(confusion: Confusion) -> None:
    for row in confusion.values():
        assert sum(row.values()) == pytest.approx(1)


def test_every_answer_is_a_value_that_argilla_and_the_engine_agree_on() -> None:
    for annotator in annotators(1):
        for item in ITEMS:
            for name, value in annotator.answer(item).items():
                asked = QUESTIONS[name].asked
                assert from_argilla(asked, to_argilla(asked, value)) == value


def test_people_and_models_answer_everything_and_only_the_hurried_skip_the_summary() -> None:
    for annotator in simulated(1):
        skipped = [QUESTIONS.keys() - annotator.answer(item).keys() for item in ITEMS]
        assert set().union(*skipped) <= {"summary"}
        share = sum(map(bool, skipped)) / len(ITEMS)
        assert 0.2 < share < 0.5 if annotator.name in ("dmitri", "elif") else share == 0


def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    annotator = named("elif")
    forwards = {item.id: annotator.answer(item) for item in ITEMS}
    backwards = {item.id: annotator.answer(item) for item in reversed(ITEMS)}
    assert forwards == backwards


@pytest.mark.parametrize("name", [annotator.name for annotator in simulated(1)])
@pytest.mark.parametrize("question", ["helpful", "problem"])
def test_true_reliability_is_what_many_draws_come_to(name: str, question: str) -> None:
    draws = 150
    [annotator] = [one for one in simulated(1) if one.name == name]
    habits = {question: annotator.habits[question]}
    right = sum(
        replace(annotator, habits=habits, seed=seed).answer(item)[question] == item.truth[question]
        for seed in range(draws)
        for item in ITEMS
    )
    expected = annotator.reliability(QUESTIONS[question], ITEMS)
    assert right / (draws * len(ITEMS)) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("question", DISTILLED, ids=lambda question: question.name)
def test_the_careful_are_more_reliable_than_the_careless(question: Question) -> None:
    def mean(*names: str) -> float:
        return sum(named(name).reliability(question, ITEMS) or 0 for name in names) / len(names)

    assert mean("amara", "bruno") > mean("dmitri", "elif") + 0.04
    assert mean("amara", "bruno") > mean("goran") + 0.15


def test_the_confuser_swaps_two_problems_and_is_sound_on_the_rest() -> None:
    farah = named("farah")
    problem = farah.confusion("problem", ITEMS)
    assert problem["tone"]["incomplete"] > 0.8
    assert problem["incomplete"]["tone"] > 0.8
    assert problem["none"]["none"] > 0.8
    assert (farah.reliability(HELPFUL, ITEMS) or 0) > 0.8


def test_the_spammer_nearly_always_presses_the_same_button() -> None:
    goran = [named("goran", seed) for seed in range(5)]
    given = [annotator.answer(item) for annotator in goran for item in ITEMS]
    assert Counter(answer["helpful"] for answer in given)["yes"] / len(given) > 0.93
    assert Counter(answer["problem"] for answer in given)["none"] / len(given) > 0.93
    for question in ("topics", "politeness", "priorities", "summary"):
        assert len({answer[question] for answer in given}) == 1


def test_raters_shift_and_stretch_the_scale() -> None:
    given = {
        name: [
            (item.truth["politeness"], annotator.answer(item)["politeness"])
            for annotator in (named(name, seed) for seed in range(20))
            for item in ITEMS
        ]
        for name in ("bruno", "amara", "llm-atlas", "chloe", "farah")
    }

    def mean(name: str, ratings: range) -> float:
        ours = [said for true, said in given[name] if true in ratings]
        return float(sum(ours) / len(ours))

    everything = range(1, 6)
    assert mean("bruno", everything) < mean("amara", everything) - 0.4  # strict
    assert mean("llm-atlas", everything) > mean("amara", everything) + 0.4  # flatters
    low, high = range(1, 3), range(4, 6)

    def width(name: str) -> float:
        return mean(name, high) - mean(name, low)

    assert width("chloe") < width("amara") < width("farah")  # avoids the ends; seeks them


def test_model_judges_are_fooled_by_the_same_replies() -> None:
    polite = [
        item for item in ITEMS if item.truth["helpful"] == "no" and item.truth["politeness"] >= 4
    ]
    assert len(polite) > 10
    for name in ("llm-atlas", "llm-borealis"):
        given = [named(name, seed).answer(item)["helpful"] for seed in range(20) for item in polite]
        assert Counter(given)["yes"] / len(given) == pytest.approx(0.7, abs=0.06)
        others = [item for item in ITEMS if item not in polite]
        assert (named(name).reliability(HELPFUL, others) or 0) == pytest.approx(0.9)


def test_the_distilled_answer_is_not_behind_the_vote_and_far_ahead_of_one_with_the_models() -> None:
    """Over eight seeds, which are not those that the demo plays alone: one of 82 records is chance."""
    right: Counter[str] = Counter()
    for seed in range(1, 9):
        scenario = support_chatbot(seed)
        said = scenario.said("helpful")
        suggested: dict[str, Suggestion] = {}
        for each in scenario.suggestions:
            if each.question == "helpful":
                suggested[each.item] = each
        votes = [Vote(s.item, s.agent, s.value) for s in suggested.values()]
        items = {item.id: item for item in ITEMS}
        who = {annotator.name: annotator for annotator in scenario.annotators}
        votes += [
            Vote(one.item, one.annotator, who[one.annotator].answer(items[one.item])["helpful"])
            for one in scenario.plan
        ]
        fitted = registry.create("learned", HELPFUL.asked).fit(votes)
        distilled = {d.record: d.value for d in fitted.decide(dict.fromkeys(items))}
        for item in scenario.completed():
            true, everybody = items[item].truth["helpful"], said[item]
            right["people"] += yardstick(HELPFUL, everybody[:-1]) == true
            right["models too"] += yardstick(HELPFUL, everybody) == true
            right["distilled"] += distilled[item] == true
            right["all"] += 1
    share = {name: n / right["all"] for name, n in right.items()}
    assert share["distilled"] > share["people"] - 0.005
    assert share["distilled"] > share["models too"] + 0.03


def test_a_model_never_marks_the_false_claims_that_it_does_not_see() -> None:
    seen = {
        (span.start, span.end)
        for seed in range(5)
        for item in ITEMS
        for span in named("llm-borealis", seed).answer(item)["evidence"]
        if span.label == "false" and span in item.truth["evidence"]
    }
    assert seen == set()


def test_the_rule_speaks_about_refunds_only_and_is_right_more_often_than_not() -> None:
    rule = named("template-refund-rule")
    silent = Item("x", {"prompt": "How do I reset the doorbell?", "reply": "Press it."}, {})
    assert rule.answer(silent) == {}
    promised = Item(
        "y", {"prompt": "Can I get a refund?", "reply": "Of course, a lifetime guarantee!"}, {}
    )
    assert rule.answer(promised) == {
        "helpful": "no",
        "problem": "hallucination",
        "topics": ("refund",),
    }
    assert 8 <= sum(bool(rule.answer(item)) for item in ITEMS) < len(ITEMS) / 2
    for question in (HELPFUL, PROBLEM, TOPICS):
        assert 0.5 < (rule.reliability(question, ITEMS) or 0) < 1


def test_what_the_rule_is_said_to_confuse_is_counted_from_its_answers() -> None:
    rule = named("template-refund-rule")
    covered = [item for item in ITEMS if rule.answer(item)]
    confusion = rule.confusion("problem", ITEMS)
    right = sum(
        confusion[true].get(true, 0) * n
        for true, n in Counter(item.truth["problem"] for item in covered).items()
    )
    assert right / len(covered) == pytest.approx(rule.reliability(PROBLEM, ITEMS))


def test_swapping_twice_changes_nothing() -> None:
    confusion = mostly_right(PROBLEM, 0.8)
    twice = swapped(swapped(confusion, "tone", "none"), "tone", "none")
    assert twice == confusion
