"""The models of the datasets that this process worked on last, kept in memory.

A model is a fold over its dataset's history, so a copy of it is never wrong, only behind: it reads what
was said since and is as good as one that was loaded.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argilla_distill.domain.records import Dataset
    from argilla_distill.plugin.settings import DatasetSettings
    from argilla_distill.plugin.store import Store
    from argilla_distill.workers.models.dataset_models import Models
    from argilla_distill.workers.models.facts_of_history import Annotators

VOTE_BYTES = 150
"""What a vote takes in a model's memory, roughly, its record's part included."""

TEXT_BYTES = 100
"""The same of what its text says and is about, where the models take texts in: its words lie apart."""


class KeptModels:
    """Models by dataset, those used last up to a limit of memory.

    Parameters
    ----------
    limit_bytes : what all of them may take, by a rough count; with 0 none is kept.
    """

    def __init__(self, limit_bytes: int = 0) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[str, Models] = OrderedDict()

    def take(
        self, store: Store, dataset: Dataset, plan: DatasetSettings, annotators: Annotators
    ) -> tuple[Models, list[str]] | None:
        """Take the models of a dataset out, as the history has them now; None where they must be loaded.

        Whoever takes them has the dataset's lease, and puts them back if all went well: what failed in
        the middle is loaded anew.

        Returns
        -------
        The models, and the records that others have decided meanwhile.
        """
        models = self._kept.pop(dataset.id, None)
        decided = models.resume(store, dataset, plan, annotators) if models else None
        return (models, decided) if models and decided is not None else None

    def dataset(self, dataset_id: str) -> Dataset | None:
        """A dataset as it was when its models were put here; None if they are not. They may have to be
        loaded anew for all that."""
        models = self._kept.get(dataset_id)
        return models.dataset if models else None

    def put(self, models: Models) -> None:
        """Keep models whose run went well; those of a team's own strategies are not ours to keep."""
        from argilla_distill.workers.models.confined import process_of  # loads the engine

        size = memory(models)
        confined = any(process_of(m.strategy) is not None for m in models.by_question.values())
        if models.absent or confined or not models.saved or size > self._limit:
            return
        self._kept[models.dataset.id] = models
        while sum(map(memory, self._kept.values())) > self._limit:
            self._kept.popitem(last=False)


def memory(models: Models) -> int:
    """What models take in memory, in bytes, roughly."""
    readers = {model.question.name for model in models.readers}
    return sum(
        model.strategy.n_votes * (VOTE_BYTES + (TEXT_BYTES if name in readers else 0))
        for name, model in models.by_question.items()
    )
