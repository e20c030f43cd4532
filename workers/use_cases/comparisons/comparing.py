"""Compare versions: their labels on audits, and the small models that each of them makes.

Versions never change, so the same comparison is made once for each state of the audits. It is kept until a
later one takes its place. What differs between labels of two versions, and why, is `versions.comparing`.

A version's own label of an audited record is the audit itself. What its strategy says without the audits is
in its file `audits`; where a version is older than an audit, its label is compared as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.contest import Contest, VersionsCompared
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.evaluation.contests import (
    decided,
)
from argilla_distill.workers.models.values import TYPES, question_of
from argilla_distill.workers.use_cases.comparisons.contested import Contested, all_texts
from argilla_distill.workers.use_cases.comparisons.sides import Truth, VersionSide, question_in
from argilla_distill.workers.use_cases.versions.keeping import found
from argilla_distill.workers.use_cases.world import World

Progress = Callable[[int, int], None]

LEFT_OPEN = "A label that is left open counts as not right."

Truths = Mapping[str, Mapping[str, Truth]]
"""Question → record → what its audit says."""


def compare(
    world: World,
    dataset: Dataset,
    names: Sequence[str],
    progress: Progress = lambda done, total: None,
) -> VersionsCompared:
    """Compare versions, by their names or tags.

    Raises
    ------
    InvalidRequest : there is no such version, files of one are gone, or fewer than two are named.
    """
    manifests = [found(world, dataset, name) for name in names]
    _check(manifests)
    questions = world.gateway.dataset(dataset.id).questions
    asked = {q.name: question_of(q) for q in questions if q.type in TYPES}
    truths = _truths(world, dataset.id, list(asked))
    content = _content(manifests, truths)
    known = world.store.compared.find(dataset.id, [m.name for m in manifests])
    if known is not None and known.content == content:
        return known
    sides = [VersionSide(world, manifest) for manifest in manifests]
    shared = [
        q
        for q in manifests[0].questions
        if q.name in asked and all(question_in(m, q.name) is not None for m in manifests)
    ]
    progress(0, len(shared) + 1)
    matrix = all_texts(sides)
    contests: list[Contest] = []
    for n, question in enumerate(shared):
        progress(n + 1, len(shared) + 1)
        one = Contested(asked[question.name], question, sides, truths[question.name])
        contests += one.labels()
        contests += one.models(matrix)
    progress(len(shared) + 1, len(shared) + 1)
    compared = VersionsCompared(
        dataset.id,
        dataset.full_name,
        tuple(m.name for m in manifests),
        content,
        world.store.now(),
        {name: len(truths[name]) for name in truths},
        decided(contests),
        (LEFT_OPEN,),
    )
    world.store.compared.keep(compared)
    return compared


def _check(manifests: Sequence[Manifest]) -> None:
    names = [m.name for m in manifests]
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise InvalidRequest(f"name two or more different versions, not {', '.join(names)}")
    for each in manifests:
        if each.deleted_at:
            raise InvalidRequest(f"the files of {each.name} are deleted: nothing compares with it")


def _truths(world: World, dataset_id: str, questions: Sequence[str]) -> dict[str, dict[str, Truth]]:
    """What audits say so far: of each record what was said last."""
    found: dict[str, dict[str, Truth]] = {name: {} for name in questions}
    for record, entry in world.store.datasets.scan_ledger(dataset_id):
        if entry.gone:
            continue
        for said in sorted(entry.adjudications.values(), key=lambda each: each.at):
            if said.submitted and said.audit_pi is not None:
                for name in questions:
                    if said.values.get(name) is not None:
                        found[name][record] = Truth(said.values[name], said.audit_pi)
    return found


def _content(manifests: Sequence[Manifest], truths: Truths) -> str:
    """The digest of all that a comparison depends on."""
    every = {
        q: sorted((i, t.value, t.pi) for i, t in of.items()) if of else []
        for q, of in truths.items()
    }
    of = [[m.content_sha256, m.release] for m in manifests]
    return sha256(json.dumps([of, every], sort_keys=True, default=str).encode()).hexdigest()
