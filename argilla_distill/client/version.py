"""One version: everything about it, its rows, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from argilla_distill.client.connection import Connection
from argilla_distill.client.downloads import Downloads
from argilla_distill.client.errors import Deleted, NotFound
from argilla_distill.client.tables import Table
from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.versions.manifest import Manifest, VersionFile

TableName = Literal["records", "votes"]


class Version:
    """A distilled dataset that never changes. `Dataset.version` gives it.

    Attributes
    ----------
    manifest : everything about it but its rows.
    tags : those that named it when it was found; tags move, versions do not.

    Examples
    --------
    >>> version = Client(URL, api_key=KEY).dataset("support/chat").version("prod")
    >>> version.name, version.manifest.records
    ('majority-1', 12)
    >>> frame = version.to_pandas()
    >>> int(frame["helpful.conflict.ever"].sum())
    4
    """

    def __init__(
        self,
        connection: Connection,
        downloads: Downloads,
        manifest: Manifest,
        tags: tuple[str, ...] = (),
    ) -> None:
        self._connection = connection
        self._downloads = downloads
        self.manifest = manifest
        self.tags = tags

    def __repr__(self) -> str:
        return f"<Version {self.name} of {self.manifest.dataset}>"

    @property
    def name(self) -> str:
        """Its name, such as `learned-3`."""
        return self.manifest.name

    @property
    def digest(self) -> str:
        """Of all its values: two versions with the same digest have the same labels."""
        return self.manifest.content_sha256

    @property
    def at(self) -> datetime:
        """The moment that it shows."""
        ms = self.manifest.as_of or self.manifest.asked_at
        return datetime.fromtimestamp(ms / 1000, timezone.utc)

    def records(self, split: str = "") -> Table:
        """A row a record.

        Parameters
        ----------
        split : `train`, `validation` or `test`; "" for all.

        Raises
        ------
        NotFound : there is no such split.
        """
        splits = self.manifest.splits
        if split and split not in splits:
            hint = did_you_mean(split, splits) or f"; there are {', '.join(splits)}"
            raise NotFound(f"There is no split {split}{hint}.")
        return self._table("records", split)

    def votes(self) -> Table:
        """A row for each thing that somebody said."""
        return self._table("votes")

    def to_arrow(self, table: TableName = "records", split: str = "") -> Any:
        """`records(split)` or `votes()` as an Arrow table."""
        return self._chosen(table, split).to_arrow()

    def to_pandas(self, table: TableName = "records", split: str = "") -> Any:
        """The same as a `pandas.DataFrame`, in which a struct's parts are columns: `helpful.value`."""
        return self._chosen(table, split).to_pandas()

    def to_polars(self, table: TableName = "records", split: str = "") -> Any:
        """The same as a `polars.DataFrame`."""
        return self._chosen(table, split).to_polars()

    def to_datasets(self, table: TableName = "records", split: str = "") -> Any:
        """The same as a `datasets.Dataset`."""
        return self._chosen(table, split).to_datasets()

    def card(self) -> str:
        """Its README.md: what it is, in sentences, tables and a picture."""
        (path,) = self._paths([f for f in self.manifest.files if f.path == "README.md"])
        return path.read_text("utf-8")

    def _chosen(self, table: TableName, split: str) -> Table:
        if table == "records":
            return self.records(split)
        if table != "votes":
            raise NotFound(f"There is no table {table}; there are records and votes.")
        if split:
            raise NotFound(
                "Votes have no split: a vote is in that of its record; join by record_id."
            )
        return self.votes()

    def _table(self, table: TableName, split: str = "") -> Table:
        start = f"{table}-{split}-" if split else f"{table}-"
        files = [file for file in self.manifest.files if file.path.startswith(start)]
        told = f"{self.name} {table}{f' ({split})' if split else ''}"
        return Table(told, lambda: self._paths(files))

    def _paths(self, files: Sequence[VersionFile]) -> list[Path]:
        """Files on this machine. Raises Deleted."""
        manifest = self.manifest
        if manifest.deleted_at:
            raise Deleted(
                f"The files of {self.name} were deleted; its manifest is kept. Make the same again: argilla-"
                f"distill version create {manifest.dataset} --as-of {self.at.isoformat()}"
            )
        at = f"/datasets/{manifest.dataset_id}/versions/{quote(self.name, safe='')}/files"
        return self._downloads.paths(self.name, at, files)
