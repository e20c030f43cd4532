"""What changed from one version to another: by cause, and record by record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import NotMade
from argilla_distill.domain.versions.difference import CAUSES, FORMAT, Change, Difference, pair

LOOK_S = 2.0


class Diff:
    """What changed. `Version.diff` gives it.

    Attributes
    ----------
    difference : all of it in figures: question by question, cause by cause.
    """

    def __init__(self, connection: Connection, path: str, difference: Difference) -> None:
        self._connection = connection
        self._path = path
        self.difference = difference

    def __repr__(self) -> str:
        return f"<Diff {self.difference.name}: {self.changed} labels>"

    @property
    def changed(self) -> int:
        """Labels that changed, of all questions."""
        return self.difference.changed

    @property
    def causes(self) -> dict[str, int]:
        """Cause → labels that changed by it; they add up to `changed`. `CAUSES` says what each is."""
        caused = [each for question in self.difference.questions for each in question.caused]
        counts = {c: sum(each.count for each in caused if each.cause == c) for c in CAUSES}
        return {cause: count for cause, count in counts.items() if count}

    def changes(self, question: str = "", cause: str = "") -> Iterator[dict[str, Any]]:
        """Every label that changed: `question`, `cause`, `record_id`, `was`, `now` and so on.

        Parameters
        ----------
        question, cause : only those of one; "" for all.
        """
        for each in self.difference.questions:
            for caused in each.caused:
                if question in ("", each.name) and cause in ("", caused.cause) and caused.count:
                    about = {"question": each.name, "cause": caused.cause}
                    for change in self._listed(about):
                        yield {**about, **asdict(change)}

    def to_pandas(self, question: str = "", cause: str = "") -> Any:
        """`changes` as a `pandas.DataFrame`."""
        return pa.Table.from_pylist(list(self.changes(question, cause)), CHANGES).to_pandas()

    def _listed(self, about: Mapping[str, str]) -> Iterator[Change]:
        page, pages = 1, 1
        while page <= pages:
            listed = self._connection.json(self._path, **about, page=str(page))["listed"]
            for change in listed["changes"]:
                yield Change.read({key: change[key] for key in Change.__dataclass_fields__})
            page, pages = page + 1, listed["pages"]


CHANGES = pa.schema(
    [
        *((name, pa.string()) for name in ("question", "cause", "record_id", "external_id")),
        *((name, pa.string()) for name in ("was", "now")),
        *((name, pa.float64()) for name in ("was_confidence", "now_confidence")),
        ("also", pa.list_(pa.string())),
        ("about", pa.string()),
    ]
)
"""The columns of `Diff.to_pandas`."""


def diff(connection: Connection, dataset_id: str, was: str, now: str, wait_s: float) -> Diff:
    """Have two versions compared, once and for all, and wait for it.

    Raises
    ------
    NotMade : it takes longer than `wait_s`.
    """
    path = f"/datasets/{dataset_id}/versions/{quote(pair(was, now), safe='.')}"
    waited = 0.0
    while comparing := (found := connection.json(path)).get("comparing"):
        if waited >= wait_s:
            done, total = comparing["done"], comparing["total"]
            text = f"{was} and {now} are still being compared ({done:,} of {total:,}). Try again later."
            raise NotMade(text, "comparing", done, total)
        connection.wait(LOOK_S)
        waited += LOOK_S
    return Diff(connection, path, _difference(found))


def _difference(found: Mapping[str, Any]) -> Difference:
    given = {key: found[key] for key in Difference.__dataclass_fields__ if key != "format"}
    questions = [
        {**q, "caused": [{**caused, "blocks": ()} for caused in q["caused"]]}
        for q in found["questions"]
    ]
    return Difference.read({**given, "questions": questions, "format": FORMAT})
