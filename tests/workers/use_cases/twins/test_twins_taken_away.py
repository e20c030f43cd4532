"""Twins that are taken away, and those that stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.workers.use_cases.twins import asking
from argilla_distill.workers.use_cases.twins.taking_away import take_away
from argilla_distill.workers.use_cases.versions import keeping
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.service_in_memory import ServiceInMemory
from tests.workers.twinned_service import made, slice_of, twinned


def test_a_twin_is_deleted_and_forgotten(service: ServiceInMemory) -> None:
    manifest = made(service)
    twin = twinned(service, manifest)
    assert take_away(service.world, D, manifest.name).gone
    assert twin.id not in service.argilla.sets
    assert service.store.twins.all(D) == {}
    assert take_away(service.world, D, manifest.name).name == ""


def test_one_that_was_made_and_not_noted_is_deleted_by_its_mark(service: ServiceInMemory) -> None:
    manifest = made(service)
    twin = twinned(service, manifest)
    service.store.twins.keep(D, replace(twin, state="asked for", id="", name=""))
    assert take_away(service.world, D, manifest.name).gone
    assert twin.id not in service.argilla.sets


def test_a_twin_in_which_somebody_answered_stays(service: ServiceInMemory) -> None:
    manifest = made(service)
    twin = twinned(service, manifest)
    service.argilla.answer("ann", next(iter(service.argilla.rows[twin.id])), helpful="yes")
    outcome = take_away(service.world, D, manifest.name)
    assert not outcome.gone
    assert "1 answer" in outcome.text
    assert twin.id in service.argilla.sets


def test_a_twin_that_is_taken_away_while_it_is_written_is_given_up(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = made(service)
    asking.ask(service.world, CHAT, manifest.name)

    def taken_away(name: str) -> None:
        if name == "put_records":
            service.store.twins.forget(D, manifest.name)

    monkeypatch.setattr(service.argilla, "after", taken_away)
    assert slice_of(service).status == "taken over"
    assert service.store.twins.all(D) == {}


def test_a_version_keeps_its_files_until_its_twin_is_written(service: ServiceInMemory) -> None:
    first = made(service)
    asking.ask(service.world, CHAT, first.name)
    made(service)
    made(service)
    assert first.name not in keeping.retire(service.world, D, 1)
    twin = twinned(service, first)
    assert keeping.retire(service.world, D, 1) == [first.name]
    assert twin.id in service.argilla.sets
