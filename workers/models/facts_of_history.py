"""What the history says about one question, entry by entry, as facts for its strategy.

The history is `plugin.store.histories`, what a strategy does with facts is `workers.engine`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.guidelines import GUIDELINES
from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.state.model_info import KeptReviews
from argilla_distill.workers.engine.contract.facts import (
    Adjudication,
    Change,
    Fact,
    NewGuidelines,
    Source,
    Vote,
)
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.models.values import from_argilla, to_argilla

REVIEWER = "reviewer"
"""The kind of annotator whose answers are adjudications."""

ON_COPY = "*"
"""Marks a reviewer who answered in the review dataset: they may have answered the record as well."""

Annotators = Mapping[int, KnownAnnotator]
"""Annotators by number, as the store keeps them; may grow while it is looked at."""


@dataclass
class FactsOfHistory:
    """What the entries read so far said about one question, as far as it is needed later.

    Attributes
    ----------
    name : the question's name in Argilla.
    sureness : the question, if any, that asks annotators how sure they are.
    kinds : the kinds of annotators that the strategy knows; who is not in it is a person.
    reviews : record → reviewer's number → value and Argilla's time; the latest decides.
    audits : those of these records that are audits, whoever decides them.
    dated : whether it makes a difference when votes were given, and under which guidelines.
    """

    name: str
    question: Question
    annotators: Annotators = field(default_factory=dict)
    sureness: DatasetQuestion | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    reviews: dict[str, dict[str, tuple[Value, int]]] = field(default_factory=dict)
    dated: bool = False
    audits: set[str] = field(default_factory=set)

    def anew(self) -> FactsOfHistory:
        """The same before any review, which shares what is known of annotators."""
        return FactsOfHistory(
            self.name, self.question, self.annotators, self.sureness, self.kinds, {}, self.dated
        )

    def changes(self, entry: Entry) -> list[Change]:
        """What an entry adds to the current facts or takes from them."""
        if entry.kind == GUIDELINES and self.dated:
            return [(NewGuidelines(entry.at or entry.seen_at), True)]
        if entry.kind not in ("answer", "suggestion", "adjudication"):
            return []
        value = self._value(entry.values)
        if entry.status != "submitted" or self.name in entry.details.echoes:
            value = None
        if entry.kind == "adjudication":
            if value is not None and entry.details.audit_pi is not None:
                self.audits.add(entry.record)
            return self._review(entry.record, f"{entry.annotator}{ON_COPY}", value, entry.at)
        changes, annotator = self._introduction(entry.annotator), str(entry.annotator)
        if self.kinds.get(annotator) == REVIEWER:
            return changes + self._review(entry.record, annotator, value, entry.at)
        if value is not None:
            sure = self.sure(entry.values)
            at = (entry.at or entry.seen_at) if self.dated else 0
            changes.append((Vote(entry.record, annotator, value, sure, at=at), True))
        elif (replaced := self._value(entry.replaced)) is not None:
            changes.append((Vote(entry.record, annotator, replaced), False))
        return changes

    def votes(self, record: str, ledger: LedgerEntry) -> list[Vote]:
        """The current votes on a record, from its ledger entry; neither drafts nor echoes."""
        given = [
            (str(number), answer.values)
            for number, answer in ledger.answers.items()
            if answer.submitted and self.name not in answer.echoes
        ]
        suggested = ledger.suggestions.get(self.name)
        if suggested:
            given.append((str(suggested.annotator), {self.name: suggested.value}))
        said = [(number, self._value(values)) for number, values in given]
        return [
            Vote(record, number, value)
            for number, value in said
            if value is not None and self.kinds.get(number) != REVIEWER
        ]

    def verdicts(self, record: str) -> dict[Value, list[str]]:
        """What reviewers decided on a record: value → their numbers, as they came to it."""
        found: dict[Value, list[str]] = {}
        for value, _, reviewer in self._by_time(record):
            found.setdefault(value, []).append(reviewer.removesuffix(ON_COPY))
        return found

    def introductions(self) -> list[Change]:
        """Annotators whose kind is another than the strategy knows."""
        return [c for number in self.annotators for c in self._introduction(number)]

    @property
    def outdated(self) -> bool:
        """Whether somebody has become a reviewer or ceased to be one: the history reads anew."""
        now = {str(n) for n, known in self.annotators.items() if known.kind == REVIEWER}
        return now != {number for number, kind in self.kinds.items() if kind == REVIEWER}

    @property
    def reviews_to_keep(self) -> KeptReviews:
        """The reviews, with values in Argilla's JSON, for `remember`."""
        return {
            record: {
                who: (to_argilla(self.question, value), at) for who, (value, at) in said.items()
            }
            for record, said in self.reviews.items()
        }

    def remember(
        self, kinds: Mapping[str, str], reviews: KeptReviews, audits: Iterable[str] = ()
    ) -> None:
        """Take up what was kept of `kinds`, of `reviews` and of `audits`."""
        self.kinds, self.audits = dict(kinds), set(audits)
        self.reviews = {
            record: {
                who: (from_argilla(self.question, value), at) for who, (value, at) in said.items()
            }
            for record, said in reviews.items()
        }

    def _introduction(self, number: int | None) -> list[Change]:
        known = self.annotators.get(number) if number is not None else None
        kind = known.kind if known else "person"
        if self.kinds.get(str(number), "person") == kind:
            return []
        self.kinds[str(number)] = kind
        if kind == REVIEWER:
            return []
        return [(Source(str(number), cast('Literal["person", "model", "template"]', kind)), True)]

    def _review(self, record: str, reviewer: str, value: Value, at: int) -> list[Change]:
        before = self._decided(record)
        said = self.reviews.setdefault(record, {})
        said.pop(reviewer, None)
        if value is not None:
            said[reviewer] = value, at
        if not said:
            del self.reviews[record]
            self.audits.discard(record)
        now = self._decided(record)
        if now == before:
            return []
        if now is None:
            return [(Adjudication(record, before), False)]
        return [(Adjudication(record, now, record in self.audits), True)]

    def _decided(self, record: str) -> Value:
        """What the latest adjudication of a record says; None where there is none."""
        by_time = self._by_time(record)
        return by_time[-1][0] if by_time else None

    def _by_time(self, record: str) -> list[tuple[Value, int, str]]:
        """Value, Argilla's time and reviewer's number of each adjudication, the latest last.

        Of those at the same time that of the greater user id is the latest: numbers depend on the
        order in which we came to know people.
        """

        def moment(decided: tuple[Value, int, str]) -> tuple[int, str, str]:
            number = decided[2].removesuffix(ON_COPY)
            known = self.annotators.get(int(number))
            return decided[1], known.key if known else number, decided[2]

        said = self.reviews.get(record, {})
        return sorted(((value, at, who) for who, (value, at) in said.items()), key=moment)

    def _value(self, values: Mapping[str, Any]) -> Value:
        """The question's value among an entry's; None where there is none that it takes."""
        json = values.get(self.name)
        try:
            return None if json is None else from_argilla(self.question, json)
        except BadValue:
            return None

    def sure(self, values: Mapping[str, Any]) -> float | None:
        """How sure an annotator was, in [0, 1]: the place of what they chose among the choices."""
        if self.sureness is None or self.sureness.name not in values:
            return None
        choices, chosen = self.sureness.labels, str(values[self.sureness.name])
        if chosen not in choices or len(choices) < 2:
            return None
        return choices.index(chosen) / (len(choices) - 1)


def current_facts(changes: Iterable[Change]) -> list[Fact]:
    """The facts that hold after many changes, one after the other.

    >>> vote = Vote("r1", "1", "yes")
    >>> current_facts([(vote, True), (Vote("r1", "1", "no"), True), (Vote("r2", "1", "no"), True)])[0].value
    'no'
    >>> current_facts([(vote, True), (vote, False)])
    []
    """
    facts: dict[tuple[object, ...], Fact] = {}
    for fact, holds in changes:
        key = (type(fact), *fact[: 2 if isinstance(fact, Vote) else 1])
        if holds:
            facts[key] = fact
        else:
            facts.pop(key, None)
    return list(facts.values())
