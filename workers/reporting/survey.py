"""All that is known of a dataset now, streamed from the store into columns."""

from __future__ import annotations

import json
import logging
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from argilla_distill.domain.disclosure import complete_entry
from argilla_distill.domain.history import Entry
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.plugin.errors import ArchiveDamaged, ArchiveUnavailable
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.histories.thoughts import RecordThoughts, Thought
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.models.facts_of_history import REVIEWER
from argilla_distill.workers.reporting.question_columns import (
    NONE,
    Gathering,
    Ints,
    QuestionColumns,
    Values,
    question_columns,
)

log = logging.getLogger("distill.report")

IDS = 5_000
"""So many entries of the history are asked for at once."""


@dataclass(frozen=True)
class Survey:
    """A dataset as it is now. Arrays are by record, where nothing else is said.

    Attributes
    ----------
    ids : record ids; a record's row is its place here
    rows : the inverse
    first_at : when the first of the current answers was given, ms since the epoch; 0 without any
    prints : fingerprints of the texts, 0 where none is known
    complete : whether annotators may know what is decided (`domain.disclosure`)
    round : place in `rounds` of the record's round, NONE for none
    answers : annotator and time (ms) of every submitted answer, whatever it answers
    questions : name → what is known of it
    thought : question → row → what was decided on it just before its first adjudication
    """

    ids: list[str]
    rows: Mapping[str, int]
    first_at: Ints
    prints: np.typing.NDArray[np.uint64]
    complete: np.typing.NDArray[np.bool_]
    round: Ints
    rounds: list[str]
    answers: tuple[Ints, Ints]
    questions: dict[str, QuestionColumns]
    thought: dict[str, dict[int, Thought]]


