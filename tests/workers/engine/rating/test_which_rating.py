"""Which value of a scale is decided for: the most probable one, the median or the mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import pytest

from argilla_distill.strategies import Custom, QuestionType, Value
from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import Question, label_question
from argilla_distill.workers.engine.contract.terms import PLAIN, Rating, Terms
from argilla_distill.workers.engine.errors import UnsuitedTerms
from tests.workers.engine.crowds_of_values import STARS, crowd


class Highest(Custom):
    """A strategy of a team's own, which is never asked."""

    types: ClassVar[frozenset[QuestionType]] = frozenset({"rating"})

    def posterior(self, votes: Sequence[Vote]) -> Mapping[Value, float]:
        raise NotImplementedError


MEDIAN, MEAN = Terms(rating="median"), Terms(rating="mean")


@pytest.mark.parametrize("strategy", ["learned", "majority"])
@pytest.mark.parametrize("which", ["median", "mean"])
def test_it_is_that_of_the_posterior_and_voices_add_up(strategy: str, which: Rating) -> None:
    apart = [Vote("apart", f"ann{j}", 1 if j < 3 else 5) for j in range(1, 5)]
    votes = [*crowd(STARS, 1), *apart, Vote("apart", "ann5", 4)]
    records = sorted({vote.record for vote in votes})
    plain = registry.create(strategy, STARS).fit(votes).decide(records)
    central = registry.create(strategy, STARS, Terms(rating=which)).fit(votes).decide(records)
    for usual, d in zip(plain, central, strict=True):
        assert dict(d.posterior) == pytest.approx(dict(usual.posterior))
        scale, p = np.array(STARS.scale), np.array(list(d.posterior.values()))
        far = np.abs(scale[:, None] - scale[None]) if which == "median" else None
        cost = far @ p if far is not None else np.abs(scale - p @ scale)
        assert cost[STARS.scale.index(d.value)] == pytest.approx(cost.min(), abs=1e-6)
        assert d.confidence == pytest.approx(d.posterior[str(d.value)])
        odds = np.log(d.posterior[str(d.leader)] / d.posterior[str(d.runner_up)])
        assert d.log_odds == pytest.approx(odds, abs=1e-6)
    assert any(a.value != b.value for a, b in zip(plain, central, strict=True))


def test_a_tie_is_decided_an_adjudication_stands_and_a_snapshot_keeps_it() -> None:
    votes = [Vote("r", "ann", 2), Vote("r", "ben", 3)]
    model = registry.create("learned", STARS, MEDIAN).fit([*votes, Adjudication("s", 1)])
    assert [d.value for d in model.decide(["r", "s"])] == [2, 1]
    again = registry.restore(snapshot.unpack(snapshot.pack(model.state())))
    assert again.decide(["r", "s"]) == model.decide(["r", "s"])
    plain = registry.create("learned", STARS).fit(votes)
    assert "rating" not in plain.state()
    assert plain.decide(["r"])[0].abstention == "tie between 2 and 3"


def test_questions_without_a_scale_are_decided_as_ever() -> None:
    numbers = [Vote("r", "ann", 2), Vote("r", "ben", 3.5), Vote("s", "ann", 5)]
    for question in (Question("rating"),):
        plain, mean = (
            registry.create("learned", question, terms).fit(numbers).decide(["r", "s"])
            for terms in (PLAIN, MEAN)
        )
        assert plain == mean
    assert registry.create("learned", label_question("a", "b"), MEAN).fit([]).n_votes == 0


def test_models_that_stand_are_not_fitted_anew_for_a_setting_that_nobody_set() -> None:
    assert "rating" not in Terms(half_life_days=10).key
    assert Terms(**MEAN.state()) == MEAN
    assert MEAN.key != MEDIAN.key != ""


def test_a_strategy_of_a_team_s_own_decides_by_itself() -> None:
    with pytest.raises(UnsuitedTerms, match="for built-in strategies"):
        registry.create(f"{__name__}:Highest", STARS, MEAN)
