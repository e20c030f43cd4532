"""Questions with as many labels as Argilla allows."""

from __future__ import annotations

import time

import numpy as np
import pytest

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Vote
from argilla_distill.workers.engine.contract.question import Question, QuestionType

LABELS = tuple(f"label {i:03}" for i in range(500))
CPU_S = 20.0
"""Generous: they took minutes when the cost grew with the square of the labels, or worse."""


def facts(kind: QuestionType, n_records: int, reviewed: int = 0) -> list[Fact]:
    """Three annotators on each record, right four times in five; each record has a text."""
    draw, found = np.random.default_rng(0), list[Fact]()

    def value(label: str) -> object:
        return label if kind == "label" else (label,)

    for i in range(n_records):
        true = LABELS[i * 37 % 500]
        for who in ("ann", "ben", "cas"):
            label = true if draw.random() < 0.8 else str(draw.choice(LABELS))
            found.append(Vote(f"r{i}", who, value(label)))
        found.append(Content(f"r{i}", f"this is about {true}"))
        if i < reviewed:
            found.append(Adjudication(f"r{i}", value(true)))
    return found


@pytest.mark.parametrize("kind", ["label", "multi_label"])
@pytest.mark.parametrize("name", ["majority", "dawid_skene", "learned"])
def test_five_hundred_labels_take_seconds(name: str, kind: QuestionType) -> None:
    question = Question(kind, LABELS)
    start = time.process_time()
    model = registry.create(name, question).fit(facts(kind, 12, reviewed=11))
    model.moved(0.02)
    decided = model.decide([f"r{i}" for i in range(12)])
    registry.restore(snapshot.unpack(snapshot.pack(model.state())))
    assert time.process_time() - start < CPU_S
    assert decided[0].value == (LABELS[0] if kind == "label" else (LABELS[0],))
