"""The parts of the text model, each alone."""

from __future__ import annotations

import json

import pytest

from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.text.answers import answers_on
from argilla_distill.workers.engine.text.text_annotators import TextAnnotators, Weighting
from argilla_distill.workers.engine.text.text_model import TextModel
from tests.workers.engine.crowds_of_values import TEXT, crowd

USUAL = Weighting(1.5, 0.2)


def test_annotators_are_judged_by_their_distance_forget_what_is_removed_and_survive_json() -> None:
    facts = CurrentFacts(crowd(TEXT, 1))
    known = {record: answers_on(facts, record) for record in facts.heard()}
    annotators = TextAnnotators(USUAL)
    compared = annotators.fit(known)
    assert annotators.farther("ann0") < annotators.farther("ann5")
    assert annotators.accuracy("ann0") > annotators.accuracy("ann5")
    again = TextAnnotators.of_state(json.loads(json.dumps(annotators.state())))
    assert (again.sums_, again.distance_) == (annotators.sums_, annotators.distance_)
    [*_, some] = compared.values()
    again.add(some, -1.0)
    again.add(some, 1.0)
    for name in annotators.sums_:
        assert again.farther(name) == pytest.approx(annotators.farther(name), abs=1e-9)


def test_whether_answers_are_composed_is_passed_in() -> None:
    facts = CurrentFacts(crowd(TEXT, 2))
    models = [TextModel(USUAL, 4.0, composes=composes) for composes in (False, True)]
    for model in models:
        model.fit(facts)
    given = {vote.value for votes in facts.votes.values() for vote in votes.values()}
    leaders = [
        {choice.decision("r").leader for choice in model.choices(facts.heard())} for model in models
    ]
    assert leaders[0] <= given | {None}
    assert not leaders[1] <= given | {None}


def test_a_model_survives_json_with_what_it_learned() -> None:
    facts = CurrentFacts(crowd(TEXT, 3))
    model, again = TextModel(USUAL, 4.0), TextModel(Weighting(0.0, 0.0), 1.0)
    model.fit(facts)
    again.restore(facts, json.loads(json.dumps(model.state())))
    for one, other in zip(model.choices(facts.heard()), again.choices(facts.heard()), strict=True):
        assert one.posterior() == pytest.approx(other.posterior(), abs=1e-12)
