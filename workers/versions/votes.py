"""What was ever said about one record, question by question: which of it counts, and why not the rest.

What an entry of the history means as a fact is `workers.models.facts_of_history`; here each thing that
somebody said is a row that is kept, also where it was edited away later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from argilla_distill.domain.history import Entry
from argilla_distill.domain.state.ledger_entry import DELETED
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.measures.conflicts import contradict
from argilla_distill.workers.models.facts_of_history import FactsOfHistory

ECHO, EDITED, WITHDRAWN = "echo", "edited", "withdrawn"
"""Why something does not count: it was our own suggestion come back; something else was said later by
the same annotator; it was taken back."""


@dataclass(frozen=True)
class Said:
    """One thing that one annotator said about one question of a record.

    Attributes
    ----------
    value : in Argilla's JSON.
    status : submitted, draft or discarded, as Argilla has it.
    at, seen_at : Argilla's time and ours, ms since the epoch.
    counted : whether the strategy learned it; `why` says why not.
    reviews : whether it is a review, which decides and does not vote.
    sure : how sure they said they were, in [0, 1].
    explanation : why, in their own words.
    history : the entry's id.
    """

    question: str
    annotator: int
    value: Any
    status: str
    at: int
    seen_at: int
    history: str
    counted: bool = True
    why: str = ""
    reviews: bool = False
    sure: float | None = None
    explanation: str = ""


@dataclass
class Story:
    """One record's answers to one question, followed through the history.

    Attributes
    ----------
    votes : annotator → the vote that counts.
    verdict : what the latest review decided; None where there is none.
    audit_pi : the probability with which the record was drawn, if that review answered an audit.
    drawn : whether the strategy is told that it is an audit.
    differed_at : when votes first contradicted each other (our time, ms); 0 for never.
    open_since : since when they do without a break; 0 where they do not.
    """

    record: str
    facts_of_history: FactsOfHistory
    votes: dict[str, Vote] = field(default_factory=dict)
    verdict: Value = None
    audit_pi: float | None = None
    drawn: bool = False
    differed_at: int = 0
    open_since: int = 0

    def __post_init__(self) -> None:
        # a story begins before anything was said, however often the record was read already
        self.facts_of_history = self.facts_of_history.anew()

    def follow(self, entry: Entry) -> None:
        """Take in one entry, and whether votes contradict each other then."""
        if not self.take(entry):
            return
        values = {vote.value: None for vote in self.votes.values()}
        if len(values) < 2 or not contradict(self.facts_of_history.question, list(values)):
            self.open_since = 0
            return
        self.differed_at = self.differed_at or entry.seen_at
        self.open_since = self.open_since or entry.seen_at

    def take(self, entry: Entry) -> bool:
        """Take in one entry; entries come in the history's order. Whether it changes any facts."""
        changes = self.facts_of_history.changes(entry)
        for fact, holds in changes:
            if isinstance(fact, Vote):
                if holds:
                    self.votes[fact.annotator] = fact
                else:
                    self.votes.pop(fact.annotator, None)
            elif isinstance(fact, Adjudication):
                self.verdict = fact.value if holds else None
                self.audit_pi = (entry.details.audit_pi or self.audit_pi) if holds else None
                self.drawn = holds and fact.drawn
        return bool(changes)

    @property
    def facts(self) -> list[Vote | Adjudication]:
        """What the strategy is to learn of it, in an order that does not depend on the path."""
        votes = [self.votes[who] for who in sorted(self.votes, key=int)]
        review = (
            [] if self.verdict is None else [Adjudication(self.record, self.verdict, self.drawn)]
        )
        return [*votes, *review]


def said(
    entries: Sequence[Entry],
    questions: Sequence[str],
    reviewers: set[int],
    explanation: str = "",
    sure: Callable[[Mapping[str, Any]], float | None] = lambda values: None,
) -> list[Said]:
    """All that was said about a record, in the history's order, and whether it counts.

    Parameters
    ----------
    questions : the names of those that are distilled.
    reviewers : numbers of annotators whose answers decide.
    explanation : the question that asks why; "" for none.
    sure : from an answer's values to how sure its annotator was, in [0, 1]; None for unknown.
    """
    rows: list[Said] = []
    latest: dict[tuple[str, int, bool], int] = {}
    for entry in entries:
        if entry.kind not in ("answer", "suggestion", "adjudication") or entry.annotator is None:
            continue
        copy = entry.kind == "adjudication"
        reviews = copy or (entry.annotator in reviewers)
        for question in questions:
            before = latest.pop((question, entry.annotator, copy), None)
            now = entry.values.get(question)
            if before is not None and rows[before].counted:
                gone = entry.status == DELETED or now is None
                why = WITHDRAWN if gone else EDITED
                rows[before] = replace(rows[before], counted=False, why=why)
            if now is None:
                continue
            why = "" if entry.status in ("submitted", "") else entry.status
            if question in entry.details.echoes:
                why = ECHO
            latest[question, entry.annotator, copy] = len(rows)
            reason = entry.values.get(explanation) if explanation else entry.details.why
            rows.append(
                Said(
                    question,
                    entry.annotator,
                    now,
                    entry.status or "submitted",
                    entry.at,
                    entry.seen_at,
                    entry.id,
                    not why,
                    why,
                    reviews=reviews,
                    sure=sure(entry.values),
                    explanation=str(reason or ""),
                )
            )
    return rows


def without(left_out: Mapping[tuple[str, str], str], said: Said) -> Said:
    """The same; no vote if settings leave it out.

    Parameters
    ----------
    left_out : question and annotator's number → why their vote there does not count
    """
    why = left_out.get((said.question, str(said.annotator)), "")
    return (
        replace(said, counted=False, why=why) if why and said.counted and not said.reviews else said
    )


def text_of(value: Any) -> str:
    """A value as one column of text: words as they are, all else as JSON.

    >>> text_of("yes"), text_of(["b", "a"]), text_of(3)
    ('yes', '["b", "a"]', '3')
    """
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
