"""Publish: write the difference to Argilla in one bulk call, then commit what we decided and showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.committing import commit
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed
from argilla_distill.workers.use_cases.distilling.steps.sent import Sent
from argilla_distill.workers.use_cases.sending.guarded_call import guarded_call
from argilla_distill.workers.use_cases.sending.halves import in_halves
from argilla_distill.workers.writing.suggestions import Publication, publication


def publish(run: Run, resolutions: Sequence[Resolution], observed: Observed, now: int) -> Sent:
    """Write what differs, then commit the decisions.

    Raises
    ------
    ArgillaUnavailable, ArgillaRefused : nothing is committed; the same call may be repeated.
    """
    fits = run.models.fits
    publications = [
        publication(
            run.dataset,
            resolution.record,
            resolution.decided,
            fits,
            observed.ledger[resolution.record.id],
            resolution.note,
            run.plan,
            resolution.kept,
        )
        for resolution in resolutions
    ]
    sent = Sent()
    _send(run, [p for p in publications if p.suggestions], sent)
    expected = {resolution.record.id: resolution.record.status for resolution in resolutions}
    _look_again(run, [i for i, status in sent.statuses.items() if status != expected[i]])
    for each in publications:
        if each.withdrawn and each.record not in sent.refused:
            with guarded_call(run.world, run.lease, run.dataset.id, [each.record]):
                run.world.gateway.withdraw(each.record, each.withdrawn)
            sent.at.setdefault(each.record, run.store.now())
    commit(run, resolutions, publications, observed, sent, now)
    return sent


def _look_again(run: Run, records: Sequence[str]) -> None:
    """Have records looked at at once that are in another status than the one we wrote for.

    A user was deleted, the overlap changed or an answer came between our look and our write.
    """
    if records:
        run.store.dirty.mark(run.dataset.id, records)
        overlap = run.world.gateway.dataset(run.dataset.id).min_submitted
        run.dataset = replace(run.dataset, min_submitted=overlap)


def _send(run: Run, publications: Sequence[Publication], sent: Sent) -> None:
    """Write suggestions, and note what Argilla took and what it refused."""

    def suggest(some: Sequence[Publication]) -> None:
        with guarded_call(run.world, run.lease, run.dataset.id, [p.record for p in some]):
            found = run.world.gateway.suggest(run.dataset.id, [p.item for p in some])
        now = run.store.now()
        for each in some:
            record = found[each.record]
            written = {item["question_id"] for item in each.suggestions}
            since = [s.at for s in record.suggestions if s.question_id in written]
            sent.at[record.id] = min((now, *since))
            sent.statuses[record.id] = record.status
        sent.suggestions += sum(len(p.suggestions) for p in some)

    def refused(publication: Publication, reason: str) -> None:
        sent.refused[publication.record] = reason

    in_halves(publications, suggest, refused)
