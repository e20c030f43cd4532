"""The parts of a composite, each alone: it learns from what it is given, and saves itself."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from argilla_distill.workers.engine import snapshot
from argilla_distill.workers.engine.composite.context import Context
from argilla_distill.workers.engine.composite.correction import ElementCorrection
from argilla_distill.workers.engine.composite.decomposition import Decomposition
from argilla_distill.workers.engine.composite.elements import (
    HeldElements,
    MajorityElements,
    MarkedElements,
    MirroredElements,
)
from argilla_distill.workers.engine.composite.multi_label.label_sets import LabelSets
from argilla_distill.workers.engine.composite.multi_label.other_labels import OtherLabels
from argilla_distill.workers.engine.composite.ranking.item_orders import ItemOrders
from argilla_distill.workers.engine.composite.ranking.pair_context import ImpliedOrder, ItemMerits
from argilla_distill.workers.engine.composite.span.boundaries import Boundaries
from argilla_distill.workers.engine.composite.span.mark_context import MarkContext
from argilla_distill.workers.engine.composite.span.marked_spans import MarkedSpans
from argilla_distill.workers.engine.composite.taken_apart import MakeModel, TakenApart
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from tests.workers.engine.crowds_of_parts import QUESTIONS, crowd

LABELS, ORDERS, SPANS = (QUESTIONS[case] for case in ("multi_label", "ranking", "span"))
BOUNDARIES = Boundaries(SPANS)
PARTS: dict[str, tuple[Decomposition, MakeModel, Context]] = {
    "multi_label": (
        LabelSets(LABELS),
        partial(HeldElements, fit_dependence=0.2),
        OtherLabels(LABELS.labels),
    ),
    "ranking": (
        ItemOrders(ORDERS),
        partial(MirroredElements, dependence=0.2, fit_dependence=0.1),
        ItemMerits(),
    ),
    "span": (
        MarkedSpans(SPANS, BOUNDARIES),
        partial(MarkedElements, dependence=0.2, fit_dependence=0.02),
        MarkContext(SPANS, BOUNDARIES),
    ),
}


def fitted(case: str, seed: int = 1) -> tuple[TakenApart, Context]:
    """A crowd's votes and twelve adjudications, taken apart and learned."""
    decomposition, make, context = PARTS[case]
    votes, truth = crowd(case, seed)
    taken = TakenApart(decomposition, make)
    verdicts = [Adjudication(record, truth[record]) for record in sorted(truth)[:12]]
    apart = taken.start([*votes, *verdicts])
    context.prepare(taken)
    for model, facts in zip(taken.models, apart, strict=True):
        model.fit(facts)
    context.learn(taken)
    return taken, context


@pytest.mark.parametrize("case", PARTS)
def test_facts_taken_apart_survive_the_round_trip_through_bytes(case: str) -> None:
    taken, _context = fitted(case)
    decomposition, make, _ = PARTS[case]
    again = TakenApart(decomposition, make)
    again.restore(snapshot.unpack(snapshot.pack(taken.state())))
    assert again.facts.state() == taken.facts.state()
    records = taken.facts.heard()
    for one, other in zip(
        taken.on(records, lambda on: on.own), again.on(records, lambda on: on.own), strict=True
    ):
        assert one.elements == other.elements
        for p, q in zip(one.own, other.own, strict=True):
            np.testing.assert_allclose(p, q, atol=1e-12)


@pytest.mark.parametrize("case", PARTS)
def test_a_change_of_one_vote_taken_back_leaves_the_elements_facts_as_they_were(case: str) -> None:
    votes, _ = crowd(case, 2)
    decomposition, _, _ = PARTS[case]
    taken = TakenApart(decomposition, MajorityElements)
    apart = taken.start(votes[1:])
    for model, facts in zip(taken.models, apart, strict=True):
        model.fit(facts)
    before = [len(model.votes_) for model in taken.models]
    taken.tell(taken.change(votes[0], taken.facts.learn))
    assert [len(model.votes_) for model in taken.models] != before
    taken.tell(taken.change(votes[0], taken.facts.revert))
    assert [len(model.votes_) for model in taken.models] == before


@pytest.mark.parametrize("case", PARTS)
def test_a_context_survives_the_round_trip_through_bytes(case: str) -> None:
    taken, context = fitted(case)
    again = PARTS[case][2].__class__.__new__(PARTS[case][2].__class__)
    again.__dict__.update({k: v for k, v in context.__dict__.items() if not k.endswith("_")})
    again.restore(snapshot.unpack(snapshot.pack(context.state())))
    for on in taken.on(sorted(taken.facts.votes), lambda on: on.own)[:8]:
        for p, q in zip(context.apply(taken, on), again.apply(taken, on), strict=True):
            np.testing.assert_allclose(p, q, atol=1e-12)


def test_contexts_keep_posteriors_that_sum_to_one() -> None:
    for case in PARTS:
        taken, context = fitted(case)
        for on in taken.on(sorted(taken.facts.votes), lambda on: on.own):
            for p in context.apply(taken, on):
                assert p.sum() == pytest.approx(1)


def test_what_follows_from_comparisons_is_as_sure_as_the_weakest_of_them() -> None:
    taken = TakenApart(ItemOrders(QUESTIONS["ranking"]), MajorityElements)
    votes = [
        Vote("r", "ann", (("a",), ("b",))),
        Vote("r", "ben", (("b",), ("c",))),
        Vote("r", "cas", (("b",), ("c",))),
    ]
    apart = taken.start(votes)
    taken.models[0].fit(apart[0])
    context = ImpliedOrder()
    [on] = taken.on(["r"], lambda on: context.apply(taken, on))
    own, joined = (dict(zip(on.elements, each, strict=True)) for each in (on.own, on.posterior))
    assert own[0, "a\x1ec"][0] == pytest.approx(own[0, "a\x1ec"][2])
    assert joined[0, "a\x1ec"][0] == pytest.approx(own[0, "a\x1eb"][0])


@pytest.mark.parametrize("case", PARTS)
def test_a_correction_is_learned_applied_and_saved_alone(case: str) -> None:
    taken, context = fitted(case)
    correction = ElementCorrection(mirrored=case == "ranking")
    correction.learn(taken, context)
    assert correction.training_.adjudications == 12
    assert not correction.due(taken.models[0].votes_.degree.sum(), 12)
    correction.changed()
    assert correction.due(10, 12)
    again = ElementCorrection()
    again.restore(snapshot.unpack(snapshot.pack(correction.state())))
    assert again.training_ == correction.training_
    [on] = taken.on(["r20"], lambda on: on.own)
    whole = context.apply(taken, on)
    for p, q in zip(
        *(each.apply(on.elements, on.own, whole) for each in (correction, again)), strict=True
    ):
        assert p.sum() == pytest.approx(1)
        np.testing.assert_allclose(p, q, atol=1e-12)
