"""What the store keeps of each record that `drawn` has drawn: `big_dataset` writes it."""

from __future__ import annotations

from collections.abc import Sequence

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.decision import Shown, StoredDecision, StoredVoice
from argilla_distill.domain.state.ledger_entry import LedgerAnswer, LedgerEntry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.measures import conflicts
from argilla_distill.workers.models.values import question_of
from argilla_distill.workers.writing.voice_numbers import voice_number
from benchmarks.scale.drawn import DAY_MS, QUESTION, Drawn

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
    details = Details(confidence=round(decision.confidence, 3), strategy="learned", fit=4)
    return Entry("decision", record, values={QUESTION.name: decision.value}, at=at, details=details)


def ledger(drawn: Drawn, row: int, history: Sequence[str]) -> LedgerEntry:
    """A record's ledger entry, without adjudications."""
    said = zip(drawn.who[row], drawn.value[row], drawn.at[row], strict=True)
    return LedgerEntry(
        status="completed",
        read_at=int(drawn.at[row].max()) + 1_000,
        answers={
            int(who): LedgerAnswer("submitted", int(at), {QUESTION.name: QUESTION.labels[value]})
            for who, value, at in said
        },
        history=tuple(history),
        fingerprint=f"{drawn.print[row]:016x}",
        round=f"round {1 + row * ROUNDS // len(drawn.ids)}",
    )


def decision(drawn: Drawn, row: int, decision: Decision) -> StoredDecision:
    """A decision as it is stored."""
    at = int(drawn.at[row].max()) + 2_000
    return StoredDecision(
        value=decision.value,
        confidence=round(decision.confidence, 4),
        posterior={label: round(p, 3) for label, p in decision.posterior.items() if p >= 0.0005},
        leader=decision.leader,
        runner_up=decision.runner_up,
        prior=round(decision.prior_log_odds, 2),
        voices=tuple(
            StoredVoice(
                voice_number(c.annotator),
                round(c.reliability, 2),
                round(c.log_odds, 2),
            )
            for c in decision.contributions
        ),
        strategy="learned",
        fit=4,
        decided_at=at,
        shown=(Shown(decision.value, at),) if decision.value else (),
        abstention=decision.abstention or "",
    )


def conflict(drawn: Drawn, row: int, decision: Decision) -> StoredConflict | None:
    """A record's conflict as it is stored; None where nobody differs."""
    votes = [
        Vote(decision.record, str(who), QUESTION.labels[value])
        for who, value in zip(drawn.who[row], drawn.value[row], strict=True)
    ]
    found = conflicts.find(question_of(QUESTION), votes, decision, False, 0.9)
    if found is None:
        return None
    sides = {value: tuple(int(n) for n in names) for value, names in found.voices.items()}
    return StoredConflict(found.state, sides, int(drawn.at[row].max()) + 2_000, found.kind)
