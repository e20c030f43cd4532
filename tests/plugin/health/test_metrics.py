"""Metrics as Prometheus reads them: parsable, complete, from the store and nothing else."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from rq import Worker
from rq.serializers import JSONSerializer

from argilla_distill.domain.audited import Audited, Figure
from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.report import Overview, Today
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round, State
from argilla_distill.domain.state.model_info import ModelInfo
from argilla_distill.domain.versions.manifest import (
    FailedVersion,
    Manifest,
    VersionFile,
    VersionRequest,
)
from argilla_distill.domain.versions.twin import State as TwinState
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.plugin.health import metrics
from argilla_distill.plugin.store import Store

D = "dataset-id"
LABELLED = {
    "distill_dirty_records": ("gauge", 2),
    "distill_stale_records": ("gauge", 3),
    "distill_poisoned_records": ("gauge", 1),
    "distill_open_conflicts": ("gauge", 4),
    "distill_due_reviews": ("gauge", 2),
    "distill_waiting_audits": ("gauge", 3),
    "distill_answers_observed": ("counter", 50),
    "distill_decisions_published": ("counter", 20),
    "distill_failures": ("counter", 6),
    "distill_versions": ("gauge", 1),
    "distill_versions_bytes": ("gauge", 100),
    "distill_versions_making": ("gauge", 1),
    "distill_versions_waiting": ("gauge", 1),
    "distill_versions_failed": ("gauge", 1),
    "distill_twins": ("gauge", 2),
    "distill_twins_waiting": ("gauge", 3),
    "distill_twins_failed": ("gauge", 1),
    "distill_versions_made": ("counter", 1),
    "distill_versions_failures": ("counter", 1),
    "distill_versions_making_seconds": ("counter", 2.5),
}
OTHERS = {
    "distill_deliveries": "counter",
    "distill_workers": "gauge",
    "distill_cron_silent_seconds": "gauge",
    "distill_argilla_call_seconds": "histogram",
    "distill_argilla_call_errors": "counter",
    "distill_oldest_dirty_seconds": "gauge",
    "distill_model_fit": "gauge",
    "distill_model_version": "gauge",
    "distill_strategy_failed": "gauge",
    "distill_audits": "gauge",
    "distill_suspect_segments": "gauge",
    "distill_open_rounds": "gauge",
    "distill_hindered_rounds": "gauge",
    "distill_waiting_orders": "gauge",
    "distill_archived_entries": "gauge",
    "distill_pass_ratio": "gauge",
    "distill_right_ratio": "gauge",
    "distill_gain_ratio": "gauge",
    "distill_overconfidence_ratio": "gauge",
    "distill_memory_bytes": "gauge",
    "distill_answers_left": "gauge",
    "distill_redis_used_bytes": "gauge",
    "distill_redis_limit_bytes": "gauge",
    "distill_redis_unlimited": "gauge",
    "distill_redis_counted_age_seconds": "gauge",
}


def scrape(store: Store, queue: str = "q-metrics") -> dict[str, Metric]:
    text = metrics.expose(store, queue).decode()
    families = list(text_string_to_metric_families(text))
    assert len({family.name for family in families}) == len(families)
    return {family.name: family for family in families}


def values(family: Metric) -> dict[tuple[str, ...], float]:
    """Labels (in order of their names) with the sample's suffix → value; none twice."""
    found: dict[tuple[str, ...], float] = {}
    for sample in family.samples:
        suffix = sample.name.removeprefix(family.name)
        key = (suffix, *(sample.labels[name] for name in sorted(sample.labels)))
        assert key not in found, f"{sample.name} {sample.labels} twice"
        found[key] = sample.value
    return found


