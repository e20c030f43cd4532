"""The demo's dataset in a real Argilla: questions of every type, answered and distilled."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from demo.argilla.api import Api
from demo.playground import Playground
from demo.replay import Replay
from demo.running.installation import Installation, eventually
from demo.scenarios.crowd import assignments, support_chatbot
from demo.scenarios.material import EVIDENCE, material
from demo.scenarios.scenario import Item, Scenario
from demo.scoring.outcome import Check, Seen, check, compare

OVERLAP, INCOMPLETE, SEED = 4, 2, 7


def scenario_of(items: tuple[Item, ...]) -> Scenario:
    """The built-in scenario with these records only."""
    whole, kept = support_chatbot(SEED), {item.id for item in items}
    return replace(
        whole,
        items=items,
        suggestions=tuple(one for one in whole.suggestions if one.item in kept),
        plan=assignments(items, whole.annotators, OVERLAP, SEED, INCOMPLETE),
        truth={item.id: item.truth for item in items},
        overlap=OVERLAP,
    )


@pytest.fixture(scope="module")
def played(installation: Installation, api: Api) -> tuple[Playground, list[Seen]]:
    """A dozen records, those without any span among them, answered, and what Argilla shows then."""
    items = material()
    empty = tuple(item for item in items if not item.truth[EVIDENCE.name])
    scenario = scenario_of((*items[:8], *empty))
    playground = Playground(api, scenario)
    playground.make_users()
    playground.make_dataset()
    playground.make_records()
    replay = Replay(scenario.plan, playground.answer, math.inf)
    replay.start()
    eventually(lambda: not replay.running)
    assert replay.error is None
    installation.settle(playground.dataset, responses=len(scenario.plan))
    questions = playground.questions()
    return playground, [Seen.parse(record, questions) for record in playground.seen()]


def test_argilla_takes_every_answer_as_it_was_given(played: tuple[Playground, list[Seen]]) -> None:
    playground, seen = played
    scenario = playground.scenario
    assert {record.item for record in seen if record.completed} == scenario.completed()
    annotators = {annotator.name: annotator for annotator in scenario.annotators}
    items = {item.id: item for item in scenario.items}
    for record in seen:
        for question in scenario.distilled:
            given = [
                answers[question.name]
                for one in scenario.plan
                if one.item == record.item
                and question.name in (answers := annotators[one.annotator].answer(items[one.item]))
            ]
            assert sorted(map(repr, record.answers[question.name])) == sorted(map(repr, given))


def test_every_question_of_completed_records_is_distilled_and_none_of_pending_ones(
    played: tuple[Playground, list[Seen]],
) -> None:
    playground, seen = played
    scenario = playground.scenario
    result = check(seen, [question.name for question in scenario.distilled])
    assert result == Check(len(scenario.completed()), INCOMPLETE, missing=(), early=())
    for one in compare(scenario, seen):
        answers = [record.answers[one.question.name] for record in seen if record.completed]
        apart = sum(len(set(given)) == len(given) for given in answers)  # nobody agrees
        assert one.distilled.undecided <= apart
