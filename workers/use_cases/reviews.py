"""Which dataset is reviewed where: enable, mend, inspect and disable the review of a dataset.

Making copies is `distilling.steps.reviewing`; what a review dataset is made of is
`workers.writing.review_dataset`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.state.review import ReviewInfo
from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.plugin.errors import ArgillaRefused, DistillError, InvalidValue, NotInArgilla
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.use_cases.world import World, patiently
from argilla_distill.workers.writing import review_dataset
from argilla_distill.workers.writing.review_copy import remembered

PAGE = 500

GONE = "the review dataset is gone; what was decided there still counts"


class CannotReview(DistillError):
    """A dataset cannot be reviewed as it is; the text says what to do."""


@dataclass(frozen=True)
class Enabled:
    """A review dataset after `enable`: its id and full name, and what was done."""

    id: str
    name: str
    action: str


def review_of(world: World, dataset_id: str) -> Dataset | None:
    """The review dataset of a dataset, as it was when last looked at; None while there is none."""
    kept = world.store.reviews.of(dataset_id)
    return kept.dataset if kept and not kept.gone else None


def enable(world: World, dataset_id: str) -> Enabled:
    """See to it that a dataset has a review dataset as the settings say. Safe to repeat.

    One that is not as it should be is mended where Argilla allows that; else a new one takes its
    place, and the old one stays as it is. What was decided in it is kept. One that our store does not
    know, after a fresh start, is not replaced for the order of its questions alone: what was decided
    in it is known from nowhere else.

    Raises
    ------
    CannotReview : it is a review dataset itself, or the workspace for reviews does not exist.
    DatasetBusy : the distiller did not give the dataset's lease back in time.
    """
    if world.store.reviews.original_of(dataset_id):
        raise CannotReview("this is a review dataset itself; name the dataset that it reviews")
    original = world.gateway.dataset(dataset_id)
    plan = world.plan(original.full_name)
    known = world.store.reviews.of(dataset_id)
    review = _as_it_is(world, known or _there(world, dataset_id))
    action = "created"
    if review is not None:
        action = _mended(world, original, review, plan, in_order=known is not None)
    if review is None or not action:
        review, action = _made(world, original, plan), "created"
    review = world.gateway.dataset(review.id)
    lease = patiently(world.store, dataset_id)
    try:
        _take_over(world, dataset_id, review)
    finally:
        lease.release()
    world.dispatch.enqueue(DISTIL, dataset_id)
    return Enabled(review.id, review.full_name, action)


def adopt(world: World, every: Sequence[Dataset]) -> list[Enabled]:
    """Enable the reviews that Argilla has and our store never knew: after a fresh start.

    Parameters
    ----------
    every : the published datasets.
    """
    reviews, ids = world.store.reviews, {dataset.id for dataset in every}
    known = reviews.all()
    unknown = [d for d in every if d.review_of and reviews.original_of(d.id) is None]
    lost = {d.review_of for d in unknown if d.review_of and d.review_of not in known}
    return [enable(world, dataset_id) for dataset_id in sorted(lost & ids)]


def disable(world: World, dataset_id: str) -> str | None:
    """Make no more copies, and forget those that there are; the review dataset stays as it is.

    Returns its name; None where there was none. What was decided in it is kept.
    """
    kept = world.store.reviews.of(dataset_id)
    if kept is None:
        return None
    lease = patiently(world.store, dataset_id)
    try:
        world.store.reviews.forget(dataset_id)
        world.store.reviews.forget_copies(dataset_id)
    finally:
        lease.release()
    return kept.name


def inspect(world: World, dataset_id: str) -> str:
    """Look whether a review dataset is as it should be, and note what is not.

    Returns what is wrong; "" if nothing is, or if there is none.
    """
    kept = world.store.reviews.of(dataset_id)
    if kept is None:
        return ""
    review = _as_it_is(world, kept)
    if review is None:
        found = replace(kept, gone=True, trouble=GONE)
    else:
        original = world.gateway.dataset(dataset_id)
        plan = world.plan(original.full_name)
        shortcomings = review_dataset.shortcomings(original, review, plan)
        message = (
            f"review dataset {review.full_name} {'; '.join(shortcomings)}" if shortcomings else ""
        )
        found = ReviewInfo(kept.id, review.full_name, message, review, gone=False)
    if found.trouble:
        remedy = "; run `argilla-distill review enable` to mend it"
        found = replace(found, trouble=found.trouble + remedy)
    if found != kept:
        world.store.reviews.keep(dataset_id, found)
    return found.trouble


def _there(world: World, dataset_id: str) -> ReviewInfo | None:
    """One that we once made, the latest; None where there is none."""
    made = [d for d in world.gateway.datasets() if d.review_of == dataset_id]
    latest = max(made, key=lambda d: d.last_activity, default=None)
    return None if latest is None else ReviewInfo(latest.id, latest.full_name)


def _names(original: Dataset, plan: DatasetSettings) -> tuple[str, str]:
    """Name and workspace of a dataset's review dataset."""
    return f"{original.name}-review", plan.review_workspace or original.workspace


