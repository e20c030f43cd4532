"""The tools beside the code: the site's links, and the drawing of rooms and arrows."""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.places import ROOT


@pytest.fixture
def site() -> Any:
    """The script that builds the documentation, as a module."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / ".ci/docs.py")))


def test_pages_are_copied_with_all_that_they_link_to(site: Any, tmp_path: Path) -> None:
    site.stage(tmp_path)
    assert (tmp_path / "index.md").is_file()
    assert (tmp_path / "ARCHITECTURE.md").is_file()
    assert (tmp_path / "flow.svg").is_file()
    assert (tmp_path / "deploy" / "compose.yaml").is_file()
    for page in tmp_path.glob("*.md"):
        for link in site.LINK.findall(page.read_text()):
            assert (tmp_path / link.partition("#")[0]).exists(), (page.name, link)


def test_a_link_that_leads_nowhere_is_named(site: Any, tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text(
        '<h1 id="here"></h1><a href="#here"></a><a href="two.html#there"></a>'
        '<a href="https://argilla.io"></a><a href="two.html"></a><img src="gone.svg">'
    )
    (tmp_path / "two.html").write_text('<a href="one.html#here"></a>')
    assert site.broken(tmp_path) == [
        "one.html: gone.svg leads nowhere",
        "one.html: two.html#there has no such place",
    ]


def test_rooms_are_drawn_with_their_arrows_and_circles(tmp_path: Path) -> None:
    files = {
        "argilla_distill/__init__.py": "",
        "argilla_distill/hall.py": "from argilla_distill.kitchen import stove\n",
        "argilla_distill/kitchen/__init__.py": "",
        "argilla_distill/kitchen/stove.py": "from argilla_distill.kitchen import pan\n",
        "argilla_distill/kitchen/pan.py": "from argilla_distill.kitchen import stove\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    drawn = subprocess.run(
        [sys.executable, str(ROOT / ".ci/rooms.py"), str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = [" ".join(line.split()) for line in drawn.stdout.splitlines()]
    assert "| argilla_distill | 1 | 2 | 1 | |" in lines, drawn.stderr
    assert "| argilla_distill.kitchen | 2 | 2 | 2 | 2 |" in lines
    assert "| hall | kitchen |" in lines


MAX_FILES = 14
"""In one folder: about a dozen."""


def test_every_folder_is_a_room_and_no_arrows_go_round() -> None:
    command = [sys.executable, str(ROOT / ".ci/rooms.py"), str(ROOT)]
    drawn = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in drawn.stdout.splitlines()]
    folders = {row[0]: row[1:] for row in rows if len(row) == 5 and row[1].isdigit()}
    assert "argilla_distill.plugin.store" in folders, drawn.stderr
    assert {name: row[0] for name, row in folders.items() if int(row[0]) > MAX_FILES} == {}
    assert {name: row[3] for name, row in folders.items() if row[3]} == {}, "arrows go round"


@pytest.mark.parametrize("folder", ["demo", "benchmarks"])
def test_what_is_beside_the_package_has_rooms_as_well(folder: str) -> None:
    places = [place for place in (ROOT / folder).rglob("*") if place.is_dir()]
    files = {str(place.relative_to(ROOT)): len([*place.glob("*.py")]) for place in places}
    assert {name: n for name, n in files.items() if n > MAX_FILES} == {}


FOLDERS = ("argilla_distill", "plugin", "workers", "demo", "benchmarks")


def docstrings(pattern: str, *folders: str) -> dict[Path, str]:
    """File → what it says of itself, of all files of Python in these folders; links are not followed."""
    files = (file for folder in folders for file in (ROOT / folder).rglob(pattern))
    return {f: ast.get_docstring(ast.parse(f.read_text("utf-8"))) or "" for f in sorted(files)}


def rows(contents: str) -> Counter[str]:
    """The names in the first cells, or at the points, of a table of contents."""
    cells = re.findall(r"^\| ?(.*?) ?\|", contents, re.MULTILINE)
    points = re.findall(r"^- ((?:``\w+``(?:, )?)+):", contents, re.MULTILINE)
    return Counter(name for each in (*cells, *points) for name in re.findall(r"`+(\w+)/?`+", each))


def test_every_folder_of_code_has_a_table_of_contents() -> None:
    silent, missing, wrong = [], [], []
    for contents, docstring in docstrings("__init__.py", *FOLDERS).items():
        names = set(re.findall(r"`+(\w+)/?`+", docstring))
        rooms = {
            each.stem
            for each in contents.parent.iterdir()
            if (each.suffix == ".py" or (each / "__init__.py").exists())
            and not each.stem.startswith("__")
        }
        where = str(contents.parent.relative_to(ROOT))
        silent += [where] * (not docstring)
        missing += [f"{where}: {name}" for name in sorted(rooms - names)]
        listed = rows(docstring.replace("`__main__`", ""))
        wrong += [f"{where}: {name}" for name, n in listed.items() if n > 1 or name not in rooms]
    assert (silent, missing, wrong) == ([], [], [])


def test_a_module_that_a_docstring_points_to_is_there() -> None:
    """Names that begin with a room, as `workers.use_cases.reviews`, or with a part of its path."""
    every = docstrings("*.py", *FOLDERS, "tests")
    modules = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in every
    }
    tops = (*FOLDERS, "argilla_distill/domain")
    rooms = {each.name for top in tops for each in (ROOT / top).iterdir() if each.is_dir()}

    def is_there(name: str) -> bool:
        module, _, attribute = name.rpartition(".")
        return any(
            f".{each}".endswith(f".{name}")
            or (f".{each}".endswith(f".{module}") and attribute in file.read_text("utf-8"))
            for each, file in modules.items()
        )

    named = {
        (str(file.relative_to(ROOT)), name)
        for file, docstring in every.items()
        for name in re.findall(r"`+([a-z_]+(?:\.\w+)+)`+", docstring)
        if name.partition(".")[0] in rooms | set(FOLDERS)
    }
    assert len(named) > 100
    assert [pair for pair in sorted(named) if not is_there(pair[1])] == []
