from __future__ import annotations

import math

import pandas as pd  # type: ignore[import-untyped]  # it has no types of its own
import pytest
from crowdkit.aggregation import MajorityVote

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label.majority import Majority
from tests.workers.engine.crowds import crowd


# crowd-kit calls pandas in a way that newer pandas deprecate.
@pytest.mark.filterwarnings("ignore::DeprecationWarning:crowdkit")
def test_it_is_crowd_kits_majority_wherever_there_is_no_tie() -> None:
    votes, _ = crowd(1, n_records=100)
    frame = pd.DataFrame([vote[:3] for vote in votes], columns=["task", "worker", "label"])
    theirs = MajorityVote().fit_predict(frame)
    decisions = Majority(label_question("a", "b", "c")).fit(votes).decide(theirs.index)
    decided = [d for d in decisions if d.value is not None]
    assert len(decided) > 80
    assert all(theirs[d.record] == d.value for d in decided)
    assert {str(d.abstention)[:3] for d in decisions if d.value is None} == {"tie"}


@pytest.mark.parametrize(("n", "confidence"), [(1, 0.75), (2, 5 / 6), (5, 5.5 / 6), (99, 0.995)])
def test_unanimous_votes_are_sure_only_when_they_are_many(n: int, confidence: float) -> None:
    majority = Majority(label_question("a", "b")).fit([Vote("r", f"ann{j}", "a") for j in range(n)])
    assert majority.decide(["r"])[0].confidence == pytest.approx(confidence)


def test_a_tie_of_three_names_all_three() -> None:
    votes = [Vote("r", f"ann{j}", label) for j, label in enumerate("cab")]
    [decision] = Majority(label_question("a", "b", "c", "d")).fit(votes).decide(["r"])
    assert decision.abstention == "tie between a, b and c"


def test_equal_voices_have_equal_parts() -> None:
    votes = [Vote("r", "ann", "a"), Vote("r", "ben", "a"), Vote("r", "cas", "b")]
    [decision] = Majority(label_question("a", "b")).fit(votes).decide(["r"])
    ann, ben, cas = (contribution.log_odds for contribution in decision.contributions)
    assert ann == ben == pytest.approx(math.log(2.5 / 0.5) / 2)
    assert cas == pytest.approx(-math.log(1.5 / 0.5))
