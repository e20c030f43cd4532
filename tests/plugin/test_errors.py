"""The tree of errors is drawn as it is, and every error in it is raised somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from argilla_distill.plugin import errors
from argilla_distill.plugin.errors import DistillError
from tests.places import ROOT

ABSTRACT = {"DistillError"}


def tree(root: type[DistillError]) -> Iterator[type[DistillError]]:
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from tree(child)


@pytest.fixture(scope="module")
def source() -> str:
    files = [f for top in ("plugin", "workers") for f in (ROOT / top).glob("**/*.py")]
    return "\n".join(file.read_text() for file in files if file.name != "errors.py")


def test_the_drawing_shows_every_error_and_which_may_be_tried_again() -> None:
    drawn = re.findall(r"[├└]── (\w+) .*?(retry)?$", str(errors.__doc__), re.MULTILINE)
    assert {name: bool(retry) for name, retry in drawn} == {
        e.__name__: e.retry for e in tree(DistillError)
    }


def test_every_error_is_raised_somewhere(source: str) -> None:
    for error in tree(DistillError):
        if error.__name__ not in ABSTRACT:
            made = rf"(raise|return|else)\b[^\n]*\b{error.__name__}\("
            chosen = rf"else {error.__name__}\)\("
            assert re.search(f"{made}|{chosen}", source), error.__name__
