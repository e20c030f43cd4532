"""The simulated annotators and the plan of who answers what."""

from __future__ import annotations

from collections import Counter

import pytest

from demo.crowd import (
    HELPFUL,
    PROBLEM,
    SimulatedAnnotator,
    always,
    annotators,
    assignments,
    material,
    mostly_right,
    support_chatbot,
    swapped,
)
from demo.scenario import Annotator, Assignment, Item

ITEMS = material()
LABELS = {"helpful": HELPFUL.values, "problem": PROBLEM.values}


def named(name: str, seed: int = 1) -> Annotator:
    return next(annotator for annotator in annotators(seed) if annotator.name == name)


def simulated(seed: int) -> list[SimulatedAnnotator]:
    return [one for one in annotators(seed) if isinstance(one, SimulatedAnnotator)]


def answers_per_item(plan: tuple[Assignment, ...]) -> Counter[str]:
    return Counter(assignment.item for assignment in plan)


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
    + [habit for annotator in simulated(1) for habit in annotator.habits.values()],
)
def test_rows_of_a_confusion_matrix_sum_to_one(confusion: dict[str, dict[str, float]]) -> None:
    for row in confusion.values():
        assert sum(row.values()) == pytest.approx(1)


def test_every_answer_is_a_label_of_its_question() -> None:
    for annotator in annotators(1):
        for item in ITEMS:
            for question, value in annotator.answer(item).items():
                assert value in LABELS[question]


def test_the_same_seed_gives_the_same_scenario_and_another_seed_another_one() -> None:
    assert support_chatbot(3) == support_chatbot(3)
    assert support_chatbot(3).plan != support_chatbot(4).plan

    def given(seed: int) -> list[dict[str, str]]:
        return [named("dmitri", seed).answer(item) for item in ITEMS]

    assert given(3) == given(3)
    assert given(3) != given(4)


def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    annotator = named("elif")
    forwards = {item.id: annotator.answer(item) for item in ITEMS}
    backwards = {item.id: annotator.answer(item) for item in reversed(ITEMS)}
    assert forwards == backwards


@pytest.mark.parametrize("name", [annotator.name for annotator in simulated(1)])
@pytest.mark.parametrize("question", ["helpful", "problem"])
def test_true_reliability_is_what_many_draws_come_to(name: str, question: str) -> None:
    draws = 150
    right = sum(
        named(name, seed).answer(item)[question] == item.truth[question]
        for seed in range(draws)
        for item in ITEMS
    )
    expected = named(name).reliability(question, ITEMS)
    assert right / (draws * len(ITEMS)) == pytest.approx(expected, abs=0.02)


def test_the_careful_are_more_reliable_than_the_careless() -> None:
    for question in LABELS:
        careful = min(named(name).reliability(question, ITEMS) or 0 for name in ("amara", "bruno"))
        careless = max(named(name).reliability(question, ITEMS) or 1 for name in ("dmitri", "elif"))
        assert careful > careless + 0.15


def test_the_confuser_swaps_two_problems_and_is_sound_on_the_rest() -> None:
    farah = named("farah")
    problem = farah.confusion("problem", ITEMS)
    assert problem["tone"]["incomplete"] > 0.8
    assert problem["incomplete"]["tone"] > 0.8
    assert problem["none"]["none"] > 0.8
    assert (farah.reliability("helpful", ITEMS) or 0) > 0.8


def test_the_spammer_nearly_always_presses_the_same_button() -> None:
    given = [named("goran", seed).answer(item) for seed in range(5) for item in ITEMS]
    assert Counter(answer["helpful"] for answer in given)["yes"] / len(given) > 0.93
    assert Counter(answer["problem"] for answer in given)["none"] / len(given) > 0.93


def test_the_rule_speaks_about_refunds_only_and_is_right_more_often_than_not() -> None:
    rule = named("template-refund-rule")
    silent = Item("x", {"prompt": "How do I reset the doorbell?", "reply": "Press it."}, {})
    assert rule.answer(silent) == {}
    promised = Item(
        "y", {"prompt": "Can I get a refund?", "reply": "Of course, a lifetime guarantee!"}, {}
    )
    assert rule.answer(promised) == {"helpful": "no", "problem": "hallucination"}
    assert 8 <= sum(bool(rule.answer(item)) for item in ITEMS) < len(ITEMS) / 2
    for question in LABELS:
        assert 0.5 < (rule.reliability(question, ITEMS) or 0) < 1


def test_what_the_rule_is_said_to_confuse_is_counted_from_its_answers() -> None:
    rule = named("template-refund-rule")
    covered = [item for item in ITEMS if rule.answer(item)]
    confusion = rule.confusion("problem", ITEMS)
    right = sum(
        confusion[true].get(true, 0) * n
        for true, n in Counter(item.truth["problem"] for item in covered).items()
    )
    assert right / len(covered) == pytest.approx(rule.reliability("problem", ITEMS))


def test_swapping_twice_changes_nothing() -> None:
    confusion = mostly_right(PROBLEM, 0.8)
    twice = swapped(swapped(confusion, "tone", "none"), "tone", "none")
    assert twice == confusion


@pytest.mark.parametrize("overlap", [1, 3, 5])
@pytest.mark.parametrize("seed", range(5))
def test_every_item_gets_exactly_the_overlap(overlap: int, seed: int) -> None:
    plan = assignments(ITEMS, annotators(seed), overlap, seed)
    assert answers_per_item(plan) == dict.fromkeys((item.id for item in ITEMS), overlap)


def test_the_asked_number_of_items_is_left_incomplete_but_not_untouched() -> None:
    plan = assignments(ITEMS, annotators(2), 5, 2, incomplete=6)
    counts = answers_per_item(plan)
    assert len(counts) == len(ITEMS)
    assert sum(n < 5 for n in counts.values()) == 6
    assert max(counts.values()) == 5


def test_nobody_answers_an_item_twice_or_without_having_an_answer() -> None:
    crowd = {annotator.name: annotator for annotator in annotators(2)}
    items = {item.id: item for item in ITEMS}
    plan = assignments(ITEMS, annotators(2), 5, 2)
    assert len({(one.annotator, one.item) for one in plan}) == len(plan)
    assert all(crowd[one.annotator].answer(items[one.item]) for one in plan)
    assert "llm-borealis" not in {one.annotator for one in plan}


def test_the_plan_goes_forward_in_time_and_everybody_takes_part() -> None:
    plan = assignments(ITEMS, annotators(2), 5, 2)
    times = [one.at_s for one in plan]
    assert times == sorted(times)
    assert times[0] > 0
    shares = Counter(one.annotator for one in plan)
    assert shares.keys() == {one.name for one in annotators(2) if one.signs_in}
    assert shares["dmitri"] > shares["bruno"]


def test_an_overlap_that_cannot_be_reached_is_refused() -> None:
    with pytest.raises(ValueError, match="9 annotators can answer, 11 are needed"):
        assignments(ITEMS, annotators(1), 11, 1)


@pytest.mark.parametrize(("overlap", "incomplete"), [(1, 1), (5, len(ITEMS) + 1), (5, -1)])
def test_an_impossible_number_of_incomplete_items_is_refused(overlap: int, incomplete: int) -> None:
    with pytest.raises(ValueError, match="cannot leave"):
        assignments(ITEMS, annotators(1), overlap, 1, incomplete)
