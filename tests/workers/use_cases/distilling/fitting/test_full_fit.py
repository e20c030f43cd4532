"""After a sweep, whatever happened before, what is stored is what a full fit of the facts says."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argilla_distill.domain.disclosure import complete
from argilla_distill.domain.history import START
from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.measures import conflicts
from argilla_distill.workers.engine.measures.review_value import WITHHELD
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.models.facts_of_history import FactsOfHistory
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.models.values import json_of
from argilla_distill.workers.use_cases.distilling.steps.review_worth import DISPUTED
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import CHAT, HELPFUL, NOTE, D, Row
from tests.workers.service_in_memory import Build, ServiceInMemory

TOPICS = DatasetQuestion("q-topics", "topics", "multi_label_selection", ("tone", "facts", "length"))
RATED = DatasetQuestion("q-rated", "rated", "rating", ("1", "2", "3", "4", "5"))
ORDER = DatasetQuestion("q-order", "order", "ranking", ("a", "b", "c"))
MARKS = DatasetQuestion("q-marks", "marks", "span", ("name", "place"), field="text")
REPLY = DatasetQuestion("q-reply", "reply", "text")
ALL = (HELPFUL, TOPICS, RATED, ORDER, MARKS, REPLY)

Conflicts = dict[tuple[str, str], StoredConflict]
"""(Record, question) → what is stored of a conflict there."""

RECORDS = tuple(f"r{i}" for i in range(24))
"""Enough for texts to have a say."""
PEOPLE = ("ann", "ben", "cas", "rob", "llm-a")
"""rob reviews."""

TEXT = "Ann went to Rome and then home"
TELLING = {"yes": "kindly and in time", "no": "angry and much too late"}
TOLERANCE = 0.02
OVERLAP = 2
APART = 2 * TOLERANCE + 0.001
"""What is stored may be a tolerance behind what was told, and that one behind the fit."""


def ranked(order: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"value": item, "rank": place} for place, item in enumerate(order, 1)]


def marked(start: int, end: int, label: str) -> dict[str, Any]:
    return {"start": start, "end": end, "label": label}


ELSEWHERE = 0.05
"""What a review teaches is told by how much its annotators had answered when the record was decided."""

SETTLED, WORTH = 0.9, 0.2
"""`settled_confidence` and `review_worth` of these settings."""

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "helpful": st.sampled_from(HELPFUL.labels),
    "topics": st.lists(st.sampled_from(TOPICS.labels), min_size=1, max_size=3, unique=True),
    "rated": st.sampled_from([1, 2, 3, 4, 5]),
    "order": st.permutations(["a", "b", "c"]).map(lambda order: ranked(tuple(order))),
    "marks": st.sampled_from(
        [[], [marked(0, 3, "name")], [marked(0, 3, "name"), marked(12, 16, "place")]]
    ),
    "reply": st.sampled_from(["He left.", "He left early.", "Nobody knows."]),
}
ANSWER = st.tuples(
    st.just("answer"),
    st.sampled_from(PEOPLE),
    st.sampled_from(RECORDS),
    st.fixed_dictionaries(VALUES),
)
OTHER: st.SearchStrategy[tuple[str, str, str, dict[str, Any]]] = st.tuples(
    st.sampled_from(["retract", "delete", "drop record", "distil", "sweep"]),
    st.sampled_from(PEOPLE),
    st.sampled_from(RECORDS),
    st.just({}),
)
PATH = st.lists(st.tuples(st.one_of(ANSWER, ANSWER, ANSWER, OTHER), st.booleans()), max_size=30)


def walk(service: ServiceInMemory, path: list[tuple[Any, bool]]) -> None:
    """Do what the path says; some deliveries are lost."""
    rows = service.argilla.rows[D]
    for (kind, who, record, values), delivered in path:
        if kind == "distil":
            service.distil()
        elif kind == "sweep":
            sweep(service.world, D)
        elif record not in rows:
            continue
        elif kind == "answer":
            service.argilla.answer(who, record, **values)
        elif kind == "retract" and who in rows[record].responses:
            service.argilla.retract(who, record)
        elif kind == "delete":
            rows[record].responses.pop(who, None)
        elif kind == "drop record":
            del rows[record]
        if delivered:
            service.mark(record)


def crowd(service: ServiceInMemory, seed: int) -> None:
    """Two people answer each record, on texts that tell whether it is helpful."""
    draw = random.Random(seed)
    for i, record in enumerate(RECORDS):
        true = draw.choice(["yes", "no"])
        service.argilla.rows[D][record] = Row(fields={"text": f"{TEXT} {TELLING[true]} {i}"})
        for who in draw.sample(PEOPLE[:3], 2):
            wrong = "no" if true == "yes" else "yes"
            values: dict[str, Any] = {
                "helpful": true if draw.random() < 0.75 else wrong,
                "topics": draw.sample(TOPICS.labels, draw.choice([1, 1, 2])),
                "rated": draw.choice([2, 3, 4, 5]),
                "order": ranked(tuple(draw.sample("abc", 3))),
                "marks": draw.choice([[], [marked(0, 3, "name")]]),
                "reply": draw.choice(["He left.", "He left early."]),
            }
            service.argilla.answer(who, record, **values)
            service.mark(record)
        if i % 8 == 7:
            service.distil()


def full_fit(service: ServiceInMemory, kept: Model) -> Model:
    """A model that is fitted to the whole history at once."""
    people = service.store.datasets.annotators(D)
    facts_of_history = FactsOfHistory(kept.question.name, kept.asked, people)
    model = Model(kept.question, facts_of_history, registry.create("learned", kept.asked))
    model.fold(service.store.history.after(D, START))
    found = service.world.gateway.records(D, list(service.argilla.rows[D]))
    model.read(found.values())
    model.refit()
    return model


def agrees(service: ServiceInMemory, model: Model, record: str, known: Conflicts) -> None:
    """What is stored of one question on one record is what the model says."""
    question = model.question.name
    (decisions,) = service.store.datasets.decisions(D, [record])
    (entry,) = service.store.datasets.ledger(D, [record])
    if not decisions or not entry:
        return
    stored, [now] = decisions[question], model.strategy.decide([record])
    assert stored.confidence == pytest.approx(now.confidence, abs=APART)
    second = sorted(now.posterior.values())[-2:]
    if len(second) < 2 or second[1] - second[0] > 2 * APART:
        assert stored.value == json_of(model.asked, now.value)
    for part, p in stored.posterior.items() if now.scores is not None else ():
        assert p == pytest.approx(now.posterior.get(part, p), abs=APART)
    kept = known.get((record, question))
    if abs(now.confidence - SETTLED) > APART:
        votes = model.facts_of_history.votes(record, entry)
        found = conflicts.of_adjudications(record, model.facts_of_history.verdicts(record))
        found = found or conflicts.find(model.asked, votes, now, kept is not None, SETTLED)
        assert (found.state if found else "settled") == (kept.state if kept else "settled")


def queued(service: ServiceInMemory, models: list[Model], record: str, known: Conflicts) -> None:
    """Whether a review of the record is wanted, and its worth, follow from what the models say."""
    [worth] = service.store.reviews.worth(D, [record])
    [entry] = service.store.datasets.ledger(D, [record])
    found = service.world.gateway.records(D, [record]).get(record)
    if not entry or found is None or not complete(found.counted(OVERLAP)):
        assert worth is None
        return
    if service.store.reviews.to_audit(
        D, [record]
    ):  # drawn at random, so not reviewed for its worth
        assert worth is None
        return
    low, high, gain, most_gain, in_conflict = 0.0, 0.0, 0.0, 0.0, False
    for model in models:
        [now] = model.strategy.decide([record])
        conflict = known.get((record, model.question.name))
        is_open = bool(conflict and conflict.is_open)
        in_conflict |= is_open
        unsure = bool(now.contributions) and not now.adjudicated
        if not is_open and not (unsure and now.confidence < SETTLED + APART):
            continue
        value = model.review_value(now)
        near = slack(model, now)
        least = max(value.gain + value.teaching - near, 0.0)
        most = value.gain + value.teaching + near
        disputed = DISPUTED if conflict and conflict.kind == "adjudications" else 0.0
        if is_open or now.confidence < SETTLED - APART:
            low, gain = low + least * value.luck + disputed, gain + least
        high, most_gain = high + most * value.luck + disputed, most_gain + most
    if worth is None:
        assert not in_conflict
        assert gain < WORTH
    else:
        assert in_conflict or most_gain >= WORTH
        assert low - 0.01 <= worth <= high + 0.01  # each question's is rounded


def slack(model: Model, now: Decision) -> float:
    """How far what a review is worth may be from what the fit says, before chance has its say.

    As far as probabilities within APART may move its gain, and ELSEWHERE of its teaching.
    """
    chances = sorted(now.posterior.values())
    tied = len(chances) < 2 or chances[-1] - chances[-2] <= 2 * APART
    withheld = WITHHELD if tied or now.value is None else 0.0
    if now.scores is None:
        return APART + withheld + ELSEWHERE
    wrong = sum(min(p, 1 - p) for p in chances)
    likely = sum(p >= 0.5 for p in chances) or 1
    surely = sum(p >= 0.5 + APART for p in chances) or 1
    return (wrong + len(chances) * APART) / surely - wrong / likely + withheld + ELSEWHERE


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 9_999), path=PATH)
def test_what_is_stored_is_a_full_fit_of_the_facts(
    build: Build, seed: int, path: list[tuple[Any, bool]]
) -> None:
    """The default strategy, texts, a reviewer, all types of questions, edits and deletions."""
    service = build(
        strategy="learned", overlap=OVERLAP, settled_confidence=SETTLED, review_worth=WORTH
    )
    sources = service.world.settings.plan.sources.model_copy(update={"reviewers": ("rob",)})
    plan = service.world.settings.plan.model_copy(update={"sources": sources})
    changed = service.world.settings.model_copy(update={"plan": plan})
    service.world = replace(service.world, settings=changed)
    service.argilla.sets[D] = replace(CHAT, questions=(*ALL, NOTE))
    service.argilla.rows[D].clear()
    crowd(service, seed)
    walk(service, path)
    sweep(service.world, D)
    service.settle()
    dataset = service.argilla.sets[D]
    models = Models.load(service.store, dataset, service.world.plan(dataset.full_name))
    fits = [full_fit(service, kept) for kept in models.by_question.values()]
    known = service.store.datasets.conflicts(D)
    for record in service.argilla.rows[D]:
        for model in fits:
            agrees(service, model, record, known)
        queued(service, fits, record, known)
    gone = {record for record, _ in service.store.reviews.due(D)} - service.argilla.rows[D].keys()
    assert not gone
