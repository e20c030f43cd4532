"""Failures are traced where somebody sent them through the web process."""

from __future__ import annotations

from dataclasses import replace

from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.tracing.failing import failures_of, origin
from argilla_distill.workers.use_cases.tracing.known_failures import (
    asked_by,
    failures_of_round,
    failures_of_run,
)
from argilla_distill.workers.use_cases.tracing.material import material
from argilla_distill.workers.use_cases.versions.keeping import found
from argilla_distill.workers.use_cases.world import World


def trace_sent(world: World, dataset: Dataset, name: str) -> str:
    """Trace what was sent under this id, and keep what is found. Safe to repeat. Returns the id.

    Raises
    ------
    InvalidRequest : it was sent too long ago, or cannot be traced; says why.
    """
    sent = world.store.sent_failures.of(dataset.id, name)
    if sent is None:
        raise InvalidRequest(
            "so many others were sent since that these are forgotten: send them again"
        )
    manifest = found(world, dataset, sent.version)
    question = sent.question
    if (sent.round or sent.run) and not question:
        question = asked_by(world, manifest, sent.round, sent.run)
    read = material(world, manifest, question)
    if sent.round:
        failed = failures_of_round(world, read, sent.round)
    elif sent.run:
        failed = failures_of_run(world, read, sent.run)
    else:
        failed = failures_of(sent.lines, read)
    traced = replace(
        sent,
        question=read.question.name,
        version=manifest.name,
        origin=origin(failed, read, sent.near),
    )
    world.store.sent_failures.keep(dataset.id, traced)
    return name
