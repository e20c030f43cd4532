"""The strategies of a version: fitted anew on what counted at its position, never the live model.

The live model's state depends on the path that led to it; a full fit on the same facts in the same order
does not. What a fit comes to is kept beside the spool, so that no slice fits twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.records import Dataset, DatasetQuestion
from argilla_distill.domain.report import read
from argilla_distill.domain.versions.manifest import VersionRequest
from argilla_distill.domain.versions.segments import InvalidSegment
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.facts import Content, Fact, NewGuidelines, Source
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.contract.strategy import State, Strategy
from argilla_distill.workers.engine.errors import EngineError
from argilla_distill.workers.engine.measures.passing_votes import PassingVotes
from argilla_distill.workers.models import confined
from argilla_distill.workers.models.facts_of_history import REVIEWER, Annotators, FactsOfHistory
from argilla_distill.workers.models.terms import terms_of
from argilla_distill.workers.models.values import TYPES, content, question_of
from argilla_distill.workers.models.words_in_file import WordsInFile
from argilla_distill.workers.use_cases.versions.circumstances import Circumstances
from argilla_distill.workers.versions.aside import WorkFailed
from argilla_distill.workers.versions.selecting import Selecting
from argilla_distill.workers.versions.spool import Spool
from argilla_distill.workers.versions.standing import Scene, standing
from argilla_distill.workers.versions.votes import Story

NOTHING_LEFT = "no record is in what is to be chosen"

STRATEGY, TRAINED, ALPHA = "strategy", "trained", "alpha"
"""The keys of a fit's mark, as attributes of `Fit`."""


@dataclass(frozen=True)
class Fit:
    """One question of a version whose strategy has been fitted. The strategy itself is on disk.

    Attributes
    ----------
    floor : with less confidence nothing is decided.
    strategy, trained : its strategy's name, and what adjudications have made of it.
    alpha : Krippendorff's, of the votes that it learned.
    why : why its strategy is another one than was asked for.
    """

    question: DatasetQuestion
    facts_of_history: FactsOfHistory
    floor: float
    strategy: str
    trained: str
    alpha: float | None
    why: str
    path: Path
    limit_s: float

    @property
    def asked(self) -> Question:
        """The question as the engine sees it."""
        return self.facts_of_history.question

    def outcome(self, audited: Audited) -> Outcome:
        """What the manifest tells of it, with what audits say."""
        return Outcome(self.question, self.strategy, self.trained, self.alpha, self.why, audited)

    def restored(self) -> Strategy:
        """The strategy as it was fitted. Whoever asks for it closes it (`confined.close`)."""
        with self.path.open("rb") as file:
            strategy = confined.restore(snapshot.load(file), self.limit_s)
        strategy.keep_apart(_words(self.path))
        return strategy

    def opened(self) -> Fitted:
        """The same, ready to decide."""
        return Fitted(self.question, self.facts_of_history, self.restored(), self.floor)


@dataclass(frozen=True)
class Fitted:
    """One question of a version, ready to decide."""

    question: DatasetQuestion
    facts_of_history: FactsOfHistory
    strategy: Strategy
    floor: float

    @property
    def asked(self) -> Question:
        """The question as the engine sees it."""
        return self.facts_of_history.question

    def close(self) -> None:
        """It decides nothing more."""
        confined.close(self.strategy)


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
) -> Fit:
    """A question's strategy, fitted on the spooled facts, or as it was fitted before a kill.

    Memory then holds none of it: what decides is read from disk, without what only a fit needs.

    Raises
    ------
    EngineError : a strategy of one's own failed.
    """
    plan, dataset = under.plan, under.dataset
    asked, (name, why) = question_of(question), chosen(question, plan, request.strategy)
    choices, limit_s = plan.question(question.name), plan.strategy_timeout_s
    path, mark = spool.folder / f"fit-{question.id}.npz", f"fit-{question.id}"
    facts_of_history = _facts_of_history(question, asked, dataset, plan, under.people)
    sources = [fact for fact, _ in facts_of_history.introductions() if isinstance(fact, Source)]
    known = spool.marked(mark)
    if not known:
        votes, reads = PassingVotes(), choices.content or question.type == "span"
        facts = _facts(spool, scene, question, facts_of_history, sources, reads)
        editions = [NewGuidelines(e.since) for e in under.editions if facts_of_history.dated]
        strategy = confined.create(name, asked, limit_s, terms_of(choices))
        try:
            known, state = _fit(strategy, chain(editions, votes.passing(facts)), _words(path))
        finally:
            confined.close(strategy)
        del strategy  # memory: what only a fit needs
        with path.open("wb") as file:
            snapshot.write(state, file)
        del state
        known[ALPHA] = votes.alpha(asked)
        spool.mark(mark, known)
    name, trained, alpha = (known[key] for key in (STRATEGY, TRAINED, ALPHA))
    floor = choices.min_confidence
    return Fit(question, facts_of_history, floor, name, trained, alpha, why, path, limit_s)


def _fit(
    strategy: Strategy, facts: Iterable[Fact], words: WordsInFile
) -> tuple[dict[str, Any], State]:
    """Fit it: its name, what adjudications have made of it, and its state."""
    words.clear()
    strategy.keep_apart(words)
    strategy.fit(facts)
    strategy.set_apart()
    training = strategy.training
    told = {STRATEGY: strategy.name, TRAINED: training.summary if training else ""}
    return told, strategy.state()


def _words(path: Path) -> WordsInFile:
    """Where the words lie that belong to a fit."""
    return WordsInFile(path.with_suffix(".words"))


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
