"""The models of a dataset's questions: folds over its history, kept as snapshots.

What a strategy thinks is `workers.engine`; where a snapshot lies is `plugin.store`. Here the two
meet: a model that is behind reads the tail of the history, whatever wrote it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from argilla_distill.domain.history import START, Entry
from argilla_distill.domain.records import Dataset, Record
from argilla_distill.plugin.errors import ArchiveDamaged, ArchiveUnavailable
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.errors import (
    StrategyFailed,
    UnknownStrategy,
    UnsuitedStrategy,
    UnsuitedTerms,
)
from argilla_distill.workers.models import confined
from argilla_distill.workers.models.facts_of_history import Annotators
from argilla_distill.workers.models.failed_strategies import FailedStrategies, lacking
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.models.restoring import restored, why_left_alone

log = logging.getLogger("distill.models")

LONG_HISTORY = 50_000
"""So many entries take longer to fold than an answer is to wait: that is done beside the worker."""

MAX_BEHIND = 500
"""Entries of the history that whoever loads a model may have to read, at least, before it is saved again."""

AT_ONCE = 1_000
"""Entries of the history that are read and learned from at a time."""


@dataclass
class Models:
    """All models of a dataset, by question.

    Attributes
    ----------
    left_alone : question → why it is not distilled.
    anew : whether some model was made from the history: it knows all votes, and no text.
    failed : question → why its strategy cannot be used for now: what it last published stays.
    coming : the questions whose model is to be made beside the worker, of a long history.
    unsaved_texts : the records whose texts are known here and in no saved model.
    saved, decided_ever : what these models have seen, as `store.model_copies` counts it.
    """

    dataset: Dataset
    plan: DatasetSettings
    by_question: dict[str, Model] = field(default_factory=dict)
    left_alone: dict[str, str] = field(default_factory=dict)
    anew: bool = False
    failed: dict[str, str] = field(default_factory=dict)
    coming: set[str] = field(default_factory=set)
    unsaved_texts: set[str] = field(default_factory=set)
    saved: str = ""
    decided_ever: int = 0
    _failures: FailedStrategies = field(default_factory=lambda: FailedStrategies({}, 0))

    @classmethod
    def load(
        cls,
        store: Store,
        dataset: Dataset,
        plan: DatasetSettings,
        annotators: Annotators | None = None,
        anyway: bool = False,
        at_once: bool = False,
    ) -> Models:
        """The models as the history has them now. To be closed.

        Parameters
        ----------
        annotators : who they are, by number; may grow later. Without, as the store knows them now.
        anyway : also try strategies that failed and whose pause is not over.
        at_once : leave out what would take long, see `coming`.
        """
        people = store.datasets.annotators(dataset.id) if annotators is None else annotators
        models = cls(
            dataset,
            plan,
            saved=store.model_copies.saved(dataset.id),
            decided_ever=store.model_copies.decided_ever(dataset.id),
            _failures=FailedStrategies.of(store, dataset.id),
        )
        for question in dataset.questions:
            name, strategy = question.name, plan.question(question.name).strategy
            reason = why_left_alone(question, plan)
            pausing = "" if anyway else models._failures.pausing(name, strategy)
            try:
                if reason is None and not pausing:
                    failed_before = name in models._failures.by_question
                    models.by_question[name] = restored(
                        store, dataset, plan, question, people, failed_before
                    )
            except (UnsuitedStrategy, UnsuitedTerms) as error:
                reason = str(error)
            except (StrategyFailed, UnknownStrategy) as error:
                pausing = str(error)
            if reason is not None:
                models.left_alone[name] = reason
            elif pausing:
                models.failed[name] = pausing
        if at_once and store.history.length(dataset.id) >= LONG_HISTORY:
            models._leave_to_come()
        models.catch_up(store)
        return models

    def _leave_to_come(self) -> None:
        """Go on without what would have to be made of the whole history."""
        for name, model in list(self.by_question.items()):
            if model.position == START:
                confined.close(model.strategy)
                self.coming.add(name)
                del self.by_question[name]

    def resume(
        self, store: Store, dataset: Dataset, plan: DatasetSettings, annotators: Annotators
    ) -> list[str] | None:
        """Bring models that were kept in memory up to the history; None if they must be loaded anew.

        They must where another process saved them, settings or questions are others, somebody became a
        reviewer, a strategy failed, or Redis lost some of the history that they learned.

        Returns
        -------
        The records on which others have decided meanwhile.
        """
        copies, failures = store.model_copies, FailedStrategies.of(store, dataset.id)
        same = (self.plan, self.dataset.questions) == (plan, dataset.questions)
        positions = {model.position for model in self.by_question.values()}
        saved, ever, known = copies.state(dataset.id, positions)
        if not same or self.saved != saved or not known or failures.by_question:
            return None
        decided = copies.decided_since(dataset.id, self.decided_ever, ever)
        for model in self.by_question.values():
            model.resume(annotators)
        if decided is None or any(m.facts_of_history.outdated for m in self.by_question.values()):
            return None
        self.dataset, self.anew, self._failures = dataset, False, failures
        self.decided_ever += len(decided)
        self.unsaved_texts.difference_update(decided)  # what others read of them may be newer
        self.catch_up(store)
        return decided

    def close(self) -> None:
        """End the processes of a team's own strategies. May be repeated."""
        for model in self.by_question.values():
            confined.close(model.strategy)

    def keep_failures(self, store: Store) -> None:
        """Note which strategies failed since this was loaded, and when to try them again."""
        for name, model in list(self.by_question.items()):
            own = confined.process_of(model.strategy)
            if own is not None and own.failure is not None:
                self._leave_out(name, own.failure)
        failed = [(n, self.plan.question(n).strategy, error) for n, error in self.failed.items()]
        news = self._failures.news(failed, store.now()) if failed else {}
        store.models.write_failures(self.dataset.id, news)

    def _leave_out(self, name: str, error: Exception) -> None:
        """Go on without a question whose strategy failed."""
        self.failed[name] = str(error)
        del self.by_question[name]

    @property
    def absent(self) -> frozenset[str]:
        """The questions that have to do without their model for now: what was last published stays."""
        return frozenset(self.failed.keys() | self.coming)

    @property
    def none_yet(self) -> bool:
        """Whether there is no model to decide anything with before a fit beside the worker has made one."""
        return bool(self.coming) and not self.by_question

    @property
    def fit_wanted(self) -> bool:
        """Whether something is to be fitted beside the worker."""
        return bool(self.coming) or any(m.fit_wanted for m in self.by_question.values())

    @property
    def recovered(self) -> set[str]:
        """The questions whose strategy failed before, and has not since this was loaded."""
        return self._failures.by_question.keys() - self.failed.keys()

    def look_at_lacking(self, store: Store) -> None:
        """Have records decided that were seen while a strategy failed that is well again."""
        wanted = self.recovered & self.by_question.keys()
        store.dirty.make_stale(self.dataset.id, lacking(store, self.dataset.id, wanted))

    def forget_failures(self, store: Store) -> None:
        """Those whose strategy did its work again failed no longer."""
        store.models.write_failures(self.dataset.id, dict.fromkeys(self.recovered))

    @property
    def fits(self) -> dict[str, str]:
        """Question → `strategy:fit`, as suggestions name it."""
        return {n: f"{m.strategy.name}:{m.fit}" for n, m in self.by_question.items()}

    def catch_up(self, store: Store) -> None:
        """Read the history behind the position that each model includes."""
        for name, model in list(self.by_question.items()):
            tail = iter(store.history.after(self.dataset.id, model.position))
            try:
                if model.position == START:
                    model.fold(tail)
                    self.anew = self.anew or model.position != START
                else:
                    model.introduce()
                    while some := list(islice(tail, AT_ONCE)):
                        model.learn(some)
                model.settle()
            except (StrategyFailed, ArchiveUnavailable, ArchiveDamaged) as error:
                self._leave_out(name, error)

    def learn(self, entries: Iterable[Entry], records: Iterable[Record] = ()) -> set[str]:
        """Fold in what was just appended to the history, and what the records say.

        Whoever has nothing more to learn for now calls `settle` before deciding.

        Returns
        -------
        The records whose texts were news.
        """
        entries, records = list(entries), list(records)
        for model in self.by_question.values():
            model.learn(entries)
        return self.read(records)

    @property
    def readers(self) -> list[Model]:
        """The models that take in what records say."""
        return [
            model
            for name, model in self.by_question.items()
            if self.plan.question(name).content or model.question.type == "span"
        ]

    def read(self, records: Iterable[Record]) -> set[str]:
        """Take in what these records say, whose votes are known; returns those of which that was news."""
        records = list(records)
        return {record for model in self.readers for record in model.read(records)}

    def settle(self) -> None:
        """Fit anew what has learned so much that it is due, whatever waits."""
        for model in self.by_question.values():
            model.settle()

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
            found.update(dict.fromkeys(model.moved(tolerance)))
        return list(found)

    def unsaved(self) -> list[Model]:
        """The models that have learned enough since their snapshot to be worth writing."""
        return [
            model
            for model in self.by_question.values()
            if model.unsaved > (enough := max(0, model.strategy.n_votes // 500 - 20))
            or model.behind > max(enough, MAX_BEHIND)
        ]

    def write(
        self, pipe: Any, store: Store, models: Iterable[Model], packed: Mapping[str, bytes]
    ) -> None:
        """Save these models, within a transaction; they are told by `written` that it went through.

        `packed` has the snapshots of those that were packed before, by question.
        """
        self.saved = store.model_copies.write_saved(pipe, self.dataset.id)
        for model in models:
            name = model.question.name
            data = packed[name] if name in packed else model.packed()
            if model.texts is not None:
                model.texts.write(pipe)
            store.models.write(pipe, self.dataset.id, name, data, model.info())
