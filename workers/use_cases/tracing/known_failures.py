"""Failures that we know of ourselves: outputs of a round that do not pass, and a run's wrong predictions.

What a file names is `failing`. Labels decide what failed, as the version has them: where a reviewer decided a
record, that is its label.
"""

from __future__ import annotations

from argilla_distill.domain.nearest import or_which
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.segment_audits import in_words
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.tracing.failing import MAX_FAILURES, FailureText
from argilla_distill.workers.use_cases.tracing.material import Material
from argilla_distill.workers.use_cases.world import World


def asked_by(world: World, manifest: Manifest, round_: str, run: str) -> str:
    """The question that tells of a round's outputs whether they pass, or that a run answers; "" for none.

    Raises
    ------
    InvalidRequest : there is no such round or run.
    """
    if round_:
        known = world.store.rounds.of(manifest.dataset_id, round_)
        if known is None:
            names = [each.name for each in world.store.rounds.all(manifest.dataset_id)]
            raise InvalidRequest(
                f"no round {round_} of {manifest.dataset} was started with `round start`"
                f"{or_which(round_, names)}"
            )
        return known.question
    found = world.store.runs.of(manifest.dataset_id, run)
    if found is None:
        names = [each.name for each in world.store.runs.all(manifest.dataset_id)]
        raise InvalidRequest(f"{manifest.dataset} has no run {run}{or_which(run, names)}")
    return found.question


def failures_of_round(world: World, found: Material, name: str) -> list[FailureText]:
    """The outputs of a round whose label is none with which they pass.

    Raises
    ------
    InvalidRequest : another question tells, nothing says what passes, no label is there, or all pass.
    """
    dataset_id = found.manifest.dataset_id
    asked = asked_by(world, found.manifest, name, "")
    _same(found, asked, f"round {name}")
    known = world.store.rounds.of(dataset_id, name)
    assert known is not None  # `asked_by` has found it
    labelled, failed = 0, []
    for taken in world.store.rounds.taken(dataset_id, name):
        row = found.places.get(taken.record_id)
        if row is None or not found.labels[row]:
            continue
        if not known.passes and not taken.prediction:
            continue
        labelled += 1
        passes = known.passes or (taken.prediction,)
        if found.labels[row] not in passes:
            failed.append(FailureText(found.texts[row], row))
    return _some(failed, labelled, f"round {name}", "passes", found)


def failures_of_run(world: World, found: Material, name: str) -> list[FailureText]:
    """The records that a run predicts otherwise than their label.

    Raises
    ------
    InvalidRequest : it answers another question, no label is there, or all are as predicted.
    """
    asked = asked_by(world, found.manifest, "", name)
    _same(found, asked, f"run {name}")
    labelled, failed = 0, []
    for each in world.store.runs.predictions(found.manifest.dataset_id, name):
        row = found.places.get(each.record_id)
        if row is None or not found.labels[row]:
            continue
        labelled += 1
        if in_words(each.value) != found.labels[row]:
            failed.append(FailureText(found.texts[row], row))
    return _some(failed, labelled, f"run {name}", "is as predicted", found)


def _some(
    failed: list[FailureText], labelled: int, what: str, passes: str, found: Material
) -> list[FailureText]:
    if not labelled:
        raise InvalidRequest(
            f"of {what} nothing can be told by {found.manifest.name}: no record of it has a label there, or "
            "nothing says when it passes"
        )
    if not failed:
        raise InvalidRequest(
            f"nothing of {what} failed: by {found.manifest.name} all of {labelled:,} {passes}"
        )
    return failed[:MAX_FAILURES]


def _same(found: Material, asked: str, what: str) -> None:
    if asked and asked != found.question.name:
        raise InvalidRequest(
            f"{what} is about {asked}, and not about {found.question.name}: leave --question out"
        )
