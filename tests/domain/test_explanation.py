"""An explanation says who said what, what tipped it and what would change it, true to the figures."""

from __future__ import annotations

import html
import math
from dataclasses import replace
from statistics import median
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from argilla_distill.domain.explanation.balance import PRIOR, Balance
from argilla_distill.domain.explanation.explain import Review, explain
from argilla_distill.domain.explanation.phrases import MAX_SIDES, cut
from argilla_distill.domain.explanation.voices import CONTENT, NO_PULL, REVIEW
from argilla_distill.domain.state.decision import StoredDecision
from tests.domain import explained_labels, explained_types, explained_unclear
from tests.domain.explained import Case, decision

CASES = (*explained_labels.CASES, *explained_unclear.CASES, *explained_types.CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_says_of_every_case_what_is_to_be_said(case: Case) -> None:
    assert case.explained().text == case.expected


def test_the_table_has_many_cases_and_all_types_of_questions() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 35
    kinds = {case.more.get("kind") for case in CASES}
    assert kinds == {None, "multi_label_selection", "rating", "ranking", "span", "text"}


def test_every_part_is_a_sentence_and_the_text_has_all_of_them() -> None:
    said = explained_labels.CASES[0].explained()
    parts = (said.sides, said.who_is_right, said.tipped, said.sure, said.would_change)
    assert all(part.endswith(".") for part in parts)
    assert all(part[1:-1] in said.text for part in parts)


def test_what_three_answers_or_more_are_worth_is_told_where_that_is_fewer() -> None:
    voices = [(0, 0.8, 1.2), (1, 0.8, 1.0), (2, 0.7, -0.5)]
    sides = {"yes": [0, 1], "no": [2]}
    said = explain(decision("yes", "no", voices, c=0.8, independent_votes=1.6), sides, str)
    assert said.worth == (
        "The 3 answers are worth 1.6 that err independently of each other: what misleads one misleads others."
    )
    assert said.worth in said.text
    nothing = [
        explain(decision("yes", "no", voices, c=0.8, independent_votes=2.8), sides, str),
        explain(decision("yes", "no", voices, c=0.8), sides, str),
        explain(
            decision("yes", "no", voices[:2], c=0.8, independent_votes=1.2), {"yes": [0, 1]}, str
        ),
    ]
    assert [each.worth for each in nothing] == ["", "", ""]


def test_of_several_reviews_by_one_reviewer_the_latest_counts() -> None:
    decided = decision("no", "yes", [(0, 0.8, -1.2), (REVIEW, 0.999, 9.0)], c=0.999)
    changed = [Review("rita", "yes", "looks fine"), Review("rita", "no", "it does not")]
    said = explain(decided, {"yes": [0]}, str, reviews=changed)
    assert said.tipped.startswith("The review by rita decided it (“it does not”)")
    assert said.would_change == "Only another review would change it."


def test_a_reason_is_one_line_and_not_a_novel() -> None:
    decided = decision("no", "yes", [(REVIEW, 0.999, 9.0)], c=0.999)
    reviews = [Review("rita", "no", "so\nlong " * 99)]
    said = explain(decided, {}, str, reviews=reviews)
    assert "\n" not in said.text
    assert len(said.text) < 400


def test_an_entry_of_an_older_release_is_explained_as_well() -> None:
    old = decision("yes", "no", [(0, 0.8, 1.2)], c=0.77)
    assert explain(replace(old, strategy=""), {"yes": [0]}, str).sure.startswith(
        "We are not very sure of “yes” (77%)"
    )


def test_somebody_who_is_to_be_shown_as_unknown_is() -> None:
    decided = decision("yes", "no", [(0, 0.9, 1.9), (1, 0.3, 0.7)], c=0.9)
    sides = {"yes": [0], "no": [1]}
    said = explain(decided, sides, ["ann", "ben"].__getitem__, unknown=[1])
    assert said.who_is_right.endswith("; of ben there are too few answers to tell.")
    assert "30%" not in said.text


# Properties

WORDS = st.text("ab <&*_[](){}\"'`.;“”\n1%", min_size=1, max_size=100)
PULLS = st.floats(-4, 4).map(lambda pull: round(pull, 2))
SHARES = st.floats(0, 1).map(lambda share: round(share, 2))


@st.composite
def disputes(draw: st.DrawFn) -> tuple[StoredDecision, dict[str, list[int]]]:
    """A decision with two sides or more, and the sides."""
    values = draw(st.lists(WORDS, min_size=2, max_size=9, unique_by=cut))
    sides: dict[str, list[int]] = {value: [] for value in values}
    size = draw(st.integers(len(values), 14))
    for number in range(size):
        sides[values[number] if number < len(values) else draw(st.sampled_from(values))] += [number]
    voices = [(number, draw(SHARES), draw(PULLS)) for number in range(size)]
    voices += [(CONTENT, draw(SHARES), draw(PULLS))] if draw(st.booleans()) else []
    prior = draw(PULLS)
    if math.fsum([prior, *(pull for _, _, pull in voices)]) < 0:
        prior, voices = -prior, [(n, share, -pull) for n, share, pull in voices]
    voices += [(REVIEW, 0.999, 9.0)] if draw(st.booleans()) else []
    top, following = (*values[:2],)
    tied = draw(st.booleans()) and (REVIEW, 0.999, 9.0) not in voices
    more: dict[str, Any] = {"v": None, "abstain": draw(WORDS)} if draw(st.booleans()) else {}
    p = {cut(value): round(1 / len(values), 3) for value in values}
    if tied:
        return decision(None, None, voices, c=0.5, p=p, prior=prior, abstain="a tie"), sides
    return decision(top, following, voices, c=draw(SHARES), p=p, prior=prior, **more), sides


@given(disputes(), st.none() | st.dictionaries(st.integers(0, 14), st.integers(0, 200)))
def test_every_side_is_named_and_the_value_is_said_and_nothing_is_markup_once_escaped(
    dispute: tuple[StoredDecision, dict[str, list[int]]], answers: dict[int, int] | None
) -> None:
    decided, sides = dispute
    reviews = [Review("<rita>", "<no>", "<b>"), Review("sam", "yes")]
    said = explain(decided, sides, lambda n: f"<{n}>", answers=answers, reviews=reviews)
    named = [value for value in sides if cut(value) in said.sides]
    assert len(named) >= min(len(sides), MAX_SIDES)
    assert len(sides) <= MAX_SIDES or "differ" in said.sides
    if decided.value is not None:
        assert cut(decided.value) in said.sure
    for word in ("log-odds", "posterior", "nats", "None", "nan"):
        assert word not in said.text
    escaped = explain(
        decided,
        sides,
        lambda n: f"<{n}>",
        answers=answers,
        reviews=reviews,
        escape=lambda text: html.escape(text),
    )
    for text in (escaped.text, html.escape(said.text)):
        assert "<" not in text
        assert not {'"', "'"} & {*text}


@given(disputes())
def test_the_order_in_which_voices_were_stored_does_not_matter(
    dispute: tuple[StoredDecision, dict[str, list[int]]],
) -> None:
    decided, sides = dispute
    turned = replace(decided, voices=decided.voices[::-1])
    assert explain(turned, sides, str) == explain(decided, sides, str)


BALANCES = st.builds(
    Balance, PULLS, st.dictionaries(st.integers(-1, 8), PULLS, min_size=1, max_size=8)
)


@given(BALANCES)
def test_what_tips_it_is_all_that_the_leader_cannot_do_without(balance: Balance) -> None:
    assume(balance.total > 0)
    everything = {**balance.pulls, PRIOR: balance.prior}
    for number, pull in everything.items():
        rest = math.fsum(p for n, p in everything.items() if n != number)
        if number in balance.pivotal:
            assert rest <= 1e-9
        elif pull >= NO_PULL:
            assert rest > -1e-9
    answers = {n: pull for n, pull in balance.pulls.items() if pull >= NO_PULL}
    if answers:
        assert balance.heaviest is not None
        assert answers[balance.heaviest] == max(answers.values())
    else:
        assert balance.heaviest is None


@given(BALANCES)
def test_so_many_answers_turn_it_and_one_fewer_does_not(balance: Balance) -> None:
    assume(balance.total > 0)
    numbers = [n for n in balance.pulls if n >= 0]
    felt = [abs(balance.pulls[n]) for n in numbers if abs(balance.pulls[n]) >= NO_PULL]
    count = balance.to_turn(numbers)
    if not felt:
        assert count is None
        return
    assert count is not None
    assert count * median(felt) > balance.total - 1e-9
    assert (count - 1) * median(felt) <= balance.total + 1e-9
