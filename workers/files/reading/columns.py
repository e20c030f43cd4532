"""Which column of a file is what: by the names that people give them, or as the options say.

| column | what is in it |
| --- | --- |
| task | the record |
| worker | the annotator |
| label | the answer |
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from argilla_distill.workers.files.reading.mistakes import BadTable

NAMES: dict[str, tuple[str, ...]] = {
    "task": (
        *("task", "taskid", "item", "itemid", "record", "recordid", "externalid"),
        *("unit", "unitid", "example", "exampleid", "sample", "sampleid", "document", "documentid"),
        *("docid", "doc", "hitid", "object", "objectid", "image", "imageid", "instance"),
        *("instanceid", "questionid", "textid", "innerid", "id", "uuid", "uid"),
    ),
    "worker": (
        *("worker", "workerid", "annotator", "annotatorid", "annotatorname", "rater", "raterid"),
        *("user", "userid", "username", "coder", "coderid", "labeler", "labelerid", "labeller"),
        *("labellerid", "judge", "judgeid", "performer", "performerid", "contributor"),
        *("contributorid", "completedby", "annotatedby", "labeledby", "labelledby", "who"),
    ),
    "label": (
        *("label", "labels", "answer", "answers", "value", "values", "response", "responses"),
        *("annotation", "annotations", "choice", "choices", "rating", "score", "ranking"),
        *("judgment", "judgement", "vote", "category", "class", "selected", "spans"),
    ),
    "confidence": ("confidence", "certainty", "sureness", "howsure"),
    "text": ("text", "content", "body", "fulltext", "sentence", "passage", "prompt"),
    "item": ("item", "option", "candidate"),
    "rank": ("rank", "place", "position"),
    "question": ("question", "questionname"),
}
"""What columns are called, without blanks, signs and case; the first that a file has is taken."""

DECIDED = (
    *("truth", "gold", "groundtruth", "goldlabel", "truelabel", "goldanswer", "trueanswer"),
    *("correct", "correctlabel", "correctanswer", "expected", "reference", "adjudication"),
    *("adjudicated", "decision", "final", "finallabel"),
)
"""Other names of the column of answers where reviewers decided."""

MAX_COLUMNS = 12
"""So many are listed where one is missing."""

LONGEST_NAME = 40
"""Characters of a column's name that are shown."""


class ColumnPositions:
    """Where each of the columns is in a header.

    Parameters
    ----------
    named : column -> what it is called in the files; see `parse`.

    >>> ColumnPositions().place(["Item ID", "Rater", "Answer"], "worker")
    1
    """

    def __init__(self, named: Mapping[str, str] | None = None, decided: bool = False) -> None:
        self.named = dict(named or {})
        self.decided = decided
        self.used: set[str] = set()

    def place(self, header: Sequence[str], column: str) -> int | None:
        """Its place in the header; None if it is not there.

        Raises
        ------
        ValueError : there is more than one of that name.
        """
        chosen = self.named.get(column)
        if chosen is not None and chosen in header:
            self.used.add(column)
            return _only(list(header), chosen)
        plain = [_plain(name) for name in header]
        names = NAMES[column]
        if column in header and header.count(column) == 1:
            return header.index(column)
        if column == "label" and self.decided:
            names = (names[0], *DECIDED, *names[1:])
        for name in names:
            if name in plain:
                return _only(plain, name)
        return None

    def count(self, header: Sequence[str]) -> int:
        """How many of the columns of answers a header has; what is doubled counts as well."""
        plain = [_plain(name) for name in header]
        columns = ("task", "worker", "label")
        return sum(
            self.named.get(column) in header or any(name in plain for name in NAMES[column])
            for column in columns
        )


def parse(options: Sequence[str]) -> dict[str, str]:
    """What columns are called, as options say it: ``worker=who``.

    >>> parse(["worker=who", "Answer = my choice"])
    {'worker': 'who', 'label': 'my choice'}

    Raises
    ------
    BadTable : one of them is not of this form, or no column.
    """
    named = {}
    for each in options:
        left, sign, name = each.partition("=")
        column = next((c for c, names in NAMES.items() if _plain(left) in (c, *names)), None)
        if not sign or not name.strip() or column is None:
            raise BadTable(
                f"--column: {each!r} is not of the form COLUMN=NAME; columns are {_listed(NAMES)}"
            )
        if column in named:
            raise BadTable(f"--column: {column} is named twice")
        named[column] = name.strip()
    return named


def listed(header: Sequence[str]) -> str:
    """The columns that a file has, in few words and without what cannot be shown."""
    names = [name[:LONGEST_NAME] for name in header[:MAX_COLUMNS]]
    shown = [name if name.isprintable() else ascii(name)[1:-1] for name in names]
    return ", ".join(name or "one without a name" for name in shown) + (
        ", …" if len(header) > MAX_COLUMNS else ""
    )


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _only(names: list[str], name: str) -> int:
    if names.count(name) > 1:
        raise ValueError(f"more than one column {name}")
    return names.index(name)


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names)
