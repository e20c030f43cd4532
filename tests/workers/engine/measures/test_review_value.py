"""What a review is worth."""

from __future__ import annotations

import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import Question, Span, Value, label_question
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.measures.review_value import EARLY, ReviewValue, ReviewValues

QUESTION = label_question("a", "b")


def valued(*facts: Vote | Adjudication) -> dict[str, ReviewValue]:
    model = registry.create("learned", QUESTION).fit(facts)
    values = ReviewValues(QUESTION, model.annotators(), model.training)
    records = sorted({fact.record for fact in facts})
    return {d.record: values.of(d) for d in model.decide(records)}


AGREED = [Vote(f"r{i}", who, "ab"[i % 2]) for i in range(20) for who in ("ann", "ben", "cas")]


def test_an_adjudicated_record_is_worth_nothing() -> None:
    found = valued(*AGREED, Adjudication("r0", "b"))
    assert found["r0"].worth == 0
    assert found["r1"].worth > 0


def test_a_contested_record_gains_and_teaches_more_than_a_unanimous_one() -> None:
    found = valued(*AGREED, Vote("x", "ann", "a"), Vote("x", "ben", "b"), Vote("x", "cas", "b"))
    assert found["x"].gain > found["r0"].gain
    assert found["x"].teaching > found["r0"].teaching == 0


def test_a_tie_gains_more_than_any_decision() -> None:
    found = valued(*AGREED, Vote("x", "ann", "a"), Vote("x", "ben", "b"))
    assert found["x"].gain == max(value.gain for value in found.values()) == 0.75


def test_a_record_without_votes_gains_the_most_and_teaches_nothing_about_annotators() -> None:
    model = registry.create("learned", QUESTION).fit(AGREED)
    value = ReviewValues(QUESTION, model.annotators(), model.training).of(model.decide(["new"])[0])
    assert (value.gain, value.teaching) == (0.75, 0.0)


def test_an_abstention_for_want_of_confidence_gains_more_than_the_same_decision() -> None:
    model = registry.create("learned", QUESTION).fit([*AGREED, Vote("x", "ann", "a")])
    values = ReviewValues(QUESTION, model.annotators(), model.training)
    decided, withheld = model.decide(["x"])[0], model.decide(["x"], floor=0.999)[0]
    assert decided.value == "a"
    assert withheld.value is None
    assert values.of(withheld).gain > values.of(decided).gain


def test_voices_that_voted_nowhere_else_teach_nothing() -> None:
    model = registry.create("learned", QUESTION).fit(
        [*AGREED, Vote("x", "dan", "a"), Vote("x", "eve", "b")]
    )
    value = ReviewValues(QUESTION, model.annotators(), model.training).of(model.decide(["x"])[0])
    assert value.teaching == 0
    assert value.gain > 0


def test_a_conflict_teaches_more_the_more_its_annotators_vote_elsewhere() -> None:
    one_sided = [Vote("x", "ann", "a"), Vote("x", "dan", "b"), Vote("x", "eve", "b")]
    both = [Vote("y", "ann", "a"), Vote("y", "ben", "b"), Vote("y", "cas", "b")]
    found = valued(*AGREED, *one_sided, *both)
    assert found["x"].teaching < found["y"].teaching


def test_a_records_draw_depends_on_its_name_alone() -> None:
    first = valued(*AGREED)
    later = valued(*AGREED, Vote("r3", "dan", "a"), Adjudication("r0", "a"))
    assert first["r3"].luck == later["r3"].luck
    assert len({value.luck for value in first.values()}) == len(first)


def test_chance_changes_the_order_among_equals_and_seldom_among_others() -> None:
    values = ReviewValues(QUESTION, [])

    def worth(record: str, p: float) -> float:
        posterior = {"a": p, "b": 1 - p}
        return values.of(Decision(record, "a", "a", "b", p, posterior, 0.0, (), None)).worth

    ahead = [worth(f"doubtful {i}", 0.55) > worth(f"sure {i}", 0.95) for i in range(1000)]
    among = [worth(f"one {i}", 0.55) > worth(f"other {i}", 0.55) for i in range(1000)]
    assert sum(ahead) > 990
    assert 450 < sum(among) < 550


def test_teaching_and_chance_count_for_more_until_a_strategy_has_been_taught() -> None:
    votes = [*AGREED, Vote("x", "ann", "a"), Vote("x", "ben", "b"), Vote("x", "cas", "b")]
    told = [Adjudication(f"r{i}", "ab"[i % 2]) for i in range(EARLY)]
    before, after = valued(*votes, *told[:-1])["x"], valued(*votes, *told)["x"]
    assert 0 < after.teaching < before.teaching
    assert abs(after.luck - 1) < abs(before.luck - 1)


def test_a_strategy_that_cannot_be_trained_is_not_explored() -> None:
    model = registry.create("majority", QUESTION).fit([*AGREED, Adjudication("r0", "a")])
    assert model.training is None
    assert not ReviewValues(QUESTION, model.annotators(), model.training).early
    assert ReviewValues(QUESTION, [], Training(0, False, None, None, None, None, "")).early


def test_a_draw_is_kept_by_every_machine() -> None:
    value = ReviewValues(QUESTION, []).of(
        Decision("r1", "a", "a", "b", 0.9, {"a": 0.9, "b": 0.1}, 2.2, (), None)
    )
    assert value.luck == pytest.approx(0.9846188887546254)


ANSWERS: list[tuple[Question, Value, Value]] = [
    (QUESTION, "a", "b"),
    (Question("multi_label", ("a", "b", "c")), ("a",), ("a", "b")),
    (Question("rating", scale=(1, 2, 3, 4, 5)), 2, 5),
    (Question("ranking", ("a", "b")), (("a",), ("b",)), (("b",), ("a",))),
    (Question("span", ("name",)), (Span(0, 4, "name"),), (Span(6, 9, "name"),)),
    (Question("text"), "He left at once.", "Nobody has ever seen this."),
]


@pytest.mark.parametrize("case", ANSWERS, ids=[question.type for question, _, _ in ANSWERS])
def test_every_type_of_question_has_its_conflicts_before_what_all_agree_on(
    case: tuple[Question, Value, Value],
) -> None:
    question, one, other = case
    people = ("ann", "ben", "cas", "dan")
    votes = [Vote(f"r{i}", who, one) for i in range(12) for who in people]
    votes += [Vote(f"s{i}", who, other) for i in range(12) for who in people[i % 4 :]]
    votes += [Vote(f"s{i}", who, one) for i in range(12) for who in people[: i % 4]]
    votes += [
        Vote("x", who, value) for who, value in zip(people, (one, one, other, other), strict=True)
    ]
    model = registry.create("learned", question)
    model = model.fit([*votes, Adjudication("r0", one)])
    values = ReviewValues(question, model.annotators(), model.training)
    agreed, contested, adjudicated = (values.of(d) for d in model.decide(["r1", "x", "r0"]))
    assert contested.gain > agreed.gain
    assert contested.teaching > agreed.teaching
    assert adjudicated.worth == 0 < agreed.worth < contested.worth
