"""Two rounds, or two runs, that are written at once: one watches what the other writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from redis.client import Pipeline

from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.runs.run import ModelRun, Prediction
from argilla_distill.plugin.store import Store

D = "dataset"


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Has something done just before the next transaction is carried out."""

    def have_done(act: Callable[[], object]) -> None:
        done: list[bool] = []
        execute = Pipeline.execute

        def executed(self: Any, *args: Any, **options: Any) -> Any:
            if not done:
                done.append(True)
                act()
            return execute(self, *args, **options)

        monkeypatch.setattr(Pipeline, "execute", executed)

    return have_done


def test_two_rounds_of_which_one_has_the_others_name_are_one(
    store: Store, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: store.rounds.plan(D, Round("5", "bot"), []))
    assert store.rounds.plan(D, Round("4", "bot"), [])
    assert [each.name for each in store.rounds.all(D)] == ["4", "5"]
    meanwhile(lambda: store.rounds.plan(D, Round("6", "first"), []))
    assert not store.rounds.plan(D, Round("6", "second"), [])
    known = store.rounds.of(D, "6")
    assert known is not None
    assert known.model == "first"


def test_two_runs_of_which_one_has_the_others_name_are_one(
    store: Store, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    def added(name: str, answer: str) -> ModelRun:
        run = ModelRun(name, "helpful", added_at=len(answer))
        return store.runs.add(D, run, [Prediction("r1", answer)])

    meanwhile(lambda: added("b", "no"))
    assert added("a", "yes").added_at == 3
    assert [each.value for name in "ab" for each in store.runs.predictions(D, name)] == [
        "yes",
        "no",
    ]
    meanwhile(lambda: added("c", "no"))
    assert added("c", "yes").added_at == 2
    assert [each.value for each in store.runs.predictions(D, "c")] == ["no"]
