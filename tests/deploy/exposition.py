"""What `/metrics` exposes, by name, with the labels of each: from the exposition itself."""

from dataclasses import asdict

from prometheus_client.parser import text_string_to_metric_families

from argilla_distill.domain.audited import Audited, Figure
from argilla_distill.domain.report import Overview, Today
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.state.failed_strategy import FailedStrategy
from argilla_distill.domain.state.model_info import ModelInfo
from argilla_distill.domain.versions.tracing import Suspicions
from argilla_distill.plugin.health import metrics
from argilla_distill.plugin.store import Store

DATASET = "90f3a1c2-0a51-4c0e-9a53-0d6d0a7e1f11"
PARTS = ("_bucket", "_sum", "_count")


def exposed(store: Store) -> dict[str, set[str]]:
    """Metric → its labels, as a scrape of a service that has done something shows them.

    A histogram goes by its own name, a counter by the name of its sample (`…_total`).
    """
    store.service.count("deliveries", "ping", "accepted")
    store.service.time("me", 0.1, success=True)
    store.datasets.add(DATASET)
    pipe = store.redis.pipeline()
    store.models.write(pipe, DATASET, "problem", None, ModelInfo("majority", 1))
    pipe.execute()
    failure = FailedStrategy("acme", "it raised", 1, 0)
    store.models.write_failures(DATASET, {"problem": failure})
    figure = Figure(0.9, 0.8, 0.95)
    audited = Audited(60, right=figure, gain=figure, overconfidence=figure)
    line = {"name": "problem", "audited": asdict(audited)}
    store.reports.write(DATASET, Overview(1, 0.1, Today(), (line,)), [], {})
    looked = Suspicions("problem", "learned-1", 1, 90, 90, True, "")
    store.suspicions.keep(DATASET, looked)
    known = Round("1", "bot", state="ended")
    told = RoundReport("1", "bot", "learned-1", "", 9, 9, 1, pass_rate=figure, by_labels=figure)
    store.rounds.keep_report(DATASET, known, told)
    store.memory.count({DATASET: (1, 1, 1_000)}, store.now())
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(metrics.expose(store, "distill").decode()):
        for sample in family.samples:
            name = family.name if sample.name.endswith(PARTS) else sample.name
            found.setdefault(name, set()).update(set(sample.labels) - {"le"})
    return found


def without_part(name: str, known: dict[str, set[str]]) -> str:
    """A histogram's name, where `name` is that of one of its series."""
    stems = [name.removesuffix(part) for part in PARTS if name.endswith(part)]
    return next((stem for stem in stems if stem in known), name)
