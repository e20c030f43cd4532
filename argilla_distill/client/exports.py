"""What a version is exported to: rows in a form that people train on, made on this machine.

The forms are `argilla_distill.exports`, which the command `export` uses too; docs/exports.md has their
columns. What the call leaves open, the dataset's settings say as they were when the version was made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from argilla_distill.client.tables import Tabular
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.rewards.reward import Reward
from argilla_distill.domain.versions.segments import Selection
from argilla_distill.exports import files
from argilla_distill.exports.export import Exported, export
from argilla_distill.exports.readable_version import ReadableVersion
from argilla_distill.exports.request import REWARDED, ExportRequest, InvalidExport


def request(
    manifest: Manifest,
    format: str,
    *,
    split: str,
    question: str,
    fields: Sequence[str],
    completion: str,
    reward: Mapping[str, Any] | None,
    messages: bool,
    min_confidence: float | None,
    mistakes: Sequence[str],
    only: Sequence[str],
    without: Sequence[str],
    changed_since: str,
) -> ExportRequest:
    """What is asked for, with what the version's own settings say where nothing is said.

    Raises
    ------
    InvalidExport, InvalidReward, InvalidSegment : all ValueErrors: what cannot be asked for.
    """
    for given, option, formats in (
        (fields, "fields", ("classification",)),
        (mistakes, "mistakes", ("stepwise-supervision",)),
        (messages, "messages", REWARDED),
        (reward, "reward", REWARDED),
    ):
        if given and format not in formats:
            raise InvalidExport(f"{option} has nothing to do in {format}")
    settings = manifest.settings
    written = reward or settings.get("reward")
    return ExportRequest(
        format=format,
        split=split,
        question=question,
        fields=tuple(fields),
        prompt=settings.get("prompt_field") or "prompt",
        completion=completion or settings.get("completion_field") or "",
        reward=Reward.read(written) if written else None,
        messages=messages,
        min_confidence=min_confidence,
        mistakes=tuple(mistakes),
        selection=Selection.parse(only, without),
        since=changed_since,
    )


class Export(Tabular):
    """A version in a format. `Version.export` gives it.

    Parameters
    ----------
    sources : opens the version, and the one that `changed_since` names.

    Examples
    --------
    >>> version = Client(URL, api_key=KEY).dataset("support/chat").version("prod")
    >>> pairs = version.export("classification", split="train", question="helpful")
    >>> list(pairs.to_pandas(["text", "label"]).columns)
    ['text', 'label']
    >>> sum(pairs.left_out.values()) + len(pairs.to_arrow()) >= version.manifest.splits["train"]
    True
    """

    def __init__(
        self,
        wanted: ExportRequest,
        sources: Callable[[], tuple[ReadableVersion, ReadableVersion | None]],
    ) -> None:
        self._wanted = wanted
        self._sources = sources

    def __repr__(self) -> str:
        return f"<Export {self._wanted.format}>"

    def to_arrow(self, columns: Sequence[str] | None = None) -> pa.Table:
        """As an Arrow table."""
        table, _ = self._made
        return table if columns is None else table.select(list(columns))

    @property
    def left_out(self) -> dict[str, int]:
        """Reason → how many records, or pairs of them, are not there."""
        return dict(sorted(self._made[1].items()))

    def write(self, path: str | Path) -> int:
        """Write it into a file, whose ending says of which kind: .parquet, .csv or .jsonl.

        Nothing is under that name before all of it is written. Returns the number of rows.

        Raises
        ------
        InvalidExport : another ending, or a kind of file that cannot hold the format.
        """
        target = Path(path)
        kind = files.kind_of(target.name)
        found = self._exported()
        files.check(found, self._wanted.format, kind)
        part = target.with_name(f".{target.name}.part-{os.getpid()}")
        try:
            with part.open("wb") as file:
                count = files.write(found, file, kind, lambda _: None)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
        return count

    def _exported(self) -> Exported:
        source, earlier = self._sources()
        return export(source, self._wanted, earlier)

    @cached_property
    def _made(self) -> tuple[pa.Table, Mapping[str, int]]:
        found = self._exported()
        return found.table(), found.left_out
