"""The notebook in docs/, from its first cell to its last, with an admin's key on a service that runs."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from argilla_distill.workers.use_cases.versions.comparing import compare_asked
from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.versions.aside import in_place
from tests.client.running_service import running
from tests.notebook import run
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.service_in_memory import ServiceInMemory

WORDS = {"yes": ("parcel", "late", "carrier"), "no": ("refund", "money", "card")}


@contextmanager
def working(service: ServiceInMemory) -> Iterator[None]:
    """A worker for what is asked of versions through the web process."""
    stopped = threading.Event()

    def work() -> None:
        while not stopped.wait(0.05):
            list(carry_out(service.world, D, lambda: None))
            make(service.world, D, 60.0)
            compare_asked(service.world, D, in_place, lambda: False)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stopped.set()
        worker.join(60)


def test_the_notebook_connects_makes_a_version_looks_at_conflicts_trains_and_compares(
    redis_url: str, tmp_path: Path
) -> None:
    drawn = random.Random(1)
    with running(redis_url, tmp_path) as served:
        service, records = served.service, [f"n{n}" for n in range(60)]
        service.argilla.add(*records)
        for n, record in enumerate(records):
            label = "yes" if n % 2 else "no"
            text = " ".join(drawn.choices(WORDS[label], k=6))
            service.argilla.rows[D][record].fields = {"text": f"{text} {n}"}
            for who in ("ann", "ben"):
                given = label if drawn.random() > 0.2 else "yes"
                service.answer(who, record, helpful=given, problem="none")
        service.settle()
        served.version(strategy="dawid_skene")
        for who in ("ann", "ben"):
            service.answer(who, "n0", helpful="yes", problem="none")
        service.settle()
        with working(service):
            found = run(
                tmp_path,
                {
                    "DISTILL_URL": served.url,
                    "ARGILLA_API_KEY": "adam.apikey",
                    "DISTILL_DATASET": CHAT.full_name,
                },
                240,
            )
    assert found["versions"][-2:] == ["dawid_skene-1", "majority-3"]
    assert found["contested"] > 5
    assert found["votes"] >= 2
    assert len(found["train"]) > 30
    assert all(0 < score < 1 for score in found["scores"].values())
    assert "n0" in found["changed"]
    assert found["causes"]["vote"] >= 1
    assert sum(found["causes"].values()) == len(found["changed"])
    assert found["new"] <= len(found["changed"])
