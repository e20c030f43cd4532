"""What people answer, between a cell of a CSV file and the engine's values; docs/offline.md has the table.

| type | cell | also |
| --- | --- | --- |
| label | ``yes`` | |
| multi_label | ``a|c`` | ``["a", "c"]``; an empty cell or ``[]`` chooses none |
| rating | ``4`` | any number |
| ranking | ``b>a=c`` | best first, ``=`` between tied items |
| span | ``[[0, 4, "name"]]`` | objects with ``start``, ``end``, ``label``; ``[]`` marks nothing |
| text | ``He left.`` | |

A cell alone cannot tell what the question's labels are: whole files are
`workers.files.answers_file`. Argilla's own JSON is `workers.values`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from workers.engine.errors import BadValue
from workers.engine.question import QuestionType, Span, Value

LABELLED = {"label", "multi_label", "span"}
"""The types whose values are made of labels."""

LARGEST_SCALE = range(11)
"""What Argilla's rating questions can be made of."""

MOST_TOLD = 20
"""So many labels are told where an unknown one is refused."""


def from_cell(kind: QuestionType, cell: str) -> Value:
    """The engine's value. Labels of a multi-label value are sorted: the question is not known here.

    >>> from_cell("ranking", "b > a=c"), from_cell("multi_label", "c|a"), from_cell("rating", "4")
    ((('b',), ('a', 'c')), ('a', 'c'), 4)
    >>> from_cell("span", '[[0, 4, "name"]]')
    (Span(start=0, end=4, label='name'),)

    Raises
    ------
    BadValue : it is no value of this type; says why.
    """
    if kind == "text":
        if not cell.strip():
            raise BadValue("label is empty")
        return cell
    cell = cell.strip()
    if not cell and kind not in _MAY_BE_EMPTY:
        raise BadValue("label is empty")
    return cell if kind == "label" else _PARSERS[kind](cell)


def to_json(kind: QuestionType, value: Value) -> Any:
    """What JSON shows of a value: what `from_cell` reads, lists as lists.

    >>> to_json("ranking", (("b",), ("a", "c"))), to_json("span", (Span(0, 4, "name"),))
    ('b>a=c', [[0, 4, 'name']])
    """
    if value is None:
        return None
    if kind == "ranking":
        return ">".join("=".join(group) for group in value)
    if kind == "span":
        return [list(span) for span in value]
    return list(value) if kind == "multi_label" else value


def presence(cell: str) -> dict[str, bool] | None:
    """What a cell such as ``{"a": 0, "b": 1}`` says of some labels; None if it is no such cell.

    >>> presence('{"a": 0, "b": 1}')
    {'a': False, 'b': True}

    Raises
    ------
    BadValue : an object whose values are not 0 or 1.
    """
    if not cell.lstrip().startswith("{"):
        return None
    said = _json(cell)
    if (
        not isinstance(said, dict)
        or not said
        or any(value not in (0, 1) for value in said.values())
    ):
        raise BadValue(f"{_short(cell)}: each label must be 0 or 1")
    return {label.strip(): bool(value) for label, value in said.items()}


def number(cell: str) -> float:
    """A finite number, whole ones as int.

    >>> number("4.0"), number("0.25")
    (4, 0.25)
    """
    try:
        found = float(cell)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or "_" in cell:
        raise BadValue(f"{_short(cell)} is not a number")
    return int(found) if found.is_integer() else found


def labels_of(kind: QuestionType, value: Value) -> Sequence[str]:
    """The labels that make up a value."""
    if kind == "label":
        return (value,)
    return [span.label for span in value] if kind == "span" else value


def refuse_unknown(kind: QuestionType, value: Value, labels: Sequence[str]) -> None:
    """Raise BadValue if the value has a label that is not among these."""
    for label in labels_of(kind, value):
        if label not in labels:
            known = ", ".join(labels[:MOST_TOLD]) + (", …" if len(labels) > MOST_TOLD else "")
            raise BadValue(f"unknown label {label!r}; known are {known} (see --labels)")


def scale_of(ratings: Sequence[float]) -> tuple[float, ...]:
    """What Argilla's scale would be, or one with half steps; empty if these are no values of any.

    >>> scale_of([2, 4]), scale_of([2, 400]), scale_of([2, 3.5])
    ((2, 3, 4), (), (2, 2.5, 3, 3.5))
    """
    if all(rating in LARGEST_SCALE for rating in ratings):
        return tuple(range(int(min(ratings)), int(max(ratings)) + 1))
    halves = [2 * rating for rating in ratings]
    if all(
        half / 2 <= max(LARGEST_SCALE) and half in range(2 * len(LARGEST_SCALE)) for half in halves
    ):
        steps = range(int(min(halves)), int(max(halves)) + 1)
        return tuple(half / 2 if half % 2 else half // 2 for half in steps)
    return ()


def _multi_label(cell: str) -> tuple[str, ...]:
    if cell.startswith("["):
        chosen = _list(cell)
        if any(isinstance(label, bool) or not isinstance(label, str | int) for label in chosen):
            raise BadValue(f"{_short(cell)}: labels must be texts")
        labels = {str(label).strip() for label in chosen}
    else:
        labels = {label.strip() for label in cell.split("|")} if cell else set()
    if "" in labels:
        raise BadValue(f"{_short(cell)}: a label is empty")
    return tuple(sorted(labels))


def _ranking(cell: str) -> tuple[tuple[str, ...], ...]:
    groups = [[item.strip() for item in group.split("=")] for group in cell.split(">")]
    items = [item for group in groups for item in group]
    if len(items) < 2 or not all(items):
        raise BadValue(f"{_short(cell)} is no ranking such as a>b=c")
    if len(set(items)) < len(items):
        twice = next(item for item in items if items.count(item) > 1)
        raise BadValue(f"{_short(cell)} ranks {twice!r} twice")
    return tuple(tuple(sorted(group)) for group in groups)


def _span(cell: str) -> tuple[Span, ...]:
    if not cell:
        return ()
    spans = set()
    for part in _list(cell):
        try:
            start, end, label = (
                (part["start"], part["end"], part["label"]) if isinstance(part, dict) else part
            )
        except (KeyError, TypeError, ValueError):
            start = end = label = None
        if type(start) is not int or type(end) is not int or not isinstance(label, str):
            raise BadValue(f'{_short(json.dumps(part))} is no span such as [0, 4, "name"]')
        start = max(start, 0)  # some tools tell -1 where the text begins
        if start >= end:
            raise BadValue(f"{_short(json.dumps(part))}: a span must end behind its start")
        if not label.strip():
            raise BadValue(f"{_short(json.dumps(part))}: label is empty")
        spans.add(Span(start, end, label.strip()))
    return tuple(sorted(spans))


def _list(cell: str) -> list[Any]:
    found = _json(cell)
    if not isinstance(found, list):
        raise BadValue(f"{_short(cell)} is not a list")
    return found


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError) as error:
        raise BadValue(f"{_short(cell)} is not JSON: {error}") from None


def _short(cell: str, most: int = 60) -> str:
    return repr(cell if len(cell) <= most else f"{cell[:most]}…")


_MAY_BE_EMPTY = {"multi_label", "span"}
_PARSERS = {"multi_label": _multi_label, "rating": number, "ranking": _ranking, "span": _span}
