"""What is done for the next fits of small models while nothing waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argilla_distill.workers.models.dataset_models import Models

PREPARED_STALENESS = 0.005
"""From this share of changed votes on the next fit is prepared while nothing waits: it may come at 1 %."""

REST_STALENESS = 0.002
"""For a fit when nothing waits, so large a share of the votes must have changed: one of 500. What it costs
grows with the votes, and so its share in what an answer costs stays the same. Until then votes are taken in
one by one, as they are for much longer where answers never stop. A sweep asks for one whatever changed."""


def prepare(models: Models, over: Callable[[], bool]) -> bool:
    """Make ready what the next fits need. False if it was to stop before."""
    return all(
        model.strategy.prepare(over)
        for model in models.by_question.values()
        if model.strategy.staleness >= PREPARED_STALENESS and not model.large
    )


def fit(models: Models, over: Callable[[], bool], thoroughly: bool = False) -> bool:
    """Fit anew whatever costs little. False if the time was over before.

    `thoroughly`: however little has changed.
    """
    least = 0.0 if thoroughly else REST_STALENESS
    for model in models.by_question.values():
        if over():
            return False
        if 0 < model.strategy.staleness >= least and not model.large:
            model.refit()
    return True
