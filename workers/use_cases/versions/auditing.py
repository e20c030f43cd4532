"""What audits say of a version's labels: of its own strategy, fitted anew without the audits.

It is counted in the manifest and told on the card. Which records are marked out for audits follows from
their groups; which of them are exposed (`distilling.steps.reviewing.audit_candidates`) is as it was when
the version was begun, whatever moment it is of: the history does not tell.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.audits import marked_out, place
from argilla_distill.domain.disclosure import COMPLETED
from argilla_distill.domain.versions.manifest import VersionFile
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.errors import EngineError
from argilla_distill.workers.models.values import to_argilla
from argilla_distill.workers.reporting.audits import MAX_UNAUDITED, Audit, audited, unknown
from argilla_distill.workers.use_cases.versions.circumstances import EXPOSED, Circumstances
from argilla_distill.workers.use_cases.versions.fitting import Fit
from argilla_distill.workers.use_cases.versions.reading import AUDITED
from argilla_distill.workers.versions.parts import Parts, described_file, rows_of
from argilla_distill.workers.versions.spool import RecordRow, Spool
from argilla_distill.workers.versions.standing import Scene, standing
from argilla_distill.workers.versions.tables import AUDITS
from argilla_distill.workers.versions.votes import Story

log = logging.getLogger("distill.versions")


class Unaudited(NamedTuple):
    """What a strategy without the audits says of one record that was audited: JSON, None if it is open."""

    record_id: str
    question: str
    value: str | None


def audited_question(
    spool: Spool, each: Fit, under: Circumstances, scene: Scene
) -> tuple[Audited, list[Unaudited]]:
    """What audits say of one fitted question, and what it says of the audited records without them."""
    drawn = set(spool.marked("history").get(AUDITED, ()))
    if not drawn:
        return unknown(0), []
    audits, waiting, groups = _drawn(spool, each, under, scene, drawn)
    votes = [vote for some in (audits, waiting) for _, said in some.values() for vote in said]
    try:
        with closing(each.opened()) as own:
            strategy = own.strategy
            truths = {record: audit for record, (audit, _) in audits.items()}
            asked, ids = each.asked, sorted(waiting, key=lambda i: waiting[i][0])
            found = audited(asked, strategy, truths, ids, votes, groups, each.floor)
            # now it has unlearned them
            held_out = strategy.decide(sorted(truths), each.floor)
            name = each.question.name
            return found, [Unaudited(d.record, name, _json(asked, d.value)) for d in held_out]
    except EngineError as error:
        log.warning("audits of %s are not counted: %s", each.question.name, error)
        return unknown(len(waiting), len(audits)), []


def keep(held_out: Sequence[Unaudited], folder: Path) -> None:
    """Write the file of what was held out; none where nothing was."""
    if held_out:
        folder.mkdir(parents=True, exist_ok=True)
        part = Parts(folder, "audits", AUDITS)
        for row in sorted(held_out):
            part.add(row._asdict())
        part.close()


def kept(folder: Path) -> list[VersionFile]:
    """The file that `keep` wrote."""
    return [described_file(path, rows_of(path)) for path in sorted(folder.glob("audits-*.parquet"))]


def _json(asked: Question, value: Value) -> str | None:
    return None if value is None else json.dumps(to_argilla(asked, value), ensure_ascii=False)


Drawn = dict[str, tuple[Audit, list[Vote]]]
Waiting = dict[str, tuple[float, list[Vote]]]
"""Record → its audit, or its place in the line, and the votes on it."""


def _drawn(
    spool: Spool, each: Fit, under: Circumstances, scene: Scene, drawn: Collection[str]
) -> tuple[Drawn, Waiting, dict[str, str]]:
    """The records that were audited, those that might be, and the groups of them all."""
    exposed, dataset_id = set(spool.marked(EXPOSED).get("records", ())), under.dataset.id
    audits: Drawn = {}
    waiting: Waiting = {}
    groups: dict[str, str] = {}
    for name in spool.buckets():
        bucket = standing(spool, name, scene)
        for record in bucket.records.values():
            if record.id not in drawn and not _might_be(record, dataset_id, exposed):
                continue
            story = Story(record.id, each.facts_of_history)
            for entry in bucket.entries.get(record.id, ()):
                story.take(entry)
            votes = list(story.votes.values())
            if not votes:
                continue
            if story.audit_pi is not None:
                audits[record.id] = Audit(story.verdict, story.audit_pi), votes
            elif story.verdict is None:
                waiting[record.id] = place(record.id, dataset_id), votes
            groups[record.id] = record.group
        if len(waiting) > 2 * MAX_UNAUDITED:
            waiting = dict(sorted(waiting.items(), key=lambda item: item[1][0])[:MAX_UNAUDITED])
    return audits, waiting, groups


def _might_be(record: RecordRow, dataset_id: str, exposed: Collection[str]) -> bool:
    """Whether a record is one of those for which audits speak, and that are drawn from."""
    marked = marked_out(record.group, record.id, dataset_id)
    return marked and record.status == COMPLETED and record.id not in exposed
