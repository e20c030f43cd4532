"""What a round came to, counted once, from the version that its end made and the version before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.rounds.report import ReliabilityChange, RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.versions.difference import CAUSES
from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.measures.agreement import VoteArrays, agreement
from argilla_distill.workers.engine.measures.audit_estimate import share
from argilla_distill.workers.use_cases.rounds.form import LABELS
from argilla_distill.workers.use_cases.rounds.holding_up import held_up
from argilla_distill.workers.use_cases.rounds.passing import Labelled, figure_of, rates
from argilla_distill.workers.use_cases.versions.comparing import of_manifests
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.labelled import (
    REVIEWER,
    CountedVote,
    counted_votes,
    labelled,
)

MAX_LEARNED = 5
"""Of so many annotators it is told how their reliability changed."""

MIN_CHANGE = 0.02


def report(world: World, dataset: Dataset, known: Round, version: Manifest) -> RoundReport:
    """Count a round.

    Raises
    ------
    InvalidRequest : a file of the version is missing or damaged.
    """
    storage = Storage(world.settings.versions)
    taken = world.store.rounds.taken(dataset.id, known.name)
    report = RoundReport(
        known.name,
        known.model,
        version.name,
        known.before,
        len(taken),
        0,
        world.store.now(),
    )
    question = _question(version, known.question)
    before = world.store.versions.manifest(dataset.id, known.before) if known.before else None
    fields = dict[str, object]()
    if question is not None:
        outputs = {each.record_id: each for each in taken}
        rows = [
            (outputs[row.id], row)
            for row in labelled(storage, version, question, outputs.keys())
            if row.value and row.votes
        ]
        every = list(counted_votes(storage, version, question.name))
        votes = [each for each in every if each.source != REVIEWER]
        fields |= {
            "labelled": len(rows),
            "labels_right": question.audited.sentence if question.audited.audits else "",
            "agreement": _agreement([v for v in votes if v.record_id in outputs]),
            "foretold": _foretold(rows),
            **vars(rates(world.store, storage, known, version, question, rows)),
        }
        if before is not None and not before.deleted_at:
            earlier = list(counted_votes(storage, before, question.name))
            people = [each for each in earlier if each.source != REVIEWER]
            fields["learned"] = _learned(people, votes)
            then = _question(before, question.name)
            limit_s = world.plan(dataset.full_name).strategy_timeout_s
            if then is not None:
                in_it = [each for each in votes if each.record_id in outputs]
                found = held_up(then, earlier, in_it, rows, limit_s)
                fields["held_up"] = figure_of(found)
    if before is not None and not before.deleted_at and before.name != version.name:
        fields |= _changed(world, before, version)
    return RoundReport(**{**vars(report), **fields})


def _question(version: Manifest, name: str) -> VersionQuestion | None:
    labels = [each for each in version.questions if each.type == LABELS]
    if not name:
        return labels[0] if labels else None
    return next((each for each in labels if each.name == name), None)


def _foretold(rows: Labelled) -> Figure | None:
    """How many labels the small model foretold."""
    some = [(t, r) for t, r in rows if t.foretold]
    if not some:
        return None
    right = np.array([t.foretold == r.value for t, r in some], np.float64)
    pi = np.array([t.pi / t.alike for t, _ in some])
    groups = np.unique([r.group for _, r in some], return_inverse=True)[1]
    return figure_of(share(right, pi, np.zeros(len(some)), np.zeros(1), groups))


def _agreement(votes: Sequence[CountedVote]) -> float | None:
    if not votes:
        return None
    record = np.unique([v.record_id for v in votes], return_inverse=True)[1]
    annotator = np.unique([v.annotator for v in votes], return_inverse=True)[1]
    values, code = np.unique([v.value for v in votes], return_inverse=True)
    labels = [str(value) for value in values]
    if len(labels) < 2:
        return None
    return agreement(label_question(*labels), VoteArrays(record, annotator, code, labels)).alpha


def _learned(
    earlier: Sequence[CountedVote], votes: Sequence[CountedVote]
) -> tuple[ReliabilityChange, ...]:
    was, now = _reliability(earlier), _reliability(votes)
    changes = [ReliabilityChange(who, was[who], now[who]) for who in now if who in was]
    moved = [each for each in changes if abs(each.now - each.was) >= MIN_CHANGE]
    return tuple(sorted(moved, key=lambda c: (-abs(c.now - c.was), c.annotator))[:MAX_LEARNED])


def _reliability(votes: Sequence[CountedVote]) -> Mapping[str, float]:
    found = defaultdict[str, list[float]](list)
    for vote in votes:
        if vote.reliability is not None:
            found[vote.annotator].append(vote.reliability)
    return {who: fmean(each) for who, each in found.items()}


def _changed(world: World, before: Manifest, version: Manifest) -> dict[str, object]:
    """Which older labels changed: those of records that both versions have."""
    try:
        found = of_manifests(world, before, version, lambda done, total: None)
    except InvalidRequest:  # files of the version before are damaged: the rest is told all the same
        return {}
    causes: dict[str, int] = {}
    for question in found.questions:
        for each in question.caused:
            if each.cause not in ("new", "gone"):
                causes[CAUSES[each.cause]] = causes.get(CAUSES[each.cause], 0) + each.count
    return {"compared": found.records_both, "changed": sum(causes.values()), "causes": causes}
