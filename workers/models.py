"""The models of a dataset's questions: folds over its history, kept as snapshots.

What a strategy thinks is `workers.engine`; where a snapshot lies is `plugin.store`. Here the two
meet: a model that is behind reads the tail of the history, whatever wrote it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugin.records import Dataset, Question
from plugin.settings import DatasetSettings
from plugin.store import Store
from plugin.store.history import START, Entry
from workers.engine import registry, snapshot
from workers.engine.decision import Decision
from workers.engine.errors import EngineError, NotStanding
from workers.engine.facts import Vote
from workers.engine.strategy import Strategy
from workers.values import question_of

log = logging.getLogger("distill.models")

QUESTION_TYPE = "label_selection"
"""The type of question that is distilled."""

REFIT_VOTES = 20_000
"""Up to so many votes a full fit is cheaper than being incremental is worth: milliseconds."""

REFIT_STALENESS = 0.1
"""Beyond that, the share of changed votes at which the incremental model is fitted anew."""

VERSION_GROWTH = 0.25
VERSION_LEAST = 20
"""A version ends when so large a share of its votes, and so many of them, have changed."""


@dataclass
class Model:
    """One question's strategy with what is known of it."""

    question: Question
    strategy: Strategy
    version: int = 1
    position: str = START
    version_votes: int = 0
    changes: int = 0
    unsaved: int = 0

    def facts(self) -> dict[str, Any]:
        """What the store keeps beside the snapshot."""
        return {
            "strategy": self.strategy.name,
            "labels": list(self.question.labels),
            "version": self.version,
            "position": self.position,
            "version_votes": self.version_votes,
            "changes": self.changes,
            "votes": self.strategy.n_votes,
        }

    def learn(self, entry: Entry) -> None:
        """Fold one entry of the history in."""
        self.position = entry.id
        self.unsaved += 1
        given, taken = self._change(entry)
        vote = Vote(entry.record, str(entry.annotator), given or taken or "")
        if given:
            self.strategy.learn(vote)
            self.changes += 1
        elif taken:
            try:
                self.strategy.revert(vote)
                self.changes += 1
            except NotStanding:  # a draft or an echo: it never counted
                return

    def fold(self, entries: Iterable[Entry]) -> None:
        """Fold in a whole history at once: the same as learning each of its entries, but faster."""
        standing: dict[tuple[str, str], str] = {}
        for entry in entries:
            self.position = entry.id
            self.unsaved += 1
            given, taken = self._change(entry)
            key = (entry.record, str(entry.annotator))
            if given:
                standing[key] = given
            elif taken:
                standing.pop(key, None)
        self.strategy.fit(Vote(*key, label) for key, label in standing.items())
        self.changes += len(standing)

    def _change(self, entry: Entry) -> tuple[str | None, str | None]:
        """The label that an entry adds as a vote, or the one that it takes out."""
        if entry.kind not in ("answer", "suggestion"):
            return None, None
        name = self.question.name
        counts = entry.status == "submitted" and name not in entry.extra.get("echo", [])
        value, replaced = entry.values.get(name), entry.replaced.get(name)
        if counts and value in self.question.labels:
            return str(value), None
        return None, str(replaced) if replaced in self.question.labels else None

    def refit(self) -> None:
        """Fit from scratch on the standing votes."""
        self.strategy.refit()

    @property
    def outgrown(self) -> bool:
        """Whether the votes have changed so much that a new version is due."""
        return self.changes >= max(VERSION_LEAST, VERSION_GROWTH * self.version_votes)

    def release(self) -> Entry:
        """Begin a new version; the answer is its entry in the history."""
        if self.version_votes:
            self.version += 1
        self.version_votes, self.changes = self.strategy.n_votes, 0
        extra = {"strategy": self.strategy.name, "votes": self.version_votes}
        return Entry("version", values={self.question.name: self.version}, extra=extra)


@dataclass
class Models:
    """All models of a dataset, by question; the other questions with a word on why not."""

    dataset: Dataset
    by_question: dict[str, Model] = field(default_factory=dict)
    left_alone: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, store: Store, dataset: Dataset, plan: DatasetSettings) -> Models:
        """The models as the history has them now.

        Raises
        ------
        UnknownStrategy : the plan names a strategy that does not exist.
        """
        models = cls(dataset)
        for question in dataset.questions:
            if question.name == plan.conflict_question:
                models.left_alone[question.name] = "carries the conflict note"
            elif question.type != QUESTION_TYPE:
                models.left_alone[question.name] = (
                    f"{question.type} questions are not distilled yet"
                )
            else:
                strategy = plan.question(question.name).strategy
                models.by_question[question.name] = _restore(store, dataset, question, strategy)
        models.catch_up(store)
        return models

    def catch_up(self, store: Store) -> None:
        """Read the history behind the position that each model includes."""
        for model in self.by_question.values():
            before = model.unsaved
            tail = store.history.after(self.dataset.id, model.position)
            if model.position == START:
                model.fold(tail)
            else:
                for entry in tail:
                    model.learn(entry)
            if model.unsaved > before:
                self._settle(model)

    def learn(self, entries: Iterable[Entry]) -> None:
        """Fold in what was just appended to the history."""
        entries = list(entries)
        for model in self.by_question.values():
            for entry in entries:
                model.learn(entry)
            if entries:
                self._settle(model)

    def _settle(self, model: Model) -> None:
        if model.strategy.n_votes <= REFIT_VOTES or model.strategy.staleness >= REFIT_STALENESS:
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


def _restore(store: Store, dataset: Dataset, question: Question, strategy: str) -> Model:
    """The model as it was saved, or a fresh one where there is none that fits."""
    data, facts = store.datasets.model(dataset.id, question.name)
    same = (facts.get("strategy"), facts.get("labels")) == (strategy, list(question.labels))
    if data and same:
        try:
            restored = registry.restore(snapshot.unpack(data))
            return Model(
                question,
                restored,
                facts["version"],
                facts["position"],
                facts["version_votes"],
                facts["changes"],
            )
        except EngineError as error:
            log.warning("snapshot of %s unusable, folding anew: %s", question.name, error)
    version = facts.get("version", 0) + 1
    return Model(question, registry.create(strategy, question_of(question)), version)
