"""The strategies of a version: fitted anew on what counted at its position, never the live model.

The live model's state depends on the path that led to it; a full fit on the same facts in the same order
does not. What a fit comes to is kept beside the spool, so that no slice fits twice.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.records import Dataset, DatasetQuestion
from argilla_distill.domain.report import read
from argilla_distill.domain.versions.manifest import VersionRequest
from argilla_distill.domain.versions.segments import InvalidSegment
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.facts import Content, Fact, NewGuidelines, Source, Vote
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.contract.strategy import State, Strategy
from argilla_distill.workers.engine.errors import EngineError
from argilla_distill.workers.engine.measures.agreement import VoteArrays, agreement
from argilla_distill.workers.models import confined
from argilla_distill.workers.models.facts_of_history import REVIEWER, Annotators, FactsOfHistory
from argilla_distill.workers.models.terms import terms_of
from argilla_distill.workers.models.values import TYPES, content, question_of
from argilla_distill.workers.use_cases.versions.circumstances import Circumstances
from argilla_distill.workers.versions.aside import WorkFailed
from argilla_distill.workers.versions.selecting import Selecting
from argilla_distill.workers.versions.spool import Spool
from argilla_distill.workers.versions.standing import Scene, standing
from argilla_distill.workers.versions.votes import Story

NOTHING_LEFT = "no record is in what is to be chosen"

ALPHA = "alpha"
"""The key of agreement beside a strategy's state."""


@dataclass
class Fitted:
    """One question of a version, ready to decide.

    `alpha` is Krippendorff's, of the votes that it learned; `why` says why its strategy is another one
    than was asked for.
    """

    question: DatasetQuestion
    facts_of_history: FactsOfHistory
    strategy: Strategy
    floor: float
    alpha: float | None
    why: str = ""

    @property
    def asked(self) -> Question:
        """The question as the engine sees it."""
        return self.facts_of_history.question

    def outcome(self, audited: Audited) -> Outcome:
        """What the manifest tells of it, with what audits say."""
        training = self.strategy.training
        return Outcome(
            self.question,
            self.strategy.name,
            training.summary if training is not None else "",
            self.alpha,
            self.why,
            audited,
        )

    def close(self) -> None:
        """It decides nothing more."""
        own = confined.process_of(self.strategy)
        if own is not None:
            own.close()


@dataclass(frozen=True)
class Outcome:
    """What is known of a question's strategy once it is fitted. Goes over a kill as JSON."""

    question: DatasetQuestion
    strategy: str
    trained: str
    alpha: float | None
    why: str
    audited: Audited

    @classmethod
    def read(cls, json: Mapping[str, Any]) -> Outcome:
        """The inverse of `dataclasses.asdict`, also through JSON."""
        asked = {**json["question"], "labels": tuple(json["question"]["labels"])}
        audited = read(Audited, json["audited"])
        return cls(**{**json, "question": DatasetQuestion(**asked), "audited": audited})


def distilled(dataset: Dataset, plan: DatasetSettings) -> list[DatasetQuestion]:
    """The questions that a version has: those that are distilled."""
    purposes = {plan.conflict_question, plan.confidence_question, plan.explanation_question}
    return [q for q in dataset.questions if q.type in TYPES and q.name not in purposes]


def chosen(question: DatasetQuestion, plan: DatasetSettings, wanted: str) -> tuple[str, str]:
    """A question's strategy, and why it is another one than was asked for."""
    own = plan.question(question.name).strategy
    if not wanted:
        return own, ""
    try:
        registry.suited(wanted, question_of(question), terms_of(plan.question(question.name)))
    except EngineError as error:
        return own, f"Not by `{wanted}`: {error}."
    return wanted, ""


def fitted(
    spool: Spool,
    question: DatasetQuestion,
    under: Circumstances,
    request: VersionRequest,
    scene: Scene,
) -> Fitted:
    """A question's strategy, fitted on the spooled facts, or as it was fitted before a kill.

    Raises
    ------
    EngineError : a strategy of one's own failed.
    """
    plan, dataset = under.plan, under.dataset
    asked, (name, why) = question_of(question), chosen(question, plan, request.strategy)
    choices = plan.question(question.name)
    path = fit_path(spool, question)
    facts_of_history = _facts_of_history(question, asked, dataset, plan, under.people)
    sources = [fact for fact, _ in facts_of_history.introductions() if isinstance(fact, Source)]
    if path.exists():
        kept, alpha = kept_fit(path)
        strategy = confined.restore(kept, plan.strategy_timeout_s)
    else:
        strategy = confined.create(name, asked, plan.strategy_timeout_s, terms_of(choices))
        votes = PassingVotes()
        reads = choices.content or question.type == "span"
        strategy.fit(
            chain(
                [NewGuidelines(e.since) for e in under.editions if facts_of_history.dated],
                votes.passing(_facts(spool, scene, question, facts_of_history, sources, reads)),
            )
        )
        alpha = votes.alpha(asked)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            snapshot.write({**strategy.state(), ALPHA: alpha}, file)
        part.rename(path)
    return Fitted(question, facts_of_history, strategy, choices.min_confidence, alpha, why)


