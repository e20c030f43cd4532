"""Verify a version: are its files what was written, and would this release come to the same labels?

The version is made again, from the history up to its position and the records as they were then, into a
directory for temporary files. The command itself does that, no job: somebody waits for the verdict, nothing
is changed by it, and it needs no worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import Manifest, VersionRequest
from argilla_distill.domain.wording import many
from argilla_distill.plugin.errors import InvalidRequest, NotInArgilla
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.temporary import TemporaryFolder
from argilla_distill.workers.engine.errors import EngineError
from argilla_distill.workers.use_cases.versions.building import Building
from argilla_distill.workers.use_cases.versions.keeping import found
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import WorkFailed
from argilla_distill.workers.versions.differences.again import unlike
from argilla_distill.workers.versions.differences.reading import VersionRows
from argilla_distill.workers.versions.spool import Spool

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Verdict:
    """What verifying a version found.

    Attributes
    ----------
    status : identical, differs, damaged or deleted.
    release, made_again_by : the release that made it, and that which made it again; "" where none did.
    labels : how many labels came out otherwise.
    wrong : what is wrong with its files, or why labels differ, a sentence each.
    notes : what is no fault of the version, a sentence each.
    """

    name: str
    status: str
    release: str
    made_again_by: str = ""
    labels: int = 0
    wrong: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def verify(
    world: World,
    dataset: Dataset,
    name: str,
    again: bool = True,
    tell: Tell = lambda stage, done, total: None,
) -> Verdict:
    """Verify a version by its name or a tag.

    Parameters
    ----------
    again : make it again; else only its files are looked at.

    Raises
    ------
    InvalidRequest : there is none, or it cannot be made again.
    ArgillaUnavailable : nor can this be without Argilla.
    """
    manifest = found(world, dataset, name)
    if manifest.deleted_at:
        return Verdict(manifest.name, "deleted", manifest.release)
    tell("reading its files", 0, 0)
    storage = Storage(world.settings.versions)
    wrong = storage.damage(manifest)
    if wrong:
        return Verdict(manifest.name, "damaged", manifest.release, wrong=tuple(wrong))
    if not again:
        return Verdict(manifest.name, "identical", manifest.release)
    with TemporaryFolder("verify") as place:
        try:
            made = _made_again(world, manifest, Path(place), tell)
        except NotInArgilla:
            raise InvalidRequest(
                f"{manifest.name} cannot be made again: its dataset is gone from Argilla. "
                "With --files only its files are looked at"
            ) from None
        except (EngineError, WorkFailed) as error:
            raise InvalidRequest(f"{manifest.name} cannot be made again: {error}") from None
        if made.content_sha256 == manifest.content_sha256:
            return Verdict(manifest.name, "identical", manifest.release, made.release)
        tell("comparing", 0, 0)
        here = VersionRows(Storage(str(Path(place) / "again")), made)
        rows = VersionRows(storage, manifest)
        try:
            return _judged(rows, here)
        finally:
            here.close()
            rows.close()


def _made_again(world: World, manifest: Manifest, place: Path, tell: Tell) -> Manifest:
    """The version once more, its files in `place`."""
    request = VersionRequest(
        manifest.name,
        _strategy(manifest),
        manifest.position,
        manifest.as_of or manifest.asked_at,
        manifest.asked_at,
        only=manifest.only,
        without=manifest.without,
    )
    spool = Spool(place / "spool")
    building = Building(world, request, manifest.dataset_id, spool, lambda: False, tell)
    made = building.manifest()
    assert made is not None  # nothing ends its turn
    storage = Storage(str(place / "again"))
    storage.put(made.dataset_id, made.name, building.folder, lambda done, total: None)
    return made


def _strategy(manifest: Manifest) -> str:
    """The strategy that was asked for; "" where each question had its own.

    A question that was decided by another than the version is called after, without a reason, had its own.
    """
    named = manifest.name.rpartition("-")[0]
    own = any(q.strategy != named and not q.why for q in manifest.questions)
    return "" if own else named


def _judged(rows: VersionRows, again: VersionRows) -> Verdict:
    """What differs between a version and itself made again."""
    was, now = rows.manifest, again.manifest
    labels, gone = unlike(rows, again)
    notes = [f"{many(gone, 'record')} of it could not be had again"] if gone else []
    asked = {q.name for q in now.questions}
    missing = [q.name for q in was.questions if q.name not in asked]
    if missing:
        notes.append(f"the dataset asks no longer: {', '.join(missing)}")
    if not labels:
        notes.append("what differs are no labels, but confidences, texts or metadata")
        return Verdict(was.name, "identical", was.release, now.release, notes=tuple(notes))
    if was.release != now.release:
        why = f"because release {was.release} ≠ {now.release}"
    else:
        why = "by the same release: a strategy of your own, or the history, is not what it was"
    wrong = (f"differs in {many(labels, 'label')} {why}",)
    return Verdict(was.name, "differs", was.release, now.release, labels, wrong, tuple(notes))
