"""Objects of a JSON file: lines of JSON, a list, or one of the ways in which tables are written as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeGuard

from argilla_distill.domain.given_json import NotGivenJson, parsed
from argilla_distill.workers.files.reading.input_file import DAMAGED, InputFile
from argilla_distill.workers.files.reading.mistakes import Unreadable

LISTS = ("items", "records", "rows", "results", "data")
"""Keys under which a document keeps its objects: Argilla's API, and others."""

Numbered = Iterator[tuple[int, dict[str, Any]]]


def documents(source: InputFile) -> tuple[str, Numbered]:
    """The objects with their numbers, and what is between the file's name and such a number.

    Raises
    ------
    Unreadable : it is not JSON, or something else than objects; of lines also while they are read.
    """
    if _has_lines(source):
        return ":", _lines(source)
    try:
        with source.text(None) as file:
            whole = parsed(file.read(), any_number=True)
    except UnicodeError:
        raise source.not_text() from None
    except NotGivenJson as error:
        raise Unreadable(f"{source.name}:{error.line or 1}: {error}") from None
    except DAMAGED as error:
        raise Unreadable(f"{source.name}: it is damaged: {error}") from error
    return ", record ", _objects(source, whole)


def _has_lines(source: InputFile) -> bool:
    """Whether each line is an object of its own."""
    head = source.head.decode(source.encoding, errors="ignore").lstrip()
    first, end, rest = head.partition("\n")
    if not first.startswith("{"):
        return False
    if not end:  # it may be longer than what is looked at
        first, rest = _first_lines(source)
    try:
        parsed(first, any_number=True)
    except NotGivenJson as error:
        return not error.line and bool(rest.strip())
    return bool(rest.strip())


def _first_lines(source: InputFile) -> tuple[str, str]:
    """The first two lines that are not empty, or less where they cannot be read."""
    try:
        with source.text(None) as file:
            lines = (line for line in file if line.strip())
            return next(lines, ""), next(lines, "")
    except (UnicodeError, *DAMAGED):  # told where all of it is read
        return "", ""


def _lines(source: InputFile) -> Numbered:
    number = 0
    try:
        with source.text(None) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _object(f"{source.name}:{number}", parsed(line, any_number=True))
    except UnicodeError:
        raise source.not_text() from None
    except NotGivenJson as error:
        raise Unreadable(f"{source.name}:{number}: {error}") from None
    except DAMAGED as error:
        raise Unreadable(f"{source.name}:{number}: it is damaged: {error}") from error


def _objects(source: InputFile, whole: Any) -> Numbered:
    for number, each in enumerate(_listed(whole), 1):
        yield number, _object(f"{source.name}, record {number}", each)


def _listed(whole: Any) -> Any:
    """The objects of a document, in whatever way pandas and others write a table.

    >>> _listed({"task": {"0": "a", "1": "b"}, "label": {"0": "yes", "1": "no"}})
    [{'task': 'a', 'label': 'yes'}, {'task': 'b', 'label': 'no'}]
    """
    if not isinstance(whole, dict):
        return whole
    columns, data = whole.get("columns"), whole.get("data")
    if _are_names(columns) and isinstance(data, list) and all(isinstance(o, list) for o in data):
        return [dict(zip(columns, cells, strict=False)) for cells in data]
    for key in LISTS:
        if isinstance(whole.get(key), list) and all(isinstance(o, dict) for o in whole[key]):
            return whole[key]
    if whole and all(isinstance(column, dict) for column in whole.values()):
        places = dict.fromkeys(place for column in whole.values() for place in column)
        return [{key: column.get(p) for key, column in whole.items()} for p in places]
    if whole and all(isinstance(column, list) for column in whole.values()):
        length = max(map(len, whole.values()))
        return [
            {key: column[n] for key, column in whole.items() if n < len(column)}
            for n in range(length)
        ]
    return [whole]


def _are_names(columns: object) -> TypeGuard[list[str | int]]:
    return isinstance(columns, list) and all(isinstance(name, str | int) for name in columns)


def _object(place: str, found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Unreadable(f'{place}: an object such as {{"task": …}} is expected')
    return found
