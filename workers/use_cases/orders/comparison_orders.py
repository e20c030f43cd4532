"""Orders about comparisons: which version or run is better, and how often each run is right.

What was begun is not broken off when it is asked for once more: it is done once more, by the audits that are
answered by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from argilla_distill.domain.orders.order import Term
from argilla_distill.domain.records import Dataset
from argilla_distill.workers.use_cases.comparisons import comparing, run_standings
from argilla_distill.workers.use_cases.orders.in_hand import OrderInHand, Superseded
from argilla_distill.workers.use_cases.world import World


def compare(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Compare versions and runs; what is found is kept as a whole. Its name."""
    terms = in_hand.order.terms

    def progress(done: int, total: int) -> None:
        with suppress(Superseded):
            in_hand.note("comparing", done, total)

    progress(0, 0)
    versions, runs = _names(terms["versions"]), _names(terms["runs"])
    return comparing.compare(world, dataset, versions, progress, runs).name


def count_runs(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Count how often each run is right."""
    with suppress(Superseded):
        in_hand.note("counting runs")
    world.store.standings.keep(dataset.id, run_standings.taken(world, dataset.id))
    return ""


def _names(term: Term) -> list[str]:
    return (
        [] if isinstance(term, str | int | float) or not isinstance(term, Sequence) else list(term)
    )
