"""A segment is put into the review dataset for new votes: `trace --re-ask round=2`."""

from __future__ import annotations

from argilla_distill.domain.state.review import ReviewRequest, answered_on_copy
from argilla_distill.domain.versions.segment_audits import place
from argilla_distill.domain.versions.tracing import AskedAgain
from argilla_distill.workers.use_cases.tracing.asking import TEST, ask, reviewable
from argilla_distill.workers.use_cases.tracing.material import Material, rows_in
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.writing.review_dataset import overlap


def ask_again(world: World, found: Material, segment: str) -> AskedAgain:
    """Ask for new votes on a segment's records: so many as fit. Safe to repeat.

    A repeat asks for those that did not fit, and for nothing twice; after another version, for what that
    has in the segment. Each copy wants as many answers as complete it in the review dataset.

    Raises
    ------
    InvalidRequest : it is no segment, nothing is in it, or there is no review dataset.
    """
    rows = rows_in(world, found, segment)
    able = reviewable(world, found, rows)
    dataset_id, version = found.manifest.dataset_id, found.manifest.name
    requests, reviews = world.store.requests, world.store.reviews
    plan = world.plan(found.manifest.dataset)
    before = requests.all(dataset_id)
    # an audit that waits comes first: its reviewer decides, and the copy must stay blind
    new = {
        row: entry
        for row, entry in able.items()
        if (known := before.get(found.ids[row])) is None
        or (known.version != version and not known.blind)
    }
    waiting = {
        record_id
        for record_id, entry in zip(
            before, world.store.datasets.ledger(dataset_id, list(before)), strict=True
        )
        if entry is not None and before[record_id].waits(entry)
    }
    room = max(plan.review_most - len(waiting | set(reviews.waiting(dataset_id))), 0)
    order = sorted(new, key=lambda row: place(found.ids[row], dataset_id))
    now, votes = world.store.now(), overlap(plan)
    asked = {
        found.ids[row]: ReviewRequest(version, now, votes, answered_on_copy(new[row]))
        for row in order[:room]
    }
    if asked:
        ask(world, dataset_id, asked)
    here = {found.ids[row] for row in rows}
    return AskedAgain(
        segment=segment,
        version=version,
        records=len(rows),
        asked=len(asked),
        waiting=len((waiting & here) | asked.keys()),
        no_room=len(new) - len(asked),
        for_audits=sum(found.splits[row] == TEST for row in rows),
        votes=votes,
    )
