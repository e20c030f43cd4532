"""Reviewers whom the settings name decide on the record itself; of several, the latest by Argilla's time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    """rob and sue are named as reviewers."""
    service = build()
    settings = service.world.settings
    sources = settings.plan.sources.model_copy(update={"reviewers": ("rob", "sue")})
    plan = settings.plan.model_copy(update={"sources": sources})
    service.world = replace(service.world, settings=settings.model_copy(update={"plan": plan}))
    return service


def differ(service: ServiceInMemory) -> None:
    """rob says no, and sue yes after him."""
    for who, said in (("ann", "yes"), ("rob", "no"), ("sue", "yes")):
        service.answer(who, "r1", helpful=said)
    service.settle()
    assert service.decision("r1").value == "yes"


def test_who_submits_the_same_once_more_decides_anew(service: ServiceInMemory) -> None:
    """The time of the first submission once went on to count."""
    differ(service)
    service.answer("rob", "r1", helpful="no")
    service.settle()
    assert service.decision("r1").value == "no"
    assert service.decision("r1").value == service.fresh().decision("r1").value
    service.answer("sue", "r1", helpful="yes")
    service.settle()
    assert service.decision("r1").value == "yes"


def test_so_it_is_where_the_delivery_was_lost(service: ServiceInMemory) -> None:
    differ(service)
    service.argilla.answer("rob", "r1", helpful="no")
    sweep(service.world, D)
    service.settle()
    assert service.decision("r1").value == "no"


def test_looking_again_adds_nothing_and_others_answers_count_once(service: ServiceInMemory) -> None:
    differ(service)
    known = len(service.history())
    for _ in range(2):
        service.mark("r1")
        service.settle()
    assert len(service.history()) == known
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    assert len(service.history()) == known
