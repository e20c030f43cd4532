"""The models of a dataset's questions: folds over its history, kept as snapshots.

What a strategy thinks is `workers.engine`; where a snapshot lies is `plugin.store`. Here the two
meet: a model that is behind reads the tail of the history, whatever wrote it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import workers.engine.question
from plugin.records import Dataset, Question, Record
from plugin.settings import DatasetSettings
from plugin.store import Store
from plugin.store.history import START, Entry
from workers.engine import registry, snapshot
from workers.engine.decision import Decision
from workers.engine.errors import EngineError, NotStanding, UnsuitedStrategy
from workers.engine.facts import Content, Fact
from workers.engine.question import Value
from workers.engine.review_value import ReviewValue, ReviewValues
from workers.engine.strategy import Strategy
from workers.values import TYPES, content, question_of, short
from workers.witness import Annotators, Change, Witness, standing

log = logging.getLogger("distill.models")

REFIT_STALENESS = 0.1
"""The share of changed votes at which the incremental model is fitted anew, whatever waits."""

REFIT_VOTES = 50_000
"""Up to so many votes it is also fitted anew whenever nothing waits: a fraction of a second."""

LESSON_GROWTH = 0.2
LESSON_LEAST = 5
"""It also ends when so many more adjudications, and such a share of them, have taught something."""

VERSION_GROWTH = 0.25
VERSION_LEAST = 20
"""A version ends when so large a share of its votes, and so many of them, have changed."""


@dataclass
class Model:
    """One question's strategy with what is known of it."""

    question: Question
    witness: Witness
    strategy: Strategy
    version: int = 1
    position: str = START
    version_votes: int = 0
    changes: int = 0
    taught: int = 0
    unsaved: int = 0
    _values: ReviewValues | None = None
    _values_taught: int = 0

    @property
    def asked(self) -> workers.engine.question.Question:
        """The question as the engine sees it."""
        return self.witness.question

    @property
    def recurs(self) -> bool:
        """Whether other records can be in the same conflict: their values are the question's own."""
        return self.asked.type in ("label", "multi_label", "rating")

    def words(self, value: Value, fields: Mapping[str, Any]) -> str:
        """A value on a record with these fields in few words."""
        passage = content(self.question, fields) if self.asked.type == "span" else ""
        return short(self.asked, value, passage)

    def facts(self) -> dict[str, Any]:
        """What the store keeps beside the snapshot."""
        training = self.strategy.training
        return {
            "strategy": self.strategy.name,
            "question": _as_json(self.witness.question),
            "version": self.version,
            "position": self.position,
            "version_votes": self.version_votes,
            "changes": self.changes,
            "taught": self.taught,
            "votes": self.strategy.n_votes,
            **({} if training is None else {"training": training.word}),
            **self.witness.memory(),
        }

    def learn(self, entry: Entry) -> None:
        """Fold one entry of the history in."""
        self.position = entry.id
        self.unsaved += 1
        for change in self.witness.changes(entry):
            self._take(*change)

    def introduce(self) -> None:
        """Tell the strategy whose kind has changed."""
        for change in self.witness.introductions():
            self._take(*change)
            self.unsaved += 1

    def _take(self, fact: Fact, stands: bool) -> None:
        if stands:
            self.strategy.learn(fact)
        else:
            try:
                self.strategy.revert(fact)
            except NotStanding:  # a draft or an echo: it never counted
                return
        self.changes += 1

    def fold(self, entries: Iterable[Entry]) -> None:
        """Fold in a whole history at once: the same as learning each of its entries, but faster."""
        facts = standing(self._changes(entries))
        self.strategy.fit(facts)
        self.changes += self.strategy.n_votes

    def _changes(self, entries: Iterable[Entry]) -> Iterator[Change]:
        for entry in entries:
            self.position = entry.id
            self.unsaved += 1
            yield from self.witness.changes(entry)

    def read(self, records: Iterable[Record]) -> None:
        """Take in what these records say."""
        for record in records:
            self.strategy.learn(Content(record.id, content(self.question, record.fields)))
            self.unsaved += 1

    def refit(self) -> None:
        """Fit from scratch on the standing votes."""
        self.strategy.refit()

    @property
    def outgrown(self) -> bool:
        """Whether a new version is due: the votes, or what adjudications teach, changed so much.

        Adjudications alone begin a version only if what they teach proved to be better.
        """
        if self.changes >= max(VERSION_LEAST, VERSION_GROWTH * self.version_votes):
            return True
        training = self.strategy.training
        if training is None or not training.used:
            return False
        return training.adjudications - self.taught >= max(
            LESSON_LEAST, LESSON_GROWTH * self.taught
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

    def release(self) -> Entry:
        """Begin a new version; the answer is its entry in the history."""
        if self.version_votes:
            self.version += 1
        self.version_votes, self.changes = self.strategy.n_votes, 0
        extra: dict[str, Any] = {"strategy": self.strategy.name, "votes": self.version_votes}
        training = self.strategy.training
        if training is not None and training.used:
            self.taught = training.adjudications
            extra |= {"adjudications": self.taught, "training": training.word}
        return Entry("version", values={self.question.name: self.version}, extra=extra)


@dataclass
class Models:
    """All models of a dataset, by question; the other questions with a word on why not."""

    dataset: Dataset
    plan: DatasetSettings
    by_question: dict[str, Model] = field(default_factory=dict)
    left_alone: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        store: Store,
        dataset: Dataset,
        plan: DatasetSettings,
        annotators: Annotators | None = None,
    ) -> Models:
        """The models as the history has them now.

        Parameters
        ----------
        annotators : who they are, by number; may grow later. Without, as the store knows them now.

        Raises
        ------
        UnknownStrategy : the plan names a strategy that does not exist.
        """
        people = store.datasets.annotators(dataset.id) if annotators is None else annotators
        models = cls(dataset, plan)
        for question in dataset.questions:
            word = _why_not(question, plan)
            try:
                if word is None:
                    models.by_question[question.name] = models._restored(store, question, people)
            except UnsuitedStrategy as error:
                word = str(error)
            if word is not None:
                models.left_alone[question.name] = word
        models.catch_up(store)
        return models

    def catch_up(self, store: Store) -> None:
        """Read the history behind the position that each model includes."""
        for model in self.by_question.values():
            tail = store.history.after(self.dataset.id, model.position)
            if model.position == START:
                model.fold(tail)
            else:
                model.introduce()
                for entry in tail:
                    model.learn(entry)
        self.settle()

    def learn(self, entries: Iterable[Entry], records: Iterable[Record] = ()) -> None:
        """Fold in what was just appended to the history, and what the records say.

        Whoever has nothing more to learn for now calls `settle` before deciding.
        """
        entries, records = list(entries), list(records)
        for name, model in self.by_question.items():
            for entry in entries:
                model.learn(entry)
            if self.plan.question(name).content or model.question.type == "span":
                model.read(records)

    def settle(self) -> None:
        """Fit anew what has learned so much that it is due, whatever waits."""
        for model in self.by_question.values():
            if model.strategy.staleness >= REFIT_STALENESS:
                model.refit()

    def rest(self) -> None:
        """Nothing waits: fit anew whatever costs little."""
        for model in self.by_question.values():
            if model.strategy.staleness > 0 and model.strategy.n_votes <= REFIT_VOTES:
                model.refit()

    def decide(
        self, records: Sequence[str], plan: DatasetSettings
    ) -> dict[str, dict[str, Decision]]:
        """Record → question → decision. Changes nothing."""
        decided: dict[str, dict[str, Decision]] = {record: {} for record in records}
        for name, model in self.by_question.items():
            floor = plan.question(name).min_confidence
            for decision in model.strategy.decide(records, floor):
                decided[decision.record][name] = decision
        return decided

    def moved(self, tolerance: float) -> list[str]:
        """The records on which some decision moved since this was last asked."""
        found: dict[str, None] = {}
        for model in self.by_question.values():
            moved = model.strategy.moved(tolerance)
            found.update(dict.fromkeys(moved))
            model.unsaved += bool(moved)
        return list(found)

    def unsaved(self) -> list[Model]:
        """The models that have learned enough since their snapshot to be worth writing."""
        return [
            model
            for model in self.by_question.values()
            if model.unsaved > max(0, model.strategy.n_votes // 500 - 20)
        ]

    def write(self, pipe: Any, store: Store, models: Iterable[Model]) -> None:
        """Save these models, within a transaction."""
        for model in models:
            data = snapshot.pack(model.strategy.state())
            store.datasets.write_model(
                pipe, self.dataset.id, model.question.name, data, model.facts()
            )

    def _restored(self, store: Store, question: Question, annotators: Annotators) -> Model:
        """The model as it was saved, or a fresh one where there is none that fits."""
        asked, choices = question_of(question), self.plan.question(question.name)
        sureness = self.dataset.question(self.plan.confidence_question)
        witness = Witness(question.name, asked, annotators, sureness)
        data, facts = store.datasets.model(self.dataset.id, question.name)
        same = (facts.get("strategy"), facts.get("question")) == (choices.strategy, _as_json(asked))
        if data and same:
            try:
                strategy = registry.restore(snapshot.unpack(data))
                witness.remember(facts)
                if not witness.outdated:
                    figures = ("version", "position", "version_votes", "changes")
                    known = {name: facts[name] for name in figures}
                    return Model(
                        question, witness, strategy, taught=facts.get("taught", 0), **known
                    )
                witness = Witness(question.name, asked, annotators, sureness)
            except EngineError as error:
                log.warning("snapshot of %s unusable, folding anew: %s", question.name, error)
        version = facts.get("version", 0) + 1
        return Model(question, witness, registry.create(choices.strategy, asked), version)


def _why_not(question: Question, plan: DatasetSettings) -> str | None:
    """Why a question is left alone; None where it is distilled."""
    purposes = {
        plan.conflict_question: "carries the conflict note",
        plan.confidence_question: "tells how sure annotators are",
        plan.explanation_question: "tells why annotators answer as they do",
    }
    if question.type not in TYPES:
        return f"{question.type} questions are not distilled"
    return purposes.get(question.name)


def _as_json(question: workers.engine.question.Question) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(json.dumps(asdict(question)))
    return fields
