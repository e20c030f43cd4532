"""What is stored because a confidence reached a limit follows the model that is saved."""

from __future__ import annotations

import random
from dataclasses import replace

from argilla_distill.workers.engine.measures import conflicts
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import CHAT, HELPFUL, NOTE, D
from tests.workers.service_in_memory import Build, ServiceInMemory


def answered(service: ServiceInMemory) -> list[str]:
    """120 records with three answers each, distilled after every dozen of answers."""
    draw = random.Random(0)
    service.argilla.sets[D] = replace(CHAT, questions=(HELPFUL, NOTE))
    service.argilla.rows[D].clear()
    records = [f"t{i}" for i in range(120)]
    service.argilla.add(*records)
    truth = {record: draw.choice(["yes", "no"]) for record in records}
    right = {f"p{i}": 0.6 + 0.05 * i for i in range(7)}
    given = [(who, record) for record in records for who in draw.sample(sorted(right), 3)]
    draw.shuffle(given)
    for n, (who, record) in enumerate(given):
        other = "no" if truth[record] == "yes" else "yes"
        said = truth[record] if draw.random() < right[who] else other
        service.answer(who, record, helpful=said)
        if n % 12 == 11:
            service.distil()
    service.settle()
    sweep(service.world, D)
    service.settle()
    return records


def test_conflicts_and_the_queue_are_what_the_saved_model_says(build: Build) -> None:
    """A decision that crossed the limit by less than the tolerance used to leave them as they were."""
    settings = {"settled_confidence": 0.9, "review_worth": 0.0, "content": False}
    settings["review_audits"] = 0.0  # else some records wait to be drawn instead
    service = build(strategy="dawid_skene", overlap=3, **settings)
    records = answered(service)
    dataset = service.argilla.sets[D]
    plan = service.world.plan(dataset.full_name)
    models = Models.load(service.store, dataset, plan)
    model, stored = models.by_question["helpful"], service.store.datasets.conflicts(D)
    worth = dict(zip(records, service.store.reviews.worth(D, records), strict=True))
    for record in records:
        (entry,) = service.store.datasets.ledger(D, [record])
        assert entry is not None
        now = models.decide([record], plan)[record]["helpful"]
        kept = stored.get((record, "helpful"))
        votes = model.facts_of_history.votes(record, entry)
        found = conflicts.find(model.asked, votes, now, kept is not None, 0.9)
        assert (found and found.state) == (kept and kept.state)
        contested = now.confidence < 0.9 or (found is not None and found.state == "open")
        assert (worth[record] is not None) == contested
