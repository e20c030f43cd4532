"""What a version is made under: dataset, settings, annotators and fields, fixed when it is begun.

So no slice need ask Argilla for them again, and what changes meanwhile does not make one half of a version
differ from the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.plugin.argilla.links import dataset_link
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.spool import Spool

MARK = "circumstances"


@dataclass(frozen=True)
class Circumstances:
    """What holds for every row of a version.

    Attributes
    ----------
    people : annotator's number → what is known of them.
    fields : name of a field → Argilla's type.
    pages : the address of our pages.
    argilla : the dataset's page in Argilla.
    """

    dataset: Dataset
    plan: DatasetSettings
    people: Mapping[int, KnownAnnotator]
    fields: Mapping[str, str]
    pages: str
    argilla: str

    def page(self, record_id: str) -> str:
        """Our page of a record."""
        return f"{self.pages}/records/{record_id}"


def circumstances(world: World, dataset_id: str, spool: Spool) -> Circumstances:
    """As they were when the version was begun."""
    mark = spool.marked(MARK)
    if not mark:
        mark = _now(world, dataset_id)
        spool.mark(MARK, mark)
    return Circumstances(
        Dataset.restored(mark["dataset"]),
        DatasetSettings.model_validate(mark["plan"]),
        {int(number): KnownAnnotator(**known) for number, known in mark["people"].items()},
        mark["fields"],
        mark["pages"],
        mark["argilla"],
    )


def _now(world: World, dataset_id: str) -> dict[str, Any]:
    dataset, settings = world.gateway.dataset(dataset_id), world.settings
    people = world.store.datasets.annotators(dataset_id)
    fields = world.gateway.blueprint(dataset_id)["fields"]
    return {
        "dataset": asdict(dataset),
        "plan": world.plan(dataset.full_name).model_dump(mode="json"),
        "people": {str(number): asdict(known) for number, known in people.items()},
        "fields": {field["name"]: field["settings"]["type"] for field in fields},
        "pages": settings.public_url,
        "argilla": dataset_link(settings.argilla_url, dataset_id),
    }
