"""Observe many records: append to history and ledger, in one transaction, what they show anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from argilla_distill.domain.disclosure import COMPLETED
from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.record_state import RECORD
from argilla_distill.domain.observing.answers import Copy
from argilla_distill.domain.observing.ledger import (
    NOTHING,
    Observation,
    changed,
    observe,
    with_state,
)
from argilla_distill.domain.observing.moments import bounded
from argilla_distill.domain.records import Record
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.workers.use_cases.distilling.run import Visit


@dataclass
class Observed:
    """What was observed on some records.

    Attributes
    ----------
    entries : what is new in the history.
    ledger : record → its ledger entry as it is now; without those that failed.
    decided : record → question → the decision stored before.
    failed : record → why it could not be understood.
    """

    entries: list[Entry]
    ledger: dict[str, LedgerEntry]
    decided: dict[str, Decisions]
    failed: dict[str, str]


def observe_records(
    visit: Visit, records: Mapping[str, Record | None], copies: Mapping[str, Copy], now: int
) -> Observed:
    """Observe these records (None: gone), with their copies for review, and commit what is new.

    A record that cannot be understood is reported in `failed` and left as it was.

    Raises
    ------
    LeaseLost : nothing was written.
    """
    ids, datasets = list(records), visit.store.datasets
    entries_before, decisions = datasets.known(visit.dataset.id, ids)
    ledger = dict(zip(ids, entries_before, strict=True))
    decided = {i: d or {} for i, d in zip(ids, decisions, strict=True)}
    failed: dict[str, str] = {}
    observations: dict[str, Observation] = {}
    reading, number = visit.reading, visit.annotators.number
    for record_id in ids:
        before, record, copied = ledger[record_id], records[record_id], copies.get(record_id)
        known = before, reading, number, now
        try:
            if copied is not None:
                copied = replace(copied, record=bounded(copied.record, *known))
            found = observe(
                before,
                bounded(record, *known) if record is not None else None,
                record_id,
                visit.dataset,
                decided[record_id],
                reading,
                number,
                now,
                copied,
            )
            observations[record_id] = with_state(before, found, record, record_id, reading)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            failed[record_id] = f"cannot be understood: {type(error).__name__}: {error}"
    observations |= _commit(visit, ledger, observations, now)
    entries = [entry for o in observations.values() for entry in o.entries]
    after = {record_id: o.ledger for record_id, o in observations.items()}
    return Observed(entries, after, decided, failed)


def _commit(
    visit: Visit,
    ledger: Mapping[str, LedgerEntry | None],
    observations: Mapping[str, Observation],
    now: int,
) -> dict[str, Observation]:
    """Keep what is new; returns the observations that have something new, with ids."""
    news = {i: o for i, o in observations.items() if changed(ledger[i], o)}
    people = visit.annotators.news()
    if not news and not people:
        return {}
    count = len(people) + sum(len(o.entries) for o in news.values())
    ids = iter(visit.store.history.ids(visit.dataset.id, now, count))
    people = [entry.filed(next(ids)) for entry in people]
    news = {record_id: observation.filed(ids) for record_id, observation in news.items()}
    entries = [entry for observation in news.values() for entry in observation.entries]
    counts: Counter[tuple[int, str]] = Counter()
    facts: Counter[str] = Counter(observed=sum(entry.kind != RECORD for entry in entries))
    for record_id, observation in news.items():
        before = ledger[record_id] or NOTHING
        for sign, state in ((-1, before), (1, observation.ledger)):
            facts["records"] += sign * (not state.gone)
            facts["completed"] += sign * (state.status == COMPLETED)
            facts["suggested"] += sign * len(state.suggestions)
            for number, answer in state.answers.items():
                if not answer.on_copy:
                    counts[number, answer.status] += sign

    def write(pipe: Any) -> None:
        dataset_id, datasets = visit.dataset.id, visit.store.datasets
        visit.store.history.append(pipe, dataset_id, [*people, *entries])
        datasets.write_ledger(pipe, dataset_id, {i: o.ledger for i, o in news.items()})
        datasets.count_responses(pipe, dataset_id, counts)
        for name, by in facts.items():
            datasets.count(pipe, dataset_id, name, by)
        visit.annotators.write(pipe)
        visit.store.unsettle(pipe, dataset_id)

    visit.lease.commit(write)
    visit.annotators.written()
    return news
