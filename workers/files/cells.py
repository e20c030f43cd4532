"""What people answer, between a cell of a CSV file and the engine's values; docs/offline.md has the table.

| type | cell | also |
| --- | --- | --- |
| label | ``yes`` | |
| multi_label | ``a|c`` | ``["a", "c"]``; an empty cell or ``[]`` chooses none |
| rating | ``4`` | any number |
| ranking | ``b>a=c`` | best first, ``=`` between tied items; ``[["b"], ["a", "c"]]`` |
| span | ``[[0, 4, "name"]]`` | objects with ``start``, ``end``, ``label``; ``[]`` marks nothing |
| text | ``He left.`` | |

A cell alone cannot tell what the question's labels are: whole files are
`workers.files.answers_file`. Argilla's own JSON is `workers.models.values`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

from argilla_distill.domain.given_json import NotGivenJson, parsed
from argilla_distill.workers.engine.contract.question import QuestionType, Span, Value
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.engine.rating.rating_range import LARGEST
from argilla_distill.workers.files.alike import plain_name, plain_text, same_name

LABELLED = {"label", "multi_label", "span"}
"""The types whose values are made of labels."""

HOW_LISTED = 'items with = or > in them are written as JSON: [["v=2"], ["a", "v=1"]]'
"""What to tell where the signs of a ranking may belong to its items."""

MAX_LISTED = 20
"""So many labels are listed where an unknown one is refused."""


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
        return plain_text(cell)
    cell = plain_name(cell)
    if not cell and kind not in _MAY_BE_EMPTY:
        raise BadValue("label is empty")
    return cell if kind == "label" else _PARSERS[kind](cell)


def to_json(kind: QuestionType, value: Value, listed: bool = False) -> Any:
    """What JSON shows of a value: what `from_cell` reads, lists as lists.

    Rankings of a question where an item `needs_lists` are lists of lists.

    >>> to_json("ranking", (("b",), ("a", "c"))), to_json("span", (Span(0, 4, "name"),))
    ('b>a=c', [[0, 4, 'name']])
    """
    if value is None:
        return None
    if kind == "ranking":
        listed = listed or any(needs_lists(item) for group in value for item in group)
        return list(map(list, value)) if listed else ">".join("=".join(group) for group in value)
    if kind == "span":
        return [list(span) for span in value]
    return list(value) if kind == "multi_label" else value


def needs_lists(item: str) -> bool:
    """Whether an item of a ranking cannot be between ``>`` and ``=``."""
    return ">" in item or "=" in item or item.startswith("[")


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
    if _chosen(said) is not None:
        return None
    if (
        not isinstance(said, dict)
        or not said
        or any(value not in (0, 1) for value in said.values())
    ):
        raise BadValue(f"{_short(cell)}: each label must be 0 or 1")
    return {plain_name(label): bool(value) for label, value in said.items()}


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
    if abs(found) > LARGEST:
        raise BadValue(f"{_short(cell)} is too large")
    return int(found) if found.is_integer() else found


def labels_of(kind: QuestionType, value: Value) -> Sequence[str]:
    """The labels that make up a value; of a ranking, its items."""
    if kind == "label":
        return (value,)
    if kind == "ranking":
        return [item for group in value for item in group]
    return [span.label for span in value] if kind == "span" else value


def renamed(kind: QuestionType, value: Value, name: Callable[[str], str]) -> Value:
    """The value with its labels called something else."""
    if kind == "label":
        return name(value)
    if kind == "multi_label":
        return tuple(sorted({name(label) for label in value}))
    if kind == "ranking":
        return tuple(tuple(sorted(map(name, group))) for group in value)
    return tuple(sorted({Span(span.start, span.end, name(span.label)) for span in value}))


def known(kind: QuestionType, value: Value, labels: Sequence[str]) -> Value:
    """The value with its labels as these have them, where they differ in ``.0`` only.

    >>> known("label", "1.0", ["0", "1"])
    '1'

    Raises
    ------
    BadValue : it has a label that is not among these.
    """
    value = renamed(kind, value, lambda label: same_name(label, labels))
    for label in labels_of(kind, value):
        if label not in labels:
            those = ", ".join(labels[:MAX_LISTED]) + (", …" if len(labels) > MAX_LISTED else "")
            raise BadValue(f"unknown label {_short(label)}; known are {those} (see --labels)")
    return value


def _multi_label(cell: str) -> tuple[str, ...]:
    if cell.startswith("["):
        labels = {_label(cell, label) for label in _list(cell)}
    elif (found := _object(cell)) is not None:
        chosen = _chosen(found)
        if chosen is None:
            raise BadValue(f'{_short(cell)} is no answer such as a|c or ["a", "c"]')
        labels = {_label(cell, label) for label in chosen}
    else:
        labels = {label.strip() for label in cell.split("|")} if cell else set()
    if "" in labels:
        raise BadValue(f"{_short(cell)}: a label is empty")
    return tuple(sorted(labels))


def _object(cell: str) -> dict[str, Any] | None:
    """The object that a cell holds; None if it holds something else, if only a label in braces."""
    try:
        found = parsed(cell, any_number=True) if cell.startswith("{") else None
    except NotGivenJson:
        return None
    return found if isinstance(found, dict) else None


def _chosen(found: Any) -> list[Any] | None:
    """What Label Studio's tables have for several choices: ``{"choices": ["a", "c"]}``."""
    listed = list(found.values()) if isinstance(found, dict) else []
    return listed[0] if len(listed) == 1 and isinstance(listed[0], list) else None


