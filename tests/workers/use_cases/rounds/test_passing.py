"""A pass rate in truth: labels that audits find wrong are not taken at their word."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round, TakenOutput
from argilla_distill.workers.use_cases.rounds.reporting import report
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.made_versions import kept_in, made
from tests.workers.reviewed_service import copies, decide, opened
from tests.workers.service_in_memory import Build, ServiceInMemory, answer_twice

AUDITS = 20

MISSED = 2
"""Of what is labelled "no", so many audits say yes: annotators are too strict."""


@pytest.fixture(scope="module")
def records() -> list[str]:
    return [f"n{n:03}" for n in range(260)]


def audited(build: Build, folder: Path, records: list[str]) -> ServiceInMemory:
    service = opened(kept_in(build(), folder))
    service.argilla.add(*records)
    for n, record in enumerate(records):
        service.argilla.rows[D][record].fields = {"text": f"reply {n} about thing{7 * n}"}
        answer_twice(service, record, "yes" if n % 2 else "no")
    service.settle()
    missed = 0
    for _ in range(AUDITS):
        record = next(i for i in service.store.reviews.audits(D) if i in copies(service))
        given = "yes" if int(record[1:]) % 2 else "no"
        if given == "no" and missed < MISSED:
            missed, given = missed + 1, "yes"
        decide(service, "rob", record, helpful=given)
    return service


def counted(
    service: ServiceInMemory, taken: list[TakenOutput], passes: tuple[str, ...]
) -> RoundReport:
    known = Round("4", "bot", question="helpful", passes=passes, taken=len(taken))
    service.store.rounds.plan(D, known, taken)
    return report(service.world, CHAT, known, made(service))


def test_a_rate_is_corrected_for_what_audits_of_the_whole_dataset_find_wrong(
    build: Build, tmp_path: Path, records: list[str]
) -> None:
    service = audited(build, tmp_path, records)
    taken = [
        TakenOutput(n, record, "random", 0.1, prediction="yes", record_id=record)
        for n, record in enumerate(records[:100])
    ]
    told = counted(service, taken, ("yes",))
    assert told.by_labels is not None
    assert told.pass_rate is not None
    assert told.by_labels.value == pytest.approx(0.5)  # as if nobody had audited any of them
    assert told.pass_rate.value > 0.52
    assert told.pass_rate.low < 0.5 < told.pass_rate.high
    assert told.errors_from == AUDITS
    assert f"how often {AUDITS} audits of the dataset find labels wrong" in " ".join(told.sentences)


def test_where_outputs_pass_by_their_prediction_only_audits_with_one_count(
    build: Build, tmp_path: Path, records: list[str]
) -> None:
    service = audited(build, tmp_path, records)
    drawn = {e.record for e in service.history() if e.details.audit_pi is not None}
    some = sorted(drawn)[:4]
    taken = [
        TakenOutput(n, record, "random", 0.1, prediction="yes", record_id=record)
        for n, record in enumerate([*some, *(r for r in records if r not in drawn)][:60])
    ]
    told = counted(service, taken, ())
    assert told.by_labels is not None
    assert (told.errors_from, told.audits, told.pass_rate) == (4, 4, None)
    assert told.audited is not None
    assert "So far there are 4 audits." in " ".join(told.sentences)
