"""Changes the code a little at a time, and counts how often no test notices. `make mutants`.

    python .ci/mutants.py [ROOM...] [--again] [--digits 37] [--seconds N] [--processes 2]

What must not go wrong unseen is changed by mutmut: one operator, argument, constant or text at a time
(a mutant). The tests of its room are run against each; a mutant that they let pass has survived. Every
room is worked on in a copy of its own below `.cache/mutants`, with the tests that are about it and no
others. mutmut makes the mutants, and finds out which tests enter which function; each is tried with
these, the quickest first, in a fork of a pytest that has loaded everything (`forked_mutants.py`). With
`--again` the copy is used once more, with the tests as they are now: what was not tried is tried, and
what survived once more. Where the code itself has changed, it begins from the beginning. How far it is, and
about how long it will take, is told on stderr meanwhile; the results go to stdout. Which rooms there are is
`mutant_rooms.py`, how results are counted `mutant_results.py`.

A survivor that changes nothing anybody could see is no gap. Those are listed, each with the reason, in
`.ci/equivalent_mutants.toml`, by function and changed line; they count neither for nor against.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mutant_results import KILLED, RESULTS, Score, describe, noted, score, tried
from mutant_rooms import ROOMS, Room

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".cache" / "mutants"
EQUIVALENT = ROOT / ".ci" / "equivalent_mutants.toml"

BAR = 0.95
"""Of the mutants that are not equivalent, so many have to be noticed."""

CODE = ("argilla_distill", "plugin", "workers", "demo")

PLUGIN = ROOT / ".ci" / "forked_mutants.py"

EVERY_S = 15.0
"""So often a line tells how far a room is."""

OPTIONS = [
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-p",
    "no:cov",
    "-p",
    "no:unraisableexception",
]
"""The last two only cost time here."""


def prepare(folder: Path) -> None:
    """Lay out a copy of the code in which mutmut changes this room alone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in CODE:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            copy(source, target)


def renew_tests(folder: Path, room: Room) -> None:
    """Put the tests that there are now into a copy, and into mutmut's own copy of it."""
    for place in (folder, folder / "mutants"):
        shutil.rmtree(place / "tests", ignore_errors=True)
        copy(ROOT / "tests", place / "tests")
    stats(folder).unlink(missing_ok=True)
    (folder / "plugins").mkdir(exist_ok=True)
    shutil.copy2(PLUGIN, folder / "plugins")
    wanted = {
        # links are not followed, unless they are named
        "source_paths": ["argilla_distill", "argilla_distill/plugin", "argilla_distill/workers"],
        "only_mutate": [f"argilla_distill/{file}" for file in room.files],
        "also_copy": ["demo"],
        "pytest_add_cli_args": [
            *OPTIONS,
            *(f"--deselect=tests/{test}" for test in room.without),
        ],
        "pytest_add_cli_args_test_selection": [f"tests/{test}" for test in room.tests],
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in wanted.items()]
    text = (ROOT / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text("\n".join([text, "[tool.mutmut]", *lines, ""]))


def same_code(folder: Path) -> bool:
    """Whether a copy holds the code that there is now; its results say nothing about other code."""
    return all(
        (folder / name).is_dir() and contents(folder / name) == contents(ROOT / name)
        for name in CODE
    )


def contents(folder: Path) -> dict[str, str]:
    """File of Python → its text, of all below a folder."""
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in folder.rglob("*.py")}


def copy(source: Path, target: Path) -> None:
    """Copy a folder, with its links as links and without what Python made of it."""
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))


def make(folder: Path) -> None:
    """Have mutmut make the mutants, and find out which tests enter which function."""
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    log = folder / "mutmut.log"
    with log.open("w") as file:
        # it tries those of this name: none
        command = [mutmut, "run", "none", "--max-children", "1"]
        subprocess.run(command, cwd=folder, env=environment(folder), stdout=file, stderr=file)
    if not stats(folder).exists() or not tried(folder):
        sys.exit(f"mutmut failed; the end of {log}:\n{log.read_text()[-3000:]}")


