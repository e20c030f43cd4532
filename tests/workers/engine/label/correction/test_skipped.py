"""What reviews skipped is filled up when a correction is learned, so it is left as it is."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label.correction.skipped import MAX_RECORDS, STRATA, skipped
from argilla_distill.workers.engine.label.learned import Learned


def names(n: int) -> list[str]:
    return [f"r{i:04d}" for i in range(n)]


def test_reviews_of_every_stratum_need_no_filling() -> None:
    confidence = np.linspace(0.5, 1.0, 200)
    reviewed = np.arange(200) % 4 == 0
    assert skipped(confidence, reviewed, names(200)).weight.sum() < 1e-9


def test_reviews_of_the_hardest_are_filled_up_to_what_a_random_sample_would_be() -> None:
    confidence = np.linspace(0.5, 1.0, 1000)
    filling = skipped(confidence, confidence < np.quantile(confidence, 0.05), names(1000))
    assert abs(filling.weight.sum() - 50 * (1 - 1 / STRATA)) < 1e-9
    assert len(filling.places) == MAX_RECORDS * (STRATA - 1)
    assert confidence[filling.places].min() > np.quantile(confidence, 1 / STRATA) - 1e-9


def test_whoever_stands_for_a_stratum_does_not_depend_on_the_order_of_records() -> None:
    rng = np.random.default_rng(0)
    confidence, reviewed = rng.uniform(0.5, 1.0, 800), rng.uniform(size=800) < 0.05
    every, order = np.array(names(800)), rng.permutation(800)
    one = skipped(confidence, reviewed, every.tolist())
    other = skipped(confidence[order], reviewed[order], every[order].tolist())
    assert set(every[one.places]) == set(every[order][other.places])


def test_what_is_true_of_hard_records_changes_easy_ones_little() -> None:
    """Two annotators of three agree on easy records; where all differ, a reviewer always says c."""
    votes, easy = [], [f"easy{i}" for i in range(60)]
    for i, record in enumerate(easy):
        label = "ab"[i % 2]
        votes += [Vote(record, who, label) for who in ("ann", "ben", "cas")]
    hard = [f"hard{i}" for i in range(20)]
    for i, record in enumerate(hard):
        said = "abcabc"[i % 3 : i % 3 + 3]
        votes += [Vote(record, *each) for each in zip(("ann", "ben", "cas"), said, strict=True)]
    model = Learned(label_question("a", "b", "c")).fit(votes)
    before = {each.record: each.confidence for each in model.decide(easy)}
    model.fit([*votes, *(Adjudication(record, "c") for record in hard)])
    for decision in model.decide(easy):
        assert decision.value in ("a", "b")
        assert abs(decision.confidence - before[decision.record]) < 0.1