@pytest.fixture
def busy(store: Store) -> Store:
    """A store with one dataset on which much is going on."""
    store.datasets.add(D)
    store.datasets.note(D, name="support/chat", conflicts=4, observed=50, published=20, failures=6)
    store.dirty.mark(D, ["r1", "r2", "r3"])
    store.dirty.set_aside(D, store.dirty.take(D, 1)[0], "why", 1)
    store.dirty.make_stale(D, ["r4", "r5", "r6"])
    with store.redis.pipeline() as pipe:
        facts = ModelInfo("dawid_skene", 7)
        store.models.write(pipe, D, "helpful", None, facts)
        store.reviews.write_due(pipe, D, {"r7": 0.4, "r8": 0.2})
        store.reviews.write_audits(pipe, D, {"r9": 0.1, "r10": 0.2, "r11": 0.3, "r12": None})
        pipe.execute()
    versions = store.versions
    versions.keep(D, small_version("learned-1"))
    versions.ask(D, VersionRequest("learned-2", "", "1-0"))
    versions.note(D, "learned-2", stage="waiting", error="no room")
    versions.fail(D, FailedVersion("learned-3", "why", 1))
    versions.count_seconds(D, 2.5)
    states: tuple[TwinState, ...] = ("done", "failed", "asked for", "being written")
    for number, state in enumerate((*states, "asked for", "done"), 1):
        store.twins.keep(D, Twin(f"learned-{number}", number, state))
    return store


def small_version(name: str) -> Manifest:
    """A version of one file of 100 bytes."""
    file = VersionFile("README.md", 0, 100, "")
    return Manifest(
        name=name,
        dataset_id=D,
        dataset="support/chat",
        position="1-0",
        as_of=0,
        asked_at=1,
        created_at=2,
        release="1",
        settings={},
        settings_sha256="",
        questions=(),
        records=0,
        votes=0,
        splits={},
        rounds={},
        sources={},
        named=False,
        files=(file,),
        content_sha256="",
    )


def test_an_empty_service_has_every_family_already(store: Store) -> None:
    found = scrape(store)
    assert {name: family.type for name, family in found.items()} == {
        **OTHERS,
        **{name: kind for name, (kind, _) in LABELLED.items()},
    }
    assert all(family.documentation for family in found.values())
    assert values(found["distill_workers"]) == {("",): 0}


@pytest.mark.parametrize("name", LABELLED)
def test_every_figure_of_a_dataset_is_told_under_its_name(busy: Store, name: str) -> None:
    kind, value = LABELLED[name]
    suffix = "_total" if kind == "counter" else ""
    assert values(scrape(busy)[name]) == {(suffix, "support/chat"): value}


def test_the_age_is_in_seconds_and_the_fit_names_its_strategy(busy: Store) -> None:
    found = scrape(busy)
    ((_, age),) = values(found["distill_oldest_dirty_seconds"]).items()
    assert 0 <= age < 5
    assert values(found["distill_model_fit"]) == {("", "support/chat", "helpful", "dawid_skene"): 7}
    former = values(found["distill_model_version"])
    assert former == values(found["distill_model_fit"]), "its name in the last release"


def test_what_audits_say_is_told_with_its_interval_and_without_audits_nothing_is(
    busy: Store,
) -> None:
    assert values(scrape(busy)["distill_right_ratio"]) == {}
    audited = Audited(60, right=Figure(0.9, 0.8, 0.95), overconfidence=Figure(0.02, -0.01, 0.05))
    questions: list[dict[str, Any]] = [
        {"name": "helpful", "audited": asdict(audited)},
        {"name": "problem"},
    ]
    busy.reports.write(D, Overview(1, 0.1, Today(), tuple(questions)), [], {})
    found = scrape(busy)
    assert values(found["distill_audits"]) == {
        ("", "support/chat", "helpful"): 60,
        ("", "support/chat", "problem"): 0,
    }
    assert values(found["distill_right_ratio"]) == {
        ("", bound, "support/chat", "helpful"): share
        for bound, share in (("value", 0.9), ("low", 0.8), ("high", 0.95))
    }
    assert values(found["distill_gain_ratio"]) == {}


def test_memory_is_told_as_it_was_last_counted_with_its_age(busy: Store) -> None:
    assert values(scrape(busy)["distill_redis_used_bytes"]) == {}, "nothing was counted yet"
    counted = busy.memory.count({D: (0, 0, 500)}, busy.now() - 60_000)
    found = scrape(busy)
    taken, left = counted.datasets[D].bytes, counted.answers_left(D)
    assert 0 < taken < counted.used
    assert values(found["distill_memory_bytes"]) == {("", "support/chat"): taken}
    assert values(found["distill_answers_left"]) == {("", "support/chat"): left}
    assert values(found["distill_redis_used_bytes"]) == {("",): counted.used}
    assert values(found["distill_redis_unlimited"]) == {("",): 1}
    ((_, age),) = values(found["distill_redis_counted_age_seconds"]).items()
    assert age == pytest.approx(60, abs=2)


