"""When something was said, by a clock that is not ours: never later than we saw it.

Argilla dates answers and suggestions. Where its clock is, or once was, ahead of ours, what it dated
would be the latest for as long; so a moment that we have not reached yet is taken to be the moment
at which we first saw what it dates. How times become a ledger is `ledger`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from argilla_distill.domain.observing.answers import Number, Reading, values
from argilla_distill.domain.records import Record, Response
from argilla_distill.domain.state.ledger_entry import LedgerAdjudication, LedgerAnswer, LedgerEntry

Said = TypeVar("Said", LedgerAnswer, LedgerAdjudication)


def bounded(
    record: Record, before: LedgerEntry | None, reading: Reading, number: Number, now: int
) -> Record:
    """The record with no time later than now.

    Parameters
    ----------
    before : the ledger entry of the last look, None if there was none.
    now : our time in ms since the epoch.
    """
    dated = [*(r.at for r in record.responses), *(s.at for s in record.suggestions)]
    if all(at <= now for at in dated):
        return record
    responses = [
        replace(r, at=min(_seen(r, before, reading, number, now), now)) if r.at > now else r
        for r in record.responses
    ]
    suggestions = [replace(s, at=min(s.at, now)) for s in record.suggestions]
    return replace(record, responses=tuple(responses), suggestions=tuple(suggestions))


def _seen(
    response: Response, before: LedgerEntry | None, reading: Reading, number: Number, now: int
) -> int:
    """When we first saw a response as it is: it is in the last look's entry, or we see it now."""
    if before is None or not (before.answers or before.adjudications):
        return now
    annotator = number(response.user_id, "")
    said = values(response, reading.note_question)
    without = values(response, reading.note_question, reading.reason_question)
    for known in (before.answers.get(annotator), before.adjudications.get(annotator)):
        if known and known.status == response.status and known.values in (said, without):
            return known.at
    return now


def as_known(
    answers: Mapping[int, LedgerAnswer],
    adjudications: Mapping[int, LedgerAdjudication],
    before: LedgerEntry,
    reading: Reading,
) -> tuple[dict[int, LedgerAnswer], dict[int, LedgerAdjudication]]:
    """Both, with reviews that say nothing new dated as they are in the last look's entry.

    Of several reviews the latest decides, so one that is submitted again is new if another was given
    since. Otherwise its time tells nothing; where Argilla's clock is ahead of ours, that is known only at
    a later look.
    """
    reviewed = {n: answer for n, answer in answers.items() if reading.is_reviewer(n)}
    every: list[LedgerAnswer | LedgerAdjudication] = [*reviewed.values(), *adjudications.values()]
    moments = [said.at for said in every if said.submitted]
    dated = _as_before(reviewed, before.answers, moments)
    return {**answers, **dated}, _as_before(adjudications, before.adjudications, moments)


def _as_before(
    now: Mapping[int, Said], before: Mapping[int, Said], moments: Sequence[int]
) -> dict[int, Said]:
    found = dict(now)
    for number, said in now.items():
        was = before.get(number)
        if was and replace(said, at=was.at) == was:
            others = sum(at >= was.at for at in moments) - 1  # without itself
            found[number] = said if others > 0 else was
    return found
