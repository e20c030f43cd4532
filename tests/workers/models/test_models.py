"""Models are folds over the history: whatever the snapshot holds, the tail makes them whole."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.domain.history import START, Details, Entry
from argilla_distill.domain.records import Dataset, DatasetQuestion
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import why_abstain
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label.majority import Majority
from argilla_distill.workers.models import dataset_models as module
from argilla_distill.workers.models import idle_fits, question_model
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.models.facts_of_history import FactsOfHistory
from argilla_distill.workers.models.question_model import FIT_MIN_VOTES, Model
from tests.workers.argilla_in_memory import CHAT, HELPFUL, D


def plan(**choices: Any) -> DatasetSettings:
    return DatasetSettings.model_validate({"strategy": "majority", **choices})


PLAN = plan()
ASKED = label_question(*HELPFUL.labels)


def model_of(strategy: Majority) -> Model:
    return Model(HELPFUL, FactsOfHistory("helpful", ASKED), strategy)


def said(record: str, who: int, value: Any, replaced: Any = None, **more: Any) -> Entry:
    before = {} if replaced is None else {"helpful": replaced}
    return Entry(
        "answer", record, who, more.pop("status", "submitted"), {"helpful": value}, before, **more
    )


def append(store: Store, *entries: Entry) -> list[Entry]:
    ids = store.history.ids(D, 1_000, len(entries))
    filed = [replace(entry, id=i) for entry, i in zip(entries, ids, strict=True)]
    with store.redis.pipeline() as pipe:
        store.history.append(pipe, D, filed)
        pipe.execute()
    return filed


def save(store: Store, models: Models) -> None:
    with store.redis.pipeline() as pipe:
        models.write(pipe, store, models.by_question.values(), packed={})
        pipe.execute()


def votes(model: Model) -> set[Vote]:
    assert isinstance(model.strategy, Majority)
    return set(model.strategy.votes_)


def test_a_question_has_a_model_or_a_word_on_why_not(store: Store) -> None:
    models = Models.load(store, CHAT, plan(strategy="dawid_skene"))
    assert list(models.by_question) == ["helpful", "problem"]
    assert models.left_alone["conflicts"] == "carries the conflict note"
    assert "dawid_skene cannot answer rating questions" in models.left_alone["stars"]


def test_questions_with_a_purpose_of_their_own_are_left_alone(store: Store) -> None:
    purposes = plan(confidence_question="stars", explanation_question="problem")
    models = Models.load(store, CHAT, purposes)
    assert list(models.by_question) == ["helpful"]
    assert models.left_alone["stars"] == "tells how sure annotators are"
    assert models.left_alone["problem"] == "tells why annotators answer as they do"


def test_a_label_question_that_carries_the_note_is_left_alone(store: Store) -> None:
    models = Models.load(store, CHAT, plan(conflict_question="helpful"))
    assert "helpful" not in models.by_question


def test_each_question_has_the_strategy_that_was_chosen_for_it(store: Store) -> None:
    own = plan(questions={"problem": {"strategy": "dawid_skene"}})
    chosen = Models.load(store, CHAT, own).by_question
    assert {name: model.strategy.name for name, model in chosen.items()} == {
        "helpful": "majority",
        "problem": "dawid_skene",
        "stars": "majority",
    }


def test_an_unknown_strategy_is_told_by_name(store: Store) -> None:
    models = Models.load(store, CHAT, plan(strategy="best"))
    assert models.by_question == {}
    assert all("unknown strategy 'best'" in error for error in models.failed.values())
    assert models.failed.keys() == {"helpful", "problem", "stars"}


def test_without_a_snapshot_the_whole_history_is_folded(store: Store) -> None:
    filed = append(store, said("r1", 0, "yes"), said("r1", 1, "no"), said("r1", 1, "yes", "no"))
    model = Models.load(store, CHAT, PLAN).by_question["helpful"]
    assert votes(model) == {Vote("r1", "0", "yes"), Vote("r1", "1", "yes")}
    assert (model.position, model.fit) == (filed[-1].id, 1)


def test_a_snapshot_is_taken_up_and_the_tail_learned(store: Store) -> None:
    append(store, said("r1", 0, "yes"), said("r2", 0, "no"))
    save(store, Models.load(store, CHAT, PLAN))
    tail = append(store, said("r1", 0, "no", "yes"), said("r2", 0, "no", "no", status="draft"))
    model = Models.load(store, CHAT, PLAN).by_question["helpful"]
    assert votes(model) == {Vote("r1", "0", "no")}
    assert model.position == tail[-1].id


@pytest.mark.parametrize("data", [b"", b"rubbish", b"PK\x03\x04rubbish"])
def test_a_snapshot_that_cannot_be_read_is_folded_anew_as_a_new_fit(
    store: Store, data: bytes
) -> None:
    append(store, said("r1", 0, "yes"))
    models = Models.load(store, CHAT, PLAN)
    save(store, models)
    facts = models.by_question["helpful"].info()
    with store.redis.pipeline() as pipe:
        store.models.write(pipe, D, "helpful", data, facts)
        pipe.execute()
    model = Models.load(store, CHAT, PLAN).by_question["helpful"]
    assert votes(model) == {Vote("r1", "0", "yes")}
    assert model.fit == 2


def test_another_strategy_or_other_labels_begin_a_new_fit_from_the_history(
    store: Store,
) -> None:
    append(store, said("r1", 0, "yes"), said("r1", 1, "maybe"))
    save(store, Models.load(store, CHAT, PLAN))
    other = Models.load(store, CHAT, plan(strategy="dawid_skene")).by_question["helpful"]
    assert (other.strategy.name, other.fit, other.strategy.n_votes) == ("dawid_skene", 2, 1)
    wider = DatasetQuestion(HELPFUL.id, "helpful", "label_selection", ("yes", "no", "maybe"))
    changed = Dataset(D, "chat", "w1", "support", "ready", 0, (wider,))
    model = Models.load(store, changed, PLAN).by_question["helpful"]
    assert votes(model) == {Vote("r1", "0", "yes"), Vote("r1", "1", "maybe")}
    assert model.fit == 2


@pytest.mark.parametrize(
    "entry",
    [
        Entry("decision", "r1", None, "", {"helpful": "yes"}),
        Entry("fit", values={"helpful": 2}),
        said("r1", 0, "yes", status="draft"),
        said("r1", 0, "yes", status="discarded"),
        said("r1", 0, "maybe"),
        said("r1", 0, ["yes"]),
        said("r1", 0, None),
        said("r1", 0, "yes", details=Details(echoes=("helpful",))),
        Entry("answer", "r1", 0, "deleted", {}, {"helpful": "yes"}),
        Entry("answer", "r1", 0, "submitted", {"problem": "tone"}),
    ],
    ids=lambda entry: f"{entry.kind} {entry.status}",
)
@pytest.mark.parametrize("how", ["learn", "fold"])
def test_what_is_no_vote_adds_none(entry: Entry, how: str) -> None:
    model = model_of(Majority(ASKED).fit([]))
    if how == "learn":
        model.learn([entry])
    else:
        model.fold([entry])
    assert votes(model) == set()


def test_an_echo_of_another_question_does_not_take_a_vote_away() -> None:
    model = model_of(Majority(ASKED).fit([]))
    model.learn([said("r1", 0, "yes", details=Details(echoes=("problem",)))])
    assert votes(model) == {Vote("r1", "0", "yes")}


def test_an_agents_suggestion_is_a_vote_until_it_is_gone() -> None:
    model = model_of(Majority(ASKED).fit([]))
    model.learn([Entry("suggestion", "r1", 3, "submitted", {"helpful": "no"})])
    assert votes(model) == {Vote("r1", "3", "no")}
    model.learn([Entry("suggestion", "r1", 3, "deleted", {}, {"helpful": "no"})])
    assert votes(model) == set()


def test_a_fit_ends_when_enough_has_changed_and_not_before() -> None:
    model = model_of(Majority(ASKED).fit([]))
    for i in range(FIT_MIN_VOTES - 1):
        model.learn([said(f"r{i}", 0, "yes")])
    assert not model.outgrown
    model.learn([said("last", 0, "yes")])
    assert model.outgrown
    first = model.begin_fit()
    assert (first.kind, first.values, first.details.votes) == (
        "fit",
        {"helpful": 1},
        FIT_MIN_VOTES,
    )
    assert not model.outgrown
    for i in range(FIT_MIN_VOTES):
        model.learn([said(f"n{i}", 0, "yes")])
    assert model.begin_fit().values == {"helpful": 2}


def test_learning_in_steps_decides_as_a_batch_does(store: Store) -> None:
    entries = [
        said(f"r{i}", who, "yes" if (i + who) % 3 else "no")
        for i, who in itertools.product(range(8), range(3))
    ]
    skene = plan(strategy="dawid_skene")
    models = Models.load(store, CHAT, skene)
    for entry in append(store, *entries):
        models.learn([entry])
        models.settle()
    fresh = registry.create("dawid_skene", label_question(*HELPFUL.labels))
    fresh.fit(Vote(e.record, str(e.annotator), e.values["helpful"]) for e in entries)
    records = sorted({e.record for e in entries})
    for decision, found in zip(
        fresh.decide(records), models.decide(records, skene).values(), strict=True
    ):
        assert found["helpful"].value == decision.value
        assert found["helpful"].confidence == pytest.approx(decision.confidence, abs=1e-3)


def test_what_moved_is_told_once(store: Store) -> None:
    models = Models.load(store, CHAT, PLAN)
    models.learn(append(store, said("r1", 0, "yes"), said("r2", 0, "no")))
    assert sorted(models.moved(0.02)) == ["r1", "r2"]
    assert models.moved(0.02) == []


def test_models_are_worth_writing_once_they_learned_something(store: Store) -> None:
    models = Models.load(store, CHAT, PLAN)
    assert models.unsaved() == []
    models.learn(append(store, said("r1", 0, "yes")))
    assert {model.question.name for model in models.unsaved()} == {"helpful"}


def test_models_are_saved_at_last_lest_a_long_history_is_read_whenever_they_are_loaded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BEHIND", 2)
    models = Models.load(store, CHAT, PLAN)
    models.learn(append(store, *[Entry("decision", "r1")] * 2))
    assert models.unsaved() == []
    models.learn(append(store, Entry("decision", "r1")))
    assert {model.question.name for model in models.unsaved()} == {"helpful", "problem", "stars"}


def test_a_large_model_is_not_written_and_not_fitted_for_every_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(question_model, "LARGE", 10_000)
    votes = (Vote(f"r{i}", str(i % 7), "yes") for i in range(12_000))
    model = model_of(Majority(ASKED).fit(votes))
    models = Models(CHAT, PLAN, {"helpful": model})
    models.learn([said("r1", 99, "no", id="1-0")])
    assert model.strategy.staleness > 0
    assert models.unsaved() == []
    assert idle_fits.fit(models, lambda: False, thoroughly=True)
    assert model.strategy.staleness > 0
    models.learn([said(f"r{i}", 99, "no", id=f"2-{i}") for i in range(10)])
    assert models.unsaved() == [model]


def test_while_nothing_waits_a_model_is_fitted_anew_for_every_so_many_of_its_votes() -> None:
    """It used to be for every answer, which cost the more the larger the dataset was."""
    model = model_of(Majority(ASKED).fit(Vote(f"r{i}", "7", "yes") for i in range(1_000)))
    models = Models(CHAT, PLAN, {"helpful": model})
    models.learn([said("r1", 99, "no", id="1-0")])
    assert idle_fits.fit(models, lambda: False)
    assert model.strategy.staleness == 1 / 1_000
    models.learn([said("r2", 99, "no", id="2-0")])
    assert idle_fits.fit(models, lambda: False)
    assert model.strategy.staleness == 0
    models.learn([said("r3", 99, "no", id="3-0")])
    assert idle_fits.fit(models, lambda: False, thoroughly=True)
    assert model.strategy.staleness == 0


def test_a_model_starts_from_the_start_of_an_empty_history(store: Store) -> None:
    model = Models.load(store, CHAT, PLAN).by_question["helpful"]
    assert (model.position, model.strategy.n_votes, model.fit) == (START, 0, 1)


def test_a_fit_ends_when_a_quarter_of_its_votes_changed() -> None:
    model = model_of(Majority(ASKED))
    for votes, least in ((200, 50), (1_000, 250), (4, FIT_MIN_VOTES)):
        model.fit_votes, model.changes = votes, least - 1
        assert not model.outgrown
        model.changes = least
        assert model.outgrown


def test_a_decision_just_as_sure_as_asked_for_is_made() -> None:
    assert why_abstain(2, [], 0.75, 0.75) is None
    assert why_abstain(2, [], 0.74, 0.75) == "confidence 0.74 is below 0.75"
