"""The model of one question: its strategy, fed by what the history says, with the number of its fit.

What a strategy thinks is `workers.engine`; all models of a dataset, loaded and saved, are
`dataset_models`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from argilla_distill.domain.history import START, Details, Entry
from argilla_distill.domain.records import DatasetQuestion, Record
from argilla_distill.domain.state.model_info import ModelInfo, ModelQuestion
from argilla_distill.workers.engine import snapshot
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Change, Content
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.measures.review_value import ReviewValue, ReviewValues
from argilla_distill.workers.models.facts_of_history import (
    Annotators,
    FactsOfHistory,
    current_facts,
)
from argilla_distill.workers.models.kept_texts import KeptTexts
from argilla_distill.workers.models.values import content, short

REFIT_STALENESS = 0.1
"""The share of changed votes at which the incremental model is fitted anew, whatever waits."""

LARGE = 50_000
"""A fit to so many votes takes longer than an answer is to wait: it is made beside the worker."""

FIT_GROWTH = 0.25
FIT_MIN_VOTES = 20
"""A fit ends when so large a share of its votes, and so many of them, have changed."""

CORRECTION_GROWTH = 0.2
CORRECTION_MIN_ADJUDICATIONS = 5
"""It also ends when so many more adjudications, and such a share of them, have taught something."""


@dataclass
class Model:
    """One question's strategy with what is known of it.

    Attributes
    ----------
    unsaved : what it has learned since it was saved.
    texts : where the strategy keeps apart what texts say; None where it does not.
    behind : entries of the history that it has read since, also of those that taught it nothing.
    folded : whether it was made of the whole history, and not loaded as it was saved.
    """

    question: DatasetQuestion
    facts_of_history: FactsOfHistory
    strategy: Strategy
    fit: int = 1
    terms: str = ""
    position: str = START
    fit_votes: int = 0
    changes: int = 0
    taught: int = 0
    unsaved: int = 0
    behind: int = 0
    texts: KeptTexts | None = None
    folded: bool = False
    _values: ReviewValues | None = None
    _values_taught: int = 0

    @property
    def asked(self) -> Question:
        """The question as the engine sees it."""
        return self.facts_of_history.question

    @property
    def recurs(self) -> bool:
        """Whether other records can be in the same conflict: their values are the question's own."""
        return self.asked.type in ("label", "multi_label", "rating")

    def words(self, value: Value, fields: Mapping[str, Any]) -> str:
        """A value on a record with these fields in few words."""
        passage = content(self.question, fields) if self.asked.type == "span" else ""
        return short(self.asked, value, passage)

    def info(self) -> ModelInfo:
        """What the store keeps beside the snapshot."""
        training = self.strategy.training
        return ModelInfo(
            strategy=self.strategy.name,
            fit=self.fit,
            terms=self.terms,
            question=model_question(self.facts_of_history.question),
            position=self.position,
            fit_votes=self.fit_votes,
            changes=self.changes,
            taught=self.taught,
            votes=self.strategy.n_votes,
            training=None if training is None else training.summary,
            kinds=self.facts_of_history.kinds,
            reviews=self.facts_of_history.reviews_to_keep,
            audits=tuple(sorted(self.facts_of_history.audits)),
            text_series="" if self.texts is None else self.texts.series,
            text_blocks=0 if self.texts is None else len(self.texts),
        )

    def packed(self) -> bytes:
        """Its snapshot, to be written."""
        self.strategy.set_apart()
        if not self.large:
            self.strategy.compact()
        return snapshot.pack(self.strategy.state())

    def written(self) -> None:
        """It was saved, and the transaction went through."""
        self.unsaved = self.behind = 0
        if self.texts is not None:
            self.texts.written()

    def resume(self, annotators: Annotators) -> None:
        """Forget what was true of one run: who is known, and what reviews were worth in it."""
        self.facts_of_history.annotators = annotators
        self._values = None

    def learn(self, entries: Iterable[Entry]) -> None:
        """Fold these entries of the history in."""
        changes: list[Change] = []
        for entry in entries:
            self.position = entry.id
            self.behind += 1
            of_entry = self.facts_of_history.changes(entry)
            changes += of_entry
            self.unsaved += bool(of_entry)
        self.changes += self.strategy.learn_all(
            changes
        )  # but for drafts and echoes: they never counted

    def introduce(self) -> None:
        """Tell the strategy whose kind has changed."""
        changes = self.facts_of_history.introductions()
        self.changes += self.strategy.learn_all(changes)
        self.unsaved += len(changes)

    def fold(self, entries: Iterable[Entry]) -> None:
        """Fold in a whole history at once: the same as learning each of its entries, but faster."""
        facts = current_facts(self._changes(entries))
        self.strategy.fit(facts)
        self.folded = self.position != START
        self.changes += self.strategy.n_votes

    def _changes(self, entries: Iterable[Entry]) -> Iterator[Change]:
        for entry in entries:
            self.position = entry.id
            self.unsaved += 1
            yield from self.facts_of_history.changes(entry)

    def read(self, records: Iterable[Record]) -> list[str]:
        """Take in what these records say; returns those of which that was news."""
        said = [Content(record.id, content(self.question, record.fields)) for record in records]
        news = [each for each in said if not self.strategy.knows(each)]
        self.strategy.learn_all((each, True) for each in news)
        self.unsaved += len(news)
        return [each.record for each in news]

    def settle(self) -> None:
        """Fit anew if so much was learned that it is due, whatever waits; not where that takes long."""
        if self.strategy.staleness >= REFIT_STALENESS and not self.large:
            self.refit()

    def refit(self) -> None:
        """Fit from scratch on the current votes."""
        self.strategy.refit()
        self.unsaved += 1

    def moved(self, tolerance: float) -> list[str]:
        """The records on which the decision moved since this was last asked."""
        if self.large:
            self.strategy.leave_fits()
        moved = self.strategy.moved(tolerance)
        self.unsaved += bool(moved)
        return moved

    @property
    def large(self) -> bool:
        """Whether a fit would keep answers waiting."""
        return self.strategy.n_votes >= LARGE

    @property
    def fit_wanted(self) -> bool:
        """Whether a fit is due that is made beside the worker."""
        stale = self.strategy.staleness >= REFIT_STALENESS
        return self.large and (stale or self.outgrown or self.strategy.fit_due)

    @property
    def outgrown(self) -> bool:
        """Whether a new fit is due: the votes, or what adjudications teach, changed so much.

        Adjudications alone begin a fit only if what they teach proved to be better.
        """
        if self.changes >= max(FIT_MIN_VOTES, FIT_GROWTH * self.fit_votes):
            return True
        training = self.strategy.training
        if training is None or not training.used:
            return False
        return training.adjudications - self.taught >= max(
            CORRECTION_MIN_ADJUDICATIONS, CORRECTION_GROWTH * self.taught
        )

    def review_value(self, decision: Decision) -> ReviewValue:
        """What a review of a record is worth on this question."""
        return self.review_values.of(decision)

    @property
    def review_values(self) -> ReviewValues:
        """What reviews are worth, by what the strategy has been taught so far."""
        training = self.strategy.training
        taught = training.adjudications if training else 0
        if self._values is None or self._values_taught != taught:
            self._values = ReviewValues(self.asked, self.strategy.annotators(), training)
            self._values_taught = taught
        return self._values

    def begin_fit(self) -> Entry:
        """Begin a new fit; returns its entry in the history."""
        if self.fit_votes:
            self.fit += 1
        self.fit_votes, self.changes = self.strategy.n_votes, 0
        details = Details(strategy=self.strategy.name, votes=self.fit_votes)
        training = self.strategy.training
        if training is not None and training.used:
            self.taught = training.adjudications
            details = replace(details, adjudications=self.taught, training=training.summary)
        return Entry("fit", values={self.question.name: self.fit}, details=details)


def model_question(question: Question) -> ModelQuestion:
    """A question as the store keeps it."""
    return ModelQuestion(**asdict(question))
