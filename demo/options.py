"""What the command line of `python -m demo` asks for. What is then played is `demo.programme`."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

OF_RECORDED_PLANS = ("answers", "speed", "records", "overlap")
"""Options that the loop has no use for."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The command line, checked.

    Attributes
    ----------
    answers : a folder of recorded answers, or None for the built-in annotators.
    loop : play rounds of a chatbot's outputs instead: `demo.loop`.
    exit : end after the tables and the version instead of staying up.
    seed : of the built-in annotators.
    speed : how many times as fast as the plan; None for the default, infinite for no waiting.
    records, overlap : None for all, and for what suits the answers.
    port, argilla_port : None for the usual one if it is free, else any free one.
    """

    answers: Path | None = None
    loop: bool = False
    exit: bool = False
    seed: int = 7
    speed: float | None = None
    records: int | None = None
    overlap: int | None = None
    port: int | None = None
    argilla_port: int | None = None


def parse(argv: Sequence[str]) -> Options:
    """The options; a mistake ends the program with a sentence and status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="A real Argilla whose annotators answer while argilla-distill distils.",
    )
    parser.add_argument(
        "--answers", type=Path, metavar="FOLDER", help="replay answers.csv of this folder instead"
    )
    parser.add_argument(
        "--loop",
        action="store_true",
        help="play how labels make a chatbot, and how its outputs come back to be labelled, instead",
    )
    parser.add_argument(
        "--exit",
        action="store_true",
        help="end after the tables and the version, with status 0 only if every completed record is "
        "distilled and the version is the same when it is made again",
    )
    parser.add_argument("--seed", type=int, default=7, help="of the built-in annotators")
    parser.add_argument(
        "--speed",
        type=_positive,
        metavar="FACTOR",
        help="times as fast as people answer, inf for no waiting "
        "(default: 3; inf for recorded answers)",
    )
    parser.add_argument("--records", type=_count, metavar="N", help="only the first N records")
    parser.add_argument(
        "--overlap", type=_count, metavar="N", help="answers that complete a record"
    )
    parser.add_argument("--port", type=_port, help="of our pages (default: 8000 if free)")
    parser.add_argument("--argilla-port", type=_port, help="of Argilla (default: 6900 if free)")
    options = Options(**vars(parser.parse_args(argv)))
    if options.loop:
        for name in OF_RECORDED_PLANS:
            if getattr(options, name) is not None:
                parser.error(
                    f"--{name} does not go with --loop, whose records and answers are fixed"
                )
    return options


def _count(text: str) -> int:
    return _whole(text, math.inf, "must be a whole number, 1 or more")


def _port(text: str) -> int:
    return _whole(text, 65535, "is no port")


def _whole(text: str, most: float, complaint: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text} {complaint}")
    return int(text)


def _positive(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = math.nan
    if not factor > 0:
        raise argparse.ArgumentTypeError(f"{text} must be a number, more than 0")
    return factor
