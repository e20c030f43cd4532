"""Reviewers whom the settings name decide on the record itself; of several, the latest by Argilla's time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import D
from tests.workers.conftest import Build
from tests.workers.service_in_memory import Town


@pytest.fixture
def town(build: Build) -> Town:
    """rob and sue are named as reviewers."""
    town = build()
    settings = town.world.settings
    sources = settings.plan.sources.model_copy(update={"reviewers": ("rob", "sue")})
    plan = settings.plan.model_copy(update={"sources": sources})
    town.world = replace(town.world, settings=settings.model_copy(update={"plan": plan}))
    return town


def differ(town: Town) -> None:
    """rob says no, and sue yes after him."""
    for who, said in (("ann", "yes"), ("rob", "no"), ("sue", "yes")):
        town.answer(who, "r1", helpful=said)
    town.settle()
    assert town.decision("r1")["v"] == "yes"


def test_who_submits_the_same_once_more_decides_anew(town: Town) -> None:
    """The time of the first submission once went on to count."""
    differ(town)
    town.answer("rob", "r1", helpful="no")
    town.settle()
    assert town.decision("r1")["v"] == "no"
    assert town.decision("r1")["v"] == town.fresh().decision("r1")["v"]
    town.answer("sue", "r1", helpful="yes")
    town.settle()
    assert town.decision("r1")["v"] == "yes"


def test_so_it_is_where_the_delivery_was_lost(town: Town) -> None:
    differ(town)
    town.argilla.answer("rob", "r1", helpful="no")
    sweep(town.world, D)
    town.settle()
    assert town.decision("r1")["v"] == "no"


def test_looking_again_adds_nothing_and_others_answers_count_once(town: Town) -> None:
    differ(town)
    known = len(town.history())
    for _ in range(2):
        town.mark("r1")
        town.settle()
    assert len(town.history()) == known
    town.answer("ann", "r1", helpful="yes")
    town.settle()
    assert len(town.history()) == known
