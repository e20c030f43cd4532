"""Audits of suspect segments: who is drawn, and what reviewers have decided of them.

What the sample is, and how it is judged, is `domain.versions.segment_audits`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.state.review import ReviewRequest
from argilla_distill.domain.versions.segment_audits import (
    REST,
    DrawnRecord,
    SampledSegment,
    SegmentAudits,
    SegmentSample,
    place,
)
from argilla_distill.domain.versions.tracing import KINDS, Suspect, Suspicions
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.evaluation.segments import Kind
from argilla_distill.workers.use_cases.tracing.asking import ask, reviewable
from argilla_distill.workers.use_cases.tracing.material import Material
from argilla_distill.workers.use_cases.world import World

SEGMENTS = 3
"""So many segments are audited, the most suspect."""

UNGATED = 6
"""So many where texts tell nothing of which is suspect: the largest."""

SAME = 0.8
"""Two segments that share so much of their records are drawn from once."""

RIDERS = 4
"""So many more are judged on the same audits: those that are suspect, too, and nearly the same records."""

MAX_AUDITS = 500
"""More of each segment are not asked for at once."""


@dataclass(frozen=True)
class Picked:
    """A segment that is to be audited: its rows, and which of the answers are its own."""

    kind: str
    segment: str
    rows: frozenset[int]
    own: Callable[[int], bool]


def audit(world: World, found: Material, looked: Suspicions, each: int) -> SegmentAudits:
    """Draw `each` records of every segment that is to be audited, and of the rest. Safe to repeat.

    A repeat draws the same records, and more where more are asked for. What was drawn for an earlier
    version is kept only as what reviewers decided.

    Raises
    ------
    InvalidRequest : there is no review dataset, or nothing that could be audited.
    """
    if not 1 <= each <= MAX_AUDITS:
        raise InvalidRequest(
            f"1 to {MAX_AUDITS} audits of each segment can be asked for, not {each}"
        )
    picked = pick(found, looked)
    if not picked:
        raise InvalidRequest(
            f"{found.manifest.name} has no segments to audit: its records are of one round and of one "
            "annotator"
        )
    within = frozenset().union(*(one.rows for one in picked))
    able = reviewable(world, found, range(len(found.ids)))
    others = frozenset(able) - within
    rest = Picked(REST, "", others, lambda answer: True)
    dataset_id, now = found.manifest.dataset_id, world.store.now()
    before = world.store.segment_audits.of(dataset_id, found.question.name)
    sizes = _sizes(before, found.manifest.name)
    drawn = SegmentSample(
        found.question.name,
        found.manifest.name,
        now,
        tuple(
            _sample(found, one, able, max(each, sizes.get(one.segment, 0)), dataset_id)
            for one in (*picked, rest)
        ),
    )
    if not drawn.records:
        raise InvalidRequest(
            f"nothing of {found.manifest.name} can be audited: every record is of the test split, or was "
            "reviewed already"
        )
    new = _requests(world, dataset_id, drawn)

    def keep(pipe: Any) -> None:
        world.store.segment_audits.keep(pipe, dataset_id, drawn)

    ask(world, dataset_id, new, keep)
    audits = world.store.segment_audits.decided_so_far(dataset_id, found.question.name)
    assert audits is not None  # it was just written
    return audits


def pick(found: Material, looked: Suspicions) -> list[Picked]:
    """The most suspect segments; and such as are suspect and nearly the same records as one of these.

    A round, its edition of the guidelines and an annotator who answered all of it share their records: what
    is drawn from one is drawn from all, and it is judged whether its labels are wrong, and whose answers.
    Where texts tell nothing, the largest segments of the first kind of which there are several.
    """
    kinds = {kind.name: kind for kind in found.kinds()}
    wanted = [(each.kind, each.segment, each.significant) for each in _ranked(looked)]
    most = SEGMENTS
    if not looked.informative and kinds:
        kind = next(kinds[name] for name in KINDS if name in kinds)
        sizes = np.bincount(kind.segment[kind.segment >= 0], minlength=len(kind.names))
        order = np.argsort(-sizes, kind="stable").tolist()
        wanted, most = [(kind.name, kind.names[number], False) for number in order], UNGATED
    chosen: list[Picked] = []
    riders: list[Picked] = []
    for name, segment, significant in wanted:
        one = _picked(kinds[name], segment)
        if not any(_alike(one.rows, other.rows) for other in chosen):
            if len(chosen) < most:
                chosen.append(one)
        elif significant and len(riders) < RIDERS:
            riders.append(one)
    return [*chosen, *riders]


def _ranked(looked: Suspicions) -> list[Suspect]:
    judged = [each for each in looked.segments if each.p < 1]
    return sorted(judged, key=lambda each: (-each.z, KINDS.index(each.kind), each.segment))


def _picked(kind: Kind, segment: str) -> Picked:
    number = list(kind.names).index(segment)
    claims = np.flatnonzero(kind.segment == number)
    own = set(claims.tolist())
    return Picked(
        kind.name, segment, frozenset(kind.record[claims].tolist()), lambda answer: answer in own
    )


def _alike(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= SAME * len(one | other)


def _sizes(before: SegmentSample | None, version: str) -> dict[str, int]:
    """How many of each segment were drawn of this version before."""
    if before is None or before.version != version:
        return {}
    return {each.segment: len(each.records) for each in before.segments}


def _sample(
    found: Material, one: Picked, able: dict[int, LedgerEntry], size: int, dataset_id: str
) -> SampledSegment:
    rows = sorted(one.rows & able.keys(), key=lambda row: place(found.ids[row], dataset_id))
    answers: dict[int, list[str]] = {row: [] for row in rows[:size]}
    for number, row in enumerate(found.answers.record):
        if row in answers and one.own(number):
            answers[row].append(found.answers.value[number])
    records = tuple(
        DrawnRecord(found.ids[row], found.labels[row], tuple(answers[row])) for row in answers
    )
    return SampledSegment(one.kind, one.segment, len(rows), records)


def _requests(world: World, dataset_id: str, drawn: SegmentSample) -> dict[str, ReviewRequest]:
    """Those records that are not asked for yet."""
    before = world.store.requests.of(dataset_id, drawn.records)
    asked = ReviewRequest(drawn.version, drawn.asked_at)
    return {
        i: asked
        for i in drawn.records
        if i not in before or not before[i].blind or before[i].version != drawn.version
    }