def choose(
    spool: Spool, scene: Scene, selecting: Selecting, questions: Sequence[DatasetQuestion]
) -> None:
    """See to it that what is to be chosen, or left out, is there. Nothing is done where all is wanted.

    Raises
    ------
    WorkFailed : a segment names what no record has, or none is left.
    """
    if not selecting.selection:
        return
    left = 0
    every = replace(scene, wanted=lambda row, entries: True)
    for name in spool.buckets():
        bucket = standing(spool, name, every)
        for record_id, row in bucket.records.items():
            entries = bucket.entries.get(record_id, [])
            selecting.meet(row, entries)
            left += scene.wanted(row, entries)
    try:
        selecting.check({q.name: q.labels for q in questions if q.labels})
    except InvalidSegment as error:
        raise WorkFailed(str(error)) from None
    if not left:
        raise WorkFailed(NOTHING_LEFT)


@dataclass
class PassingVotes:
    """The votes among the facts that pass by, as columns: what agreement is counted on.

    Those on one record pass by one after the other.
    """

    records: int = 0
    last: str = ""
    people: dict[str, int] = field(default_factory=dict)
    values: dict[Value, int] = field(default_factory=dict)
    columns: tuple[array[int], ...] = field(
        default_factory=lambda: (array("i"), array("i"), array("i"))
    )

    def passing(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """The same facts."""
        record, annotator, code = (column.append for column in self.columns)
        people, values = self.people, self.values
        for fact in facts:
            if isinstance(fact, Vote):
                if fact.record != self.last:
                    self.last, self.records = fact.record, self.records + 1
                record(self.records - 1)
                annotator(people.setdefault(fact.annotator, len(people)))
                code(values.setdefault(fact.value, len(values)))
            yield fact

    def alpha(self, question: Question) -> float | None:
        """Krippendorff's alpha; None where nobody answered what somebody else did."""
        record, annotator, code = (np.frombuffer(column, np.intc) for column in self.columns)
        return agreement(question, VoteArrays(record, annotator, code, list(self.values))).alpha


def kept_fit(path: Path) -> tuple[State, float | None]:
    """A strategy's state as it was fitted, and the agreement of its votes."""
    with path.open("rb") as file:
        state = snapshot.load(file)
    return state, state.pop(ALPHA)


def fit_path(spool: Spool, question: DatasetQuestion) -> Path:
    """Where a question's fit is kept until the version is made."""
    return spool.folder / f"fit-{question.id}.npz"


def _facts_of_history(
    question: DatasetQuestion,
    asked: Question,
    dataset: Dataset,
    plan: DatasetSettings,
    annotators: Annotators,
) -> FactsOfHistory:
    sureness = dataset.question(plan.confidence_question)
    dated = terms_of(plan.question(question.name)).dated
    return FactsOfHistory(question.name, asked, annotators, sureness, dated=dated)


def _facts(
    spool: Spool,
    scene: Scene,
    question: DatasetQuestion,
    facts_of_history: FactsOfHistory,
    sources: list[Source],
    reads: bool,
) -> Iterator[Fact]:
    """Everything to be learned, in an order that depends on nothing but the facts."""
    yield from sources
    for name in spool.buckets():
        bucket = standing(spool, name, scene)
        if reads:
            for record in bucket.records.values():
                yield Content(record.id, content(question, record.fields))
        for record_id, entries in sorted(bucket.entries.items()):
            story = Story(record_id, facts_of_history)
            for entry in entries:
                story.take(entry)
            yield from story.facts


def reviewers(annotators: Mapping[int, Mapping[str, str]]) -> set[int]:
    """The numbers of those whose answers decide."""
    return {number for number, known in annotators.items() if known["kind"] == REVIEWER}