def test_deliveries_are_counted_by_type_and_outcome(store: Store) -> None:
    store.service.count("deliveries", "response.created", "accepted", by=3)
    store.service.count("deliveries", "other", "signature")
    store.service.count("something else", "x")
    assert values(scrape(store)["distill_deliveries"]) == {
        ("_total", "accepted", "response.created"): 3,
        ("_total", "signature", "other"): 1,
    }


def test_calls_make_a_cumulative_histogram(store: Store) -> None:
    for seconds in (0.004, 0.02, 0.02, 99.0):
        store.service.time("page", seconds, success=seconds < 1)
    found = scrape(store)
    buckets = values(found["distill_argilla_call_seconds"])
    assert buckets["_bucket", "page", "0.01"] == 1
    assert buckets["_bucket", "page", "0.025"] == 3
    assert buckets["_bucket", "page", "30.0"] == 3
    assert buckets["_bucket", "page", "+Inf"] == buckets["_count", "page"] == 4
    assert buckets["_sum", "page"] == pytest.approx(99.044)
    assert values(found["distill_argilla_call_errors"]) == {("_total", "page"): 1}


@pytest.mark.parametrize("name", ['a "quoted" \\ name', "zwei\nZeilen", "ünï/cødé", ""])
def test_whatever_a_dataset_is_called_the_metrics_can_be_parsed(store: Store, name: str) -> None:
    store.datasets.add(D)
    store.datasets.note(D, name=name)
    assert values(scrape(store)["distill_open_conflicts"]) == {("", name): 0}


def test_a_dataset_made_again_under_the_name_of_a_deleted_one_has_no_sample_twice(
    store: Store,
) -> None:
    for dataset_id, state in (("old", "deleted"), ("new", "active")):
        store.datasets.add(dataset_id)
        store.datasets.note(dataset_id, name="support/chat", state=state, conflicts=1)
    for family in scrape(store).values():
        values(family)


def test_a_dataset_of_which_nothing_is_known_yet_is_called_by_its_id(store: Store) -> None:
    store.datasets.add(D)
    assert list(values(scrape(store)["distill_failures"])) == [("_total", D)]


def test_a_cron_that_never_was_is_silent_for_ever_and_one_that_is_alive_for_seconds(
    store: Store,
) -> None:
    assert values(scrape(store)["distill_cron_silent_seconds"]) == {("",): float("inf")}
    store.service.beat("cron", store.now() - 30_000)
    ((_, silent),) = values(scrape(store)["distill_cron_silent_seconds"]).items()
    assert silent == pytest.approx(30, abs=2)


def test_workers_alive_are_counted(store: Store, request: pytest.FixtureRequest) -> None:
    worker: Any = Worker(["q-metrics"], connection=store.redis, serializer=JSONSerializer)
    worker.register_birth()
    request.addfinalizer(worker.register_death)
    assert values(scrape(store)["distill_workers"]) == {("",): 1}


def test_the_pass_rate_of_the_latest_round_is_told_and_rounds_that_cannot_end(busy: Store) -> None:
    assert values(scrape(busy)["distill_pass_ratio"]) == {}
    states: tuple[State, ...] = ("ended", "ended", "under way", "ending")
    for n, state in enumerate(states):
        known = Round(f"{n}", "bot", state=state, started_at=n, error="no room" if n == 3 else "")
        busy.rounds.keep(D, known)
        if state == "ended":
            rate = Figure(0.6 + n / 10, 0.5, 0.9)
            busy.rounds.keep_report(
                D,
                known,
                RoundReport(f"{n}", "bot", "v", "", 9, 9, n, None if n else rate, by_labels=rate),
            )
    busy.orders.place(D, WorkOrder("round:2", "end round", "2", 1))
    busy.orders.place(D, WorkOrder("round:1", "end round", "1", 1, settled_at=2))
    found = scrape(busy)
    assert values(found["distill_pass_ratio"]) == {
        ("", bound, by, "support/chat"): share
        for by, value in (("labels", 0.7), ("audits", 0.6))
        for bound, share in (("value", value), ("low", 0.5), ("high", 0.9))
    }
    assert values(found["distill_open_rounds"]) == {("", "support/chat"): 2}
    assert values(found["distill_hindered_rounds"]) == {("", "support/chat"): 1}
    assert values(found["distill_waiting_orders"]) == {("", "support/chat"): 1}
