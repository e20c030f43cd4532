"""A file is sent in parts, an order is given, and whoever gave it waits for a worker.

Whatever breaks off, the same call again is the same: parts that have arrived are not sent twice.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from argilla_distill.client.bar import Bar, StageLine
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Refused, Unavailable
from argilla_distill.client.sending.lines import LinesFile
from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.report import read

PART_BYTES = 1_000_000

FIRST_LOOK_S, LONGEST_LOOK_S = 0.2, 2.0


class Awaited(NamedTuple):
    """What is waited for, in words: what it is `called`, and `unless` it can be done, what is said."""

    called: str
    unless: str


def send(
    connection: Connection, dataset: str, file: LinesFile, called: str, progress: bool | None
) -> None:
    """Send a file.

    Parameters
    ----------
    dataset : its path.
    called : what the bar says.
    """
    at = f"{dataset}/uploads/{file.sha256}"
    answer = connection.json(at)
    there, size = answer["parts"], min(PART_BYTES, answer["part_bytes"])
    with Bar(called, file.size, progress) as bar, file.path.open("rb") as source:
        number = 0
        while data := source.read(size):
            if there.get(str(number)) != len(data):
                connection.send_bytes(f"{at}/{number}", data)
            bar.add(len(data))
            number += 1


def wait_for(
    connection: Connection,
    dataset: str,
    order: WorkOrder,
    awaited: Awaited,
    wait_s: float,
    progress: bool | None,
) -> None:
    """Wait until an order is done.

    Raises
    ------
    Refused : it cannot be done, or another one has taken its place.
    Unavailable : it is not done after `wait_s`.
    """
    at, waited, pause = f"{dataset}/orders/{quote(order.id, safe='')}", 0.0, FIRST_LOOK_S
    with StageLine(progress) as line:
        while order.waits:
            line.tell(awaited.called, order.stage or "waits for a worker", order.done, order.total)
            if waited >= wait_s:
                raise Unavailable(
                    f"Not done after {waited:g} s ({order.sentence}). It is still asked for: the same "
                    "call waits for it again. `argilla-distill status` says whether a worker is alive"
                )
            connection.wait(pause)
            waited += pause
            pause = min(2 * pause, LONGEST_LOOK_S)
            now = read(WorkOrder, connection.json(at))
            if not now.asks_the_same(order):
                raise Refused(f"{awaited.unless}: {now.sentence}")
            order = now
    if order.error:
        raise Refused(f"{awaited.unless}: {order.error}")