def stats(folder: Path) -> Path:
    """What mutmut has found out about the tests."""
    return folder / "mutants" / "mutmut-stats.json"


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Of the processes that work on a room."""
    own = {name: value for name, value in os.environ.items() if name != "MUTANT_UNDER_TEST"}
    return {
        **own,
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(folder / "plugins"),
        **more,
    }


def run(folder: Path, names: list[str], processes: int, seconds: float | None) -> None:
    """Try these mutants, whether they were tried or not, and tell how far that is."""
    enters = json.loads(stats(folder).read_text())["tests_by_mangled_function_name"]
    tests = {name: enters.get(name.rpartition("__mutmut_")[0], []) for name in names}
    tests = dict(sorted(tests.items(), key=lambda item: len(item[1])))
    asked, log = folder / "asked.json", folder / "pytest.log"
    results = folder / RESULTS
    wanted = {"results": str(results), "processes": processes, "tests": tests}
    asked.write_text(json.dumps(wanted))
    settings = tomllib.loads((folder / "pyproject.toml").read_text())["tool"]["mutmut"]
    command = [
        *(sys.executable, "-m", "pytest", "-q", "--rootdir=.", "-p", PLUGIN.stem),
        *settings["pytest_add_cli_args"],
        *settings["pytest_add_cli_args_test_selection"],
    ]
    more = {"MUTANTS": str(asked), "HYPOTHESIS_PROFILE": "mutants"}
    with (
        log.open("w") as file,
        subprocess.Popen(
            command,
            cwd=folder / "mutants",
            env=environment(folder, **more),
            stdout=file,
            stderr=file,
        ) as session,
    ):
        try:
            code = watch(session, folder.name, results, len(names), seconds)
        except subprocess.TimeoutExpired:
            session.send_signal(signal.SIGINT)  # so that it ends the servers that it has begun
            code = 0
    if code:
        sys.exit(f"pytest failed; the end of {log}:\n{log.read_text()[-3000:]}")


def watch(
    session: subprocess.Popen[bytes], room: str, results: Path, n: int, seconds: float | None
) -> int:
    """Wait until it has tried its `n` mutants, and tell how far it is. Its exit code.

    Raises
    ------
    subprocess.TimeoutExpired : it has not ended within so many seconds.
    """
    before = len(noted(results))
    began = time.monotonic()  # until the first mutant is through: of the tests as they are
    until = began + (math.inf if seconds is None else seconds)
    while True:
        try:
            return session.wait(max(0.0, min(EVERY_S, until - time.monotonic())))
        except subprocess.TimeoutExpired:
            now = time.monotonic()
            if now >= until:
                raise
            codes = [code for _, code in noted(results)[before:]]
            if not codes:
                began = now
            told = progress(codes, n, now - began)
            print(f"{room:<12} {told}", file=sys.stderr, flush=True)


def progress(codes: Sequence[int], n: int, seconds: float) -> str:
    """How far a room is.

    Parameters
    ----------
    codes : of the mutants that have been tried.
    n : how many there are.
    seconds : what these took.
    """
    if not codes:
        return f"0 of {n} tried: the tests run once on the code as it is"
    left_s = seconds / len(codes) * (n - len(codes))
    took = f"{left_s / 60:.0f} min" if left_s >= 120 else f"{left_s:.0f} s"
    survived = sum(code not in KILLED for code in codes)
    return f"{len(codes)} of {n} tried, {survived} survived so far, about {took} left"


def left(folder: Path, equivalent: dict[str, dict[str, str]], digits: str | None) -> list[str]:
    """Mutants that have not been tried, and those that survived."""
    untried = [mutant for mutant, code in tried(folder).items() if code is None]
    found = [*untried, *score(folder, equivalent).survivors]
    return [mutant for mutant in found if not digits or mutant[-1] in digits]


def main() -> None:
    parser = argparse.ArgumentParser(description="Mutation tests of what must not go wrong unseen.")
    parser.add_argument("rooms", nargs="*", choices=[*ROOMS, []], metavar="ROOM")
    parser.add_argument(
        "--again",
        action="store_true",
        help="go on, and retry what survived",
    )
    parser.add_argument("--digits", help="a sample: only mutants whose number ends in one of these")
    parser.add_argument("--seconds", type=float, help="stop a room after that long")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    equivalent = tomllib.loads(EQUIVALENT.read_text())
    total = Score()
    for name in asked.rooms or ROOMS:
        folder = WORK / name
        if not (asked.again and same_code(folder)):
            prepare(folder)
        renew_tests(folder, ROOMS[name])
        print(f"{name:<12} its mutants are made", file=sys.stderr, flush=True)
        make(folder)
        if wanted := left(folder, equivalent, asked.digits):
            run(folder, wanted, asked.processes, asked.seconds)
        found = score(folder, equivalent)
        print(f"{name:<12} {describe(found)}", flush=True)
        print("".join(f"  {each}\n" for each in found.survivors.values()), end="", flush=True)
        total.killed += found.killed
        total.equivalent += found.equivalent
        total.unchecked += found.unchecked
        total.survivors |= found.survivors
    print(f"{'all':<12} {describe(total)}")
    sys.exit(total.share < BAR or bool(total.unchecked and not asked.digits))


if __name__ == "__main__":
    main()
