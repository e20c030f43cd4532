"""A model's outputs as lines of JSON, whatever they come from: a file, a table, or mappings.

A line is `{"fields": {…}, "external_id": …, "prediction": …, "score": …}`. Where there is no `fields`, every
other name is a field.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.domain.rounds.round import MAX_OUTPUTS

BESIDE = ("external_id", "prediction", "score")
"""What a line has beside its fields."""

AT_ONCE = 1_000
BLOCK = 1 << 20

Outputs: TypeAlias = "str | Path | Iterable[Mapping[str, Any]] | Any"
"""The path of a .jsonl or .parquet file, mappings, or a table (pandas, Arrow, datasets)."""


class LinesFile(NamedTuple):
    """A file of lines, its SHA-256 and its bytes."""

    path: Path
    sha256: str
    size: int


@contextmanager
def as_lines(outputs: Outputs) -> Iterator[LinesFile]:
    """Outputs as a file of lines, which is there as long as the block lasts.

    Raises
    ------
    ValueError : they are none, or too many; or something in them is no JSON.
    OSError : the file cannot be read.
    """
    with TemporaryDirectory(prefix="argilla-distill-outputs-") as folder:
        path = Path(folder) / "outputs.jsonl"
        if isinstance(outputs, str | Path) and Path(outputs).suffix.lower() != ".parquet":
            path = Path(outputs)
        else:
            _write(_mappings(outputs), path)
        found, size = sha256(), 0
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                found.update(block)
                size += len(block)
        if not size:
            raise ValueError("there is no output: a round needs at least one")
        yield LinesFile(path, found.hexdigest(), size)


def _mappings(outputs: Outputs) -> Iterable[Mapping[str, Any]]:
    """Outputs one by one, a few in memory at a time where they come from a file."""
    if isinstance(outputs, str | Path):
        with pq.ParquetFile(outputs) as file:
            for batch in file.iter_batches(batch_size=AT_ONCE):
                yield from batch.to_pylist()
    elif hasattr(outputs, "to_arrow") or isinstance(outputs, pa.Table):  # polars has the former
        table = outputs if isinstance(outputs, pa.Table) else outputs.to_arrow()
        yield from _rows(table)
    elif hasattr(outputs, "columns") and hasattr(outputs, "iloc"):  # pandas
        yield from _rows(pa.Table.from_pandas(outputs, preserve_index=False))
    elif isinstance(outputs, Mapping):
        raise ValueError("give a list of outputs, not one")
    else:
        yield from outputs


def _rows(table: pa.Table) -> Iterator[Mapping[str, Any]]:
    for batch in table.to_batches(max_chunksize=AT_ONCE):
        yield from batch.to_pylist()


def _write(outputs: Iterable[Mapping[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number, each in enumerate(outputs, 1):
            if number > MAX_OUTPUTS:
                raise ValueError(
                    f"there are more than {MAX_OUTPUTS:,} outputs: take a part of them"
                )
            if not isinstance(each, Mapping):
                raise ValueError(f"output {number} is no mapping of names to values")
            try:
                file.write(json.dumps(line(each), ensure_ascii=False, allow_nan=False) + "\n")
            except (TypeError, ValueError) as error:
                raise ValueError(f"output {number} cannot be sent as JSON: {error}") from None


def line(output: Mapping[str, Any]) -> dict[str, Any]:
    """An output as a line has it; what is None is left out.

    >>> line({"reply": "On its way.", "score": 0.8, "external_id": None})
    {'fields': {'reply': 'On its way.'}, 'score': 0.8}
    >>> line({"fields": {"reply": "Yes.", "note": None}, "prediction": "good"})
    {'fields': {'reply': 'Yes.'}, 'prediction': 'good'}
    """
    if "fields" in output:
        fields, rest = output["fields"], {k: v for k, v in output.items() if k != "fields"}
    else:
        fields = {k: v for k, v in output.items() if k not in BESIDE}
        rest = {k: v for k, v in output.items() if k in BESIDE}
    if isinstance(fields, Mapping):
        fields = {name: value for name, value in fields.items() if value is not None}
    return {"fields": fields, **{name: value for name, value in rest.items() if value is not None}}
