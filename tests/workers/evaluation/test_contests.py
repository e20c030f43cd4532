"""Contests: who wins, and who must not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from argilla_distill.domain.versions.contest import Contest
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.evaluation.contests import (
    Audits,
    Taught,
    decided,
    of_models,
    of_rights,
)
from argilla_distill.workers.evaluation.paired import compare
from argilla_distill.workers.evaluation.tf_idf import TfIdf
from tests.workers.evaluation.made_texts import texts

N = 300
RNG = np.random.default_rng(11)
TRUE = RNG.integers(0, 2, N)
PROMPTS = [str(n) for n in range(N)]
FOLD = (np.arange(N) % 3 > 0).astype(np.int64)
BLANK = Contest("q", "", "labels", "", "")


def wrong(share: float, seed: int) -> Taught:
    labels = np.where(np.random.default_rng(seed).random(N) < share, 1 - TRUE, TRUE)
    return Taught(labels, np.eye(2)[labels])


def models(telling: float, **taught: Taught) -> tuple[Contest, ...]:
    matrix = TfIdf().fit_transform(texts(TRUE, telling, 3))
    truth = np.where(FOLD == 0, TRUE, -1)
    return decided(of_models(BLANK, matrix, taught, truth, FOLD, PROMPTS, np.ones(N)))


def test_better_labels_make_the_better_model() -> None:
    hard, soft = models(0.15, good=wrong(0.0, 1), bad=wrong(0.45, 2))
    assert (hard.aspect, soft.aspect) == ("hard", "soft")
    assert hard.verdict == "one"
    assert hard.sentence.startswith("good makes the better model: +")
    assert hard.audits == 100


def test_where_texts_tell_nothing_models_are_not_compared() -> None:
    for each in models(0.0, good=wrong(0.0, 1), bad=wrong(0.3, 2)):
        assert each.verdict == "stopped"
        assert "tell a small model nothing" in each.sentence


def rights(*shares: float, n: int = 400) -> dict[str, Floats]:
    """Versions that are right so often, each on records of its own choice."""
    rng = np.random.default_rng(3)
    return {f"v-{k}": (rng.random(n) < p).astype(np.float64) for k, p in enumerate(shares)}


def verdicts(found: dict[str, Floats]) -> dict[tuple[str, str], str]:
    n = len(next(iter(found.values())))
    contests = decided(of_rights(BLANK, found, Audits(np.full(n, 0.1), np.arange(n))))
    return {(each.one, each.other): each.verdict for each in contests}


def test_of_three_versions_each_pair_is_compared() -> None:
    assert verdicts(rights(0.95, 0.7, 0.7)) == {
        ("v-0", "v-1"): "one",
        ("v-0", "v-2"): "one",
        ("v-1", "v-2"): "unknown",
    }


def test_the_same_labels_are_alike_where_audits_are_many() -> None:
    same = rights(0.8)["v-0"]
    assert verdicts({"a": same, "b": same.copy()}) == {("a", "b"): "alike"}
    assert verdicts({"a": same[:20], "b": same[:20]}) == {("a", "b"): "unknown"}


@pytest.mark.parametrize("n", [0, 9])
def test_with_few_audits_nothing_is_compared(n: int) -> None:
    found = of_rights(BLANK, {"a": np.ones(n), "b": np.zeros(n)}, Audits(np.ones(n), np.arange(n)))
    assert [each.verdict for each in found] == ["stopped"]
    assert f"{n} of at least 10 audits" in found[0].sentence


def test_models_that_are_alike_because_both_know_nothing_are_not_told_as_alike() -> None:
    usual = rights(0.8)["v-0"]
    audits = Audits(np.ones(400), np.arange(400))
    (found,) = of_rights(BLANK, {"a": usual, "b": usual}, audits, usual)
    assert found.verdict == "unknown"
    assert "neither is better than to give the most frequent answer" in found.sentence


def test_replies_to_one_prompt_are_not_independent() -> None:
    one, other = (
        np.repeat(rights(0.9, 0.6, n=30)["v-0"], 10),
        np.repeat(rights(0.9, 0.6, n=30)["v-1"], 10),
    )
    apart = compare(one, other, np.ones(300), np.arange(300), 0.02)
    together = compare(one, other, np.ones(300), np.arange(300) // 10, 0.02)
    assert together.p > apart.p
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert together.difference == pytest.approx(apart.difference)


def test_a_rarely_drawn_audit_weighs_more() -> None:
    one, other = np.array([1.0] * 10 + [0.0] * 10), np.array([0.0] * 10 + [1.0] * 10)
    pi = np.array([0.1] * 10 + [1.0] * 10)
    found = compare(one, other, pi, np.arange(20), 0.02)
    assert found.difference == pytest.approx((100 - 10) / 110)
    assert found.mcnemar == pytest.approx(1.0)


def test_turned_round_the_verdict_is_turned_round() -> None:
    found = rights(0.95, 0.7)
    there, back = found, dict(reversed(found.items()))
    assert [*verdicts(there).values(), *verdicts(back).values()] == ["one", "other"]


def test_a_verdict_needs_both_the_interval_and_the_p_value() -> None:
    clear = replace(BLANK, low=0.01, high=0.2, difference=0.1, p_holm=0.01, audits=50)
    assert clear.verdict == "one"
    assert replace(clear, p_holm=0.06).verdict == "unknown"
    assert replace(clear, low=-0.01).verdict == "unknown"


def test_where_little_was_trained_on_models_have_to_differ_by_more() -> None:
    right = rights(0.9, 0.8)
    audits = Audits(np.full(400, 0.1), np.arange(400))
    (much,) = of_rights(BLANK, right, audits, trained_on=10**9)
    (little,) = of_rights(BLANK, right, audits, trained_on=400)
    assert much.p == pytest.approx(of_rights(BLANK, right, audits)[0].p, rel=1e-4)
    assert little.p > much.p
    assert little.difference == much.difference
    assert little.high - little.low == pytest.approx(2**0.5 * (much.high - much.low), rel=1e-3)


def test_labels_and_probabilities_are_two_chances_to_win_and_count_as_such() -> None:
    hard = replace(BLANK, aspect="hard", one="a", other="b", p=0.03)
    soft = replace(hard, aspect="soft", p=0.9)
    labels = replace(hard, aspect="labels")
    assert [round(each.p_holm, 2) for each in decided([labels, hard, soft])] == [0.03, 0.06, 0.9]
