"""The built-in strategies, by the names that settings use."""

from __future__ import annotations

from workers.engine.dawid_skene import DawidSkene
from workers.engine.errors import UnknownStrategy
from workers.engine.majority import Majority
from workers.engine.strategy import State, Strategy

STRATEGIES: dict[str, type[Strategy]] = {
    strategy.name: strategy for strategy in (Majority, DawidSkene)
}


def create(name: str, labels: tuple[str, ...]) -> Strategy:
    """Make a strategy with its default hyperparameters, not fitted yet. Raises UnknownStrategy.

    >>> create("majority", ("yes", "no")).fit([]).n_votes
    0
    >>> create("best", ("yes", "no"))
    Traceback (most recent call last):
    workers.engine.errors.UnknownStrategy: unknown strategy 'best'; known are dawid_skene, majority
    """
    return _named(name)(labels)


def restore(state: State) -> Strategy:
    """Return the strategy that this is the state of. Raises UnknownStrategy."""
    return _named(state.get("strategy")).from_state(state)


def _named(name: object) -> type[Strategy]:
    strategy = STRATEGIES.get(name) if isinstance(name, str) else None
    if strategy is None:
        raise UnknownStrategy(name, STRATEGIES)
    return strategy
