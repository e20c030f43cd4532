"""What goes from room to room has a type with named fields; only what is JSON already is a dict.

A public function that takes or gives `dict[str, Any]` is at the edge of JSON: it reads or writes what
Argilla, a browser, a script, a file or a snapshot has. The files at that edge are named here, so that no
other room begins to hand dicts on.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.places import ROOT

EDGE = {
    "argilla_distill/client": "JSON of our own pages, as a script reads it",
    "argilla_distill/domain": "JSON: what a report, a manifest or an entry is written as",
    "argilla_distill/exports": "rows of files that are written for others",
    "plugin/argilla": "JSON of Argilla's API",
    "plugin/health": "JSON of the probes",
    "plugin/pages": "what Jinja and JSON are given",
    "plugin/settings/dataset_settings.py: complete": "the settings as JSON, as the history keeps them",
    "plugin/store/shapes": "JSON as it is stored",
    "workers/cli": "JSON that commands print",
    "workers/engine": "snapshots: the state of a strategy as JSON",
    "workers/files": "objects of JSON Lines and rows of tables",
    "workers/models/confined.py": "snapshots",
    "workers/use_cases/aggregate.py": "lines of JSON that are written to a file",
    "workers/use_cases/twins": "records as Argilla's API takes them",
    "workers/versions": "rows of Parquet",
    "workers/writing": "suggestions, copies and datasets as Argilla's API takes them",
}
"""File or folder → which JSON it is."""

DICT = re.compile(r"dict\[str, Any\]|\bJson\b")


def hands_on_dicts(path: Path) -> Iterator[str]:
    """Public functions and methods of a file with a dict of anything in their signature."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        hints = [
            node.returns,
            *(each.annotation for each in (*node.args.args, *node.args.kwonlyargs)),
        ]
        if any(hint is not None and DICT.search(ast.unparse(hint)) for hint in hints):
            yield f"{path.relative_to(ROOT)}: {node.name}"


def test_dicts_are_handed_on_at_the_edge_of_json_only() -> None:
    found = [
        each
        for room in ("argilla_distill", "plugin", "workers")
        for path in sorted((ROOT / room).rglob("*.py"))
        if not any(parent.is_symlink() for parent in path.parents)
        for each in hands_on_dicts(path)
    ]
    assert [each for each in found if not each.startswith(tuple(EDGE))] == []
    assert [place for place in EDGE if not any(each.startswith(place) for each in found)] == []
