"""A round is started, or planned: outputs are sent in parts, and a worker is waited for.

Whatever breaks off, the same call again is the same round: parts that have arrived are not sent twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from argilla_distill.client.bar import Bar, StageLine
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Refused, Unavailable
from argilla_distill.client.rounds.outputs import LinesFile, Outputs, as_lines
from argilla_distill.client.rounds.seen_round import SeenRound, seen
from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.report import read
from argilla_distill.domain.rounds.wish import Sketch, Wish, fault

PART_BYTES = 1_000_000

FIRST_LOOK_S, LONGEST_LOOK_S = 0.2, 2.0


@dataclass(frozen=True)
class NewRound:
    """A round that is to be started. `RemoteDataset.new_round` gives it.

    Parameters
    ----------
    dataset : the path of the dataset.
    progress : None for where standard error is a terminal.
    """

    wish: Wish
    _connection: Connection = field(repr=False)
    _dataset: str = field(repr=False)
    _progress: bool | None = field(default=None, repr=False)

    def start(self, outputs: Outputs, wait_s: float = 3_600.0) -> SeenRound:
        """Take a sample of a model's outputs in, as records to be annotated.

        Parameters
        ----------
        outputs : the path of a `.jsonl` or `.parquet` file, mappings, or a table of pandas, polars or Arrow.
            Each has `fields`, and if you like `external_id`, `prediction` and `score`; without `fields` all
            other names are fields. At most 100,000.
        wait_s : how long to wait for a worker.

        Returns
        -------
        The round, all of it in Argilla. The same call again is the same round, and goes on where it was.

        Raises
        ------
        Refused : outputs do not fit the dataset (nothing is written then), or the name is another round's.
        NotAllowed : you do not oversee the dataset.
        Unavailable : it is not done after `wait_s`, or the service is away. Repeat the call.
        ValueError : there are no outputs, or too many, or something in them is no JSON.
        """
        self._ask(outputs, wait_s, dry=False)
        return seen(self._connection, f"{self._dataset}/rounds", self._connection.json(self._path))

    def plan(self, outputs: Outputs, wait_s: float = 3_600.0) -> Sketch:
        """What `start` would do, and the first of the outputs that it would take. Nothing is written."""
        self._ask(outputs, wait_s, dry=True)
        return read(Sketch, self._connection.json(f"{self._path}/plan"))

    def _ask(self, outputs: Outputs, wait_s: float, dry: bool) -> None:
        if why := fault(self.wish):
            raise Refused(f"{why[0].upper()}{why[1:]}.")
        with as_lines(outputs) as file:
            self._send(file)
            form: dict[str, str | Sequence[str]] = {
                "model": self.wish.model,
                "trained_on": self.wish.trained_on,
                "take": str(self.wish.take),
                "question": self.wish.question,
                "pass": list(self.wish.passes),
                "sha256": file.sha256,
                "dry_run": "yes" if dry else "no",
            }
            answer = self._connection.send(f"{self._path}/start", **form)
        if answer["order"] is not None:
            self._wait(read(WorkOrder, answer["order"]), wait_s)

    def _send(self, file: LinesFile) -> None:
        at = f"{self._dataset}/uploads/{file.sha256}"
        answer = self._connection.json(at)
        there, size = answer["parts"], min(PART_BYTES, answer["part_bytes"])
        with (
            Bar(f"outputs of round {self.wish.name}", file.size, self._progress) as bar,
            file.path.open("rb") as source,
        ):
            number = 0
            while data := source.read(size):
                if there.get(str(number)) != len(data):
                    self._connection.send_bytes(f"{at}/{number}", data)
                bar.add(len(data))
                number += 1

    def _wait(self, order: WorkOrder, wait_s: float) -> None:
        at, waited, pause = f"{self._dataset}/orders/{quote(order.id, safe='')}", 0.0, FIRST_LOOK_S
        with StageLine(self._progress) as line:
            while order.waits:
                stage = order.stage or "waits for a worker"
                line.tell(f"round {order.about}", stage, order.done, order.total)
                if waited >= wait_s:
                    raise Unavailable(
                        f"Not done after {waited:g} s ({order.sentence}). It is still asked for: the same "
                        "call waits for it again. `argilla-distill status` says whether a worker is alive"
                    )
                self._connection.wait(pause)
                waited += pause
                pause = min(2 * pause, LONGEST_LOOK_S)
                now = read(WorkOrder, self._connection.json(at))
                if not now.is_same(order):
                    raise Refused(f"Round {order.about} is not started: {now.sentence}")
                order = now
        if order.error:
            raise Refused(f"Round {order.about} is not started: {order.error}")

    @property
    def _path(self) -> str:
        return f"{self._dataset}/rounds/{quote(self.wish.name, safe='')}"
