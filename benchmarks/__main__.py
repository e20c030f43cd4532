"""`python -m benchmarks [NAME [OPTIONS…]]`: one benchmark, or all of them one after the other."""

from __future__ import annotations

import importlib
import sys

LIVE = ("deliveries", "pages", "latency", "burst", "connecting", "replay", "review_live")
ENGINE = (
    "engine_label",
    "engine_types",
    "engine_pictures",
    "reviews",
    "engine_speed",
    "report_speed",
    "properties",
)
"""In the order of BENCHMARKS.md."""


def main(arguments: list[str]) -> None:
    """Run the benchmark that is named first, with the other arguments as its options; or all of them."""
    names, options = (arguments[:1], arguments[1:]) if arguments else (LIVE + ENGINE, [])
    for name in names:
        print(f"\n## {name}\n", flush=True)
        importlib.import_module(f"benchmarks.{name}").main(list(options))


if __name__ == "__main__":
    main(sys.argv[1:])
