"""Changes the code a little at a time, and counts how often no test notices. `make mutants`.

    python .ci/mutants.py [ROOM...] [--again] [--digits 37] [--seconds N] [--processes 2]

What must not go wrong unseen is changed by mutmut: one operator, argument, constant or text at a time
(a mutant). The tests of its room are run against each; a mutant that they let pass has survived. Every
room is worked on in a copy of its own below `.cache/mutants`, with the tests that are about it and no
others. mutmut makes the mutants, and finds out which tests enter which function; each is tried with
these, the quickest first, in a fork of a pytest that has loaded everything (`forked_mutants.py`). With
`--again` the copy is used once more, with the tests as they are now: what was not tried is tried, and
what survived once more. Where the code itself has changed, it begins from the beginning. How far it is, and
about how long it will take, is told on stderr meanwhile; the results go to stdout.

A survivor that changes nothing anybody could see is no gap. Those are listed, each with the reason, in
`.ci/equivalent_mutants.toml`, by function and changed line; they count neither for nor against.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".cache" / "mutants"
EQUIVALENT = ROOT / ".ci" / "equivalent_mutants.toml"

BAR = 0.95
"""Of the mutants that are not equivalent, so many have to be noticed."""

KILLED = {1, -24}
"""The codes for: a test failed, or the change made one run for ever."""

CODE = ("argilla_distill", "plugin", "workers", "demo")

PLUGIN = ROOT / ".ci" / "forked_mutants.py"

RESULTS = "results.jsonl"
"""Below a room's copy: what became of which mutant, [name, code] by line, the last one holds."""

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


@dataclass(frozen=True)
class Room:
    """What is changed, and the tests that have to notice. Paths begin at the package and at `tests`.

    `without` are tests in there that take seconds: each survivor would wait for them.
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    without: tuple[str, ...] = ()


ROOMS = {
    "lease": Room(
        files=("plugin/store/work/lease.py",),
        tests=("plugin/store/test_store_lease.py",),
    ),
    "webhook": Room(
        files=("plugin/webhook/*",),
        tests=("plugin/webhook", "plugin/test_listener.py"),
    ),
    "rights": Room(
        files=("domain/disclosure.py", "plugin/visitors/*"),
        tests=(
            "domain/test_disclosure_rules.py",
            "plugin/visitors",
            "plugin/pages/test_pages_rights.py",
            "plugin/pages/test_pages_tokens.py",
        ),
    ),
    "echoes": Room(
        files=("domain/observing/echoes.py", "domain/observing/ledger.py"),
        tests=("domain/observing",),
    ),
    "suggestions": Room(
        files=("workers/writing/suggestions.py",),
        tests=("workers/writing/test_suggestions.py", "workers/writing/test_suggestions_kept.py"),
    ),
    "publishing": Room(
        files=(
            "workers/use_cases/sending/guarded_call.py",
            "workers/use_cases/distilling/steps/publishing.py",
            "workers/use_cases/distilling/steps/committing.py",
            "workers/use_cases/distilling/steps/batch_decisions.py",
            "workers/use_cases/distilling/steps/conflict_changes.py",
            "workers/use_cases/distilling/steps/kept_batch.py",
        ),
        tests=(
            "workers/use_cases/distilling/test_distil.py",
            "workers/use_cases/distilling/test_committing.py",
            "workers/use_cases/distilling/steps/test_batch_decisions.py",
            "workers/use_cases/distilling/steps/test_conflict_changes.py",
            "workers/use_cases/distilling/steps/test_publishing.py",
            "workers/use_cases/distilling/test_distil_settings.py",
            "workers/use_cases/distilling/test_overlap.py",
            "workers/use_cases/distilling/reviewing/test_reviewing.py",
            "workers/use_cases/sending/test_guarded_call.py",
            "workers/models/test_kept_models.py",
        ),
        without=(
            "workers/use_cases/distilling/test_distil_settings.py"
            "::test_a_score_that_drifts_in_small_steps_is_written_once_they_add_up",
        ),
    ),
}


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


def left(folder: Path, equivalent: dict[str, dict[str, str]], digits: str | None) -> list[str]:
    """Mutants that have not been tried, and those that survived."""
    untried = [mutant for mutant, code in tried(folder).items() if code is None]
    found = [*untried, *score(folder, equivalent).survivors]
    return [mutant for mutant in found if not digits or mutant[-1] in digits]


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


def describe(found: Score) -> str:
    """One line of the table."""
    rest = f", {found.unchecked} not tried" if found.unchecked else ""
    return (
        f"{found.share:6.1%} noticed: {found.killed} killed, {len(found.survivors)} survived, "
        f"{found.equivalent} equivalent{rest}"
    )


if __name__ == "__main__":
    main()
