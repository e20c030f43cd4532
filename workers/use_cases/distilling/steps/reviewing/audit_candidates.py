"""Which of the records in hand are to be audited, and which can be no audits.

Who is drawn, and why that is fair, is `domain.audits`. A record of the test split that is complete waits in
the *line* until a reviewer has answered its blind copy; it is never in the queue of what is worth a review.

A record is *exposed* if it was, or might have been, reviewed otherwise: it was worth a review while no
audits were drawn, or a named reviewer answered the record itself. Exposed records are neither audits nor
among the records for which audits speak. Whether one is exposed has nothing to do with its split, so of
those that are left, the audits are a fair picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from argilla_distill.domain.audits import marked_out, place
from argilla_distill.domain.disclosure import COMPLETED
from argilla_distill.domain.fingerprint import fingerprint
from argilla_distill.domain.state.ledger_entry import LedgerAdjudication, LedgerEntry
from argilla_distill.domain.versions.split import prompt_of
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution

DRAWN = "audits"
"""The fact of a dataset that says whether audits are drawn: `on`, `off`; absent before anybody asked. Behind
`on` stands where to go on looking through the records that were known before, until that is done."""


@dataclass(frozen=True)
class AuditCandidates:
    """What becomes of some records.

    Attributes
    ----------
    due : record → what a review of it is worth; None: none is wanted, or it is marked out for an audit.
    line : record → its place in the line of audits, None: it is not in it.
    exposed : records that can be no audits from now on.
    groups : record in the line → its group, where it has one.
    """

    due: Mapping[str, float | None]
    line: Mapping[str, float | None]
    exposed: Sequence[str]
    groups: Mapping[str, str] = field(default_factory=dict)

    def write(self, run: Run, pipe: Any) -> None:
        """Keep it, within a transaction."""
        reviews, dataset_id = run.store.reviews, run.dataset.id
        reviews.write_due(pipe, dataset_id, self.due)
        reviews.write_audits(pipe, dataset_id, self.line)
        reviews.expose(pipe, dataset_id, self.exposed)
        reviews.write_audit_groups(pipe, dataset_id, self.groups)


def part(
    run: Run,
    resolutions: Sequence[Resolution],
    ledger: Mapping[str, LedgerEntry],
    due: Mapping[str, float | None],
) -> AuditCandidates:
    """Part the records that are to be audited from those that are reviewed because they are worth it.

    Parameters
    ----------
    due : record → what a review of it is worth, of these and perhaps of others, which are gone.
    """
    line: dict[str, float | None] = dict.fromkeys(due)
    if not run.plan.review_audits:
        return AuditCandidates(due, line, [i for i, worth in due.items() if worth is not None])
    complete = [r for r in resolutions if r.is_complete and r.record.id in due]
    groups = _marked_out(run, complete, ledger)
    marked = list(groups)
    exposed = [r.record.id for r in complete if _answered(run, ledger[r.record.id])]
    known = run.store.reviews.exposed(run.dataset.id, marked) | set(exposed)
    copies = run.store.reviews.copies(run.dataset.id, marked)
    kept, refused = (
        dict(zip(marked, copies, strict=True)),
        run.store.reviews.refused(run.dataset.id),
    )
    wanted = dict(due)
    for record_id in marked:
        entry, copy = ledger[record_id], kept[record_id]
        said = entry.adjudications.values()
        if record_id in known:
            continue
        if (copy and copy.audit_pi is None) or any(_decides(each) for each in said):
            exposed.append(record_id)  # after a fresh start: reviewed before audits were drawn
            continue
        if not any(each.submitted for each in said):
            wanted[record_id] = None
        # who discards it has looked at it, and will not answer
        looked_at = any(each.submitted or each.status == "discarded" for each in said)
        if not looked_at and record_id not in refused:
            line[record_id] = place(record_id, run.dataset.id)
    drawn = {i: groups[i] for i in marked if line[i] is not None and groups[i]}
    return AuditCandidates(wanted, line, exposed, drawn)


def begin(run: Run, over: Callable[[], bool]) -> bool:
    """Take up, or give up, drawing audits, where the settings changed or an earlier release drew none.

    Records that are known already come into the line, or into the queue, as they are looked at again. They
    are looked through page by page, one at least, until `over`; the fact then tells where to go on.

    Returns
    -------
    Whether that is done.
    """
    datasets, dataset_id = run.store.datasets, run.dataset.id
    now = "on" if run.plan.review_audits else "off"
    state, _, at = (datasets.fact(dataset_id, DRAWN) or "").partition(" ")
    if state != now:
        _change(run, state, now)
        at = "0" if now == "on" else ""
        datasets.note(dataset_id, **{DRAWN: f"{now} {at}".strip()})
    while at:
        further, entries = datasets.ledger_page(dataset_id, int(at))
        decided = [i for i, e in entries.items() if any(map(_decides, e.adjudications.values()))]
        run.lease.commit(partial(run.store.reviews.expose, dataset_id=dataset_id, records=decided))
        complete = [i for i, entry in entries.items() if entry.status == COMPLETED]
        run.store.dirty.make_stale(dataset_id, complete)
        at = str(further or "")
        datasets.note(dataset_id, **{DRAWN: f"{now} {at}".strip()})
        if at and over():
            return False
    return True


def _change(run: Run, before: str, now: str) -> None:
    """What goes with one step: who was, or might have been, reviewed so far is exposed; a line that is given
    up is emptied."""
    reviews, dataset_id = run.store.reviews, run.dataset.id
    exposed: list[str] = []
    if not before:
        exposed = [i for i, _ in reviews.due(dataset_id, 0, reviews.count_due(dataset_id))]
        copies = reviews.all_copies(dataset_id).items()
        exposed += [i for i, copy in copies if copy.audit_pi is None]
    line = reviews.audits(dataset_id) if now == "off" else []

    def write(pipe: Any) -> None:
        reviews.expose(pipe, dataset_id, exposed)
        reviews.write_audits(pipe, dataset_id, dict.fromkeys(line))

    run.lease.commit(write)
    run.store.dirty.make_stale(dataset_id, line)


def _marked_out(
    run: Run, resolutions: Sequence[Resolution], ledger: Mapping[str, LedgerEntry]
) -> dict[str, str]:
    """Those of these records that are of the test split, with their groups; "" for none."""
    prints = {}
    for resolution in resolutions:
        record = resolution.record
        prompt = prompt_of(record.fields, run.plan.prompt_field)
        whole = prompt is record.fields  # whose fingerprint is known already
        prints[record.id] = ledger[record.id].fingerprint if whole else fingerprint(prompt)
    some = [found for found in prints.values() if found]
    groups = run.store.prompts.groups(run.dataset.id, list(dict.fromkeys(some)))
    of = {record_id: groups.get(found, "") for record_id, found in prints.items()}
    return {i: group for i, group in of.items() if marked_out(group, i, run.dataset.id)}


def _decides(said: LedgerAdjudication) -> bool:
    """Whether it decides the record, and answers no audit."""
    return said.submitted and said.audit_pi is None


def _answered(run: Run, entry: LedgerEntry) -> bool:
    """Whether a named reviewer has answered the record itself."""
    answers = entry.answers.items()
    return any(a.submitted and run.annotators.is_reviewer(number) for number, a in answers)
