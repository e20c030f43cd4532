"""distill.toml: read, checked table by table, and every mistake named with its table and key.

What the keys mean is in `settings`, whose models are passed in; how mistakes read is `mistakes`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel, ValidationError

from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.settings import text_files
from argilla_distill.plugin.settings.mistakes import Place, explain, toml_mistake

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover - the same library under its older name
    import tomli as tomllib


TABLES = ("questions", "reward", "costs")
"""The keys of a dataset that are tables themselves."""


@dataclass(frozen=True)
class Forms:
    """The models of the whole file, of `[sources]`, of a dataset's table, and of a question's."""

    whole: type[BaseModel]
    sources: type[BaseModel]
    dataset: type[BaseModel]
    question: type[BaseModel]


def read(variable: str, path: str, forms: Forms) -> Mapping[str, Any]:
    """The content of the file that the variable names.

    Raises
    ------
    InvalidSettings : names the file, and every table and key that is wrong.
    """
    where = f"{variable}: {path}"
    text = text_files.text(variable, path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(f"{where} is not TOML: {toml_mistake(str(error), text)}") from None
    mistakes = list(_mistakes(content, forms))
    if mistakes:
        raise InvalidSettings(f"{where}: {'; '.join(mistakes)}")
    return content


def _mistakes(content: Mapping[str, Any], forms: Forms) -> Iterable[str]:
    try:
        forms.whole.model_validate(content)
    except ValidationError as error:
        yield explain(error, partial(_top, forms), partial(_tops, forms))
        return  # what is no table cannot be looked into
    tables = {"[defaults]": content.get("defaults", {})}
    tables |= {f'[datasets."{name}"]': t for name, t in content.get("datasets", {}).items()}
    for title, table in tables.items():
        try:
            forms.dataset.model_validate(table)
        except ValidationError as error:
            yield explain(error, partial(_within, title, table), partial(_keys, forms))


def _top(forms: Forms, place: Place) -> str:
    """A place in the file as a whole. Of a key outside of every table, in which table it belongs."""
    name = ".".join(map(str, place))
    homes = {**dict.fromkeys(forms.dataset.model_fields, "[defaults]")}
    homes |= dict.fromkeys(forms.sources.model_fields, "[sources]")
    outside = len(place) == 1 and name in homes
    return f"{name} (it belongs in the table {homes[name]})" if outside else name


def _tops(forms: Forms, place: Place) -> Iterable[str]:
    return (forms.sources if place[0] == "sources" else forms.whole).model_fields


def _within(title: str, table: Mapping[str, Any], place: Place) -> str:
    """A key within a table. A table in its place is most likely a name without its quotes."""
    name = f"{title} {'.'.join(map(str, place))}"
    split = len(place) == 1 and isinstance(table.get(str(place[0])), dict)
    unquoted = split and title != "[defaults]" and place[0] not in TABLES
    return f'{name} (put the name of a dataset in quotes: "workspace/name")' if unquoted else name


def _keys(forms: Forms, place: Place) -> Iterable[str]:
    return (forms.question if place[0] == "questions" else forms.dataset).model_fields
