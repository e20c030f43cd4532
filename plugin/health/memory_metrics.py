"""Metrics of Redis's memory, as it was last counted: `metrics` exposes them with all others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric

from argilla_distill.domain.state.redis_memory import RedisMemory

_WHOLE = {
    "distill_redis_used_bytes": "Bytes that Redis uses, whatever is in it.",
    "distill_redis_limit_bytes": "Bytes that it may use: its maxmemory, or the machine's memory.",
    "distill_redis_unlimited": "1 where Redis has no maxmemory.",
    "distill_redis_counted_age_seconds": "How old these figures are.",
}


def memory_metrics(
    counted: RedisMemory | None, names: Mapping[str, str], now: int
) -> Iterator[Metric]:
    """What was last counted; no samples before anything was. `names`: dataset → what it is called."""
    taken = GaugeMetricFamily(
        "distill_memory_bytes", "Bytes that a dataset takes in Redis.", labels=["dataset"]
    )
    left = GaugeMetricFamily(
        "distill_answers_left", "About so many more answers fit in Redis.", labels=["dataset"]
    )
    whole = {name: GaugeMetricFamily(name, text) for name, text in _WHOLE.items()}
    if counted is not None:
        age = max((now - counted.at) / 1000, 0)
        values = (counted.used, counted.limit, int(not counted.limited), age)
        for family, value in zip(whole.values(), values, strict=True):
            family.add_metric([], value)
        for dataset_id, name in names.items():
            if dataset_id in counted.datasets:
                taken.add_metric([name], counted.datasets[dataset_id].bytes)
                fit = counted.answers_left(dataset_id)
                if fit is not None:
                    left.add_metric([name], fit)
    yield from (taken, left, *whole.values())
