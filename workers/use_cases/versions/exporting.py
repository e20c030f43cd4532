"""Read a version in a format that people train on (`argilla_distill.exports`)."""

from __future__ import annotations

from dataclasses import replace

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.rewards.reward import Reward
from argilla_distill.exports.export import Exported, export
from argilla_distill.exports.request import ExportRequest, InvalidExport
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.versions.keeping import found
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.reading import kept_version


def exported(
    world: World, dataset: Dataset, version: str, request: ExportRequest
) -> tuple[Manifest, Exported]:
    """A version's rows in a format.

    What the request leaves open, the dataset's settings say as they are now: which field is the reply, and
    what makes a reply good. An export is a way to read a version, and no part of it.

    Parameters
    ----------
    version : its name, or a tag; likewise `request.since`.

    Raises
    ------
    InvalidRequest : there is no such version, or it has not what was asked for; also while rows are taken,
        where a file cannot be read.
    """
    manifest, plan = found(world, dataset, version), world.plan(dataset.full_name)
    earlier = found(world, dataset, request.since) if request.since else None
    whole = replace(
        request,
        prompt=plan.prompt_field,
        completion=request.completion or plan.completion_field,
        reward=request.reward or (Reward.read(plan.reward) if plan.reward else None),
        since=earlier.name if earlier else "",
    )
    storage = Storage(world.settings.versions)
    before = kept_version(storage, earlier) if earlier else None
    try:
        return manifest, export(kept_version(storage, manifest), whole, before)
    except InvalidExport as error:
        raise InvalidRequest(str(error)) from None
