"""Agreement beyond chance, against published tables, the definitions, and scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, permutations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from argilla_distill.workers.engine.contract.question import Question, Span, Value, label_question
from argilla_distill.workers.engine.measures import agreement as module
from argilla_distill.workers.engine.measures import kappa as kappa_module
from argilla_distill.workers.engine.measures.agreement import VoteArrays, agreement
from argilla_distill.workers.engine.measures.difference import difference
from argilla_distill.workers.engine.measures.kappa import kappa, kappas

LABELS = label_question(*"abcde")
STARS = Question("rating", scale=(1, 2, 3, 4, 5))
TOPICS = Question("multi_label", tuple("abc"))

FOUR = (  # Krippendorff (2011), section C: four observers, twelve units, some missing
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
MEG_OWEN = ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")  # section A
BEN_GERRY = ("a a b b d c c c e d d a", "b a b b b c c c e d d d")  # section B


def columns(rows: Sequence[str], kind: Callable[[str], Value] = str) -> VoteArrays:
    """Votes from one line for each annotator, a dot where they gave none."""
    cells = [
        (u, j, kind(cell))
        for j, row in enumerate(rows)
        for u, cell in enumerate(row.split())
        if cell != "."
    ]
    return of(cells)


def of(cells: Sequence[tuple[int, int, Value]]) -> VoteArrays:
    values = sorted({value for _, _, value in cells})
    record, annotator = (np.array([cell[i] for cell in cells], np.int64) for i in (0, 1))
    code = np.array([values.index(value) for _, _, value in cells], np.int64)
    return VoteArrays(record, annotator, code, values)


def by_definition(votes: VoteArrays, apart: Callable[[Value, Value], float]) -> float:
    """Alpha, pair by pair."""
    units: dict[int, list[Value]] = {}
    for u, code in zip(votes.record.tolist(), votes.code.tolist(), strict=True):
        units.setdefault(u, []).append(votes.values[code])
    held = [values for values in units.values() if len(values) > 1]
    everything = [value for values in held for value in values]
    n = len(everything)
    observed = sum(
        sum(apart(x, y) for x, y in permutations(values, 2)) / (len(values) - 1) for values in held
    )
    chance = sum(apart(x, y) for x, y in permutations(everything, 2))
    return 1 - (observed / n) / (chance / (n * (n - 1)))


def drawn(values: Sequence[Value], n: int = 60, crowd: int = 6, seed: int = 1) -> VoteArrays:
    """Random votes, one to five on a record, not without agreement."""
    draw = np.random.default_rng(seed)
    cells = []
    for u in range(n):
        usual = draw.integers(len(values))
        for j in draw.permutation(crowd)[: draw.integers(1, 6)].tolist():
            pick = usual if draw.random() < 0.6 else draw.integers(len(values))
            cells.append((u, j, values[int(pick)]))
    return of(cells)


@pytest.mark.parametrize(
    ("rows", "published"), [(MEG_OWEN, 0.095), (BEN_GERRY, 0.692), (FOUR, 0.743)]
)
def test_alpha_of_labels_is_as_published(rows: tuple[str, ...], published: float) -> None:
    assert agreement(LABELS, columns(rows)).alpha == pytest.approx(published, abs=5e-4)


def test_alpha_of_ratings_is_as_published() -> None:
    assert agreement(STARS, columns(FOUR, int)).alpha == pytest.approx(0.849, abs=5e-4)


def test_alpha_of_labels_is_as_defined() -> None:
    votes = drawn(list("abcde"))
    defined = by_definition(votes, lambda x, y: float(x != y))
    assert agreement(LABELS, votes).alpha == pytest.approx(defined)


def test_alpha_of_ratings_is_as_defined() -> None:
    votes = drawn([1, 2, 3, 4, 5])
    defined = by_definition(votes, lambda x, y: (x - y) ** 2)
    assert agreement(STARS, votes).alpha == pytest.approx(defined)


VALUES: dict[str, tuple[Question, list[Value]]] = {
    "multi_label": (TOPICS, [(), ("a",), ("a", "b"), ("a", "b", "c"), ("c",)]),
    "ranking": (
        Question("ranking", tuple("abc")),
        [
            (("a",), ("b",), ("c",)),
            (("b",), ("a",), ("c",)),
            (("a", "b", "c"),),
            (("c",), ("a", "b")),
        ],
    ),
    "span": (
        Question("span", ("x", "y")),
        [(), (Span(0, 5, "x"),), (Span(1, 5, "x"), Span(8, 9, "y")), (Span(0, 5, "y"),)],
    ),
    "text": (Question("text"), ["he left", "He left.", "he leaves early", "she stays"]),
}


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_alpha_of_other_values_is_as_defined_with_their_difference(kind: str) -> None:
    question, values = VALUES[kind]
    votes = drawn(values)
    defined = by_definition(votes, difference(question))
    assert agreement(question, votes).alpha == pytest.approx(defined)


@pytest.mark.parametrize("kind", ["label", "rating", *sorted(VALUES)])
def test_a_difference_is_a_share_that_goes_both_ways_and_is_nothing_for_equal_values(
    kind: str,
) -> None:
    own: dict[str, tuple[Question, list[Value]]] = {
        "label": (LABELS, list("abc")),
        "rating": (STARS, [1, 2, 5]),
    }
    question, values = {**own, **VALUES}[kind]
    apart = difference(question)
    for one, other in combinations(values, 2):
        assert 0 <= apart(one, other) <= 1
        assert apart(one, other) == pytest.approx(apart(other, one))
    assert all(apart(value, value) == 0 for value in values)
    assert len({apart(one, other) for one, other in combinations(values, 2)}) > (kind != "label")


def test_samples_of_very_many_texts_tell_nearly_the_same_alpha(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = np.random.default_rng(3)
    words = ["the", "a", "man", "dog", "ran", "sat", "left", "went", "home", "out"]
    texts = [" ".join(draw.choice(words, 5)) for _ in range(150)]
    votes = drawn(texts, n=400)
    question = Question("text")
    whole = agreement(question, votes).alpha
    monkeypatch.setattr(module, "SAMPLE", 60)
    monkeypatch.setattr(module, "PAIRS", 600)
    monkeypatch.setattr(module, "CROWDED", 3)
    part = agreement(question, votes)
    assert part.alpha == pytest.approx(whole, abs=0.08)
    assert np.isnan(part.far).sum() > np.isnan(agreement(LABELS, votes).far).sum()


def test_chance_alone_is_no_agreement_and_identity_is_all_of_it() -> None:
    draw = np.random.default_rng(0)
    record, who = np.repeat(np.arange(5000), 2), np.tile([0, 1], 5000)
    codes = draw.integers(0, 3, 10_000)
    assert agreement(LABELS, VoteArrays(record, who, codes, "abc")).alpha == pytest.approx(
        0, abs=0.05
    )
    same = np.repeat(draw.integers(0, 3, 5000), 2)
    assert agreement(LABELS, VoteArrays(record, who, same, "abc")).alpha == 1.0


@pytest.mark.parametrize("question", [LABELS, STARS, TOPICS])
def test_where_nothing_can_differ_there_is_no_alpha(question: Question) -> None:
    value = {"label": "a", "rating": 3, "multi_label": ("a",)}[question.type]
    none = np.zeros(0, np.int64)
    nobody = VoteArrays(none, none, none, ())
    alone = of([(0, 0, value), (1, 1, value)])
    alike = of([(0, 0, value), (0, 1, value)])
    for votes in (nobody, alone, alike):
        assert agreement(question, votes).alpha is None
        assert agreement(question, votes).of_annotators(2) == [None, None]
        assert agreement(question, votes).of_groups(np.zeros(2, np.int64), 1) == [None]


@pytest.mark.parametrize("question", [LABELS, STARS])
def test_the_alpha_of_a_group_is_that_of_its_records_alone(question: Question) -> None:
    votes = drawn(list("abc") if question is LABELS else [1, 2, 5])
    group = np.arange(60) % 3 - 1
    found = agreement(question, votes).of_groups(group, 2)
    for g in range(2):
        some = group[votes.record] == g
        part = VoteArrays(votes.record[some], votes.annotator[some], votes.code[some], votes.values)
        assert found[g] == pytest.approx(agreement(question, part).alpha)


@pytest.mark.parametrize("question", [LABELS, STARS])
def test_of_two_annotators_each_has_the_alpha_of_the_two(question: Question) -> None:
    rows = FOUR[1], FOUR[1].replace("3", "4")
    votes = columns(rows, str if question is LABELS else int)
    found = agreement(question, votes)
    assert found.of_annotators(2) == [pytest.approx(found.alpha)] * 2


def test_who_guesses_agrees_less_than_the_others() -> None:
    draw = np.random.default_rng(5)
    truth = draw.integers(0, 3, 300)
    cells = [(u, j, "abc"[t]) for u, t in enumerate(truth.tolist()) for j in range(3)]
    cells += [(u, 3, "abc"[g]) for u, g in enumerate(draw.integers(0, 3, 300).tolist())]
    found = agreement(LABELS, of(cells)).of_annotators(4)
    assert found[3] == pytest.approx(0, abs=0.1)
    assert all(alpha is not None and alpha > 0.6 for alpha in found[:3])
    kappa_of = kappas(LABELS, of(cells), 4)
    assert kappa_of[3] == pytest.approx(0, abs=0.1)
    assert all(k is not None and k > 0.6 for k in kappa_of[:3])


def test_kappa_is_that_of_scikit_learn() -> None:
    draw = np.random.default_rng(2)
    one = draw.integers(0, 4, 200)
    other = np.where(draw.random(200) < 0.5, one, draw.integers(0, 4, 200))
    assert kappa(one, other) == pytest.approx(cohen_kappa_score(one, other))
    assert kappa(one, one) == 1.0
    assert kappa(one[:0], one[:0]) is None
    assert kappa(np.zeros(3, int), np.zeros(3, int)) is None


@pytest.mark.parametrize(("question", "weights"), [(LABELS, None), (STARS, "quadratic")])
def test_mean_kappas_are_weighed_by_the_records_shared(
    question: Question, weights: str | None
) -> None:
    values = list("abcde") if question is LABELS else [1, 2, 3, 4, 5]
    votes = drawn(values, n=80, crowd=5)
    found = kappas(question, votes, 6)
    assert found[5] is None  # nobody has heard of them
    said = [
        dict(
            zip(
                votes.record[votes.annotator == j].tolist(),
                votes.code[votes.annotator == j],
                strict=True,
            )
        )
        for j in range(5)
    ]
    for j in range(5):
        total = weight = 0.0
        for other in (o for o in range(5) if o != j):
            both = sorted(said[j].keys() & said[other].keys())
            pair = [[said[who][u] for u in both] for who in (j, other)]
            score = cohen_kappa_score(*pair, labels=range(5), weights=weights)
            total, weight = total + len(both) * score, weight + len(both)
        assert found[j] == pytest.approx(total / weight)


def test_kappa_is_for_single_choices_only() -> None:
    assert kappas(TOPICS, of([(0, 0, ("a",)), (0, 1, ("b",))]), 2) == [None, None]


def test_in_a_large_crowd_the_busiest_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = drawn(list("abc"), crowd=5)
    every = kappas(LABELS, votes, 5)
    monkeypatch.setattr(kappa_module, "CROWD", 3)
    some = kappas(LABELS, votes, 5)
    assert sum(each is not None for each in some) == 3
    assert all(each is not None for each in every)


def test_neither_the_order_of_votes_nor_the_numbers_of_annotators_matter() -> None:
    votes = drawn(list("abc"))
    order = np.random.default_rng(8).permutation(len(votes.code))
    other = VoteArrays(
        votes.record[order], 5 - votes.annotator[order], votes.code[order], votes.values
    )
    one, two = agreement(LABELS, votes), agreement(LABELS, other)
    assert one.alpha == pytest.approx(two.alpha)
    assert one.of_annotators(6) == pytest.approx(two.of_annotators(6)[::-1])
    assert kappas(LABELS, votes, 6) == pytest.approx(kappas(LABELS, other, 6)[::-1])


def test_a_scale_tells_how_far_ratings_are_apart_and_without_one_a_point_is_all() -> None:
    assert difference(STARS)(2, 5) == 0.75
    assert difference(Question("rating"))(2, 5) == 1.0


def test_rankings_of_other_items_tell_nothing() -> None:
    apart = difference(Question("ranking"))
    assert apart((("a",), ("b",)), (("c",), ("d",))) == 0.5
