"""A record that is looked at again and again, and what is said on it meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.domain.history import Entry
from argilla_distill.domain.observing.answers import Copy, Reading
from argilla_distill.domain.observing.ledger import changed, observe
from argilla_distill.domain.records import Dataset, DatasetQuestion, Record, Response, Suggestion
from argilla_distill.domain.state.decision import Shown, StoredDecision
from argilla_distill.domain.state.ledger_entry import (
    LedgerEntry,
)

HELPFUL = DatasetQuestion("q1", "helpful", "label_selection", ("yes", "no"))
PROBLEM = DatasetQuestion("q2", "problem", "label_selection", ("none", "tone", "other"))
NOTE = DatasetQuestion("q3", "conflicts", "text")
DATASET = Dataset("d", "chat", "w", "support", "ready", 0, (HELPFUL, PROBLEM, NOTE))
R = "record"
READING = Reading(NOTE.name, "why", "round", lambda user_id: user_id.startswith("rev"))


@dataclass
class Watcher:
    """Looks at one record again and again, as the workers do, and keeps what the store would."""

    record_id: str = R
    ledger: LedgerEntry | None = None
    history: list[Entry] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    decided: dict[str, StoredDecision] = field(default_factory=dict)
    now: int = 0

    def look(self, record: Record | None, copied: Copy | None = None) -> list[Entry]:
        """What the look added to the history."""
        self.now += 1
        seen = observe(
            self.ledger,
            record,
            self.record_id,
            DATASET,
            self.decided,
            READING,
            self.number,
            self.now,
            copied,
        )
        before = len(self.history)
        filed = seen.filed(f"{i}-0" for i in range(before + 1, before + 100))
        added = list(filed.entries)
        assert changed(self.ledger, seen) or not added
        self.ledger = filed.ledger
        self.history += added
        return added

    def shows(self, value: str, start: int, end: int | None = None) -> None:
        """Our suggestion on `helpful` stands in that interval of Argilla's time."""
        before = self.decided["helpful"].shown if self.decided else ()
        shown = (*before, Shown(value, start, end))
        self.decided = {"helpful": StoredDecision(None, 0.0, shown=shown)}

    def of(self, user: str) -> Any:
        """The ledger's line on one user."""
        assert self.ledger is not None
        return self.ledger.answers.get(self.numbers[user])

    def number(self, key: str, agent: str) -> int:
        return self.numbers.setdefault(key, len(self.numbers))


def record(
    *responses: Response, suggestions: Iterable[Suggestion] = (), status: str = "pending"
) -> Record:
    return Record(R, status, {}, responses, tuple(suggestions))


def says(user: str, at: int = 10, status: str = "submitted", **values: Any) -> Response:
    return Response(user, status, values, at)


def suggests(
    agent: str | None, value: Any, question: DatasetQuestion = HELPFUL, at: int = 5
) -> Suggestion:
    return Suggestion(f"s-{question.id}", question.id, value, 0.9, agent, "model", at)


OURS = suggests("distill/majority:1", "yes")
