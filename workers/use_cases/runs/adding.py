"""Add a run: everything is checked first; then it is kept, whole or not at all. And delete one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from argilla_distill.domain.nearest import or_which
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.runs.run import (
    NAME_RULE,
    ModelRun,
    Prediction,
    content_of,
    is_run_name,
)
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.due import runs_due
from argilla_distill.workers.use_cases.runs.predicted import PredictionForm, Wrong, asked
from argilla_distill.workers.use_cases.runs.predictions_file import Progress, read, resolved
from argilla_distill.workers.use_cases.runs.suggested import of_agent, of_round
from argilla_distill.workers.use_cases.runs.taught import TaughtRecords, groups_of, taught_by
from argilla_distill.workers.use_cases.versions.keeping import found
from argilla_distill.workers.use_cases.world import World

MAX_EXAMPLES = 10
"""So many records are named of those that a version taught."""

AT_ONCE = 1_000
"""Records that are looked up at once."""


@dataclass(frozen=True)
class RunWish:
    """What somebody wants to add.

    Attributes
    ----------
    path : of a file of predictions; None where they are an agent's suggestions, or a round's predictions.
    agent : whose suggestions; "" for none.
    round : only on records of this round; without file and agent, what its outputs came with.
    trained_on : a version, or a tag; "" for unknown.
    unseen_only : leave out records that this version taught, instead of refusing the run.
    """

    name: str
    path: Path | None = None
    question: str = ""
    trained_on: str = ""
    agent: str = ""
    round: str = ""
    unseen_only: bool = False


def add(
    world: World, dataset: Dataset, wish: RunWish, progress: Progress = lambda _: None
) -> ModelRun:
    """Add a run. Safe to repeat: the same run is not added twice.

    Raises
    ------
    InvalidRequest : predictions do not fit the dataset, some are of records that the model was trained on, or
        the run of this name is another one. Nothing was added.
    """
    _check(wish)
    dataset = world.gateway.dataset(dataset.id)  # with its questions
    question = asked(dataset, wish.question)
    trained_on, source, predictions = _predictions(
        world, dataset, wish, PredictionForm(question), question.name, progress
    )
    manifest = found(world, dataset, trained_on) if trained_on else None
    taught, known = taught_by(world, manifest) if manifest else (TaughtRecords(), {})
    groups = groups_of(world, dataset, [each.record_id for each in predictions], known)
    grouped = [replace(each, group=groups.get(each.record_id, "")) for each in predictions]
    kept = _unseen(world, dataset, wish, grouped, taught)
    new = ModelRun(
        wish.name,
        question.name,
        manifest.name if manifest else "",
        source,
        wish.round,
        len(kept),
        len(grouped) - len(kept),
        content_of(question.name, manifest.name if manifest else "", kept),
        world.store.now(),
    )
    there = world.store.runs.add(dataset.id, new, kept)
    if there.content != new.content:
        raise InvalidRequest(
            f"run {wish.name} is another one, added from {there.source}: give the new one another name, or "
            f"delete that one by `argilla-distill run delete {dataset.full_name} {wish.name}`"
        )
    runs_due.ask(world, dataset.id)
    return there


def delete(world: World, dataset: Dataset, name: str) -> ModelRun:
    """Forget a run. Raises InvalidRequest if there is none."""
    known = named(world, dataset, name)
    world.store.runs.delete(dataset.id, name)
    world.store.compared.forget_run(dataset.id, name)
    runs_due.ask(world, dataset.id)
    return known


def named(world: World, dataset: Dataset, name: str) -> ModelRun:
    """A run by its name. Raises InvalidRequest if there is none; the nearest name is said."""
    known = world.store.runs.of(dataset.id, name)
    if known is None:
        names = [each.name for each in world.store.runs.all(dataset.id)]
        raise InvalidRequest(f"{dataset.full_name} has no run {name}{or_which(name, names)}")
    return known


def _check(wish: RunWish) -> None:
    if not is_run_name(wish.name):
        raise InvalidRequest(f"{wish.name!r} is no name of a run: {NAME_RULE}")
    if wish.path is not None and (wish.agent or wish.round):
        raise InvalidRequest(
            "predictions come from a file, or from Argilla (--agent, --round): not both"
        )
    if wish.path is None and not wish.agent and not wish.round:
        raise InvalidRequest(
            "name a file of predictions, or say whose suggestions they are (--agent), or of which round's "
            "outputs (--round)"
        )
    if wish.unseen_only and not wish.trained_on and (wish.path or wish.agent):
        raise InvalidRequest("--unseen-only needs --trained-on: what was seen is not known")


def _predictions(
    world: World,
    dataset: Dataset,
    wish: RunWish,
    form: PredictionForm,
    question: str,
    progress: Progress,
) -> tuple[str, str, list[Prediction]]:
    """What the model was trained on, where its predictions are from, and these."""
    if wish.path is not None:
        return (
            wish.trained_on,
            wish.path.name,
            _from_file(world, dataset, wish.path, form, progress),
        )
    within = f" in round {wish.round}" if wish.round else ""
    if wish.agent:
        said = of_agent(world, dataset, question, wish.agent, wish.round, form)
        return wish.trained_on, f"suggestions by {wish.agent}{within}", said
    trained_on, said = of_round(world, dataset, question, wish.round, form)
    if wish.trained_on and trained_on and wish.trained_on != trained_on:
        raise InvalidRequest(
            f"the model of round {wish.round} was trained on {trained_on}, as the round says: leave out "
            "--trained-on"
        )
    return wish.trained_on or trained_on, f"outputs of round {wish.round}", said


def _from_file(
    world: World, dataset: Dataset, path: Path, form: PredictionForm, progress: Progress
) -> list[Prediction]:
    wrong, store = Wrong(), world.store.datasets
    rows = read(path, form, wrong, progress)

    def records(external_ids: Sequence[str]) -> Mapping[str, str]:
        return store.records_of(dataset.id, external_ids)

    every = list(resolved(rows, records, wrong))
    for start in range(0, len(every), AT_ONCE):
        some = every[start : start + AT_ONCE]
        ledger = store.ledger(dataset.id, [record_id for record_id, _ in some])
        for (record_id, row), entry in zip(some, ledger, strict=True):
            if entry is None:
                wrong.add(row.place, f"the dataset has no record {record_id}, as far as we know")
            elif entry.gone:
                wrong.add(row.place, f"record {record_id} was deleted in Argilla")
    wrong.check(f"{path} does not fit {dataset.full_name}")
    return [replace(row.said, record_id=record_id) for record_id, row in every]


def _unseen(
    world: World,
    dataset: Dataset,
    wish: RunWish,
    predictions: Sequence[Prediction],
    taught: TaughtRecords,
) -> list[Prediction]:
    """The predictions of records that the version did not teach. Raises InvalidRequest."""
    seen = {
        each.record_id: why
        for each in predictions
        if (why := taught.why(each.record_id, each.group))
    }
    kept = [each for each in predictions if each.record_id not in seen]
    if not kept:
        raise InvalidRequest(
            f"all {len(seen):,} records of run {wish.name} were in the training of {taught.version}: a model "
            "that was trained on them cannot be measured on them. Predict its split `test` "
            f"(`argilla-distill export {dataset.full_name} {taught.version} --split test`)"
        )
    if seen and not wish.unseen_only:
        external = world.store.datasets.external_ids(dataset.id, list(seen)[:MAX_EXAMPLES])
        lines = [
            f"record {record}"
            + (f" ({external[record]})" if record in external else "")
            + f" {why}"
            for record, why in list(seen.items())[:MAX_EXAMPLES]
        ]
        if len(seen) > MAX_EXAMPLES:
            lines.append(f"and {len(seen) - MAX_EXAMPLES:,} more")
        listed = "\n  ".join(lines)
        raise InvalidRequest(
            f"run {wish.name} predicts {len(seen):,} records that its model was trained on; nothing was "
            f"added. Leave them out, or say --unseen-only:\n  {listed}"
        )
    return kept
