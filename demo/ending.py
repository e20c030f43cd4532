"""How the demo ends: what was distilled becomes a version, made twice, with a twin and an export."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.running.service import Service
from demo.scenarios.question import Question

MAX_TWIN = 1_000
"""Of more records the demo makes no twin: Argilla takes 20 ms for each."""

SHOWN = 90
"""Characters of a line of the export."""


@dataclass(frozen=True)
class Ending:
    """What came of it.

    Attributes
    ----------
    version, again : the version, and the one of the same call once more, as `version create --json` tells.
    address : our address of the dataset's versions.
    exported : what `export --json` tells.
    line : the first line of the exported file; "" where it has none.
    """

    version: dict[str, Any]
    again: dict[str, Any]
    address: str
    exported: dict[str, Any]
    line: str = ""

    @property
    def passed(self) -> bool:
        """Whether both digests are the same, and the twin, where there is one, is done."""
        twin = self.version.get("twin")
        whole = twin is None or twin["state"] == "done"
        return bool(whole and self.version["content_sha256"] == self.again["content_sha256"])

    def lines(self) -> Iterator[str]:
        """The ending in a few lines."""
        version, again = self.version, self.again
        equal = version["content_sha256"] == again["content_sha256"]
        yield (
            f"Version {version['name']}: the labels of all {version['records']} records, with every answer "
            "behind them. It never changes,"
        )
        yield "and whoever makes it again gets the same:"
        yield f"  {version['name']:<12} {version['content_sha256']}"
        yield f"  {again['name']:<12} {again['content_sha256']}  {'equal' if equal else 'DIFFERENT'}"
        twin = version.get("twin")
        if twin is not None:
            yield f"Its twin in Argilla, to look at and filter: {twin['name']}"
            for why, n in sorted(twin["left_out"].items()):
                yield f"  {n} left out: {why}"
        yield (
            f"Exported to train on: {self.exported['rows']} rows as {self.exported['format']}"
            + ("," if self.line else "")
        )
        if self.line:
            yield f"  {self.line if len(self.line) <= SHOWN else self.line[:SHOWN] + '…'}"

    def addresses(self) -> Iterator[tuple[str, str]]:
        """(what, where) to go on from."""
        yield "the version", f"{self.address}/{self.version['name']}"
        if self.version.get("twin"):
            yield "its twin", str(self.version["twin"]["url"])
        yield "the export", str(self.exported["file"])


def end(
    service: Service, dataset: str, dataset_id: str, records: int, questions: Sequence[Question]
) -> Ending:
    """Make a version of a dataset twice, its twin, and an export of it.

    Raises
    ------
    RuntimeError : a command failed.
    """
    create = ("version", "create", dataset, "--wait", "--json")
    twin = ["--twin"] if records <= MAX_TWIN else []
    version = json_of(service, *create, "--tag", "demo", "--note", "Made by the demo", *twin)
    again = json_of(service, *create)
    path = service.directory / "train.jsonl"
    exported = json_of(
        service, "export", dataset, "demo", *chosen(questions), "-o", str(path), "--json"
    )
    address = f"{service.url}/datasets/{dataset_id}/versions"
    return Ending(version, again, address, exported, first_line(path))


def chosen(questions: Sequence[Question]) -> list[str]:
    """The options of the export: a label to train on, where one is asked, else the records.

    >>> chosen([Question("stars", "Stars", type="rating"), Question("tone", "Tone")])
    ['--format', 'classification', '--question', 'tone']
    >>> chosen([Question("marks", "Marks", type="span")])
    ['--format', 'records']
    """
    label = next((q.name for q in questions if q.type == "label"), "")
    return ["--format", "classification", "--question", label] if label else ["--format", "records"]


def first_line(path: Path) -> str:
    """The first line of a file."""
    with path.open(encoding="utf-8") as file:
        return file.readline().strip()


def json_of(service: Service, *arguments: str) -> dict[str, Any]:
    """The JSON that a command prints."""
    found: dict[str, Any] = json.loads(service.command(*arguments).stdout)
    return found
