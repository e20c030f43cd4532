"""What adjudications teach the strategies for values of several parts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.composite.composite import Composite
from argilla_distill.workers.engine.composite.correction import ElementCorrection
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Vote
from argilla_distill.workers.engine.contract.question import Question, Span, Value
from argilla_distill.workers.engine.contract.strategy import Strategy, Training
from argilla_distill.workers.engine.label.correction import (
    adjudication_learner,
    correction,
    fitting,
    proving,
)

LABELS = tuple("abcdef")
QUESTION = Question("multi_label", LABELS)


def crowd(seed: int, n: int = 200) -> tuple[list[Vote], dict[str, Value]]:
    """Four of 20 annotators mark each record; all overlook much and seldom make something up."""
    rng = np.random.default_rng(seed)
    overlooked = rng.beta(4, 5, 20)
    truth, votes = {}, []
    for i in range(n):
        holds, hard = rng.random(6) < (0.5, 0.3, 0.3, 0.2, 0.1, 0.02), rng.beta(2, 6)
        truth[f"r{i}"] = tuple(np.array(LABELS)[holds].tolist())
        for j in rng.choice(20, 4, replace=False):
            seen = np.where(holds, rng.random(6) > overlooked[j] + hard / 2, rng.random(6) < 0.02)
            votes.append(Vote(f"r{i}", f"ann{j}", tuple(np.array(LABELS)[seen].tolist())))
    return votes, truth


def verdicts(truth: dict[str, Value], n: int) -> list[Adjudication]:
    return [Adjudication(record, truth[record]) for record in sorted(truth)[:n]]


def fitted(votes: list[Vote], told: list[Adjudication], name: str = "learned") -> Strategy:
    return registry.create(name, QUESTION).fit([*votes, *told])


def log_loss(decisions: list[Decision], truth: dict[str, Value]) -> float:
    found = [
        np.log(max(p if label in truth[d.record] else 1 - p, 1e-6))
        for d in decisions
        for label, p in d.posterior.items()
    ]
    return -float(np.mean(found))


def training_of(model: Strategy) -> Training:
    training = model.training
    assert training is not None
    return training


def test_confidences_of_other_records_are_more_honest_once_it_is_taught() -> None:
    votes, truth = crowd(1)
    told, rest = verdicts(truth, 40), sorted(truth)[40:]
    taught, plain = fitted(votes, told), fitted(votes, told, "dawid_skene")
    before, after = (log_loss(model.decide(rest), truth) for model in (plain, taught))
    assert after < 0.95 * before
    training = training_of(taught)
    assert training.used
    assert training.adjudications == 40
    assert training.untrained is not None
    assert training.trained is not None
    assert training.trained < training.untrained
    assert training.accuracy is not None
    assert training.majority is not None
    assert 0.7 < training.majority <= training.accuracy <= 1
    assert training.summary.startswith("Trained on 40 adjudications, a scale, a trust")


def test_how_far_the_other_labels_tell_of_a_label_is_taught() -> None:
    """Whoever overlooks "causes" marks "related" instead, where it causes and nowhere else."""
    rng = np.random.default_rng(9)
    question = Question("multi_label", ("causes", "related"))
    votes: list[Fact] = []
    truth: dict[str, Value] = {}
    for i in range(150):
        causes = bool(rng.random() < 0.4)
        truth[f"r{i:03}"] = ("causes",) if causes else ()
        for j in range(5):
            seen = causes and rng.random() < 0.25
            instead = not seen and rng.random() < (0.5 if causes else 0.15)
            said = ("causes",) if seen else ("related",) if instead else ()
            votes.append(Vote(f"r{i:03}", f"ann{j}", said))
    told, rest = verdicts(truth, 40), sorted(truth)[40:]
    taught, plain = (
        registry.create(name, question).fit([*votes, *told]) for name in ("learned", "dawid_skene")
    )
    assert isinstance(taught, Composite)
    assert taught.correction is not None
    assert taught.correction.trust_of(0) > 1.2
    loss = [
        -np.log(
            [d.posterior["causes"] if truth[d.record] else 1 - d.posterior["causes"] for d in m]
        )
        for m in (taught.decide(rest), plain.decide(rest))
    ]
    assert loss[0].mean() < 0.8 * loss[1].mean()
    for d in taught.decide(rest):
        assert d.log_odds == pytest.approx(
            d.prior_log_odds + sum(c.log_odds for c in d.contributions)
        )


def test_a_lesson_of_release_0_1_scales_votes_and_context_as_one() -> None:
    kept = {"lessons": [[2.0, [0.3, -0.3]]], "training": adjudication_learner.too_few(9).state()}
    lesson = ElementCorrection()
    lesson.restore(kept | {"untaught": 0})
    own, whole = np.array([0.7, 0.3]), np.array([0.4, 0.6])
    [found] = lesson.apply([(0, "")], [own], [whole])
    odds = 2 * np.log(0.6 / 0.4) - 0.6
    assert np.log(found[1] / found[0]) == pytest.approx(odds)
    assert lesson.state()["lessons"] == [[2.0, [0.3, -0.3], 2.0]]


def test_nothing_is_taught_by_fewer_than_ten_adjudicated_records_with_votes() -> None:
    votes, truth = crowd(2, n=60)
    told = [*verdicts(truth, 9), *(Adjudication(f"nobody's {i}", ("a",)) for i in range(9))]
    taught, plain = fitted(votes, told), fitted(votes, told, "dawid_skene")
    for one, other in zip(taught.decide(truth), plain.decide(truth), strict=True):
        assert one.posterior == pytest.approx(other.posterior)
    assert training_of(taught) == adjudication_learner.too_few(9)


def test_reasons_still_add_up() -> None:
    votes, truth = crowd(3, n=80)
    model = fitted(votes, verdicts(truth, 40))
    assert training_of(model).used
    for d in model.decide(sorted(truth)[40:]):
        assert d.log_odds == pytest.approx(
            d.prior_log_odds + sum(c.log_odds for c in d.contributions)
        )
        if d.runner_up is not None:
            (part,) = set(d.leader) ^ set(d.runner_up)
            p = d.posterior[part] if part in d.leader else 1 - d.posterior[part]
            assert d.log_odds == pytest.approx(np.log(p / (1 - p)), abs=1e-6)


def test_what_it_was_taught_survives_the_round_trip_through_bytes() -> None:
    votes, truth = crowd(4, n=80)
    model = fitted(votes, verdicts(truth, 30))
    again = registry.restore(snapshot.unpack(snapshot.pack(model.state())))
    assert again.training == model.training
    for one, other in zip(again.decide(truth), model.decide(truth), strict=True):
        assert one.posterior == pytest.approx(other.posterior)


def test_taught_one_by_one_and_untaught_again_it_ends_where_a_fresh_fit_does() -> None:
    votes, truth = crowd(5, n=80)
    told = verdicts(truth, 14)
    model = fitted(votes, [])
    for adjudication in told:
        model.learn(adjudication)
        model.moved(0.01)
    fresh = fitted(votes, told)
    assert training_of(model) == training_of(fresh)
    for one, other in zip(model.decide(truth), fresh.decide(truth), strict=True):
        assert one.posterior == pytest.approx(other.posterior, abs=1e-6)
    for adjudication in told:
        model.revert(adjudication)
    model.moved(0.01)
    fresh = fitted(votes, [])
    assert training_of(model) == adjudication_learner.too_few(0)
    for one, other in zip(model.decide(truth), fresh.decide(truth), strict=True):
        assert one.posterior == pytest.approx(other.posterior, abs=1e-6)


def test_which_item_is_named_first_does_not_matter_to_what_rankings_teach() -> None:
    rng = np.random.default_rng(6)
    question = Question("ranking", ("a", "b", "c", "d"))
    facts: list[Fact] = []
    for i in range(60):
        merit, misleading = rng.normal(size=(2, 4))  # all are misled alike, so they agree too much
        for j in range(4):
            order = np.argsort(-(merit + 2 * misleading + j / 4 * rng.normal(size=4)))
            facts.append(Vote(f"r{i}", f"ann{j}", tuple(("abcd"[x],) for x in order)))
        if i < 30:
            order = np.argsort(-merit)
            facts.append(Adjudication(f"r{i}", tuple(("abcd"[x],) for x in order)))
    model = registry.create("learned", question).fit(facts)
    assert isinstance(model, Composite)
    assert model.correction is not None
    [only] = model.correction.corrections_
    assert training_of(model).used
    assert only.bias[0] == pytest.approx(only.bias[2], abs=1e-4)


def test_spans_that_everybody_overlooks_are_taught() -> None:
    rng = np.random.default_rng(7)
    question = Question("span", ("name",))
    facts: list[Fact] = []
    for i in range(60):
        true = (Span(0, 5, "name"), Span(10, 15, "name"))
        for j in range(4):
            facts.append(Vote(f"r{i}", f"ann{j}", tuple(s for s in true if rng.random() < 0.4)))
        if i < 30:
            facts.append(Adjudication(f"r{i}", true))
    found = {
        name: np.mean(
            [
                d.confidence
                for d in registry.create(name, question)
                .fit(facts)
                .decide([f"r{i}" for i in range(30, 60)])
                if d.leader
            ]
        )
        for name in ("dawid_skene", "learned")
    }
    assert found["learned"] > found["dawid_skene"]


def test_all_that_is_from_one_adjudication_is_in_one_fold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else what a record's first element teaches would be tested on its second."""
    rng = np.random.default_rng(8)
    group = np.repeat(np.arange(20), 3)
    evidence = np.stack([group.astype(float), np.zeros(60)], axis=1)
    reading = correction.Examples(evidence, sparse.csr_array((60, 0)), np.zeros((60, 2)))
    seen = []
    fitted_to = fitting.fitted

    def watched(part: correction.Examples, *rest: object) -> correction.Correction:
        seen.append(np.unique(part.evidence[:, 0], return_counts=True)[1])
        return fitted_to(part, *rest)  # type: ignore[arg-type]  # they are what it was called with

    monkeypatch.setattr(proving, "fitted", watched)
    targets = fitting.Targets.of(rng.integers(0, 2, 60), 2, group)
    proving.validated(reading, targets, fitting.CAPACITIES[0])
    assert len(seen) == proving.FOLDS
    assert all((counts == 3).all() and len(counts) == 16 for counts in seen)


def test_large_models_learn_of_adjudications_before_their_votes_have_changed_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until a tenth of them is new; they used to wait until a hundredth of all votes had changed."""
    monkeypatch.setattr("argilla_distill.workers.engine.composite.correction.CORRECT_BELOW", 0)
    monkeypatch.setattr("argilla_distill.workers.engine.composite.composite.REFIT_SHARE", 1.0)
    votes, truth = crowd(8, n=80)
    model, learned_from = fitted(votes, []), []
    for adjudication in verdicts(truth, 25):
        model.learn(adjudication)
        model.moved(0.01)
        learned_from.append(training_of(model).adjudications)
    assert learned_from[:9] == [0] * 9
    assert learned_from[9:12] == [10, 11, 11]
    assert all(n - known < 0.11 * known for n, known in enumerate(learned_from[9:], 10))
