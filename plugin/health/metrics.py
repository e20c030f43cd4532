"""Prometheus metrics, read from the store at each scrape (what a forked job counts itself vanishes).

Names, types and labels are listed in docs/pages.md; a test holds it to this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from argilla_distill.domain.audited import Audited, Figure
from argilla_distill.domain.rounds.round import Round
from argilla_distill.plugin.dispatch import workers_alive
from argilla_distill.plugin.health.memory_metrics import memory_metrics
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.service import BUCKETS_S

__all__ = ["CONTENT_TYPE", "expose"]

_GAUGES = {
    "distill_dirty_records": "Records with a delivery that was not worked on yet.",
    "distill_stale_records": "Records whose published decision is to be refreshed.",
    "distill_poisoned_records": "Records set aside because they cannot be worked on.",
    "distill_oldest_dirty_seconds": "How long the oldest dirty record has been waiting.",
    "distill_open_conflicts": "Records and questions whose conflict is open.",
    "distill_due_reviews": "Records that are worth a review.",
    "distill_versions": "Versions that have files.",
    "distill_versions_bytes": "Bytes of their files.",
    "distill_versions_making": "Versions that are asked for and not made yet.",
    "distill_versions_waiting": "Those of them that cannot go on for now, and are tried again.",
    "distill_versions_failed": "Versions that could not be made since the last one was.",
    "distill_twins": "Twins of versions in Argilla that are whole.",
    "distill_twins_waiting": "Twins that are asked for and not whole yet.",
    "distill_twins_failed": "Twins that could not be written.",
    "distill_waiting_audits": "Records that were drawn for an audit, and wait for it.",
    "distill_open_rounds": "Rounds that have not ended yet.",
    "distill_hindered_rounds": "Rounds that cannot end.",
    "distill_archived_entries": "Entries of the history that lie in files.",
    "distill_waiting_orders": "What was asked of workers through the web process and is not done.",
}
_COUNTERS = {
    "distill_answers_observed": "Answers and other agents' suggestions taken into the history.",
    "distill_decisions_published": "Suggestions written to Argilla.",
    "distill_failures": "Failed attempts at a dataset: Argilla away, a record set aside.",
}

_FITS = {
    "distill_model_fit": "Number of the fit of the model in use.",
    "distill_model_version": "The same under the name of the last release; goes with the next one.",
}
_VERSION_COUNTERS = {
    "distill_versions_made": "Versions made.",
    "distill_versions_failures": "Versions that could not be made.",
    "distill_versions_making_seconds": "Seconds for which workers looked after the making of versions.",
}


_MEASURED = {
    "distill_right_ratio": "Share of labels that are right, on audits.",
    "distill_gain_ratio": "How many more labels are right than majority vote's, on audits.",
    "distill_overconfidence_ratio": "Mean confidence less the share that is right, on audits.",
}


def _figures(audited: Audited) -> dict[str, Figure]:
    """Metric → figure, of those that are known."""
    figures = audited.right, audited.gain, audited.overconfidence
    return {name: f for name, f in zip(_MEASURED, figures, strict=True) if f is not None}


class _Collector:
    def __init__(self, store: Store, queue: str) -> None:
        self._store = store
        self._queue = queue

    def collect(self) -> Iterator[Metric]:
        """All metrics as they are now."""
        yield from self._service()
        yield from self._datasets()

    def _service(self) -> Iterator[Metric]:
        deliveries = CounterMetricFamily(
            "distill_deliveries",
            "Webhook requests by event type and outcome.",
            labels=["type", "outcome"],
        )
        for labels, count in sorted(self._store.service.counters().items()):
            if labels[0] == "deliveries":
                deliveries.add_metric(labels[1:], count)
        yield deliveries
        yield GaugeMetricFamily(
            "distill_workers", "Workers alive.", value=len(workers_alive(self._store, self._queue))
        )
        beat = self._store.service.beats().get("cron")
        silent = (self._store.now() - beat) / 1000 if beat else float("inf")
        text = "Seconds since the cron's last sign of life."
        yield GaugeMetricFamily("distill_cron_silent_seconds", text, value=silent)
        seconds = HistogramMetricFamily(
            "distill_argilla_call_seconds", "Seconds that calls to Argilla took.", labels=["call"]
        )
        errors = CounterMetricFamily(
            "distill_argilla_call_errors", "Calls to Argilla that failed.", labels=["call"]
        )
        for call, parts in sorted(self._store.service.timings().items()):
            total, buckets = 0.0, []
            for bound in [*map(str, BUCKETS_S), "+Inf"]:
                total += parts.get(bound, 0)
                buckets.append((bound, total))
            seconds.add_metric([call], buckets, sum_value=parts.get("sum", 0))
            errors.add_metric([call], parts.get("errors", 0))
        yield seconds
        yield errors

    def _datasets(self) -> Iterator[Metric]:
        label = ["dataset"]
        gauges = {n: GaugeMetricFamily(n, text, labels=label) for n, text in _GAUGES.items()}
        counters = {n: CounterMetricFamily(n, text, labels=label) for n, text in _COUNTERS.items()}
        making = {
            n: CounterMetricFamily(n, text, labels=label) for n, text in _VERSION_COUNTERS.items()
        }
        fits = [
            GaugeMetricFamily(name, text, labels=["dataset", "question", "strategy"])
            for name, text in _FITS.items()
        ]
        failed = GaugeMetricFamily(
            "distill_strategy_failed",
            "1 where a strategy of a team's own fails: the question keeps what it last published.",
            labels=["dataset", "question", "strategy"],
        )
        audits = GaugeMetricFamily(
            "distill_audits", "Audits that were answered.", labels=["dataset", "question"]
        )
        suspect = GaugeMetricFamily(
            "distill_suspect_segments",
            "Segments of the latest version that are associated with wrong labels.",
            labels=["dataset", "question"],
        )
        passing = GaugeMetricFamily(
            "distill_pass_ratio",
            "Share of a model's outputs that pass, by the latest round that tells it.",
            labels=["dataset", "by", "bound"],
        )
        measured = {
            metric: GaugeMetricFamily(metric, text, labels=["dataset", "question", "bound"])
            for metric, text in _MEASURED.items()
        }
        now, names = self._store.now(), dict[str, str]()
        for dataset_id in self._store.datasets.ids():
            info = self._store.datasets.info(dataset_id)
            if info.get("state") == "deleted":
                continue  # another one may bear its name by now
            name = names[dataset_id] = info.get("name", dataset_id)
            dirty, stale, poisoned = self._store.dirty.sizes(dataset_id)
            since = self._store.dirty.oldest(dataset_id)
            rounds = self._store.rounds.all(dataset_id)
            for by, rate in self._pass_rates(dataset_id, rounds).items():
                for bound, value in asdict(rate).items():
                    passing.add_metric([name, by, bound], value)
            values = {
                "distill_dirty_records": dirty,
                "distill_stale_records": stale,
                "distill_poisoned_records": poisoned,
                "distill_oldest_dirty_seconds": (now - since) / 1000 if since else 0,
                "distill_open_conflicts": int(info.get("conflicts", 0)),
                "distill_due_reviews": self._store.reviews.count_due(dataset_id),
                **self._versions(dataset_id),
                "distill_waiting_audits": self._store.reviews.count_audits(dataset_id),
                "distill_open_rounds": sum(each.open for each in rounds),
                "distill_hindered_rounds": sum(bool(each.error) for each in rounds),
                "distill_archived_entries": self._store.archive.size(dataset_id)[0],
                "distill_waiting_orders": len(self._store.orders.waiting(dataset_id)),
            }
            for metric, value in values.items():
                gauges[metric].add_metric([name], value)
            for metric in counters:
                fact = metric.removeprefix("distill_").split("_")[-1]
                counters[metric].add_metric([name], int(info.get(fact, 0)))
            made = self._store.versions.counts(dataset_id)
            for metric, fact in zip(making, ("made", "failed", "seconds"), strict=True):
                making[metric].add_metric([name], made.get(fact, 0))
            for question, model in self._store.models.all(dataset_id).items():
                for numbered in fits:
                    numbered.add_metric([name, question, model.strategy], model.fit)
            for question, audited in self._store.reports.audited(dataset_id).items():
                audits.add_metric([name, question], audited.audits)
                for metric, figure in _figures(audited).items():
                    for bound, value in asdict(figure).items():
                        measured[metric].add_metric([name, question, bound], value)
            for question, looked in self._store.suspicions.all(dataset_id).items():
                suspect.add_metric([name, question], len(looked.significant))
            for question, known in self._store.models.failures(dataset_id).items():
                failed.add_metric([name, question, known.strategy], 1)
        yield from gauges.values()
        yield from counters.values()
        yield from making.values()
        yield from fits
        yield failed
        yield audits
        yield suspect
        yield passing
        yield from measured.values()
        yield from memory_metrics(self._store.memory.last(), names, now)

    def _pass_rates(self, dataset_id: str, rounds: Sequence[Round]) -> dict[str, Figure]:
        """By labels, and corrected by audits: each of the latest round that tells it."""
        reports = self._store.rounds.reports(dataset_id) if rounds else {}
        rates: dict[str, Figure] = {}
        for report in (reports[each.name] for each in rounds if each.name in reports):
            for by, rate in (("labels", report.by_labels), ("audits", report.pass_rate)):
                if rate is not None:
                    rates[by] = rate
        return rates

    def _versions(self, dataset_id: str) -> dict[str, int]:
        versions = self._store.versions
        sizes, asked = versions.sizes(dataset_id), versions.asked(dataset_id)
        waiting = [r for r in asked if versions.progress(dataset_id, r.name).get("error")]
        twins = self._store.twins.all(dataset_id).values()
        return {
            "distill_versions": len(sizes),
            "distill_versions_bytes": sum(sizes.values()),
            "distill_versions_making": len(asked),
            "distill_versions_waiting": len(waiting),
            "distill_versions_failed": len(versions.failures(dataset_id)),
            "distill_twins": sum(twin.state == "done" for twin in twins),
            "distill_twins_waiting": sum(twin.waits for twin in twins),
            "distill_twins_failed": sum(twin.state == "failed" for twin in twins),
        }


def expose(store: Store, queue: str) -> bytes:
    """The metrics in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(store, queue))
    return generate_latest(registry)
