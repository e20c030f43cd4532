"""Strategies are composed, not stacked: at most two floors stand between the contract and each."""

from __future__ import annotations

import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.custom import Custom


def floors(strategy: type[Strategy]) -> list[str]:
    """The classes between `Strategy` and this one, itself included."""
    return [c.__name__ for c in strategy.__mro__ if issubclass(c, Strategy) and c is not Strategy]


EVERY: list[type[Strategy]] = [*registry.CLASSES, Custom]  # type: ignore[type-abstract]


@pytest.mark.parametrize("strategy", EVERY)
def test_a_strategy_is_at_most_two_floors_below_the_contract(strategy: type[Strategy]) -> None:
    assert len(floors(strategy)) <= 2, floors(strategy)
