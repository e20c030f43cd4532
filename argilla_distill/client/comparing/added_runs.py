"""A run is added: predictions are sent in parts, and a worker keeps all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from argilla_distill.client.comparing.comparisons import runs_of
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Refused
from argilla_distill.client.sending.lines import LineForm, Rows, as_lines
from argilla_distill.client.sending.parts import Awaited, send, wait_for
from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.report import read
from argilla_distill.domain.runs.run import MAX_PREDICTIONS, ModelRun


@dataclass(frozen=True)
class NewRun:
    """A run that is to be added; the fields are those of `RemoteDataset.add_run`."""

    name: str
    question: str
    trained_on: str
    unseen_only: bool

    def added(
        self,
        connection: Connection,
        dataset_id: str,
        predictions: Rows,
        wait_s: float,
        progress: bool | None,
    ) -> ModelRun:
        """Send it, and wait for the worker that adds it."""
        dataset = f"/datasets/{dataset_id}"
        with as_lines(predictions, LineForm("prediction", MAX_PREDICTIONS, line)) as file:
            send(connection, dataset, file, f"predictions of run {self.name}", progress)
            answer = connection.send(
                f"{dataset}/runs/{quote(self.name, safe='')}",
                question=self.question,
                trained_on=self.trained_on,
                unseen_only="yes" if self.unseen_only else "no",
                format=_format(file.path),
                sha256=file.sha256,
            )
        awaited = Awaited(f"run {self.name}", f"Run {self.name} is not added")
        order = read(WorkOrder, answer["order"])
        wait_for(connection, dataset, order, awaited, wait_s, progress)
        for each in runs_of(connection, dataset_id):
            if each.run.name == self.name:
                return each.run
        raise Refused(f"Run {self.name} was added, and deleted just now")


def line(prediction: Mapping[str, Any]) -> dict[str, Any]:
    """A prediction as a line has it; what is None is left out, of probabilities too.

    >>> line({"record_id": "r1", "score": None, "probabilities": {"yes": 1.0, "no": None}})
    {'record_id': 'r1', 'probabilities': {'yes': 1.0}}
    """
    found = {name: value for name, value in prediction.items() if value is not None}
    probable = found.get("probabilities")
    if isinstance(probable, Mapping):
        found["probabilities"] = {label: p for label, p in probable.items() if p is not None}
    return found


def _format(path: Path) -> str:
    return "csv" if path.suffix.lower() == ".csv" else "jsonl"
