"""Compare versions: their labels on audits, and the small models that each of them makes; and runs.

Versions never change, so the same comparison is made once for each state of the audits. It is kept until a
later one takes its place. What differs between labels of two versions, and why, is `versions.comparing`.

A version's own label of an audited record is the audit itself. What its strategy says without the audits is
in its file `audits`; where a version is older than an audit, its label is compared as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.runs.run import ModelRun
from argilla_distill.domain.versions.contest import MAX_COMPARED, Contest, VersionsCompared
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.evaluation.contests import decided
from argilla_distill.workers.models.values import TYPES, question_of
from argilla_distill.workers.use_cases.comparisons.contested import (
    Contested,
    all_texts,
    runs_contested,
)
from argilla_distill.workers.use_cases.comparisons.sides import VersionSide, question_in
from argilla_distill.workers.use_cases.comparisons.truths import Truths, truths_of
from argilla_distill.workers.use_cases.runs.adding import named
from argilla_distill.workers.use_cases.versions.keeping import found
from argilla_distill.workers.use_cases.world import World

Progress = Callable[[int, int], None]

LEFT_OPEN = "A label that is left open counts as not right."


def compare(
    world: World,
    dataset: Dataset,
    names: Sequence[str],
    progress: Progress = lambda done, total: None,
    runs: Sequence[str] = (),
) -> VersionsCompared:
    """Compare versions, by their names or tags; and runs, by their names.

    Raises
    ------
    InvalidRequest : there is no such version or run, files of a version are gone, fewer than two of a kind
        are named, or runs are not about one question.
    """
    manifests = [found(world, dataset, name) for name in names]
    chosen = [named(world, dataset, name) for name in runs]
    _check(manifests, chosen)
    questions = world.gateway.dataset(dataset.id).questions
    asked = {q.name: question_of(q) for q in questions if q.type in TYPES}
    truths = truths_of(world, dataset.id, list(asked))
    content = _content(manifests, chosen, truths)
    known = world.store.compared.find(dataset.id, [m.name for m in manifests], runs)
    if known is not None and known.content == content:
        return known
    contests, notes = _of_runs(world, dataset.id, chosen, asked, truths)
    if manifests:
        of_versions, to_know = _of_versions(world, manifests, asked, truths, progress)
        contests, notes = [*of_versions, *contests], (LEFT_OPEN, *to_know, *notes)
    compared = VersionsCompared(
        dataset.id,
        dataset.full_name,
        tuple(m.name for m in manifests),
        content,
        world.store.now(),
        {name: len(truths[name]) for name in truths},
        decided(contests),
        notes,
        tuple(runs),
        tuple(each.content for each in chosen),
    )
    world.store.compared.keep(compared)
    return compared


def _of_versions(
    world: World,
    manifests: Sequence[Manifest],
    asked: Mapping[str, Question],
    truths: Truths,
    progress: Progress,
) -> tuple[list[Contest], tuple[str, ...]]:
    """The contests of versions, and what to know of them."""
    step = [0, 1]  # how far it is

    def between() -> None:
        progress(*step)

    sides = [VersionSide(world, manifest, between) for manifest in manifests]
    shared = [
        q
        for q in manifests[0].questions
        if q.name in asked and all(question_in(m, q.name) is not None for m in manifests)
    ]
    step[1] = len(shared) + 1
    between()
    audited = {record for question in shared for record in truths[question.name]}
    texts = all_texts(sides, audited)
    contests: list[Contest] = []
    for n, question in enumerate(shared, 1):
        step[0] = n
        between()
        one = Contested(asked[question.name], question, sides, truths[question.name])
        contests += one.labels()
        contests += one.models(texts, between)
    progress(len(shared) + 1, len(shared) + 1)
    return contests, texts.notes


def _of_runs(
    world: World,
    dataset_id: str,
    runs: Sequence[ModelRun],
    asked: Mapping[str, Question],
    truths: Truths,
) -> tuple[list[Contest], tuple[str, ...]]:
    """The contests of runs, and what to know of them."""
    if not runs:
        return [], ()
    name = runs[0].question
    if name not in asked:
        raise InvalidRequest(f"the dataset has no question {name} any more, which the runs predict")
    predictions = {
        each.name: {p.record_id: p for p in world.store.runs.predictions(dataset_id, each.name)}
        for each in runs
    }
    notes = [
        f"{each.name} does not say which version it was trained on: nobody looked whether that held audits."
        for each in runs
        if not each.trained_on
    ]
    return runs_contested(asked[name], name, predictions, truths[name]), tuple(notes)


def _check(manifests: Sequence[Manifest], runs: Sequence[ModelRun]) -> None:
    names, called = [m.name for m in manifests], [r.name for r in runs]
    for some, what in ((names, "versions"), (called, "runs")):
        if (some or not (names or called)) and (len(some) < 2 or len(set(some)) < len(some)):
            is_there = ", ".join(some) or "none"
            raise InvalidRequest(f"name two or more different {what}, not {is_there}")
        if len(some) > MAX_COMPARED:
            raise InvalidRequest(f"name {MAX_COMPARED} {what} at most, not {len(some)}")
    about = sorted({r.question for r in runs})
    if len(about) > 1:
        raise InvalidRequest(
            f"the runs are about different questions: {', '.join(about)}; compare those of one"
        )
    for each in manifests:
        if each.deleted_at:
            raise InvalidRequest(f"the files of {each.name} are deleted: nothing compares with it")


def _content(manifests: Sequence[Manifest], runs: Sequence[ModelRun], truths: Truths) -> str:
    """The digest of all that a comparison depends on."""
    every = {
        q: sorted((i, t.value, t.pi) for i, t in of.items()) if of else []
        for q, of in truths.items()
    }
    of: list[Any] = [[m.content_sha256, m.release] for m in manifests]
    of += [r.content for r in runs]
    return sha256(json.dumps([of, every], sort_keys=True, default=str).encode()).hexdigest()
