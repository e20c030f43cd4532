"""How often each run is right, as audits tell: now, and at the end of each week that had some.

The command counts it anew; pages show what was last counted (`use_cases.orders`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from math import log

import numpy as np

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.runs.run import ModelRun, Prediction
from argilla_distill.domain.runs.standing import RunStanding, StandingsTaken, WeekStanding
from argilla_distill.domain.versions.segments import week_of
from argilla_distill.domain.versions.split import split_of_record
from argilla_distill.plugin.errors import NotInArgilla
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.measures.audit_estimate import share
from argilla_distill.workers.models.values import TYPES, question_of
from argilla_distill.workers.use_cases.comparisons.truths import (
    Truth,
    Truths,
    how_right,
    read_value,
    truths_of,
)
from argilla_distill.workers.use_cases.world import World

MIN_PROBABILITY = 1e-6
"""Of a right label; else one mistake would be infinitely bad."""


def standings(world: World, dataset: Dataset) -> list[RunStanding]:
    """All runs, the first added first, each with what audits say of it.

    Of a dataset that is gone from Argilla that is what was last counted, and nothing of runs added since.
    """
    try:
        return list(taken(world, dataset.id).standings)
    except NotInArgilla:
        before = world.store.standings.of(dataset.id)
        known = {each.run.name: each for each in before.standings} if before else {}
        return [known.get(run.name, RunStanding(run)) for run in world.store.runs.all(dataset.id)]


def taken(world: World, dataset_id: str) -> StandingsTaken:
    """The same, as it is kept; where neither runs nor audits have changed, as it was kept before."""
    begun = world.store.now()
    runs = world.store.runs.all(dataset_id)
    questions = {
        q.name: question_of(q)
        for q in world.gateway.dataset(dataset_id).questions
        if q.type in TYPES
    }
    truths = truths_of(world, dataset_id, sorted({r.question for r in runs} & set(questions)))
    content = _content(runs, questions, truths)
    before = world.store.standings.of(dataset_id)
    if before is not None and before.content == content:
        return before
    found = [
        _standing(
            each,
            questions[each.question],
            list(world.store.runs.predictions(dataset_id, each.name)),
            truths[each.question],
            dataset_id,
        )
        if each.question in questions
        else RunStanding(each)
        for each in runs
    ]
    return StandingsTaken(begun, content, tuple(found))


def _content(runs: Sequence[ModelRun], questions: Mapping[str, Question], truths: Truths) -> str:
    """The digest of all that the figures depend on."""
    audits = {
        name: sorted((i, t.value, t.pi, t.at) for i, t in of.items()) for name, of in truths.items()
    }
    asked = {name: asdict(question) for name, question in questions.items() if name in truths}
    of = [[asdict(each) for each in runs], asked, audits]
    return sha256(json.dumps(of, sort_keys=True, default=str).encode()).hexdigest()


def _standing(
    run: ModelRun,
    asked: Question,
    predictions: Sequence[Prediction],
    truths: Mapping[str, Truth],
    dataset_id: str,
) -> RunStanding:
    measured = [
        (each, truths[each.record_id])
        for each in predictions
        if each.record_id in truths and read_value(asked, truths[each.record_id].value) is not None
    ]
    # what audits speak for: they are drawn from the test split alone
    population = [
        each
        for each in predictions
        if split_of_record(each.record_id, each.group, dataset_id, truths) == "test"
    ]
    weeks = []
    for week in sorted({week_of(truth.at) for _, truth in measured}):
        so_far = [pair for pair in measured if week_of(pair[1].at) <= week]
        right = _right(asked, so_far, population)
        if right is not None:
            weeks.append(WeekStanding(week, len(so_far), right))
    now = weeks[-1].right if weeks else None
    return RunStanding(run, len(measured), now, _log_loss(measured), tuple(weeks))


def _right(
    asked: Question,
    measured: Sequence[tuple[Prediction, Truth]],
    population: Sequence[Prediction],
) -> Figure | None:
    """Of all its predictions that audits speak for; how sure it is helps to tell, where it says so."""
    rights = np.array(
        [
            how_right(asked, read_value(asked, said.value), read_value(asked, truth.value))
            for said, truth in measured
        ]
    )
    groups = [said.group or said.record_id for said, _ in measured]
    codes = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    found = share(
        rights,
        np.array([truth.pi for _, truth in measured]),
        np.array([_sure(said) for said, _ in measured]),
        np.array([_sure(each) for each in population]),
        codes,
    )
    return None if found is None else Figure(found.value, found.low, found.high)


def _sure(said: Prediction) -> float:
    return 0.0 if said.sure is None else said.sure


def _log_loss(measured: Sequence[tuple[Prediction, Truth]]) -> float | None:
    losses = [
        (-log(max(said.probabilities.get(str(truth.value), 0.0), MIN_PROBABILITY)), 1 / truth.pi)
        for said, truth in measured
        if said.probabilities is not None
    ]
    if not losses:
        return None
    return sum(loss * weight for loss, weight in losses) / sum(weight for _, weight in losses)
