"""One version: everything about it, its rows, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from argilla_distill.client.comparing.differences import Diff, diff
from argilla_distill.client.connection import Connection
from argilla_distill.client.downloads import Downloader
from argilla_distill.client.errors import Deleted, NotFound
from argilla_distill.client.exports import Export, request
from argilla_distill.client.tables import VersionTable
from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.versions.manifest import Manifest, VersionFile
from argilla_distill.exports.readable_version import ReadableVersion

TableName = Literal["records", "votes"]


class Version:
    """A distilled dataset that never changes. `RemoteDataset.version` gives it.

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
        downloads: Downloader,
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

    def records(self, split: str = "") -> VersionTable:
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

    def votes(self) -> VersionTable:
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

    def export(
        self,
        format: str,
        *,
        split: str = "",
        question: str = "",
        fields: Sequence[str] = (),
        completion: str = "",
        reward: Mapping[str, Any] | None = None,
        messages: bool = False,
        min_confidence: float | None = None,
        mistakes: Sequence[str] = (),
        only: Sequence[str] = (),
        without: Sequence[str] = (),
        changed_since: str | Version = "",
    ) -> Export:
        """The version in a form that people train on, made on this machine when it is read.

        Parameters
        ----------
        format : `classification`, `prompt-completion`, `unpaired-preference`, `preference`,
            `stepwise-supervision`; also `records` and `votes`.
        split : "" is `train`, or everything of records and votes.
        question : what it is about, where there are several.
        fields : of classification: those that make the text; empty for all.
        completion : the field with the reply; "" as the dataset's settings say.
        reward : what makes a reply good, such as {"helpful": 1.0}; None as the dataset's settings say.
        messages : texts as messages, as chats always are.
        min_confidence : leave out what is less sure.
        mistakes : of stepwise-supervision: labels of wrong spans.
        only, without : segments, such as "round=2,annotator=ann".
        changed_since : a version; only what is new or decided anew since then.

        Raises
        ------
        ValueError : what the version has not, or what makes no sense; also where the export is read.
        """
        earlier = self._other(changed_since) if changed_since else None
        wanted = request(
            self.manifest,
            format,
            split=split,
            question=question,
            fields=fields,
            completion=completion,
            reward=reward,
            messages=messages,
            min_confidence=min_confidence,
            mistakes=mistakes,
            only=only,
            without=without,
            changed_since=earlier.name if earlier else "",
        )
        wanted.check(self.manifest)
        return Export(wanted, lambda: (self._source(), earlier._source() if earlier else None))

    def diff(self, other: str | Version, *, wait_s: float = 600.0) -> Diff:
        """What changed from another version to this one, which a worker finds out once.

        Parameters
        ----------
        other : the earlier one, or its name, or a tag.
        wait_s : how long to wait for the worker.

        Raises
        ------
        NotMade : it takes longer.
        """
        earlier = other.name if isinstance(other, Version) else other
        return diff(self._connection, self.manifest.dataset_id, earlier, self.name, wait_s)

    def tag(self, name: str) -> None:
        """Let a tag name this version, and no other any more.

        Raises
        ------
        NotFound : it may not be a tag; the text says what may. Deleted: the files are no longer there.

        >>> dataset = Client(URL, api_key=KEY).dataset("support/chat")
        >>> dataset.version("majority-1").tag("prod")
        >>> dataset.tags["prod"]
        'majority-1'
        """
        at = f"/datasets/{self.manifest.dataset_id}/versions/{quote(self.name, safe='')}"
        self.tags = tuple(self._connection.send(f"{at}/tags", tag=name)["tags"])

    def card(self) -> str:
        """Its README.md: what it is, in sentences, tables and a picture."""
        (path,) = self._paths([f for f in self.manifest.files if f.path == "README.md"])
        return path.read_text("utf-8")

    def _other(self, version: str | Version) -> Version:
        if isinstance(version, Version):
            return version
        path = f"/datasets/{self.manifest.dataset_id}/versions/{quote(version, safe='')}"
        manifest = self._connection.json(path)
        tags = tuple(manifest.pop("tags"))
        return Version(self._connection, self._downloads, Manifest.read(manifest), tags)

    def _source(self) -> ReadableVersion:
        """Its files as exports read them: each is downloaded, or checked, once."""
        described = {file.path: file for file in self.manifest.files}

        @cache
        def place(path: str) -> Path:
            return self._paths([described[path]])[0]

        return ReadableVersion(self.manifest, lambda path: place(path).open("rb"))

    def _chosen(self, table: TableName, split: str) -> VersionTable:
        if table == "records":
            return self.records(split)
        if table != "votes":
            raise NotFound(f"There is no table {table}; there are records and votes.")
        if split:
            raise NotFound(
                "Votes have no split: a vote is in that of its record; join by record_id."
            )
        return self.votes()

    def _table(self, table: TableName, split: str = "") -> VersionTable:
        start = f"{table}-{split}-" if split else f"{table}-"
        files = [file for file in self.manifest.files if file.path.startswith(start)]
        title = f"{self.name} {table}{f' ({split})' if split else ''}"
        return VersionTable(title, lambda: self._paths(files))

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
