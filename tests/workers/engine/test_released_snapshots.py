"""Snapshots that release 0.1 wrote are read, and decide what they decided there.

`released/*.npz` are its bytes, one file for each strategy and type of question; `decisions.json` is
what it made of them: after a fit, adjudications, and votes that `moved` had not seen yet.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.workers.engine import registry, snapshot

PLACE = Path(__file__).with_name("released")
EXPECTED: dict[str, Any] = json.loads((PLACE / "decisions.json").read_text("utf-8"))

OTHERWISE = {"multi_label-majority": {"r3", "r22"}}
"""Records decided otherwise on purpose: release 0.1 forced a label on them, though others had none."""

MOVED = {name: set(told["moved"]) for name, told in EXPECTED.items()}
MOVED["numbers-learned"] |= {"r2", "r20"}
"""What moves then; today's fit, which a small crowd has each time, takes two records for other than 0.1."""

NEW = {("nearest", "text")}
"""Strategies that release 0.1 did not have."""


def test_there_is_a_snapshot_of_every_strategy_that_is_not_for_labels() -> None:
    found = {
        (restored.name, restored.question.type)  # type: ignore[attr-defined]
        for name in EXPECTED
        for restored in [registry.restore(snapshot.unpack((PLACE / f"{name}.npz").read_bytes()))]
    }
    able = {(each.name, kind) for each in registry.CLASSES for kind in each.types}
    assert found == {(name, kind) for name, kind in able if kind != "label"} - NEW


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_snapshot_of_the_last_release_decides_as_it_did_there(name: str) -> None:
    expected = EXPECTED[name]
    model = registry.restore(snapshot.unpack((PLACE / f"{name}.npz").read_bytes()))
    for decision in model.decide(sorted(expected["decisions"])):
        confidence, posterior = expected["decisions"][decision.record]
        if decision.record in OTHERWISE.get(name, ()):
            assert decision.value in ((), None)  # none, or a tie of none and a label
        else:
            assert decision.confidence == pytest.approx(confidence, abs=1e-9)
        assert dict(decision.posterior) == pytest.approx(posterior, abs=1e-9)
    accuracies = {one.annotator: one.accuracy for one in model.annotators()}
    assert accuracies == pytest.approx(expected["annotators"], abs=1e-9)
    assert model.n_votes == expected["n_votes"]
    assert set(model.moved(0.001)) == {*MOVED[name], *OTHERWISE.get(name, ())}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_snapshot_of_the_last_release_survives_being_written_by_this_one(name: str) -> None:
    old = registry.restore(snapshot.unpack((PLACE / f"{name}.npz").read_bytes()))
    again = registry.restore(snapshot.unpack(snapshot.pack(old.state())))
    records = sorted(EXPECTED[name]["decisions"])
    assert again.decide(records) == old.decide(records)
    assert set(again.moved(0.001)) == {*MOVED[name], *OTHERWISE.get(name, ())}
