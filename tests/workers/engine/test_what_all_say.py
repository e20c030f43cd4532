"""What all annotators say of a record is its decision: of every type, also for odd values."""

from __future__ import annotations

import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, Span, Value

WHO = ("ann", "ben", "cas")
OVERLAPPING = Question("span", ("name", "place"), overlapping=True)
NAMES = ("name", "place")

CASES: list[tuple[str, Question, list[Value]]] = [
    ("one label", Question("label", ("x",)), ["x", "x"]),
    ("labels that nobody gives", Question("label", ("a", "b", "c")), ["c", "c"]),
    ("500 labels", Question("label", tuple(f"l{i}" for i in range(500))), ["l7", "l499", "l0"]),
    ("no label", Question("multi_label", ("a", "b")), [(), ("a",), ()]),
    ("every label", Question("multi_label", ("a", "b")), [("a", "b"), ("a", "b")]),
    ("zero", Question("rating", scale=(0, 1, 2)), [0, 0, 2]),
    ("a scale with gaps", Question("rating", scale=(0, 5, 10)), [5, 10, 0]),
    ("numbers below zero", Question("rating"), [-3, -3]),
    ("all items level", Question("ranking", ("a", "b", "c")), [(("a", "b", "c"),)]),
    ("two level", Question("ranking"), [(("b",), ("a", "c")), (("a", "b"), ("c",))]),
    ("signs in items", Question("ranking"), [(("v=2",), ("x>y",))]),
    ("nothing marked", Question("span", NAMES), [(), (), ()]),
    ("adjacent", Question("span", NAMES), [(Span(0, 4, "name"), Span(4, 8, "name"))]),
    ("one place, two labels", OVERLAPPING, [(Span(0, 5, "name"), Span(0, 5, "place"))]),
    ("a name within a name", OVERLAPPING, [(Span(0, 9, "name"), Span(3, 5, "name"))]),
    ("names that cross", OVERLAPPING, [(Span(0, 6, "name"), Span(4, 9, "name")), ()]),
    ("emoji", Question("text"), ["👍", "👎🏽"]),
    ("punctuation", Question("text"), ["…", "?!"]),
    ("a very long text", Question("text"), ["lorem ipsum " * 3000]),
]

CHOSEN = [
    pytest.param(each.name, question, said, id=f"{case}, {each.name}")
    for case, question, said in CASES
    for each in registry.CLASSES
    if question.type in each.types
]


@pytest.mark.parametrize(("strategy", "question", "said"), CHOSEN)
def test_what_all_say_is_decided(strategy: str, question: Question, said: list[Value]) -> None:
    votes = [Vote(f"r{i}", who, value) for i, value in enumerate(said) for who in WHO]
    model = registry.create(strategy, question).fit(votes)
    decided = model.decide([f"r{i}" for i in range(len(said))])
    assert [d.value for d in decided] == said
    assert all(0.5 < d.confidence <= 1 for d in decided)
