"""The room of label questions is furnished, not stacked."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from argilla_distill.workers.engine import label
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label.additive_model import AdditiveModel
from argilla_distill.workers.engine.label.learned import Learned


def classes() -> list[type]:
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(label.__path__, f"{label.__name__}.")
    ]
    members = [each for m in modules for _, each in inspect.getmembers(m, inspect.isclass)]
    return sorted(
        {each for each in members if each.__module__.startswith(label.__name__)},
        key=lambda each: each.__qualname__,
    )


def test_no_class_stands_on_more_than_one_other_of_this_room() -> None:
    assert len(classes()) > 20
    for each in classes():
        own = [base for base in each.__mro__ if base.__module__.startswith(label.__name__)]
        assert len(own) <= 2, f"{each.__qualname__} stands on {own[1:]}"


def test_no_name_of_a_class_means_two_things_here() -> None:
    names = [each.__qualname__ for each in classes()]
    assert len(names) == len(set(names))


def test_the_default_strategy_has_its_parts() -> None:
    """Votes and their weights, a correction and the texts' voice know nothing of each other."""
    model = Learned(label_question("a", "b")).model
    parts = (model.weigher, model.worth, model.votes, model.text, model.learner)
    assert len({type(part) for part in parts}) == 5
    assert isinstance(model.votes, AdditiveModel)
    assert not any(
        isinstance(part, type(other)) for part in parts for other in parts if part is not other
    )