class _Reader:
    """Reads one dataset, part by part."""

    def __init__(self, store: Store, dataset_id: str, asked: Mapping[str, Question]) -> None:
        self.store = store
        self.dataset_id = dataset_id
        self.gathered = {name: Gathering(name, Values(q)) for name, q in asked.items()}
        people = store.datasets.annotators(dataset_id)
        self.reviewers = {n for n, known in people.items() if known.kind == REVIEWER}
        self.rows: dict[str, int] = {}
        self.ids: list[str] = []
        self.lacking = False
        self.first_at = array("q")
        self.info = store.datasets.info(dataset_id)
        self.prints = array("Q")
        self.complete = array("B")
        self.round = array("i")
        self.rounds: dict[str, int] = {}
        self.answers = array("i"), array("q")
        self.entry_ids: dict[int, tuple[str, ...]] = {}

    def ledger(self) -> None:
        """Who answered what, and what reviewers decided."""
        for record_id, entry in self.store.datasets.scan_ledger(self.dataset_id):
            if entry.gone or record_id in self.rows:
                continue
            row = self.rows[record_id] = len(self.rows)
            self.ids.append(record_id)
            self.prints.append(int(entry.fingerprint or "0", 16))
            self.complete.append(complete_entry(entry, self.info))
            name = entry.round
            known = NONE if name is None else self.rounds.setdefault(name, len(self.rounds))
            self.round.append(known)
            self.first_at.append(self._responses(row, entry))
            for name, gathered in self.gathered.items():
                theirs = entry.suggestions.get(name)
                if theirs and theirs.annotator not in self.reviewers:
                    gathered.vote(row, theirs.annotator, theirs.value, theirs.at)
            for said in entry.adjudications.values():
                if said.submitted:
                    self._review(row, said.values, said.at, entry)
                    for name, gathered in self.gathered.items():
                        if said.audit_pi is not None:
                            gathered.audit(row, said.values.get(name), said.audit_pi)

    def _responses(self, row: int, entry: LedgerEntry) -> int:
        """The answers on one record; when the first of them was given."""
        first = 0
        for who, answer in entry.answers.items():
            if not answer.submitted:
                continue
            at, values = answer.at, answer.values
            if who in self.reviewers:
                self._review(row, values, at, entry)
                continue
            first = min(first or at, at)
            self.answers[0].append(who)
            self.answers[1].append(at)
            for name, gathered in self.gathered.items():
                if name in values and name not in answer.echoes:
                    gathered.vote(row, who, values[name], at)
        return first

    def _review(self, row: int, values: Mapping[str, Any], at: int, entry: LedgerEntry) -> None:
        for name, gathered in self.gathered.items():
            gathered.review(row, values.get(name), at)
        self.entry_ids[row] = entry.history

    def decisions(self) -> None:
        """What is decided, and why."""
        seen = bytearray(len(self.rows))
        for record_id, decided in self.store.datasets.scan_decisions(self.dataset_id):
            row = self.rows.get(record_id)
            if row is None or seen[row]:
                continue
            seen[row] = 1
            for name, gathered in self.gathered.items():
                if name in decided:
                    gathered.decide(row, decided[name])

    def conflicts(self) -> None:
        """Which votes differ."""
        for (record_id, name), conflict in self.store.datasets.scan_conflicts(self.dataset_id):
            row, gathered = self.rows.get(record_id), self.gathered.get(name)
            if row is not None and gathered is not None:
                gathered.conflict(row, conflict)

    def thought(self) -> dict[str, dict[int, Thought]]:
        """What was thought of reviewed records before reviewers decided them."""
        store, whose = self.store.thoughts, json.dumps([sorted(self.reviewers), [*self.gathered]])
        kept = store.of(self.dataset_id, whose)
        new: dict[str, RecordThoughts] = {}
        known = dict(kept)
        for entry in self._entries(known):
            thoughts = new.get(entry.record)
            if thoughts is None:
                thoughts = new[entry.record] = known.get(entry.record, RecordThoughts())
            self._follow(thoughts, entry)
        for record, thoughts in new.items():
            thoughts.read = len(self.entry_ids[self.rows[record]])
        known.update(new)
        if new and not self.lacking:
            store.keep(self.dataset_id, whose, new, anew=not kept)
        found: dict[str, dict[int, Thought]] = {name: {} for name in self.gathered}
        for row in self.entry_ids:
            thoughts = known.get(self.ids[row], RecordThoughts())
            for name, thought in thoughts.first.items():
                found[name][row] = thought
        return found

    def _follow(self, thoughts: RecordThoughts, entry: Entry) -> None:
        for name in self.gathered:
            if name not in entry.values:
                continue
            if entry.kind == "decision":
                thoughts.latest[name] = entry.values[name], entry.details.confidence or 0.0
            elif self._adjudicates(entry) and name not in thoughts.first:
                said = entry.details.thought.get(name) or thoughts.latest.get(name)
                if said is not None:
                    thoughts.first[name] = said[0], said[1]

    def _adjudicates(self, entry: Entry) -> bool:
        by_answer = entry.kind == "answer" and entry.annotator in self.reviewers
        return (entry.kind == "adjudication" or by_answer) and entry.status == "submitted"

    def _entries(self, known: Mapping[str, RecordThoughts]) -> Iterator[Entry]:
        """The entries of reviewed records that were not read yet, those of a record in their order."""
        ids = [
            entry_id
            for row, history in self.entry_ids.items()
            for entry_id in history[known.get(self.ids[row], RecordThoughts()).read :]
        ]
        history = self.store.history
        for start in range(0, len(ids), IDS):
            some = ids[start : start + IDS]
            try:
                found = history.entries(self.dataset_id, some)
            except (ArchiveUnavailable, ArchiveDamaged) as error:
                log.warning("old entries of reviewed records are left out: %s", error)
                self.lacking, found = True, history.latest_entries(self.dataset_id, some)
            yield from found


def survey(store: Store, dataset_id: str, asked: Mapping[str, Question]) -> Survey:
    """Read a dataset. `asked`: the questions to be counted.

    Somebody may write meanwhile: a record's votes may be a moment older than its decision.
    """
    reader = _Reader(store, dataset_id, asked)
    reader.ledger()
    reader.decisions()
    reader.conflicts()
    n = len(reader.rows)
    return Survey(
        ids=reader.ids,
        rows=reader.rows,
        first_at=np.array(reader.first_at, np.int64),
        prints=np.array(reader.prints, np.uint64),
        complete=np.array(reader.complete, np.bool_),
        round=np.array(reader.round, np.int64),
        rounds=list(reader.rounds),
        answers=(np.array(reader.answers[0], np.int64), np.array(reader.answers[1], np.int64)),
        questions={name: question_columns(g, n) for name, g in reader.gathered.items()},
        thought=reader.thought(),
    )
