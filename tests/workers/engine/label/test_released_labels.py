"""Snapshots of label questions that release 0.1 wrote are read, and decide as they did there: with
votes, texts, kinds of annotators, adjudications, and changes since the fit.

`released/*.npz` are its bytes. Those of other questions are in `test_released_snapshots`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.strategy import Strategy

HERE = Path(__file__).with_name("released")
EXPECTED = json.loads((HERE / "decisions.json").read_text())
"""By snapshot and record: the confidence, and each voice's log-odds."""


def read(name: str) -> Strategy:
    return registry.restore(snapshot.unpack((HERE / f"{name}.npz").read_bytes()))


def test_there_is_one_of_each_strategy_for_label_questions() -> None:
    names = {each.name for each in registry.CLASSES if "label" in each.types}
    assert set(EXPECTED) == {path.stem for path in HERE.glob("*.npz")} == names


@pytest.mark.parametrize("name", EXPECTED)
def test_it_decides_as_the_release_that_wrote_it(name: str) -> None:
    for decision in read(name).decide(EXPECTED[name]):
        found = [decision.confidence, *(each.log_odds for each in decision.contributions)]
        assert found == pytest.approx(EXPECTED[name][decision.record], abs=1e-9), decision.record


@pytest.mark.parametrize("name", EXPECTED)
def test_it_goes_on_learning(name: str) -> None:
    strategy = read(name)
    [decision] = strategy.decide(["r3"])
    before = strategy.n_votes
    strategy.learn(Vote("r3", "somebody new", decision.leader))
    assert strategy.n_votes == before + 1
    strategy.moved(0.0)
    [after] = strategy.decide(["r3"])
    assert after.leader == decision.leader


def plain(state: Mapping[str, object], of_texts: re.Pattern[str]) -> set[str]:
    """The keys of a state that have nothing to do with texts."""
    return {key for key in state if not of_texts.match(key)}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_it_writes_now_has_the_same_keys(name: str) -> None:
    """So the next release has one format to read, not two; without what is new it goes by all votes.
    Of texts it keeps less."""
    stored = snapshot.unpack((HERE / f"{name}.npz").read_bytes())
    new = set()
    if name == "learned":
        new = {"usual", "alike", "lesson_common", "unexplained", "jury", "second_share"}
    of_texts = re.compile("(text|topics|content|texts|voice)_")
    written = registry.restore(stored).state()
    assert plain(written, of_texts) == plain(stored, of_texts) | new
    assert not any(key.startswith(("text_", "topics_", "content_")) for key in written)
