"""The house rules of the tests themselves, held by their syntax trees.

A test imports no other test: what several use lives in a module named after what it holds. And a test
comes in by the public door: it uses no private name (`_name`) of anything but itself.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places import ROOT

FILES = sorted((ROOT / "tests").rglob("*.py"))

MAX_FILES = 14
"""In one folder: about a dozen."""

MAX_LINES = 600
"""In one file: beyond that it has a second subject."""

OURS = ("argilla_distill.", "benchmarks.", "demo.", "tests.")

NOT_PRIVATE = {"_replace", "_asdict", "_fields", "_exit"}
"""Public, whatever they look like: of named tuples, and of the module `os`."""


OWN = ("self", "cls", "super()", "other")
"""Whose privates a class of the tests may use; `other` is one more of the same class."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module, and every name of a module, that is imported: `a.b.name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_test(module: str) -> bool:
    return module.startswith("test_")


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in NOT_PRIVATE


def reached(tree: ast.AST) -> Iterator[str]:
    """Private names of others: imported, or asked of anything but `OWN`."""
    ours = (name for name in imported(tree) if name.startswith(OURS))
    yield from (name for name in ours if any(map(private, name.split("."))))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and private(node.attr):
            owner = ast.unparse(node.value)
            if owner not in OWN:
                yield f"{owner}.{node.attr}"


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """The syntax tree of each file."""
    return {name_of(path): ast.parse(path.read_text()) for path in FILES}


def test_no_test_imports_another(trees: dict[str, ast.Module]) -> None:
    wrong = [
        f"{file}: {name}"
        for file, tree in trees.items()
        for name in imported(tree)
        if name.startswith("tests.")
        and (any(map(is_test, name.split(".")[:-1])) or "conftest" in name)
    ]
    assert wrong == []


def test_tests_use_no_private_names_of_the_code(trees: dict[str, ast.Module]) -> None:
    found = {(file, name) for file, tree in trees.items() for name in reached(tree)}
    assert sorted(found) == []


def test_no_folder_of_tests_has_more_than_about_a_dozen_files() -> None:
    folders = Counter(path.parent for path in FILES)
    assert {name_of(folder): n for folder, n in folders.items() if n > MAX_FILES} == {}


def test_every_test_file_has_a_name_of_its_own() -> None:
    names = Counter(path.name for path in FILES if path.name.startswith("test_"))
    assert [name for name, count in names.items() if count > 1] == []


def test_no_file_of_tests_has_more_than_one_subject() -> None:
    lines = {name_of(path): path.read_text().count("\n") for path in FILES}
    assert {name: n for name, n in lines.items() if n > MAX_LINES} == {}
