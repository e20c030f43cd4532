"""When something was said, by a clock that is not ours: never later than we saw it.

Argilla dates answers and suggestions. Where its clock is, or once was, ahead of ours, what it dated
would be the latest for as long; so a moment that we have not reached yet is taken to be the moment
at which we first saw what it dates. How times become a ledger is `ledger`.
"""

from __future__ import annotations

from dataclasses import replace

from argilla_distill.domain.observing.answers import Number, Reading, values
from argilla_distill.domain.records import Record, Response
from argilla_distill.domain.state.ledger_entry import LedgerEntry


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
