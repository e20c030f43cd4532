"""A round is started, or planned: outputs are sent in parts, and a worker is waited for.

Whatever breaks off, the same call again is the same round: parts that have arrived are not sent twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Refused
from argilla_distill.client.rounds.outputs import Outputs, as_lines
from argilla_distill.client.rounds.seen_round import SeenRound, seen
from argilla_distill.client.sending.parts import Awaited, send, wait_for
from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.report import read
from argilla_distill.domain.rounds.wish import Sketch, Wish, fault


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
            called = f"outputs of round {self.wish.name}"
            send(self._connection, self._dataset, file, called, self._progress)
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
            awaited = Awaited(f"round {self.wish.name}", f"Round {self.wish.name} is not started")
            order = read(WorkOrder, answer["order"])
            wait_for(self._connection, self._dataset, order, awaited, wait_s, self._progress)

    @property
    def _path(self) -> str:
        return f"{self._dataset}/rounds/{quote(self.wish.name, safe='')}"
