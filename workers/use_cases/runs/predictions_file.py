"""Predictions from a file: JSONL, CSV or Parquet, one record a row.

| column | meaning |
| --- | --- |
| `record_id`, or `external_id` | the record |
| `prediction` | a label; a rating; of a multi-label question a JSON list |
| `probabilities` | if you like: a JSON object, label → probability |
| `score` | if you like: how sure the model is that its prediction is right, 0 to 1 |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argilla_distill.domain.given_json import NotGivenJson, is_whole, parsed
from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.runs.run import MAX_PREDICTIONS, Prediction
from argilla_distill.plugin.errors import InvalidRows
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.files.alike import plain_name, same_name
from argilla_distill.workers.files.reading.columns import ColumnPositions
from argilla_distill.workers.files.reading.input_file import InputFile
from argilla_distill.workers.files.reading.mistakes import BadTable
from argilla_distill.workers.files.reading.rows import rows_of
from argilla_distill.workers.use_cases.runs.predicted import PredictionForm, Wrong, why_no_score

COLUMNS = ("record_id", "external_id", "prediction", "probabilities", "score")

Progress = Callable[[int], None]
"""Called with how many rows are read."""


@dataclass(frozen=True)
class PredictionRow:
    """One row that is right in itself. Which record it is of is not looked up yet."""

    place: str
    record_id: str
    external_id: str
    said: Prediction


def read(
    path: Path, form: PredictionForm, wrong: Wrong, progress: Progress = lambda _: None
) -> list[PredictionRow]:
    """The rows of a file; what is wrong with the others is added to `wrong`.

    Raises
    ------
    InvalidRows : it cannot be read, it has other columns, or it is too long.
    """
    source = InputFile(path)
    try:
        table = rows_of(source, ColumnPositions())
        _check(source.name, table.header)
        found = []
        for count, (number, cells) in enumerate(table, 1):
            if count > MAX_PREDICTIONS:
                raise InvalidRows(f"{path} has more than {MAX_PREDICTIONS:,} predictions")
            place = f"{source.name}{table.unit}{number}"
            if len(cells) != len(table.header):
                wrong.add(place, f"{len(cells)} cells instead of {len(table.header)}")
                continue
            if not all(map(is_whole, cells)):
                wrong.add(place, "it is no text: there is half of a character in it")
                continue
            row = _row(place, dict(zip(table.header, cells, strict=True)), form)
            if isinstance(row, str):
                wrong.add(place, row)
            else:
                found.append(row)
            if not count % 1_000:
                progress(count)
    except BadTable as error:
        raise InvalidRows(f"{error}; nothing was added") from error
    if not found and not wrong.mistakes:
        raise InvalidRows(f"{path} has no prediction")
    return found


def _check(name: str, header: list[str]) -> None:
    """Raises InvalidRows for columns that are not those of predictions."""
    twice = {each for each in header if header.count(each) > 1}
    if twice:
        raise InvalidRows(f"{name} has the column {min(twice)!r} twice")
    for each in header:
        if each not in COLUMNS:
            close = did_you_mean(each, COLUMNS)
            raise InvalidRows(
                f"{name} has a column {each!r}{close}; there are {', '.join(COLUMNS)}"
            )
    if "prediction" not in header or not {"record_id", "external_id"} & set(header):
        raise InvalidRows(
            f"{name} has the columns {', '.join(header) or 'none'}: `prediction` must be there, and "
            "`record_id` or `external_id`"
        )


def _row(place: str, cells: Mapping[str, str], form: PredictionForm) -> PredictionRow | str:
    """A row, or what is wrong with it."""
    record_id, external_id = (cells.get(k, "").strip() for k in ("record_id", "external_id"))
    if not record_id and not external_id:
        return "neither record_id nor external_id is there"
    said = _value(cells["prediction"], form)
    if said is None:
        return "prediction is empty"
    why = form.why_not(said)
    if why:
        return why
    value = form.value(said)
    score, probabilities = (_json(cells.get(k, "")) for k in ("score", "probabilities"))
    why = "" if score is None else why_no_score(score)
    if not why and probabilities is not None:
        why = form.why_not_probable(probabilities, value)
    return why or PredictionRow(
        place, record_id, external_id, Prediction("", value, "", score, probabilities)
    )


def _value(cell: str, form: PredictionForm) -> Any:
    """What a cell predicts; None for nothing."""
    known = {
        plain_name(str(each)): str(each) for each in form.question.labels or form.question.scale
    }
    if form.question.type != "multi_label":
        return _known(cell.strip(), known) or None
    listed = _json(cell)
    if listed is None:
        return None
    parts = listed if isinstance(listed, list) else cell.split("|")
    return [_known(each.strip(), known) if isinstance(each, str) else each for each in parts]


def _known(said: str, known: Mapping[str, str]) -> str:
    """The label or rating that is meant, if it differs in ``.0`` or in composed letters only."""
    try:
        return known.get(same_name(plain_name(said), known), said)
    except BadValue:
        return said


def _json(cell: str) -> Any:
    """What a cell says as JSON; the text itself where it is none, None where it is empty."""
    if not cell.strip():
        return None
    try:
        return parsed(cell, any_number=True)
    except NotGivenJson:
        return cell


def resolved(
    rows: list[PredictionRow], records: Callable[[list[str]], Mapping[str, str]], wrong: Wrong
) -> Iterator[tuple[str, PredictionRow]]:
    """Each row with its record's id, by its external id where it has no other; twice is wrong.

    Parameters
    ----------
    records : external ids → ids of records.
    """
    named = records([row.external_id for row in rows if not row.record_id])
    seen: dict[str, str] = {}
    for row in rows:
        record_id = row.record_id or named.get(row.external_id, "")
        if not record_id:
            wrong.add(row.place, f"the dataset has no record of external id {row.external_id!r}")
        elif record_id in seen:
            wrong.add(row.place, f"the same record as in {seen[record_id]}")
        else:
            seen[record_id] = row.place
            yield record_id, row
