"""A record with a rich past, as the workers store it: eight voices, a conflict, an echo, a history."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.plugin.pages.looked_up import Known
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.shapes import record_shapes

DATASET = "90f3a1c2-0a51-4c0e-9a53-0d6d0a7e1f11"
RECORD = "a5cf12d3-7b0e-4f6a-8a3b-55d0c0ffee01"
WORKSPACE = "11111111-2222-4333-8444-555555555555"
START = 1_795_000_000_000
MINUTE = 60_000

ANNOTATORS = {
    0: KnownAnnotator("u-ada", "ada.lindqvist", "person"),
    1: KnownAnnotator("u-bo", "bo", "person"),
    2: KnownAnnotator("u-cem", "cem", "person"),
    3: KnownAnnotator("u-dora", "dora", "person"),
    4: KnownAnnotator("u-atlas", "llm-atlas", "model"),
    5: KnownAnnotator("u-borea", "llm-borea", "model"),
    6: KnownAnnotator("agent:judge-7b", "judge-7b", "model"),
    7: KnownAnnotator("u-rule", "rule-refund", "template"),
    8: KnownAnnotator("u-eve", "eve", "person"),
    9: KnownAnnotator("u-finn", "finn", "person"),
    10: KnownAnnotator("u-gil", "gil", "person"),
}

FIELDS = {
    "prompt": "I was charged twice for the same order. Can I have the second payment back?",
    "reply": (
        "I am sorry about that. I have asked our bank to return the second payment of 24.90; it "
        "will be on your account within five working days. You need not do anything."
    ),
}

QUESTIONS = {
    "helpful": {"type": "label_selection", "labels": ["yes", "no"], "word": "distilled"},
    "problem": {
        "type": "label_selection",
        "labels": ["none", "hallucination", "tone", "incomplete"],
        "word": "distilled",
    },
    "comment": {"type": "text", "labels": [], "word": "text questions are not distilled yet"},
    "conflicts": {"type": "text", "labels": [], "word": "carries the conflict note"},
}


def at(minutes: float) -> int:
    """So many minutes after the scene begins, in ms since the epoch."""
    return int(START + minutes * MINUTE)


def ledger(**changes: Any) -> dict[str, Any]:
    """The ledger entry of the record."""
    entry = {
        "s": "completed",
        "t": at(61),
        "r": {
            "0": ["submitted", at(2), {"helpful": "yes", "problem": "none"}, []],
            "1": [
                "submitted",
                at(5),
                {"helpful": "yes", "problem": "none", "comment": "Kind."},
                [],
            ],
            "2": ["submitted", at(31), {"helpful": "no", "problem": "incomplete"}, []],
            "3": ["submitted", at(12), {"helpful": "no", "problem": "tone"}, []],
            "4": ["submitted", at(13), {"helpful": "yes", "problem": "hallucination"}, []],
            "5": ["submitted", at(14), {"helpful": "no", "problem": "hallucination"}, []],
            "7": ["submitted", at(15), {"helpful": "no"}, []],
            "8": ["submitted", at(60), {"helpful": "yes", "problem": "none"}, ["helpful"]],
            "9": ["draft", at(41), {"helpful": "no"}, []],
            "10": ["discarded", at(44), {}, []],
        },
        "m": {"helpful": [6, "yes", 0.91, "model", at(0), "judge-7b"]},
        "h": [],
    }
    return {**entry, **changes}


def helpful(**changes: Any) -> dict[str, Any]:
    """The decision on `helpful`: yes, by eight voices, shown."""
    decision = {
        "v": "yes",
        "c": 0.9741,
        "p": {"yes": 0.974, "no": 0.026},
        "s": "dawid_skene",
        "n": 3,
        "t": at(61),
        "top": "yes",
        "next": "no",
        "prior": 0.31,
        "w": [
            [0, 0.94, 2.61],
            [1, 0.88, 1.92],
            [2, 0.71, -0.83],
            [3, 0.51, -0.03],
            [4, 0.86, 1.39],
            [5, 0.78, -1.21],
            [6, 0.81, 1.08],
            [7, 0.9, -1.62],
        ],
        "shown": [["no", at(16), at(33)], ["yes", at(33), None]],
    }
    return {**decision, **changes}


def problem(**changes: Any) -> dict[str, Any]:
    """The decision on `problem`: an abstention."""
    decision = {
        "v": None,
        "c": 0.5312,
        "p": {"none": 0.531, "hallucination": 0.402, "tone": 0.011, "incomplete": 0.056},
        "s": "dawid_skene",
        "n": 2,
        "t": at(61),
        "top": "none",
        "next": "hallucination",
        "prior": 0.9,
        "w": [
            [0, 0.91, 1.6],
            [1, 0.84, 1.1],
            [2, 0.6, -0.22],
            [3, 0.4, -0.1],
            [4, 0.82, -1.9],
            [5, 0.77, -1.4],
            [8, 0.8, 0.3],
        ],
        "abstain": "confidence 0.53 is below 0.7",
        "shown": [],
    }
    return {**decision, **changes}


CONFLICTS = {
    "helpful": {
        "state": "open",
        "labels": {"yes": [0, 1, 4, 6], "no": [2, 3, 5, 7]},
        "since": at(40),
        "before": [[at(12), at(33), "yes"]],
    }
}


def _answer(number: int, minutes: float, **values: Any) -> Entry:
    return Entry(
        "answer", RECORD, number, "submitted", values, at=at(minutes), id=f"{at(minutes)}-0"
    )


def _decision(minutes: float, question: str, value: str | None, c: float, **details: Any) -> Entry:
    known = replace(Details(confidence=c, strategy="dawid_skene", fit=2), **details)
    values = {question: value}
    return Entry("decision", RECORD, values=values, details=known, id=f"{at(minutes)}-1")


def entries() -> list[Entry]:
    """The history of the record, oldest first."""
    score = Details(score=0.91)
    judged = {"helpful": "yes"}
    return [
        Entry("suggestion", RECORD, 6, "submitted", judged, {}, at(0), score, f"{at(0.1)}-0"),
        _answer(0, 2, helpful="yes", problem="none"),
        _answer(1, 5, helpful="yes", problem="none", comment="Kind."),
        _decision(5, "helpful", "yes", 0.91, fit=1),
        _answer(2, 11, helpful="yes", problem="none"),
        _answer(3, 12, helpful="no", problem="tone"),
        _answer(4, 13, helpful="yes", problem="hallucination"),
        _answer(5, 14, helpful="no", problem="hallucination"),
        _decision(14, "helpful", None, 0.55, why="confidence 0.55 is below 0.6"),
        _answer(7, 15, helpful="no"),
        _decision(16, "helpful", "no", 0.62),
        Entry(
            kind="answer",
            record=RECORD,
            annotator=2,
            status="submitted",
            values={"helpful": "no", "problem": "incomplete"},
            replaced={"helpful": "yes", "problem": "none"},
            at=at(31),
            id=f"{at(31)}-0",
        ),
        _decision(33, "helpful", "yes", 0.83, fit=3),
        _answer(9, 36, helpful="no"),
        Entry(
            "answer",
            RECORD,
            9,
            "draft",
            {"helpful": "no"},
            {"helpful": "no"},
            at(41),
            Details(),
            f"{at(41)}-0",
        ),
        Entry("answer", RECORD, 10, "discarded", {}, {}, at(44), Details(), f"{at(44)}-0"),
        Entry(
            kind="answer",
            record=RECORD,
            annotator=8,
            status="submitted",
            values={"helpful": "yes", "problem": "none"},
            at=at(60),
            details=Details(echoes=("helpful",)),
            id=f"{at(60)}-0",
        ),
    ]


def info(**changes: str) -> dict[str, str]:
    """Facts on the dataset."""
    facts = {
        "name": "support/chatbot-feedback",
        "workspace": "support",
        "workspace_id": WORKSPACE,
        "state": "active",
        "publish": "completed",
        "questions": json.dumps(QUESTIONS),
        "records": "80",
        "completed": "61",
        "conflicts": "1",
    }
    return {**facts, **changes}


@dataclass
class Scene:
    """The parts that a test may change before it writes or shows them, as they are stored."""

    ledger: dict[str, Any]
    decisions: dict[str, Any]
    conflicts: dict[str, Any]
    annotators: dict[int, KnownAnnotator]
    entries: list[Entry]
    info: dict[str, str]

    @property
    def _conflicts(self) -> dict[str, StoredConflict]:
        return {
            question: record_shapes.conflict(stored) for question, stored in self.conflicts.items()
        }

    def known(self) -> Known:
        """As the page receives it."""
        return Known(
            RECORD,
            DATASET,
            self.info,
            self.annotators,
            record_shapes.ledger_entry(self.ledger),
            record_shapes.decisions(self.decisions),
            self._conflicts,
            self.entries,
        )

    def write(self, store: Store, dataset_id: str = DATASET, record_id: str = RECORD) -> None:
        """Into a store, as the workers do: under the lease, in one transaction."""
        lease = store.lease(dataset_id)
        assert lease is not None
        store.datasets.add(dataset_id)
        store.datasets.note(dataset_id, **self.info)
        kept = {**self.ledger, "h": [entry.id for entry in self.entries]}

        def write(pipe: Any) -> None:
            store.history.append(pipe, dataset_id, self.entries)
            store.datasets.write_ledger(
                pipe, dataset_id, {record_id: record_shapes.ledger_entry(kept)}
            )
            store.datasets.write_decisions(
                pipe, dataset_id, {record_id: record_shapes.decisions(self.decisions)}
            )
            store.datasets.write_annotators(pipe, dataset_id, self.annotators)
            conflicts = {(record_id, question): c for question, c in self._conflicts.items()}
            store.datasets.write_conflicts(pipe, dataset_id, conflicts)

        lease.commit(write)
        lease.release()


def scene() -> Scene:
    """The record as it stands after an hour."""
    decisions = {"helpful": helpful(), "problem": problem()}
    return Scene(ledger(), decisions, dict(CONFLICTS), dict(ANNOTATORS), entries(), info())
