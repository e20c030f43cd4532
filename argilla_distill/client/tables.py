"""Rows of a version, downloaded when they are asked for: Arrow, pandas, polars, Hugging Face's datasets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


class Tabular(ABC):
    """What can be made of a table in memory."""

    @abstractmethod
    def to_arrow(self, columns: Sequence[str] | None = None) -> pa.Table:
        """As an Arrow table.

        Parameters
        ----------
        columns : their names, of a struct's part with a dot between (`helpful.value`); None for all.
        """

    def to_pandas(self, columns: Sequence[str] | None = None, *, flat: bool = True) -> Any:
        """As a `pandas.DataFrame`.

        Parameters
        ----------
        columns : as of `to_arrow`.
        flat : a struct's parts are columns, named with a dot between: `helpful.value`,
            `helpful.conflict.now`; else structs are dicts.
        """
        _library("pandas")
        table = self.to_arrow(columns)
        return (flattened(table) if flat else table).to_pandas(
            split_blocks=True, self_destruct=True
        )

    def to_polars(self, columns: Sequence[str] | None = None) -> Any:
        """As a `polars.DataFrame`, with structs as they are."""
        return _library("polars").from_arrow(self.to_arrow(columns))

    def to_datasets(self, columns: Sequence[str] | None = None) -> Any:
        """As a `datasets.Dataset` of Hugging Face's, with structs as they are."""
        datasets = _library("datasets")
        return datasets.Dataset(datasets.table.InMemoryTable(self.to_arrow(columns)))


class VersionTable(Tabular):
    """A table of a version, `records` or `votes`, or one split of the records.

    Parameters
    ----------
    fetch : downloads its files, and checks them.

    Examples
    --------
    >>> version = Client(URL, api_key=KEY).dataset("support/chat").version("prod")
    >>> frame = version.records().to_pandas(["record_id", "helpful.value", "helpful.confidence"])
    >>> list(frame.columns)
    ['record_id', 'helpful.value', 'helpful.confidence']
    >>> version.votes().to_arrow(["annotator", "value"]).num_rows == version.manifest.votes
    True
    """

    def __init__(self, name: str, fetch: Callable[[], list[Path]]) -> None:
        self._name = name
        self._fetch = fetch

    def __repr__(self) -> str:
        return f"<VersionTable {self._name}>"

    def files(self) -> list[Path]:
        """Its Parquet files on this machine, checked: for DuckDB and whatever else reads files."""
        return self._fetch()

    def to_arrow(self, columns: Sequence[str] | None = None) -> pa.Table:
        """As an Arrow table; only the columns that are asked for are read.

        Raises
        ------
        ValueError : there is no such column; it is said which there are.
        """
        paths = self._fetch()
        if columns is not None:
            _check(pq.read_schema(paths[0]), columns)
            columns = list(columns)
        tables = [pq.ParquetFile(path, memory_map=True).read(columns) for path in paths]
        return pa.concat_tables(tables)


def flattened(table: pa.Table) -> pa.Table:
    """The same with a column for each part of a struct, named with a dot between."""
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _check(schema: pa.Schema, columns: Sequence[str]) -> None:
    for column in columns:
        first, *rest = column.split(".")
        known = schema.names
        kind: Any = schema.field(first).type if first in known else None
        while kind is not None and rest:
            known = [field.name for field in kind] if pa.types.is_struct(kind) else []
            name = rest.pop(0)
            kind = kind.field(name).type if name in known else None
        if kind is None:
            raise ValueError(f"there is no column {column}; there are {', '.join(known)}")


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise ImportError(
            f"this needs {name}, which is not installed: pip install {name}"
        ) from None
