"""Draws the rooms of a checkout and the arrows between them, from what imports what.

    .venv/bin/python .ci/rooms.py [CHECKOUT] [--room NAME]

First a table of every folder: how many files it holds itself, how many rooms (files and folders) its
reader chooses among, how many arrows (one room imports from another) are between these, and how many
of the rooms are on a circle of arrows. Then, for the whole or for `--room plugin`, each room with the
rooms that it imports. CHECKOUT may be that of any commit, also from before the package had one name.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]

Arrows = Mapping[str, set[str]]
"""Rooms of one folder: name → names of those that it imports."""


def roots(checkout: Path) -> list[str]:
    """The packages of a checkout: one since they have one name, two before."""
    return [name for name in ("argilla_distill",) if (checkout / name).is_dir()] or [
        "plugin",
        "workers",
    ]


def arrows(graph: grimp.ImportGraph, folder: str) -> dict[str, set[str]]:
    """What the rooms of a folder import of each other.

    What the folder's own `__init__` imports for its readers' convenience is no arrow.
    """
    found: dict[str, set[str]] = {child: set() for child in graph.find_children(folder)}
    home = {module: room for room in found for module in (room, *graph.find_descendants(room))}
    for module, room in home.items():
        seen = {home.get(each) for each in graph.find_modules_directly_imported_by(module)}
        found[room] |= {other for other in seen if other is not None and other != room}
    return found


def reachable(rooms: Arrows, start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(rooms[start])
    while waiting:
        room = waiting.pop()
        if room not in seen:
            seen.add(room)
            waiting += rooms[room]
    return seen


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table in Markdown, padded so that it can be read as it is."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines = [
        " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in cells
    ]
    lines.insert(1, " | ".join("-" * w for w in widths))
    return "\n".join(f"| {line} |" for line in lines)


def folders(graph: grimp.ImportGraph, names: list[str]) -> list[str]:
    """Every package with something in it, in the order of a tree."""
    return sorted(m for m in graph.modules if graph.find_children(m) and m.split(".")[0] in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkout", nargs="?", type=Path, default=ROOT)
    parser.add_argument("--room", default="", help="for example plugin, or workers.engine")
    asked = parser.parse_args()
    sys.path.insert(0, str(asked.checkout.resolve()))
    names = roots(asked.checkout)
    graph = grimp.build_graph(*names, cache_dir=None)

    rows = []
    for folder in folders(graph, names):
        rooms = arrows(graph, folder)
        files = sum(not graph.find_children(room) for room in rooms)
        between = sum(len(others) for others in rooms.values())
        circle = sum(room in reachable(rooms, room) for room in rooms)
        rows.append((folder, files, len(rooms), between, circle or ""))
    print(table(("folder", "files", "rooms", "arrows", "on a circle"), rows), end="\n\n")

    prefix = f"{names[0]}." if len(names) == 1 else ""
    for folder in [f"{prefix}{asked.room}"] if asked.room else names:
        rooms = arrows(graph, folder)
        lines = [
            (
                room.removeprefix(f"{folder}."),
                ", ".join(sorted(o.rpartition(".")[2] for o in others)),
            )
            for room, others in sorted(rooms.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        ]
        print(table((f"room of {folder}", "imports from"), lines), end="\n\n")


if __name__ == "__main__":
    main()