def _as_it_is(world: World, kept: ReviewInfo | None) -> Dataset | None:
    if kept is None:
        return None
    try:
        return world.gateway.dataset(kept.id)
    except NotInArgilla:
        return None


def _mended(
    world: World, original: Dataset, review: Dataset, plan: DatasetSettings, in_order: bool
) -> str:
    """How a review dataset was mended; "" where Argilla does not allow it.

    Parameters
    ----------
    in_order : whether its questions must come in their order too, which cannot be mended.
    """
    if not review_dataset.shortcomings(original, review, plan, in_order):
        return "kept"
    try:
        if review.min_submitted != review_dataset.overlap(plan):
            overlap = {"strategy": "overlap", "min_submitted": review_dataset.overlap(plan)}
            world.gateway.update_dataset(review.id, distribution=overlap)
        wanted = {q["name"]: q for q in world.gateway.blueprint(original.id)["questions"]}
        for question in review.questions:
            there = original.question(question.name)
            if there is not None and set(there.labels) != set(question.labels):
                settings = wanted[question.name]["settings"]
                world.gateway.update_question(question.id, settings=settings)
    except (InvalidValue, ArgillaRefused):
        return ""
    now = world.gateway.dataset(review.id)
    left = review_dataset.shortcomings(original, now, plan, in_order)
    return "" if left else "mended"


def _made(world: World, original: Dataset, plan: DatasetSettings) -> Dataset:
    name, workspace = _names(original, plan)
    spaces = {known: space_id for space_id, known in world.gateway.workspaces().items()}
    if workspace not in spaces:
        raise CannotReview(f"there is no workspace {workspace!r}; make it in Argilla first")
    taken = {d.name for d in world.gateway.datasets() if d.workspace == workspace}
    number = 1
    while (free := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    blueprint = world.gateway.blueprint(original.id)
    made = world.gateway.create_dataset(
        review_dataset.body(original, plan, free, spaces[workspace]),
        review_dataset.fields(blueprint),
        review_dataset.questions(blueprint, plan),
        review_dataset.metadata(),
    )
    return world.gateway.dataset(made)


def _take_over(world: World, dataset_id: str, review: Dataset) -> None:
    """Get to know the copies that are there, and have every record looked at that is worth a review."""
    reviews = world.store.reviews
    before = reviews.of(dataset_id)
    if before is None or before.id != review.id or before.gone:
        reviews.forget_copies(dataset_id)
    reviews.keep(dataset_id, ReviewInfo(review.id, review.full_name, dataset=review))
    offset, total = 0, 1
    with world.store.redis.pipeline(transaction=True) as pipe:
        while offset < total:
            records, total = world.gateway.page(review.id, offset, PAGE)
            offset += PAGE
            known = {r.external_id: r for r in records if r.external_id}
            missing = [
                i
                for i, kept in zip(known, reviews.copies(dataset_id, list(known)), strict=True)
                if not kept
            ]
            found = {i: remembered(known[i], review) for i in missing}
            reviews.write_copies(pipe, dataset_id, found)
        reviews.add_to_desk(pipe, dataset_id, [r for r, _ in reviews.due(dataset_id, 0, 100_000)])
        reviews.add_to_desk(pipe, dataset_id, list(world.store.requests.all(dataset_id)))
        pipe.execute()
    world.store.datasets.note(review.id, swept_activity=review.last_activity)
    world.store.dirty.mark(dataset_id, list(reviews.all_copies(dataset_id)))
