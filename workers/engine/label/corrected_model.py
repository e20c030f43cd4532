"""Votes that add up, corrected by adjudications, with the record's text as one more voice.

What that comes to as a strategy is `learned`; what adjudications teach is `correction`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.blocks import Blocks
from argilla_distill.workers.engine.contract.decision import Contribution
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Source
from argilla_distill.workers.engine.contract.movement import Movement
from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.errors import NotCurrent
from argilla_distill.workers.engine.label.additive_model import AdditiveModel
from argilla_distill.workers.engine.label.correction.adjudication_learner import (
    MIN_ADJUDICATIONS,
    AdjudicationLearner,
)
from argilla_distill.workers.engine.label.label_model import Concerned, LabelModel, NobodysVote
from argilla_distill.workers.engine.label.taught_records import adjudicated, examples, untouched
from argilla_distill.workers.engine.label.texts.text_voice import TextVoice
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.vote_matrix import ROWS, gathered
from argilla_distill.workers.engine.label.weights import dependence
from argilla_distill.workers.engine.label.weights.dependence import discount
from argilla_distill.workers.engine.label.weights.left_out import dependence_between
from argilla_distill.workers.engine.label.weights.pooled import SHARPNESS, PooledWeigher
from argilla_distill.workers.engine.label.weights.second_opinion import SecondOpinion
from argilla_distill.workers.engine.label.weights.worth import Worth
from argilla_distill.workers.engine.label.withheld import withheld

CORRECT_BELOW = 50_000
"""With fewer votes, `moved` takes in at once what new adjudications teach, and what new votes make of
what was taught: whether that is used hangs by a thread at times. Larger models take it in when a tenth
of the adjudications changed (`AdjudicationLearner.due`): by their votes alone they would wait for
thousands."""

FIT_DEPENDENCE = 0.05
"""How far EM takes the votes on a record to depend on each other."""

CONSENSUS = 0.2
"""How far annotators are judged by the majority."""


class CorrectedModel(LabelModel):
    """The model of `Learned`, made of three parts that know nothing of each other.

    Parameters
    ----------
    labels : tuple of str
    content : bool
        Whether texts have a voice.

    Attributes
    ----------
    weigher : PooledWeigher
    worth : Worth
    votes : AdditiveModel
        What votes alone say; it has the two above.
    text : TextVoice
    learner : AdjudicationLearner
    drawn_ : set of int
        The adjudicated rows that were drawn at random: audits.
    """

    anchor_worth: ClassVar[float] = 3.0
    """Not more: reviewers see hard records first, where everybody looks worse than they are."""

    def __init__(self, labels: tuple[str, ...], content: bool = True) -> None:
        self.labels = labels
        self.content = content
        self.weigher, self.worth = PooledWeigher(), Worth()
        self.votes = AdditiveModel(
            self.weigher,
            dependence=dependence.USUAL,
            fit_dependence=FIT_DEPENDENCE,
            sharpness=SHARPNESS,
            consensus=CONSENSUS,
            worth=self.worth,
            second=SecondOpinion(),
        )
        self.text = TextVoice(len(labels))
        self.learner = AdjudicationLearner(len(labels))
        self.drawn_: set[int] = set()

    @property
    def training(self) -> Training:
        return self.learner.training_

    # -- facts ------------------------------------------------------------------------------

    def keep_apart(self, blocks: Blocks | None) -> None:
        """Let the words of texts be kept there."""
        self.text.texts_.blocks = blocks

    def coming(self, facts: Iterable[Fact], row: Callable[[str], int]) -> Iterator[Fact]:
        blocks, self.text = self.text.texts_.blocks, TextVoice(len(self.labels))
        self.keep_apart(blocks)
        return self.text.read(facts, row) if self.content else iter(facts)

    def begin(self, tally: Tally, facts: list[Fact]) -> None:
        super().begin(tally, facts)
        self.votes.begin(tally, facts)
        row, told = tally.votes.row, (fact for fact in facts if isinstance(fact, Adjudication))
        self.drawn_ = {row(fact.record) for fact in told if fact.drawn}

    def learn(self, fact: NobodysVote) -> Concerned | None:
        if isinstance(fact, Source):
            return Concerned(annotators=(self.weigher.learn(fact),))
        if isinstance(fact, Content):
            return self.read([fact])
        self._told(fact.record, fact.drawn)
        return None

    def read(self, contents: Sequence[Content]) -> Concerned | None:
        last = {each.record: each for each in contents} if self.content else {}
        news = [each for each in last.values() if not self._holds(each)]
        if not news:
            return None
        rows = tuple(self.tally.votes.row(each.record) for each in news)
        self.text.put(rows, [each.text for each in news])
        return Concerned(rows=rows)

    def revert(self, fact: NobodysVote) -> Concerned | None:
        if isinstance(fact, Source):
            return Concerned(annotators=(self.weigher.revert(fact),))
        if not isinstance(fact, Content):
            self._told(fact.record, False)
        elif self.content:
            row = self.tally.votes.find_row(fact.record)
            if row is None or not self._holds(fact):
                raise NotCurrent(fact, "another text" if row in self.text else None)
            self.text.drop(row)
            return Concerned(rows=(row,))
        return None

    def _told(self, record: str, drawn: bool) -> None:
        """A record was adjudicated, or is no longer; whether it is an audit."""
        self.learner.changed_ += 1
        row = self.tally.votes.row(record)
        self.drawn_.discard(row)
        if drawn:
            self.drawn_.add(row)

    def knows(self, content: Content) -> bool:
        return not self.content or self._holds(content)

    def _holds(self, fact: Content) -> bool:
        """Whether this is the record's text already."""
        row = self.tally.votes.find_row(fact.record)
        return row is not None and self.text.holds(row, fact.text)

    # -- the full fit -----------------------------------------------------------------------

    def fit(self) -> None:
        self.votes.scale = 1.0
        self.votes.fit()
        self.votes.dependence = dependence_between(self.weigher, self.worth)
        self._hear_texts()
        self._correct()

    def _hear_texts(self) -> None:
        """Learn what texts tell."""
        self.text.mute()
        rows = self.text.rows()
        if len(rows):
            rows = rows[self.tally.heard(rows)]
            tempering = self.votes.tempering(self.tally.votes.degree[rows])
            p = (self.votes.evidence(rows) - self.votes.log_prior) * tempering[:, None]
            p = self.tally.anchored(rows, softmax(p))  # of the votes, given each label
            some = slice(len(rows)) if len(rows) == self.tally.n_records else rows  # a view of all
            self.text.fit(rows, self.tally.responsibility[some], p)

    def _correct(self) -> None:
        """Learn what adjudications teach."""
        self.learner.changed_, rows = 0, adjudicated(self.tally)
        k, votes = self.tally.n_labels, self.tally.votes
        if len(rows) < MIN_ADJUDICATIONS or k < 2:
            self.learner.forget(len(rows), self.tally.n_annotators * k)
        else:
            true = self.tally.anchors[rows].astype(np.intp)
            where, slots = votes.of_records(rows)
            cells = where * k + votes.columns()[2][slots]
            given = np.bincount(cells, minlength=len(rows) * k).reshape(-1, k)
            taught = examples(self.votes, self.text, rows, withheld(self.votes, self.weigher, rows))
            skipped = untouched(self.votes, self.weigher, self.text, rows)
            drawn = np.isin(rows, list(self.drawn_))
            self.learner.fit(taught, true, given, skipped, drawn)
        self.votes.scale = self.learner.correction_.scale

    # -- one record -------------------------------------------------------------------------

    def posterior(self, rows: Ints) -> Floats:
        correction, votes = self.learner.correction_, self.tally.votes
        degree = votes.degree[rows]
        log = self.votes.evidence(rows) * self.votes.tempering(degree)[:, None]
        if self.training.used:
            where, slots = votes.of_records(rows)
            by_vote = self.learner.correction_.of_cells(self.tally.cells(slots))
            worth = self.votes.worth_of(where, slots)
            added = gathered(by_vote, where, np.arange(len(slots)), worth, len(rows))
            log += added * discount(degree, self.votes.dependence)[:, None] + correction.bias
        if self.text.heard:
            log += correction.trust * self.text.odds(rows)
        return softmax(log)

    def responsibility(self, rows: Ints) -> Floats:
        return self.votes.responsibility(rows)

    def published(self, rows: Ints) -> Floats:
        parts = [self.posterior(rows[at : at + ROWS]) for at in range(0, len(rows), ROWS)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.labels)))

    def unseen(self) -> Floats:
        correction = self.learner.correction_
        log = self.votes.log_prior * correction.scale + correction.bias
        return np.asarray(softmax(log[None])[0], np.float64)

    def reasons(
        self, n: int, where: Ints, slots: AnyInts, leader: Ints, other: Ints
    ) -> tuple[Floats, Floats]:
        prior, odds = self.votes.reasons(n, where, slots, leader, other)
        bias = self.learner.correction_.bias
        prior = prior + bias[leader] - bias[other]
        if self.training.used:
            cells, at = self.tally.cells(slots), np.arange(len(slots))
            added = self.learner.correction_.of_cells(cells)
            part = added[at, leader[where]] - added[at, other[where]]
            worth = self.votes.worth_of(where, slots)
            part *= discount(np.bincount(where, minlength=n), self.votes.dependence)[where]
            odds = odds + (part if worth is None else part * worth)
        return prior, odds

    def independent_votes(self, n: int, where: Ints, slots: AnyInts) -> Floats | None:
        return self.votes.independent_votes(n, where, slots)

    def others_say(self, rows: Ints, leader: Ints, other: Ints) -> list[list[Contribution]]:
        trust = self.learner.correction_.trust
        said = self.text.contributions(rows, trust, self.labels, leader, other)
        return [[] if each is None else [each] for each in said]

    def accuracy(self) -> tuple[Floats, Floats]:
        return self.votes.accuracy()

    def confusions(self) -> Floats:
        return self.votes.confusions()

    # -- what one fact changes --------------------------------------------------------------

    def make_room(self) -> None:
        self.votes.make_room()

    def follow(self, annotators: Ints) -> None:
        self.votes.follow(annotators)

    def refit_due(self, movement: Movement[int]) -> bool:
        return self._correction_due(movement) or self.votes.refit_due(movement)

    def _correction_due(self, movement: Movement[int]) -> bool:
        """Whether what adjudications teach is to be learned again."""
        if len(self.tally.votes) >= CORRECT_BELOW:
            return self.learner.due(len(adjudicated(self.tally)))
        learned = self.training.adjudications >= MIN_ADJUDICATIONS
        return self.learner.changed_ > 0 or (learned and movement.changed_votes > 0)

    def spread(self, rows: Ints, tolerance: float) -> Ints:
        return self.votes.spread(rows, tolerance)

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        parts = self.votes.state() | self.text.state() | self.learner.state()
        if self.drawn_:
            parts["drawn"] = np.array(sorted(self.drawn_), np.int32)
        return parts | {"content": self.content}

    def restore(self, tally: Tally, state: Mapping[str, Any]) -> None:
        super().restore(tally, state)
        self.content = bool(state["content"])
        self.drawn_ = {int(row) for row in state.get("drawn", ())}  # releases before kept none
        self.votes.restore(tally, state)
        self.text = TextVoice.restore(state)
        self.learner = AdjudicationLearner.restore(state)
        self.votes.scale = self.learner.correction_.scale
