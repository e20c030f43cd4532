"""Failures that are known: outputs of a round that do not pass, and predictions of a run that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.domain.rounds.round import Round, TakenOutput
from argilla_distill.domain.runs.run import ModelRun, Prediction
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.tracing.known_failures import (
    asked_by,
    failures_of_round,
    failures_of_run,
)
from argilla_distill.workers.use_cases.tracing.material import Material, material
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import Build, ServiceInMemory
from tests.workers.told_rounds import rounds_that_tell


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    service = build()
    rounds_that_tell(service, tmp_path, 5)
    return service


@pytest.fixture
def read(service: ServiceInMemory) -> Material:
    manifest = service.store.versions.manifest(D, "latest")
    assert manifest is not None
    return material(service.world, manifest, "helpful")


def started(
    service: ServiceInMemory, name: str, question: str = "helpful", *, passes: tuple[str, ...] = ()
) -> None:
    """A round of the first five records, whose model says yes each time, and of one that is gone."""
    outputs = [
        TakenOutput(n, "", "random", 0.5, prediction="yes", record_id=f"t{n}") for n in range(5)
    ]
    gone = TakenOutput(5, "", "random", 0.5, prediction="yes", record_id="gone")
    known = Round(name, "bot", question=question, passes=passes)
    assert service.store.rounds.plan(D, known, [*outputs, gone])


def test_outputs_fail_whose_label_is_none_with_which_they_pass(
    service: ServiceInMemory, read: Material
) -> None:
    started(service, "4", passes=("no",))
    started(service, "5")
    labels = {row: read.labels[row] for row in (read.places[f"t{n}"] for n in range(5))}
    assert set(labels.values()) == {"yes", "no"}
    for name, passes in (("4", "no"), ("5", "yes")):
        failed = {each.row for each in failures_of_round(service.world, read, name)}
        assert failed == {row for row, label in labels.items() if label != passes}
    assert asked_by(service.world, read.manifest, "4", "") == "helpful"


def test_predictions_fail_that_are_not_the_label(service: ServiceInMemory, read: Material) -> None:
    truth = {read.ids[row]: label for row, label in enumerate(read.labels)}
    other = {"yes": "no", "no": "yes"}
    said = [Prediction("t0", truth["t0"]), Prediction("t1", other[truth["t1"]])]
    service.store.runs.add(D, ModelRun("bot-a", "helpful"), [*said, Prediction("gone", "no")])
    failed = failures_of_run(service.world, read, "bot-a")
    assert [read.ids[each.row] for each in failed] == ["t1"]
    right = [Prediction(record, truth[record]) for record in ("t0", "t1")]
    service.store.runs.add(D, ModelRun("bot-b", "helpful"), right)
    with pytest.raises(InvalidRequest, match=r"nothing of run bot-b failed: .* all of 2 is as"):
        failures_of_run(service.world, read, "bot-b")


def test_what_tells_of_no_failure_is_refused_with_the_reason(
    service: ServiceInMemory, read: Material
) -> None:
    started(service, "4", question="problem", passes=("none",))
    service.store.runs.add(D, ModelRun("bot-a", "helpful"), [Prediction("gone", "no")])
    for name, why in (
        ("round 41", "was started with `round start` .did you mean 4"),
        ("run bot-ab", "has no run bot-ab .did you mean bot-a"),
        ("round 4", "round 4 is about problem, and not about helpful"),
        ("run bot-a", "of run bot-a nothing can be told by majority-1"),
    ):
        of, which = name.split()
        failures = failures_of_round if of == "round" else failures_of_run
        with pytest.raises(InvalidRequest, match=why):
            failures(service.world, read, which)
