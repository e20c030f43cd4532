"""Strategies by name: built-in ones, and those of a package that somebody installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from argilla_distill.domain import strategy_names
from argilla_distill.workers.engine import discovery, registry, snapshot
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, label_question
from argilla_distill.workers.engine.errors import (
    BadSnapshot,
    NotAStrategy,
    UnknownStrategy,
    UnsuitedStrategy,
)
from argilla_distill.workers.engine.label.majority import Majority
from tests.workers.engine.crowds import crowd

QUESTION = label_question("a", "b", "c")

MODULE = """
from abc import abstractmethod
from argilla_distill.strategies import Custom

class Contrary(Custom):
    name = "contrary"

    def posterior(self, votes):
        said = [vote.value for vote in votes]
        return {label: 1 + len(said) - said.count(label) for label in self.question.labels}

class Texts(Custom):
    name = "texts"
    types = frozenset({"text"})

    def posterior(self, votes):
        return {vote.value: 1 for vote in votes}

class Unfinished(Custom):
    name = "unfinished"

    def posterior(self, votes): ...

    @abstractmethod
    def weigh(self): ...

def no_class(): ...
"""

METADATA = "Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n"

ENTRY_POINTS = """[argilla_distill.strategies]
acme = acme_rules:Contrary
majority = acme_rules:Contrary
gone = acme_rules:Gone
"""


@pytest.fixture(autouse=True)
def acme_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package as pip would have installed it."""
    (tmp_path / "acme_rules.py").write_text(MODULE)
    (tmp_path / "acme_broken.py").write_text("raise RuntimeError('no licence')\n")
    about = tmp_path / "acme_rules-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(METADATA)
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("acme_rules", None)


@pytest.mark.parametrize("name", ["acme", "acme_rules:Contrary"])
def test_a_teams_own_strategy_decides_is_saved_and_restored(name: str) -> None:
    votes, _ = crowd(1, n_records=20)
    records = sorted({vote.record for vote in votes})
    strategy = registry.create(name, QUESTION).fit(votes)
    assert type(strategy).__name__ == "Contrary"
    assert strategy.name == name
    usual = registry.create("majority", QUESTION).fit(votes).decide(records)
    assert strategy.decide(records) != usual
    again = registry.restore(snapshot.unpack(snapshot.pack(strategy.state())))
    assert (type(again), again.name) == (type(strategy), name)
    assert again.decide(records) == strategy.decide(records)


def test_the_same_class_may_go_by_several_names() -> None:
    by_path = registry.create("acme_rules:Contrary", QUESTION)
    by_entry = registry.create("acme", QUESTION)
    assert (by_path.name, by_entry.name) == ("acme_rules:Contrary", "acme")
    assert type(by_path).name == "contrary"


def test_nobody_takes_the_place_of_a_built_in_strategy() -> None:
    assert type(registry.create("majority", QUESTION)) is Majority
    assert "acme" not in registry.names()


def test_an_unknown_name_is_refused_with_all_that_are_known() -> None:
    assert discovery.names() == ["acme", "gone", "majority"]
    with pytest.raises(UnknownStrategy, match=r"'best'; known are acme, .*majority"):
        registry.create("best", QUESTION)
    with pytest.raises(UnknownStrategy):
        registry.create(None, QUESTION)
    with pytest.raises(UnknownStrategy):
        registry.restore({"question": {"type": "label", "labels": ["a"]}})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (
            "acme_rules:no_class",
            "is no subclass of argilla_distill.workers.engine.contract.strategy.Strategy",
        ),
        ("builtins:dict", "is no subclass of"),
        ("acme_rules:Unfinished", "it does not define weigh"),
        ("acme_rules:Gone", "AttributeError"),
        ("gone", "AttributeError"),
        ("acme_nowhere:Rule", "No module named 'acme_nowhere'"),
        ("acme_broken:Rule", "RuntimeError: no licence"),
        ("acme_rules:", "looks like package.module:Class"),
        (":", "looks like package.module:Class"),
    ],
)
def test_what_is_no_strategy_is_refused_with_the_reason(name: str, why: str) -> None:
    with pytest.raises(NotAStrategy) as error:
        registry.create(name, QUESTION)
    assert why in str(error.value)
    assert name in str(error.value)
    assert isinstance(error.value, UnknownStrategy)


def test_a_strategy_for_another_type_of_question_is_refused() -> None:
    with pytest.raises(UnsuitedStrategy, match="acme_rules:Texts cannot answer label questions"):
        registry.create("acme_rules:Texts", QUESTION)
    assert registry.find("acme_rules:Texts", "text").__name__ == "Texts"
    with pytest.raises(UnsuitedStrategy):
        registry.create("acme", Question("text"))


def test_an_own_strategy_that_is_asked_again_has_kept_what_it_learned() -> None:
    strategy = registry.create("acme", QUESTION).fit([Vote("r", "ann", "a")])
    restored = registry.restore(strategy.state())
    restored.learn(Vote("r", "ben", "a"))
    assert restored.n_votes == 2
    assert restored.decide(["r"])[0].posterior["a"] < 1 / 3


@pytest.mark.parametrize("name", registry.names())
def test_a_state_of_another_release_is_refused_so_that_the_history_is_read_anew(name: str) -> None:
    kind = next(k for c in registry.CLASSES if c.name == name for k in sorted(c.types))
    question = Question(kind, ("a", "b")) if kind != "rating" else Question(kind, scale=(1, 2))
    state = registry.create(name, question).fit([]).state()
    lacking = {key: state[key] for key in ("strategy", "question")}
    with pytest.raises(BadSnapshot, match="of another release"):
        registry.restore(lacking)


def test_people_are_shown_how_each_built_in_strategy_decides() -> None:
    assert sorted(strategy_names.HOW) == registry.names()
    assert {strategy_names.LEARNED, strategy_names.MAJORITY} <= set(registry.names())
