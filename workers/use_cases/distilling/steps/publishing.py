"""Publish: write the difference to Argilla in one bulk call, then commit what we decided and showed.

The two are apart, so that the next batch can be decided while Argilla takes this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.committing import commit
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed
from argilla_distill.workers.use_cases.distilling.steps.sent import Sent
from argilla_distill.workers.use_cases.sending.guarded_call import guarded_call
from argilla_distill.workers.use_cases.sending.halves import in_halves
from argilla_distill.workers.writing.suggestions import Publication, publication, takes_notes


@dataclass
class Publishing:
    """What is to be written about a batch. `send` may run in a thread of its own; the rest may not.

    Attributes
    ----------
    resolutions, publications : what was decided on its records, and what is written on each.
    observed : records in it without a resolution are gone; what was decided of them is dropped.
    now : when they were read (ms).
    sent : what Argilla took.
    """

    run: Run
    resolutions: Sequence[Resolution]
    publications: Sequence[Publication]
    observed: Observed
    now: int
    sent: Sent = field(default_factory=Sent)

    @classmethod
    def of(
        cls, run: Run, resolutions: Sequence[Resolution], observed: Observed, now: int
    ) -> Publishing:
        """Compare what was decided with what the records show."""
        fits, noted = run.models.fits, takes_notes(run.dataset, run.plan)
        publications = [
            publication(
                run.dataset,
                resolution.record,
                resolution.decided,
                fits,
                observed.ledger[resolution.record.id],
                resolution.note if noted else None,
                run.plan,
                resolution.kept,
            )
            for resolution in resolutions
        ]
        return cls(run, resolutions, publications, observed, now)

    @property
    def writes(self) -> bool:
        """Whether there is anything to send."""
        return any(each.suggestions or each.withdrawn for each in self.publications)

    def send(self) -> None:
        """Write what differs into Argilla, and note what it took. Touches nothing else.

        Raises
        ------
        ArgillaUnavailable, ArgillaRefused, LeaseLost : nothing is committed; the same may be repeated.
        """
        run, sent = self.run, self.sent
        _send(run, [p for p in self.publications if p.suggestions], sent)
        for each in self.publications:
            if each.withdrawn and each.record not in sent.refused:
                with guarded_call(run.world, run.lease, run.dataset.id, [each.record]):
                    run.world.gateway.withdraw(each.record, each.withdrawn)
                sent.at.setdefault(each.record, run.store.now())

    def end(self) -> None:
        """Commit the decisions, once they are sent.

        Raises
        ------
        LeaseLost : nothing is committed; the same may be repeated.
        """
        run, sent = self.run, self.sent
        expected = {
            resolution.record.id: resolution.record.status for resolution in self.resolutions
        }
        _look_again(run, [i for i, status in sent.statuses.items() if status != expected[i]])
        commit(run, self.resolutions, self.publications, self.observed, sent, self.now)


def publish(run: Run, resolutions: Sequence[Resolution], observed: Observed, now: int) -> None:
    """Write what differs, then commit the decisions. Raises as `Publishing.send` does."""
    publishing = Publishing.of(run, resolutions, observed, now)
    publishing.send()
    publishing.end()


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
