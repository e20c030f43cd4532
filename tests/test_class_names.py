"""No class name has two meanings: what one is called, no other is.

The installed product is held to that as a whole, the client included, and the demo and the benchmarks each
in themselves: they are programs of their own.
"""

from __future__ import annotations

import ast
from collections import defaultdict

import pytest

from tests.places import ROOT

PROGRAMS = {
    "product": ("argilla_distill", "plugin", "workers"),
    "demo": ("demo",),
    "benchmarks": ("benchmarks",),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_class_name_has_one_meaning(program: str) -> None:
    places = defaultdict(list)
    for room in PROGRAMS[program]:
        for path in (ROOT / room).rglob("*.py"):
            if any(parent.is_symlink() for parent in path.parents):
                continue  # argilla_distill/plugin is plugin
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(str(path.relative_to(ROOT)))
    assert len(places) > 10
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
