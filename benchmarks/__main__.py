"""`python -m benchmarks NAME [OPTIONS…]`: one benchmark; `all` of them one after the other."""

from __future__ import annotations

import importlib
import os
import sys

ALL = {
    "deliveries": "live.deliveries",
    "pages": "scale.pages",
    "latency": "live.latency",
    "waits": "live.waits",
    "burst": "live.burst",
    "connecting": "live.connecting",
    "many_workers": "live.many_workers",
    "many_machines": "live.many_machines",
    "working_day": "live.working_day",
    "replay": "live.replay",
    "review_live": "live.review_live",
    "engine_label": "engine.label",
    "engine_types": "engine.types_of_questions.every_type",
    "texts": "scale.text_costs",
    "held_out_votes": "engine.held_out_votes",
    "engine_pictures": "engine.pictures",
    "reviews": "engine.reviews",
    "trace": "loop.trace",
    "trace_big": "scale.trace_big",
    "compare_big": "loop.compare_big",
    "round_intervals": "loop.round_intervals",
    "round_starting": "loop.round_starting",
    "engine_speed": "engine.speed",
    "report_speed": "scale.report_speed",
    "one_answer": "scale.one_answer",
    "jobs": "scale.jobs",
    "versions": "versions.version_making",
    "archive": "versions.archiving_history",
    "client": "versions.client_reading",
    "properties": "engine.properties",
    "compare": "loop.comparing",
    "replacing": "loop.replacing",
    "three_strategies": "loop.three_strategies",
}
"""Name → module, in the order in which `all` runs them."""

ASKED_FOR = {"seeds": "engine.seeds", "big_dataset": "scale.big_dataset"}
"""Run only where they are named."""

EVERY = "all"

NAMES = ALL | ASKED_FOR


def main(arguments: list[str]) -> None:
    """Run the benchmark that is named first, with the other arguments as its options."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(
            f"python -m benchmarks NAME [OPTIONS…]; NAME is one of\n{chr(10).join(NAMES)}\n{EVERY}"
        )
        return
    names, options = arguments[:1], arguments[1:]
    if names == [EVERY]:
        names, options = list(ALL), []
    for library in ("OMP", "OPENBLAS"):  # as a worker has it: threads that wait take CPU too
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    for name in names:
        if name not in NAMES:
            sys.exit(f"no benchmark is called {name}; there are {', '.join(NAMES)}")
        print(f"\n## {name}\n", flush=True)
        importlib.import_module(f"benchmarks.{NAMES[name]}").main(list(options))


if __name__ == "__main__":
    main(sys.argv[1:])
