"""Orders about comparisons and runs: which is better, how often each is right, and a run that is added.

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
from argilla_distill.workers.use_cases.orders.uploaded import forget, gathered
from argilla_distill.workers.use_cases.runs import adding
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


def add_run(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Add what a model predicts, of an uploaded file, which is then deleted. The run's name."""
    order = in_hand.order
    name, digest, terms = order.about, str(order.terms["sha256"]), order.terms
    there = world.store.runs.of(dataset.id, name)
    if there is None or world.store.uploads.parts(
        dataset.id, digest
    ):  # else it was killed just now
        with gathered(world, dataset.id, order, f"predictions.{terms['format']}") as path:
            question, trained_on = str(terms["question"]), str(terms["trained_on"])
            unseen = bool(terms["unseen_only"])
            wish = adding.RunWish(name, path, question, trained_on, unseen_only=unseen)
            adding.add(world, dataset, wish, lambda rows: in_hand.reading("predictions", rows))
    forget(world, dataset.id, digest)
    return name


def _names(term: Term) -> list[str]:
    return (
        [] if isinstance(term, str | int | float) or not isinstance(term, Sequence) else list(term)
    )
