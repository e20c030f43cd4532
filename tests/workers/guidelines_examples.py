"""Examples that a report has for the guidelines, and guidelines that have them."""

from __future__ import annotations

import json
from typing import Any

from argilla_distill.domain.report import Example, Overview, QuestionReport, Today, read
from argilla_distill.workers.use_cases.reports import guidelines
from argilla_distill.workers.writing.guidelines_section import (
    END,
    START,
    Guidelines,
)
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import ServiceInMemory


def example(value: str = "yes", kind: str = "telling", n: int = 0, **more: Any) -> Example:
    text, reason = f"Thanks {n}, that fixed it.", f"reason {n}"
    return Example(**{**vars(Example(f"r{n}", kind, value, 0.9, text, reason)), **more})


EXAMPLES = (example("yes"), example("no", n=1), example("no", "close", n=2))


def report(*examples: Example, name: str = "helpful") -> QuestionReport:
    """A report that knows of nothing but examples."""
    empty: dict[str, Any] = {
        field: [] for field in ("labels", "confidence", "pairs", "weeks", "rounds")
    }
    counts = ("fit", "votes", "decided", "undecided", "conflicts", "settled", "across_count")
    return read(
        QuestionReport,
        {
            **empty,
            **dict.fromkeys((*counts, "adjudications"), 0),
            "agreement": None,
            "values": {},
            "kinds": {},
            "across": [],
            "annotators": [],
            "name": name,
            "type": "label_selection",
            "strategy": "majority",
            "training": "",
            "examples": [vars(each) for each in examples],
        },
    )


def reported(service: ServiceInMemory, *examples: Example) -> None:
    service.store.datasets.note(D, questions=json.dumps({"helpful": {"word": "distilled"}}))
    overview = Overview(0, 0.0, Today(), ())
    service.store.reports.write(D, overview, [report(*examples)], {})


SECTION = f"Be kind.\n\n{START}\n## Examples\n{END}\n"


def with_section(service: ServiceInMemory) -> None:
    """The examples are in the guidelines, as they would be after a report."""
    service.argilla.told[D] = SECTION
    assert Guidelines.of(SECTION).section is not None
    service.store.datasets.note(D, **{guidelines.FACT: "written"})
