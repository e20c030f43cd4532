"""What a record's votes are worth together, as decisions tell it."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import Question, Span, label_question
from argilla_distill.workers.engine.label.learned import Learned

LABELS = label_question("a", "b")
STARS = Question("rating", scale=(1, 2, 3, 4, 5))
SETS = Question("multi_label", ("a", "b"))


def votes(copies: int = 0) -> list[Vote]:
    """Five who are right in 3 of 4, each on their own, and some who copy the first of them."""
    rng = np.random.default_rng(0)
    given = []
    for i in range(200):
        right = (rng.random(5) < 0.75).tolist()
        for j, hit in enumerate([*right, *right[:1] * copies]):
            given.append(Vote(f"r{i}", f"ann{j}", "ab"[(i + hit) % 2]))
    return given


def worth(strategy: str, given: list[Vote], record: str = "r0") -> float | None:
    return registry.create(strategy, LABELS).fit(given).decide([record])[0].independent_votes


@pytest.mark.parametrize("strategy", ["learned", "dawid_skene"])
def test_several_are_worth_more_than_one_and_less_than_all(strategy: str) -> None:
    found = worth(strategy, votes())
    assert found is not None
    assert 1 < found < 4
    alone = worth(strategy, [*votes(), Vote("new", "ann0", "a")], "new")
    assert alone == pytest.approx(1.0)


def test_it_is_what_evidence_is_multiplied_by() -> None:
    """So a vote's pull is after it, and pulls add up."""
    model = Learned(LABELS).fit(votes())
    [decision] = model.decide(["r0"])
    assert decision.independent_votes == pytest.approx(5 / (1 + 4 * model.model.votes.dependence))


def test_who_copies_adds_nothing_or_little() -> None:
    one, with_copies = worth("learned", votes()), worth("learned", votes(copies=4))
    assert one is not None
    assert with_copies is not None
    assert with_copies < one + 0.8  # four copies


def test_majority_does_not_reckon_with_it_and_where_nobody_voted_there_is_none() -> None:
    assert worth("majority", votes()) is None
    assert worth("learned", votes(), "unknown") is None
    reviewed = Learned(LABELS).fit([*votes(), Adjudication("reviewed", "a")])
    assert reviewed.decide(["reviewed"])[0].independent_votes is None


@pytest.mark.parametrize("question", [STARS, Question("rating")], ids=["scale", "numbers"])
def test_of_ratings_it_grows_with_the_votes_to_a_limit(question: Question) -> None:
    rng = np.random.default_rng(1)
    given = [
        Vote(f"r{i}", f"ann{j}", int(np.clip(1 + i % 5 + rng.integers(-1, 2), 1, 5)))
        for i in range(40)
        for j in range(1 + i % 8)
    ]
    decided = registry.create("learned", question).fit(given).decide(["r0", "r3", "r7"])
    one, four, eight = (decision.independent_votes for decision in decided)
    assert one is not None
    assert four is not None
    assert eight is not None
    assert 0.9 < one < 1.1 < four < eight < 6


@pytest.mark.parametrize("strategy", ["learned", "dawid_skene"])
def test_of_a_multi_label_question_it_is_what_the_votes_on_each_label_count_as(
    strategy: str,
) -> None:
    one_each = [vote._replace(value=(vote.value,)) for vote in votes()]
    model = registry.create(strategy, SETS).fit([*one_each, Vote("one", "ann0", ("a",))])
    five, one, none = (decision.independent_votes for decision in model.decide(["r0", "one", "-"]))
    assert five == pytest.approx(5 / (1 + 4 * 0.5))
    assert one == pytest.approx(1.0)
    assert none is None


def test_of_other_questions_of_several_parts_it_is_not_told() -> None:
    order = [Vote(f"r{i}", f"ann{j}", (("a",), ("b",))) for i in range(3) for j in range(3)]
    spans = [vote._replace(value=(Span(0, 3, "a"),)) for vote in order]
    for question, given in (
        (Question("ranking", ("a", "b")), order),
        (Question("span", ("a",)), spans),
    ):
        [decision] = registry.create("learned", question).fit(given).decide(["r0"])
        assert decision.value is not None
        assert decision.independent_votes is None
    [decision] = registry.create("majority", SETS).fit([Vote("r", "ann", ("a",))]).decide(["r"])
    assert decision.independent_votes is None
