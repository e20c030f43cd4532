"""Files of predictions, row by row; what becomes of them in a dataset is `test_runs`."""

from __future__ import annotations

from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.workers.use_cases.runs import predictions_file
from argilla_distill.workers.use_cases.runs.predicted import PredictionForm, Wrong


def test_bytes_are_texts_or_are_told(tmp_path: Path) -> None:
    """Bytes that are no text came as half characters as far as Argilla's client, which ends there."""
    path, wrong = tmp_path / "said.parquet", Wrong()
    table = {"external_id": [b"chat-1", b"chat-\xff"], "prediction": [b"good", b"good"]}
    parquet.write_table(arrow.table(table), path)
    question = DatasetQuestion("1", "quality", "label_selection", labels=("good", "bad"))
    [row] = predictions_file.read(path, PredictionForm(question), wrong)
    assert (row.external_id, row.said.value) == ("chat-1", "good")
    assert wrong.mistakes == [f"{path}, row 2: it is no text: there is half of a character in it"]


@pytest.mark.parametrize(
    ("kind", "labels", "cell", "value"),
    [
        ("rating", ("1", "4"), "4.0", 4),
        ("label_selection", ("0", "1"), "1.0", "1"),
        ("label_selection", ("cafe\u0301", "bar"), "caf\u00e9", "cafe\u0301"),
        ("multi_label_selection", ("0", "1"), "1.0|0", ["0", "1"]),
    ],
)
def test_predictions_are_the_labels_of_the_question(
    tmp_path: Path, kind: str, labels: tuple[str, ...], cell: str, value: object
) -> None:
    """Pandas makes 1.0 of 1 where a column has gaps."""
    path, wrong = tmp_path / "said.csv", Wrong()
    path.write_text(f"external_id,prediction\nx,{cell}\n", encoding="utf-8")
    question = DatasetQuestion("1", "quality", kind, labels=labels)
    rows = predictions_file.read(path, PredictionForm(question), wrong)
    assert ([row.said.value for row in rows], wrong.mistakes) == ([value], [])
