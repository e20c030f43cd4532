"""Multi-label, rating, ranking, text and span questions, beside other libraries in the same run.

    python -m benchmarks engine_types [FOLDER] [--draws 5]

FOLDER (default ``../shared/bench``) holds recorded answers as `argilla-distill aggregate` reads
them; a dataset that is not there is skipped, and so are peers that are not installed. Spans are a
made-up crowd's, whose members miss, invent, cut and mislabel, each at rates of their own. With
adjudications: so many records are drawn and learned, and the figures are those of all others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from argilla_distill.workers.engine.contract.question import QuestionType
from benchmarks.engine import peers
from benchmarks.engine.types_of_questions import parts, values

DATASETS: list[tuple[QuestionType, str, Callable[[Path, int], None]]] = [
    ("multi_label", "medical_relations", parts.multi_label),
    ("multi_label", "affect_multilabel", parts.whole_sets),
    ("rating", "affective_text", values.rating),
    ("rating", "popquorn_offensive", values.half_predicts_half),
    ("ranking", "lee_rankings", parts.ranking),
    ("text", "crowdwsa_j1", values.text),
    ("span", "", parts.span),
]


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="engine_types")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/bench"))
    parser.add_argument("--only", choices=list(dict.fromkeys(kind for kind, _, _ in DATASETS)))
    parser.add_argument("--draws", type=int, default=5)
    options = parser.parse_args(arguments)
    for name in peers.MISSING:
        print(f"{name} is not installed and takes no part", file=sys.stderr)
    for kind, name, measure in DATASETS:
        if options.only not in (None, kind):
            continue
        if not (options.folder / name).is_dir():
            print(f"skipped {name}: not in {options.folder}", file=sys.stderr)
            continue
        measure(options.folder / name, options.draws)
