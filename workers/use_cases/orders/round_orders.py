"""Orders about rounds: started of an uploaded file, planned, ended, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.report import read
from argilla_distill.domain.rounds.wish import Sketch, Wish, another
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage import uploads
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.storage.uploads import UploadDamaged
from argilla_distill.workers.use_cases.orders.in_hand import OrderInHand
from argilla_distill.workers.use_cases.rounds import cancelling, ending, starting
from argilla_distill.workers.use_cases.world import World

SHOWN = 10
"""So many of the outputs that would be taken are told."""


def cancel(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Take back what nobody answered."""

    def between(done: int, total: int) -> None:
        in_hand.step("taking records back", done, total)

    return cancelling.cancel(world, dataset, in_hand.order.about, between).name


def end(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Have a version made, by which the round will be counted; its name."""
    return ending.end(world, dataset, in_hand.order.about).version


def plan(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Tell what a round of an uploaded file would be. The file stays: the round may be started next."""
    wish = _wish(in_hand.order)
    with _gathered(world, dataset, in_hand) as path:
        found = starting.planned(world, dataset, path, wish, in_hand.reading)
    sketch = Sketch(found.round, found.form.missing, found.taken[:SHOWN])
    world.store.rounds.keep_sketch(dataset.id, sketch)
    return wish.name


def start(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Start a round of an uploaded file, which is deleted when all of the round is in Argilla."""
    wish, digest = _wish(in_hand.order), str(in_hand.order.terms["sha256"])
    known = world.store.rounds.of(dataset.id, wish.name)
    if known is not None and (why := another(known, wish, digest)):
        raise InvalidRequest(why)
    if known is None or known.state == "being written":

        def written(done: int, total: int) -> None:
            in_hand.step("writing records", done, total)

        with _gathered(world, dataset, in_hand) as path:
            starting.start(world, dataset, path, wish, in_hand.reading, written)
    forget(world, dataset.id, digest)
    return wish.name


def forget(world: World, dataset_id: str, sha256: str) -> None:
    """Delete an uploaded file."""
    uploads.delete(Storage(world.settings.versions), dataset_id, sha256)
    world.store.uploads.forget(dataset_id, sha256)


def _wish(order: WorkOrder) -> Wish:
    return read(Wish, {"name": order.about, **order.terms})


@contextmanager
def _gathered(world: World, dataset: Dataset, in_hand: OrderInHand) -> Iterator[Path]:
    """The uploaded file of an order, here as long as the block lasts. What is wrong with it names no path.

    Raises
    ------
    InvalidRequest : it is not here as it was sent.
    """
    terms = in_hand.order.terms
    with TemporaryDirectory(prefix="argilla-distill-outputs-") as folder:
        path = Path(folder) / "outputs.jsonl"
        storage = Storage(world.settings.versions)
        try:
            uploads.gather(
                storage, dataset.id, str(terms["sha256"]), int(str(terms["parts"])), path
            )
        except UploadDamaged as error:
            forget(world, dataset.id, str(terms["sha256"]))
            raise InvalidRequest(str(error)) from None
        try:
            yield path
        except InvalidRequest as error:
            raise InvalidRequest(str(error).replace(str(path), "the file of outputs")) from None
