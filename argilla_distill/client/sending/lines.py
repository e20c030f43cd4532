"""What a model said, as lines of JSON, whatever it comes from: a file, a table, or mappings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.temporary import TemporaryFolder

AT_ONCE = 1_000
BLOCK = 1 << 20

Rows: TypeAlias = "str | Path | Iterable[Mapping[str, Any]] | Any"
"""The path of a file, mappings, or a table (pandas, polars, Arrow, datasets)."""


class LinesFile(NamedTuple):
    """A file of lines, its SHA-256 and its bytes."""

    path: Path
    sha256: str
    size: int


class LineForm(NamedTuple):
    """What a row is.

    Attributes
    ----------
    called : what one is called, such as output.
    most : so many of them at most.
    line : a row as a line has it.
    """

    called: str
    most: int
    line: Callable[[Mapping[str, Any]], Mapping[str, Any]]


@contextmanager
def as_lines(rows: Rows, form: LineForm) -> Iterator[LinesFile]:
    """Rows as a file of lines, which is there as long as the block lasts. Only Parquet files are rewritten.

    Raises
    ------
    ValueError : they are none, or too many; or something in them is no JSON.
    OSError : the file cannot be read.
    """
    with TemporaryFolder(f"{form.called}s") as folder:
        path = Path(folder) / f"{form.called}s.jsonl"
        if isinstance(rows, str | Path) and Path(rows).suffix.lower() != ".parquet":
            path = Path(rows)
        else:
            _write(_mappings(rows, form), path, form)
        found, size = sha256(), 0
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                found.update(block)
                size += len(block)
        if not size:
            raise ValueError(f"there is no {form.called}: at least one is needed")
        yield LinesFile(path, found.hexdigest(), size)


def _mappings(rows: Rows, form: LineForm) -> Iterable[Mapping[str, Any]]:
    """Rows one by one, a few in memory at a time where they come from a file."""
    if isinstance(rows, str | Path):
        with pq.ParquetFile(rows) as file:
            for batch in file.iter_batches(batch_size=AT_ONCE):
                yield from batch.to_pylist()
    elif hasattr(rows, "to_arrow") or isinstance(rows, pa.Table):  # polars has the former
        table = rows if isinstance(rows, pa.Table) else rows.to_arrow()
        yield from _rows(table)
    elif hasattr(rows, "columns") and hasattr(rows, "iloc"):  # pandas
        yield from _rows(pa.Table.from_pandas(rows, preserve_index=False))
    elif isinstance(rows, Mapping):
        raise ValueError(f"give a list of {form.called}s, not one")
    else:
        yield from rows


def _rows(table: pa.Table) -> Iterator[Mapping[str, Any]]:
    for batch in table.to_batches(max_chunksize=AT_ONCE):
        yield from batch.to_pylist()


def _write(rows: Iterable[Mapping[str, Any]], path: Path, form: LineForm) -> None:
    called = form.called
    with path.open("w", encoding="utf-8") as file:
        for number, each in enumerate(rows, 1):
            if number > form.most:
                raise ValueError(
                    f"there are more than {form.most:,} {called}s: take a part of them"
                )
            if not isinstance(each, Mapping):
                raise ValueError(f"{called} {number} is no mapping of names to values")
            try:
                line = json.dumps(form.line(each), ensure_ascii=False, allow_nan=False)
            except (TypeError, ValueError) as error:
                raise ValueError(f"{called} {number} cannot be sent as JSON: {error}") from None
            file.write(line + "\n")
