"""What a version is made under: dataset, settings, annotators and fields, fixed when it is begun.

So no slice need ask Argilla for them again, and what changes meanwhile does not make one half of a version
differ from the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from argilla_distill.domain.history.guidelines import Edition
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.plugin.argilla.links import dataset_link
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.past import Past
from argilla_distill.workers.versions.spool import Spool

MARK = "circumstances"

EXPOSED = "exposed"
"""The spool's mark of the records that can be no audits."""


@dataclass(frozen=True)
class Circumstances:
    """What holds for every row of a version.

    Attributes
    ----------
    people : annotator's number → who they were then.
    editions : of the guidelines, up to then.
    by_history : whether the history tells settings, people and editions, or they are those of today.
    fields : name of a field → Argilla's type.
    pages : the address of our pages.
    argilla : the dataset's page in Argilla.
    """

    dataset: Dataset
    plan: DatasetSettings
    people: Mapping[int, KnownAnnotator]
    editions: Sequence[Edition]
    by_history: bool
    fields: Mapping[str, str]
    pages: str
    argilla: str

    def page(self, record_id: str) -> str:
        """Our page of a record."""
        return f"{self.pages}/records/{record_id}"


def circumstances(world: World, dataset_id: str, spool: Spool) -> Circumstances:
    """As they were at the version's position; what the history does not tell, as when it was begun.

    The history must have been read.
    """
    mark = spool.marked(MARK)
    if not mark:
        exposed = sorted(world.store.reviews.exposed(dataset_id))
        spool.mark(EXPOSED, {"records": exposed})
        mark = _then(world, dataset_id, Past.read(spool.marked("history")["past"]))
        spool.mark(MARK, mark)
    return Circumstances(
        Dataset.restored(mark["dataset"]),
        DatasetSettings.model_validate(mark["plan"]),
        {int(number): KnownAnnotator(**known) for number, known in mark["people"].items()},
        [Edition(**each) for each in mark["editions"]],
        mark["by_history"],
        mark["fields"],
        mark["pages"],
        mark["argilla"],
    )


def _then(world: World, dataset_id: str, past: Past) -> dict[str, Any]:
    dataset, settings, config = world.gateway.dataset(dataset_id), world.settings, past.config
    people = past.people_then(world.store.datasets.annotators(dataset_id))
    plan = world.plan(dataset.full_name)
    if config is not None:
        dataset = replace(dataset, questions=config.questions, min_submitted=config.overlap)
        plan = settings_then(config.settings, plan)
    fields = world.gateway.blueprint(dataset_id)["fields"]
    return {
        "dataset": asdict(dataset),
        "plan": plan.complete(),
        "people": {str(number): asdict(known) for number, known in people.items()},
        "editions": [asdict(each) for each in past.editions],
        "by_history": config is not None,
        "fields": {field["name"]: field["settings"]["type"] for field in fields},
        "pages": settings.public_url,
        "argilla": dataset_link(settings.argilla_url, dataset_id),
    }


def settings_then(known: Mapping[str, Any], today: DatasetSettings) -> DatasetSettings:
    """A dataset's settings as the history tells them; what this release does not know is left out."""
    still = {name: value for name, value in known.items() if name in DatasetSettings.model_fields}
    try:
        return DatasetSettings.model_validate(still)
    except ValueError:  # an earlier release took what this one does not
        return today
