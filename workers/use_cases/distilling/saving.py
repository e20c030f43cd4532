"""When the models of a run are saved, and which texts a saved model does not hold.

Votes are in the history, and whoever loads a model reads its tail. Texts are not: the ids of records whose
texts a model has taken in since it was saved are kept in the store, and are read again from Argilla.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from argilla_distill.plugin.store import Store
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.use_cases.distilling.run import BATCH, Run

MAX_TEXTS = 250
"""The models are saved at the latest when they hold so many texts that are not: whoever loads them
reads these again."""

MOST_AT_FIRST = 1_000
"""Of them so many are read again before anything else, where the next batch may bring a fit, which is to know
them; the others while nothing waits."""


def note_read(run: Run, ids: Collection[str]) -> None:
    """The texts of these records are known to the models in hand, and not saved."""
    run.models.unsaved_texts.update(ids)
    run.store.texts.note(run.dataset.id, list(ids))


def note_unread(store: Store, dataset_id: str) -> None:
    """A model was made of the history, and knows no text: what nothing else will read is to be read."""
    existing = store.datasets.current_records(dataset_id)
    store.texts.note(dataset_id, store.texts.unread(dataset_id, existing))


def read_first(run: Run, over: Callable[[], bool]) -> bool:
    """Take in those of them that are not to wait, see `MOST_AT_FIRST`; False if some are left.

    None where fits are made beside the worker, of what is saved.
    """
    beside = all(model.large for model in run.models.readers)
    return read_again(run, over, 0 if beside else MOST_AT_FIRST)


def read_again(run: Run, over: Callable[[], bool], most: int | None = None) -> bool:
    """Take in the texts that the models, as they were saved, do not hold.

    False if some are left, because time is over, or as there are more than `most`.
    """
    texts, dataset_id = run.store.texts, run.dataset.id
    if run.models.anew and run.models.readers:
        note_unread(run.store, dataset_id)
    ids = [i for i in texts.unsaved(dataset_id) if i not in run.models.unsaved_texts]
    left = most is not None and len(ids) > most
    for start in range(0, len(ids[:most]), BATCH):
        if start and over():
            return False
        part = ids[start : start + BATCH]
        news = run.models.read(run.world.gateway.records(dataset_id, part, True).values())
        run.models.unsaved_texts.update(news)
        known = [record_id for record_id in part if record_id not in news]
        run.lease.commit(partial(texts.saved, dataset_id=dataset_id, records=known))
    run.models.settle()
    return not left


def save(run: Run) -> None:
    """Save the models that learned something."""
    worth_it = run.models.unsaved()
    models = run.models.by_question.values()
    unsaved = [model for model in models if model.unsaved or model in worth_it]
    if unsaved:
        _save(run, unsaved)


def save_if_worth_it(run: Run) -> None:
    """The same, once they have learned so much that writing them costs less than learning it again."""
    if run.models.unsaved() or len(run.models.unsaved_texts) > MAX_TEXTS:
        save(run)


def _save(run: Run, unsaved: Sequence[Model]) -> None:
    read = [] if run.models.absent else list(run.models.unsaved_texts)

    def write(pipe: Any) -> None:
        run.models.write(pipe, run.store, unsaved, packed={})
        run.store.texts.saved(pipe, run.dataset.id, read)

    run.lease.commit(write)
    run.models.unsaved_texts.difference_update(read)
    for model in unsaved:
        model.written()
