"""What the store keeps of each record that `drawn` has drawn: `big_dataset` writes it."""

from __future__ import annotations

from typing import Any

from argilla_distill.domain.history import Details, Entry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.measures import conflicts
from argilla_distill.workers.models.values import question_of
from argilla_distill.workers.writing.voice_numbers import voice_number
from benchmarks.drawn import DAY_MS, QUESTION, Drawn

ROUNDS = 6


def adjudication(drawn: Drawn, row: int) -> tuple[dict[str, str], str]:
    """What the reviewer answered, and why."""
    label = QUESTION.labels[drawn.truth[row]]
    return {QUESTION.name: label}, f"It is about {label}, read to the end."


def reviewed_at(drawn: Drawn, row: int, now: int) -> int:
    """When a record was adjudicated: a day after its last answer (ms since the epoch)."""
    return min(int(drawn.at[row].max()) + DAY_MS, now - 60_000)


def decided(record: str, decision: Decision, at: int) -> Entry:
    """A decision's entry in the history."""
    details = Details(confidence=round(decision.confidence, 3), strategy="learned", version=4)
    return Entry("decision", record, values={QUESTION.name: decision.value}, at=at, details=details)


def ledger(drawn: Drawn, row: int, history: list[str]) -> dict[str, Any]:
    """A record's ledger entry, without adjudications."""
    said = zip(drawn.who[row], drawn.value[row], drawn.at[row], strict=True)
    return {
        "s": "completed",
        "t": int(drawn.at[row].max()) + 1_000,
        "r": {
            str(who): ["submitted", int(at), {QUESTION.name: QUESTION.labels[value]}, []]
            for who, value, at in said
        },
        "m": {},
        "h": history,
        "f": f"{drawn.print[row]:016x}",
        "n": f"round {1 + row * ROUNDS // len(drawn.ids)}",
    }


def decision(drawn: Drawn, row: int, decision: Decision) -> dict[str, Any]:
    """A decision as it is stored."""
    at = int(drawn.at[row].max()) + 2_000
    stored: dict[str, Any] = {
        "v": decision.value,
        "c": round(decision.confidence, 4),
        "p": {label: round(p, 3) for label, p in decision.posterior.items() if p >= 0.0005},
        "s": "learned",
        "n": 4,
        "t": at,
        "top": decision.leader,
        "next": decision.runner_up,
        "prior": round(decision.prior_log_odds, 2),
        "w": [
            [
                voice_number(c.annotator),
                round(c.reliability, 2),
                round(c.log_odds, 2),
            ]
            for c in decision.contributions
        ],
        "shown": [[decision.value, at, None]] if decision.value else [],
    }
    return stored | ({"abstain": decision.abstention} if decision.abstention else {})


def conflict(drawn: Drawn, row: int, decision: Decision) -> dict[str, Any] | None:
    """A record's conflict as it is stored; None where nobody differs."""
    votes = [
        Vote(decision.record, str(who), QUESTION.labels[value])
        for who, value in zip(drawn.who[row], drawn.value[row], strict=True)
    ]
    found = conflicts.find(question_of(QUESTION), votes, decision, False, 0.9)
    if found is None:
        return None
    labels = {value: [int(n) for n in names] for value, names in found.voices.items()}
    since = int(drawn.at[row].max()) + 2_000
    return {"state": found.state, "kind": found.kind, "labels": labels, "since": since}
