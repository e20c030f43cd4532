"""A service around an Argilla in memory: real store, real use cases, and what can be compared of both."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from argilla_distill.domain.history import START, Entry
from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.use_cases.distilling.distil import distil
from argilla_distill.workers.use_cases.distilling.run import WAITS_FOR_FIT, RunOutcome
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.use_cases.world import World
from tests.workers.argilla_in_memory import HELPFUL, NOTE, PROBLEM, D, FakeArgilla


def plan(**defaults: Any) -> dict[str, Any]:
    """A distill.toml with these defaults."""
    return {"defaults": defaults}


def _turns() -> Iterator[KeptModels]:
    """What the process keeps that takes the next job: of two that last, and of one that forgets."""
    first, second = KeptModels(10**9), KeptModels(10**9)
    return itertools.cycle([first, first, second, first, KeptModels()])


@dataclass
class ServiceInMemory:
    """One dataset in Argilla, and a service that distils it with several workers."""

    argilla: FakeArgilla
    store: Store
    world: World
    turns: Iterator[KeptModels] = field(default_factory=_turns)

    @classmethod
    def build(
        cls, argilla: FakeArgilla, redis: Any, choices: dict[str, Any], connected: bool = True
    ) -> ServiceInMemory:
        """A service that knows nothing yet, beside that Argilla."""
        settings = Settings.model_validate(
            {
                "argilla_api_url": "http://argilla",
                "argilla_api_key": "key",
                "queue": f"q-{secrets.token_hex(4)}",
                "plan": choices,
            }
        )
        prefix = f"service-{secrets.token_hex(4)}"
        store = Store(redis, prefix, versions=settings.versions)
        if connected:
            store.service.keep_webhook("hook-0", settings.delivery_url, "c2VjcmV0LW9m")
        return cls(argilla, store, World(argilla, store, settings))

    def fresh(self) -> ServiceInMemory:
        """A fresh start on the same Argilla."""
        choices = self.world.settings.plan.model_dump()
        other = ServiceInMemory.build(self.argilla.copy(), self.store.redis, choices)
        sweep(other.world, D)
        other.settle()
        return other

    # What happens

    def answer(self, user: str, record: str, status: str = "submitted", **values: Any) -> None:
        """An answer whose delivery arrives."""
        self.mark(record, heard=self.argilla.answer(user, record, status, **values))

    def mark(self, *records: str, heard: int = 0) -> None:
        self.store.dirty.mark(D, records, heard)

    def distil(self, slice_s: float = 30.0) -> RunOutcome:
        return distil(replace(self.world, kept=next(self.turns)), D, slice_s)

    def settle(self) -> None:
        """Distil until nothing waits for more than a fit, whatever fails on the way."""
        for _ in range(20):
            outcome = self.distil()
            if not any(self.store.dirty.sizes(D)[:2]) or outcome.status == WAITS_FOR_FIT:
                return
        raise AssertionError(f"something waits for ever: {self.store.dirty.sizes(D)}")

    # What can be seen

    def ledger(self, record: str) -> LedgerEntry:
        (entry,) = self.store.datasets.ledger(D, [record])
        assert entry is not None
        return entry

    def decision(self, record: str, question: str = "helpful") -> StoredDecision:
        (decisions,) = self.store.datasets.decisions(D, [record])
        assert decisions is not None
        return decisions[question]

    def history(self) -> list[Entry]:
        return list(self.store.history.after(D, START))

    def answers(self) -> list[Entry]:
        """The entries of answers."""
        return [entry for entry in self.history() if entry.kind == "answer"]

    def name(self, number: int | str | None) -> str:
        """Who an annotator's number is."""
        if number is None:
            return ""
        return self.store.datasets.annotators(D)[int(number)].name

    def said(self) -> list[tuple[Any, ...]]:
        """What the history tells of voices, in an order that does not depend on that of the looks."""
        return sorted(
            (
                e.record,
                self.name(e.annotator),
                e.kind,
                e.status,
                str(e.values),
                str(e.replaced),
                str(e.details),
            )
            for e in self.history()
            if e.kind in ("answer", "suggestion")
        )

    def voices(self) -> dict[str, Any]:
        """Record → what stands on it by name, for all records that are not gone."""
        ids = sorted(self.store.datasets.current_records(D))
        return {
            record: {
                self.name(n): [answer.status, answer.values, answer.echoes]
                for n, answer in self.ledger(record).answers.items()
            }
            for record in ids
        }

    def values(self) -> dict[tuple[str, str], Any]:
        """(record, question) → the value that is decided, for all that stand."""
        return {
            (record, question): decision.value
            for record in self.voices()
            for question, decision in (self.store.datasets.decisions(D, [record])[0] or {}).items()
        }

    def conflicts(self) -> dict[tuple[str, str], dict[str, list[str]]]:
        """What is in open conflict: (record, question) → label → names."""
        return {
            pair: {label: sorted(map(self.name, who)) for label, who in conflict.sides.items()}
            for pair, conflict in self.store.datasets.conflicts(D).items()
            if conflict.is_open
        }

    def suggestions(self) -> dict[tuple[str, str], tuple[Any, str]]:
        """(record, question) → value and agent (without its fit) of what Argilla shows."""
        return {
            (record, question.name): (found.value, (found.agent or "").split(":")[0])
            for record in self.argilla.rows[D]
            for question in (HELPFUL, PROBLEM)
            if (found := self.argilla.shown(record, question)) is not None
        }

    def scores(self) -> dict[tuple[str, str], Any]:
        """The same → score."""
        return {
            (record, question.name): found.score
            for record in self.argilla.rows[D]
            for question in (HELPFUL, PROBLEM)
            if (found := self.argilla.shown(record, question)) is not None
        }

    def notes(self) -> dict[str, set[tuple[str, ...]]]:
        """Record → the note: verdicts and sides as sets of words, without figures, links and reasons.

        Reasons follow from figures, which may differ by the tolerance.
        """
        found = {}
        for record in self.argilla.rows[D]:
            note = self.argilla.shown(record, NOTE)
            if note is not None:
                text = re.sub(r" \(\d+%( sure)?\)", "", str(note.value))
                lines = [
                    line
                    for line in text.split("\n")
                    if not any(part in line for part in ("](", "before:", "why:"))
                ]
                found[record] = {tuple(sorted(re.findall(r"[\w-]+", line))) for line in lines}
        return found

    def counts(self) -> dict[str, Any]:
        """Counters that follow from what stands, and the responses by name and status."""
        info = self.store.datasets.info(D)
        responses = self.store.datasets.responses(D).items()
        return {
            **{name: int(info.get(name, 0)) for name in ("records", "completed", "conflicts")},
            "responses": {
                (self.name(number), status): count for (number, status), count in responses
            },
        }

    def state(self) -> dict[str, Any]:
        """All that a fresh start on the same Argilla must come to as well."""
        return {
            "voices": self.voices(),
            "values": self.values(),
            "conflicts": self.conflicts(),
            "suggestions": self.suggestions(),
            "notes": self.notes(),
            "counts": self.counts(),
        }


Build = Callable[..., ServiceInMemory]

RECORDS = ("r1", "r2", "r3", "r4")


def answer_twice(service: ServiceInMemory, record: str, helpful: str) -> None:
    for user in ("ann", "ben"):
        service.answer(user, record, helpful=helpful)


def shown(service: ServiceInMemory, record: str = "r1") -> Any:
    found = service.argilla.shown(record, HELPFUL)
    return found and found.value
