"""Makes a virtual environment from lock files, and says how far it has got.

    python .ci/environment.py STEP DIRECTORY LOCK [LOCK...] [--install PROJECT]

What the locks name is installed as it is: nothing is resolved, nothing is built, every file has its
hash. A later lock replaces what an earlier one installed. Everything that pip says goes to
`DIRECTORY/pip.log`; shown are what it works on, now and then, and its errors, when they happen.
Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

OLDEST, NEWEST = (3, 10), (3, 13)
"""Pythons for which every package of the locks has a wheel."""

SAY_EVERY_S = 15.0

CAUSES = {
    "THESE PACKAGES DO NOT MATCH THE HASHES": "a file is not the one that was locked: do not use it",
    "No matching distribution": "the package index has no such file for this Python and machine",
    "Could not find a version": "the package index has no such file for this Python and machine",
    "NewConnectionError": "the package index cannot be reached: is there a network, or a proxy?",
    "Temporary failure in name resolution": "the package index cannot be reached: is there a network?",
    "No space left on device": "the disk is full",
}
"""What pip writes → what it comes from."""


class Failed(Exception):
    """A step that did not succeed; the message says why."""


class Pip:
    """One environment's pip: what it does is printed in lines that begin with the step.

    Parameters
    ----------
    step : "1/3"
    """

    def __init__(self, step: str, directory: Path) -> None:
        self.step = step
        self.directory = directory
        self.log = directory / "pip.log"
        self.doing = "reading the lock"
        self.seen = 0
        self.ignored = 0
        self.cause = ""
        self._start_s = time.monotonic()

    @property
    def elapsed(self) -> str:
        return f"{time.monotonic() - self._start_s:.0f} s"

    def say(self, text: str) -> None:
        print(f"[{self.step}] {text}", flush=True)

    def run(self, *arguments: str, of: int = 0) -> None:
        """Run pip with these arguments.

        Raises
        ------
        Failed : it did not succeed.
        """
        command = [str(self.directory / "bin" / "python"), "-m", "pip", *arguments]
        options = ["--disable-pip-version-check", "--no-input"]
        with subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as pip:
            reader = threading.Thread(target=self._read, args=(pip,))
            reader.start()
            while reader.is_alive():
                reader.join(SAY_EVERY_S)
                if reader.is_alive():
                    far = f"{self.seen} of {of - self.ignored}, " if of else ""
                    self.say(f"{far}{self.doing} ({self.elapsed})")
            code = pip.wait()
        if code:
            raise Failed(
                f"pip {arguments[0]} ended with {code}. {self.cause}\nAll it said: {self.log}"
            )

    def _read(self, pip: subprocess.Popen[str]) -> None:
        assert pip.stdout is not None
        with self.log.open("a") as log:
            for line in pip.stdout:
                log.write(line)
                log.flush()
                self.understand(line.rstrip())

    def understand(self, line: str) -> None:
        """Take in one line of what pip writes, and say it if it is an error."""
        if found := re.match(r"Collecting ([\w.-]+)|Processing .*/([\w.]+)-\d", line):
            self.seen += 1
            self.doing = f"fetching {found[1] or found[2]}"
        elif line.startswith("Ignoring "):
            self.ignored += 1
        elif line.startswith("Installing collected packages"):
            self.doing = "unpacking"
        elif re.match(r"ERROR|\S+ \S+ (requires|has requirement) ", line):
            self.say(line)
        for sign, cause in CAUSES.items():
            if sign in line:
                self.cause = f"Likely: {cause}."


def make(step: str, directory: Path, locks: Sequence[Path], project: str) -> None:
    """Make the environment anew.

    Raises
    ------
    Failed : with the reason.
    """
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        versions = ["{}.{}".format(*each) for each in (version, OLDEST, NEWEST)]
        raise Failed(
            "Python {} has not all that is needed: use one from {} to {}, "
            "`make setup PYTHON=…`".format(*versions)
        )
    if not (find_spec("ensurepip") and find_spec("venv")):
        debian = Path(__file__).with_name("debian")
        package = "python{}.{}-venv".format(*version)
        if subprocess.call([debian, package]) and subprocess.call([debian, "python3-venv"]):
            raise Failed(f"this Python makes no virtual environments: apt-get install {package}")
    pip = Pip(step, directory)
    of = sum(len(re.findall(r"^[A-Za-z0-9]", lock.read_text(), re.MULTILINE)) for lock in locks)
    pip.say(
        f"{directory}: up to {of} packages, one or two minutes with a good line; "
        "a busy machine takes several times that"
    )
    venv.create(directory, clear=True, with_pip=True, symlinks=True)
    as_they_are = ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    for lock in locks:
        pip.run("install", *as_they_are, "--no-compile", "-r", str(lock), of=of)
    if project:  # setuptools is in the lock: nothing is fetched to build with
        pip.doing = f"installing {project}"
        pip.run("install", "--no-deps", "--no-build-isolation", "--editable", project)
    pip.doing = "compiling"
    compile_all(directory)
    pip.doing = "checking that nothing is missing"
    pip.run("check")
    pip.say(f"{directory}: ready after {pip.elapsed}")


def compile_all(directory: Path) -> None:
    """Compile on every core; pip takes one, and compiles the packages' own tests as well.

    A file that is not valid for this Python is passed over: nobody can import it either.
    """
    python, library = str(directory / "bin" / "python"), str(directory / "lib")
    subprocess.run([python, "-m", "compileall", "-qq", "-j", "0", "-x", r"/tests?/", library])


def main() -> int:
    """Make what the command line asks for; 1 if that failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("step")
    parser.add_argument("directory", type=Path)
    parser.add_argument("locks", type=Path, nargs="+")
    parser.add_argument("--install", default="", metavar="PROJECT")
    asked = parser.parse_args()
    try:
        make(asked.step, asked.directory, asked.locks, asked.install)
    except Failed as error:
        print(f"[{asked.step}] {asked.directory}: failed. {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