def _label(cell: str, label: Any) -> str:
    """A label or item in a list; whole numbers may have been made floats of."""
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    if isinstance(label, bool) or not isinstance(label, str | int):
        raise BadValue(f"{_short(cell)}: labels must be texts")
    return plain_name(str(label))


def _ranking(cell: str) -> tuple[tuple[str, ...], ...]:
    groups = _groups(cell)
    items = [item for group in groups for item in group]
    if len(items) < 2 or not all(items) or not all(groups):
        raise BadValue(f"{_short(cell)} is no ranking such as a>b=c; {HOW_LISTED}")
    if len(set(items)) < len(items):
        twice = next(item for item in items if items.count(item) > 1)
        raise BadValue(f"{_short(cell)} ranks {twice!r} twice; {HOW_LISTED}")
    return tuple(tuple(sorted(group)) for group in groups)


def _groups(cell: str) -> list[list[str]]:
    """The groups of a ranking, as lists (also of objects with ``value`` and ``rank``) or with signs."""
    try:
        found = parsed(cell, any_number=True) if cell.startswith("[") else None
    except NotGivenJson:
        found = None
    if not isinstance(found, list):
        return [[item.strip() for item in group.split("=")] for group in cell.split(">")]
    if found and all(isinstance(part, dict) and "value" in part for part in found):
        ranks: dict[float, list[str]] = {}
        for n, part in enumerate(found, 1):
            rank = part.get("rank", n)
            if isinstance(rank, bool) or not isinstance(rank, int | float):
                raise BadValue(f"{_short(cell)}: a rank must be a number")
            ranks.setdefault(rank, []).append(_label(cell, part["value"]))
        return [ranks[rank] for rank in sorted(ranks)]
    return [
        [_label(cell, item) for item in part] if isinstance(part, list) else [_label(cell, part)]
        for part in found
    ]


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
        shown = _short(json.dumps(part, ensure_ascii=False))
        if not _is_number(start) or not _is_number(end) or not isinstance(label, str):
            raise BadValue(f'{shown} is no span such as [0, 4, "name"]')
        if start != int(start) or end != int(end):
            raise BadValue(f"{shown}: offsets must be whole numbers")
        start, end = max(int(start), 0), int(end)  # some tools tell -1 where the text begins
        if start >= end:
            raise BadValue(f"{shown}: a span must end behind its start")
        if not label.strip():
            raise BadValue(f"{shown}: label is empty")
        spans.add(Span(start, end, plain_name(label)))
    return tuple(sorted(spans))


def _is_number(found: object) -> bool:
    """Whether a place in a text may be meant: whole or not, but no text is longer than 2 ** 53."""
    return (
        isinstance(found, int | float) and not isinstance(found, bool) and abs(found) < 2**53
    )  # false also for nan


def _list(cell: str) -> list[Any]:
    found = _json(cell)
    if not isinstance(found, list):
        raise BadValue(f"{_short(cell)} is not a list")
    return found


def _json(cell: str) -> Any:
    try:
        return parsed(cell, any_number=True)
    except NotGivenJson as error:
        python = (
            " (it looks like Python's own way of writing)" if "'" in cell or "(" in cell else ""
        )
        raise BadValue(f"{_short(cell)} {error}{python}") from None


def _short(cell: str, most: int = 60) -> str:
    return repr(cell if len(cell) <= most else f"{cell[:most]}…")


_MAY_BE_EMPTY = {"multi_label", "span"}
_PARSERS = {"multi_label": _multi_label, "rating": number, "ranking": _ranking, "span": _span}
