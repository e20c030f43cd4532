"""The built-in scenario and its plan of who answers what when."""

from __future__ import annotations

from collections import Counter

import pytest

from argilla_distill.workers.engine.contract.question import Value
from demo.scenarios.annotators import annotators
from demo.scenarios.crowd import assignments, support_chatbot
from demo.scenarios.material import material
from demo.scenarios.scenario import Annotator, Assignment

ITEMS = material()


def named(name: str, seed: int = 1) -> Annotator:
    return next(annotator for annotator in annotators(seed) if annotator.name == name)


def answers_per_item(plan: tuple[Assignment, ...]) -> Counter[str]:
    return Counter(assignment.item for assignment in plan)


def test_the_same_seed_gives_the_same_scenario_and_another_seed_another_one() -> None:
    assert support_chatbot(3) == support_chatbot(3)
    assert support_chatbot(3).plan != support_chatbot(4).plan

    def given(seed: int) -> list[dict[str, Value]]:
        return [named("dmitri", seed).answer(item) for item in ITEMS]

    assert given(3) == given(3)
    assert given(3) != given(4)


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
