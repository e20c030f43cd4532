"""One dataset's state, written straight into a store as the service would have left it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.records import DatasetQuestion, Record
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.decision import StoredDecision, StoredVoice
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.shapes import record_shapes
from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication
from argilla_distill.workers.engine.measures import conflicts
from argilla_distill.workers.models.facts_of_history import FactsOfHistory
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.models.values import from_argilla, json_of, question_of
from argilla_distill.workers.use_cases.distilling.steps.stored_decision import stored_posterior
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.writing.voice_numbers import voice_number

D = "3d9e6f2d-3b6c-4a10-9d3e-6f1ad25d3f0a"
MONDAY = 1_794_787_200_000
"""2026-11-16, midnight UTC."""
HOUR = 3_600_000
WEEK = 7 * 24 * HOUR

TOPIC = DatasetQuestion("q-topic", "topic", "label_selection", ("apple", "pear", "plum"))


class ArgillaWithTexts(Gateway):
    """An Argilla that knows a text for every record, or is away."""

    def __init__(self) -> None:
        super().__init__(httpx.Client(verify=False))  # nobody is called: no certificates are read
        self.away = False
        self.asked: list[list[str]] = []
        self.texts: dict[str, str] = {}

    def records(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        self.asked.append(list(ids))
        if self.away:
            raise ArgillaUnavailable("no answer")
        text = {i: self.texts.get(i, f"this is {i}") for i in ids}
        return {i: Record(i, "completed", {"text": text[i], "n": 3}) for i in ids}


@dataclass
class StoredDataset:
    """Answers are entered, then `close` learns, decides and writes it all down."""

    store: Store
    question: DatasetQuestion = TOPIC
    strategy: str = "majority"
    settings: dict[str, Any] = field(default_factory=dict)
    ledger: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: dict[int, KnownAnnotator] = field(default_factory=dict)
    history: list[Entry] = field(default_factory=list)
    argilla: ArgillaWithTexts = field(default_factory=ArgillaWithTexts)

    @property
    def world(self) -> World:
        settings = {
            "argilla_api_url": "http://argilla",
            "argilla_api_key": "of-nobody",
            "queue": f"q-{self.store.keys.prefix}",
            "plan": {"defaults": self.settings},
        }
        return World(self.argilla, self.store, Settings.model_validate(settings))

    def person(self, number: int, kind: str = "person", name: str = "") -> None:
        name = name or f"name-{number}"
        self.people[number] = KnownAnnotator(f"user-{number}", name, kind)

    def record(self, record: str, **entry: Any) -> dict[str, Any]:
        """Its ledger entry: `f` is its fingerprint, `n` its round, `s` its status."""
        empty = {"s": "completed", "t": MONDAY, "r": {}, "m": {}, "h": []}
        self.ledger.setdefault(record, empty).update(entry)
        return self.ledger[record]

    def answer(
        self,
        record: str,
        who: int,
        value: Any,
        at: int = MONDAY,
        status: str = "submitted",
        echo: bool = False,
    ) -> None:
        if who not in self.people:
            self.person(who)
        echoes = [self.question.name] if echo else []
        values = {self.question.name: value}
        self.record(record)["r"][str(who)] = [status, at, values, echoes]
        self.tell(Entry("answer", record, who, status, values, at=at))

    def say(self, record: str, values: str, at: int = MONDAY) -> None:
        """Answers of annotators 0, 1, … with a space between them, a millisecond apart."""
        for who, value in enumerate(values.split()):
            self.answer(record, who, value, at + who)

    def suggest(self, record: str, who: int, value: Any, at: int = MONDAY) -> None:
        self.person(who, "model")
        self.record(record)["m"][self.question.name] = [who, value, None, "model", at, "judge"]

    def decided(self, record: str, value: Any, confidence: float, at: int = MONDAY) -> None:
        """What was once decided, as the history has it."""
        values = {self.question.name: value}
        self.tell(
            Entry("decision", record, values=values, at=at, details=Details(confidence=confidence))
        )

    def review(
        self, record: str, who: int, value: Any, why: str = "", at: int = MONDAY, **details: Any
    ) -> None:
        self.person(who, "reviewer")
        values = {self.question.name: value}
        known = Details(why=why, **details)
        drawn = [] if known.audit_pi is None else [known.audit_pi]
        self.record(record).setdefault("a", {})[str(who)] = ["submitted", at, values, why, *drawn]
        entry = Entry("adjudication", record, who, "submitted", values, {}, at, known)
        self.tell(entry)

    def tell(self, entry: Entry) -> None:
        """Append to the history; our own times are Argilla's, as far as the order allows."""
        last = self.history[-1].seen_at if self.history else 0
        filed = entry.filed(f"{max(entry.at, last)}-{len(self.history)}")
        self.history.append(filed)
        if entry.record:
            self.record(entry.record)["h"].append(filed.id)

    def close(self, dataset_id: str = D) -> None:
        """Learn, decide, write."""
        asked, datasets = question_of(self.question), self.store.datasets
        facts_of_history = FactsOfHistory(self.question.name, asked, self.people)
        facts_of_history.kinds = {
            str(n): p.kind for n, p in self.people.items() if p.kind != "person"
        }
        model = Model(self.question, facts_of_history, registry.create(self.strategy, asked))
        votes = {
            record: facts_of_history.votes(record, record_shapes.ledger_entry(entry))
            for record, entry in self.ledger.items()
        }
        facts = [vote for each in votes.values() for vote in each]
        reviews = [Adjudication(r, self._reviewed(e)) for r, e in self.ledger.items() if "a" in e]
        model.strategy.fit([*facts, *reviews])
        decisions = {d.record: d for d in model.strategy.decide(list(self.ledger), self._floor)}
        found = {r: conflicts.find(asked, votes[r], d) for r, d in decisions.items()}
        state = snapshot.pack(model.strategy.state())
        with self.store.redis.pipeline(transaction=False) as pipe:
            self.store.history.append(pipe, dataset_id, self.history)
            datasets.write_annotators(pipe, dataset_id, self.people)
            datasets.write_ledger(
                pipe, dataset_id, {r: record_shapes.ledger_entry(e) for r, e in self.ledger.items()}
            )
            stored = {r: {self.question.name: self._stored(model, d)} for r, d in decisions.items()}
            datasets.write_decisions(pipe, dataset_id, stored)
            kept = {(r, self.question.name): self._conflict(c) for r, c in found.items() if c}
            datasets.write_conflicts(pipe, dataset_id, kept)
            self.store.models.write(pipe, dataset_id, self.question.name, state, model.info())
            pipe.execute()
        known = {"type": self.question.type, "labels": list(self.question.labels)}
        questions = {self.question.name: {**known, "word": "distilled"}}
        datasets.add(dataset_id)
        name = "shop/fruit"
        datasets.note(dataset_id, name=name, state="active", questions=json.dumps(questions))

    @property
    def _floor(self) -> float:
        return float(self.settings.get("min_confidence", 0.0))

    def _reviewed(self, entry: dict[str, Any]) -> Any:
        latest = max(entry["a"].values(), key=lambda given: given[1])
        return from_argilla(question_of(self.question), latest[2][self.question.name])

    def _stored(self, model: Model, decision: Decision) -> StoredDecision:
        return StoredDecision(
            value=json_of(model.asked, decision.value),
            confidence=round(decision.confidence, 4),
            posterior=stored_posterior(model.asked, decision),
            leader=json_of(model.asked, decision.leader),
            runner_up=json_of(model.asked, decision.runner_up),
            prior=round(decision.prior_log_odds, 2),
            voices=tuple(
                StoredVoice(
                    voice_number(c.annotator), round(c.reliability, 2), round(c.log_odds, 2)
                )
                for c in decision.contributions
            ),
            strategy=model.strategy.name,
            fit=1,
            decided_at=MONDAY,
        )

    def _conflict(self, found: conflicts.Conflict) -> StoredConflict:
        sides = {str(value): tuple(int(n) for n in who) for value, who in found.voices.items()}
        return StoredConflict(found.state, sides, MONDAY)
