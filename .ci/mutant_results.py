"""What became of mutants: noted while they are tried, counted after."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

KILLED = {1, -24}
"""The codes for: a test failed, or the change made one run for ever."""

RESULTS = "results.jsonl"
"""Below a room's copy: what became of which mutant, [name, code] by line, the last one holds."""


@dataclass
class Score:
    """What became of one room's mutants."""

    killed: int = 0
    equivalent: int = 0
    survivors: dict[str, str] = field(default_factory=dict)
    """Mutant → function and change, for people to read."""

    unchecked: int = 0

    @property
    def share(self) -> float:
        """Of the mutants that matter and were tried, how many a test noticed."""
        return self.killed / max(1, self.killed + len(self.survivors))


def noted(results: Path) -> list[tuple[str, int]]:
    """Mutants that have been tried, with the codes with which their tests ended, in that order.

    A line that is half written, now or for ever because a kill cut it short, is none: what it told of is
    tried again.
    """
    found: list[tuple[str, int]] = []
    for line in results.read_text().splitlines() if results.exists() else ():
        try:
            mutant, code = json.loads(line)
        except ValueError:
            continue
        found.append((mutant, code))
    return found


def tried(folder: Path) -> dict[str, int | None]:
    """Mutant → the code with which its tests ended, None where it was not tried yet."""
    found: dict[str, int | None] = {}
    for path in sorted(folder.rglob("*.meta")):
        found |= dict.fromkeys(json.loads(path.read_text())["exit_code_by_key"])
    return found | dict(noted(folder / RESULTS))


SHOW = """
import json, sys
from mutmut.mutation.diff_apply import get_diff_for_mutant
print(json.dumps({name: get_diff_for_mutant(name) for name in sys.argv[1:]}))
"""
"""A program that prints what mutants change, as JSON."""


def changes(folder: Path, mutants: list[str]) -> dict[str, tuple[str, str]]:
    """Mutant → the function that it is in, and what it changes: `old line → new line`."""
    if not mutants:
        return {}
    command = [sys.executable, "-c", SHOW, *mutants]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return {name: change(name, diff) for name, diff in json.loads(done.stdout).items()}


def change(mutant: str, diff: str) -> tuple[str, str]:
    """The same of one, from how its function differs."""
    shown = diff.splitlines()
    old = " ".join(line[1:].strip() for line in shown if re.match(r"-(?!--)", line))
    new = " ".join(line[1:].strip() for line in shown if re.match(r"\+(?!\+\+)", line))
    function = re.sub(r"__mutmut_\d+$", "", mutant).replace("xǁ", "").replace("ǁ", ".")
    return re.sub(r"\.x_(_*[a-z]\w*)$", r".\1", function), f"{old} → {new}"


def score(folder: Path, equivalent: dict[str, dict[str, str]]) -> Score:
    """Count, and look up the survivors among those that are known to change nothing."""
    result, codes = Score(), tried(folder)
    passed = [m for m, code in codes.items() if code is not None and code not in KILLED]
    result.unchecked = sum(code is None for code in codes.values())
    result.killed = len(codes) - result.unchecked - len(passed)
    for mutant, (function, changed) in changes(folder, passed).items():
        if changed in equivalent.get(function, {}):
            result.equivalent += 1
        else:
            result.survivors[mutant] = f"{function}\n    {changed}"
    return result


def describe(found: Score) -> str:
    """One line of the table."""
    rest = f", {found.unchecked} not tried" if found.unchecked else ""
    return (
        f"{found.share:6.1%} noticed: {found.killed} killed, {len(found.survivors)} survived, "
        f"{found.equivalent} equivalent{rest}"
    )
