"""Which adjudications were drawn at random, and what a corrected model makes of that."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine import snapshot
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label.learned import Learned

AB = label_question("a", "b")
OTHERS = [f"r{i}" for i in range(16, 30)]


def votes() -> list[Vote]:
    """Two of three are right, of 30 records; a where their number is even."""
    return [
        Vote(f"r{i}", f"ann{j}", "ab"[(i + (j == i % 3)) % 2]) for i in range(30) for j in range(3)
    ]


def told(drawn: bool) -> list[Adjudication]:
    """Sixteen of them, drawn or not."""
    return [Adjudication(f"r{i}", "ab"[i % 2], drawn) for i in range(16)]


def test_audits_say_how_sure_it_may_be_of_others_and_are_known_as_they_come_and_go() -> None:
    """All were right: it is surer than where nobody knows that they were drawn, and decides alike."""
    model = Learned(AB).fit([*votes(), *told(False)])
    sure = np.array([decision.posterior["a"] for decision in model.decide(OTHERS)])
    training = model.training
    for fact in told(True):
        model.learn(fact)
    model.moved(0.01)
    surer = np.array([decision.posterior["a"] for decision in model.decide(OTHERS)])
    assert ((surer > 0.5) == (sure > 0.5)).all()
    assert (np.abs(surer - 0.5) > np.abs(sure - 0.5)).all()
    assert model.training == training
    kept = Learned.from_state(snapshot.unpack(snapshot.pack(model.state())))
    assert kept.model.drawn_ == set(range(16))
    for fact in told(False):
        kept.revert(fact)
    assert not kept.model.drawn_
    assert Learned(AB).fit([*votes()[:3], *told(True)[:1]]).model.drawn_ == {0}
