"""Which records a version taught, and which prompt each record is of: no model is measured on those."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from argilla_distill.domain.fingerprint import fingerprint
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.split import prompt_of
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.reading import kept_version

LATEST = "latest"

AT_ONCE = 250
"""Records that Argilla is asked for at once."""


@dataclass
class TaughtRecords:
    """What a version's split `train` holds.

    Attributes
    ----------
    records : their ids.
    groups : of their prompts.
    """

    version: str = ""
    records: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)

    def why(self, record_id: str, group: str) -> str:
        """Why a model that was trained on it cannot be measured on a record; "" where it can."""
        if record_id in self.records:
            return f"is in the split `train` of {self.version}"
        if group and group in self.groups:
            return f"is of a prompt in the split `train` of {self.version}"
        return ""


def taught_by(world: World, manifest: Manifest) -> tuple[TaughtRecords, dict[str, str]]:
    """What a version taught; and the group of each of its records.

    Raises
    ------
    InvalidRequest : its files are gone or damaged.
    """
    if manifest.deleted_at:
        raise InvalidRequest(
            f"the files of {manifest.name} are deleted: whether it taught these records cannot be told"
        )
    source = kept_version(Storage(world.settings.versions), manifest)
    found, groups = TaughtRecords(manifest.name), {}
    for row in source.rows("records", ["record_id", "group", "split"]):
        groups[row["record_id"]] = row["group"] or ""
        if row["split"] == "train":
            found.records.add(row["record_id"])
            if row["group"]:
                found.groups.add(row["group"])
    return found, groups


def groups_of(
    world: World, dataset: Dataset, records: Collection[str], known: dict[str, str]
) -> dict[str, str]:
    """The group of each of these records: as versions have them, else by its prompt as it is now.

    Parameters
    ----------
    known : what is known beforehand.
    """
    found = {record: known[record] for record in records if record in known}
    latest = world.store.versions.manifest(dataset.id, LATEST)
    if latest is not None and not latest.deleted_at and len(found) < len(records):
        of_latest = taught_by(world, latest)[1]
        found |= {r: of_latest[r] for r in records if r not in found and r in of_latest}
    left = sorted(set(records) - set(found))
    field_ = world.plan(dataset.full_name).prompt_field
    for start in range(0, len(left), AT_ONCE):
        some = world.gateway.records(dataset.id, left[start : start + AT_ONCE])
        prints = {r.id: fingerprint(prompt_of(r.fields, field_)) for r in some.values()}
        groups = world.store.prompts.groups(dataset.id, [p for p in prints.values() if p])
        found |= {record: groups.get(print_, "") for record, print_ in prints.items()}
    return found
