"""The fold over the facts of one label question: learn, revert, what moved, state.

How votes become a posterior is the business of the `LabelModel` that it has, and how that becomes a
decision of `label_decision`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy.special import betaincinv

from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import (
    Adjudication,
    Change,
    Content,
    Fact,
    NewGuidelines,
    Vote,
)
from argilla_distill.workers.engine.contract.movement import Movement
from argilla_distill.workers.engine.contract.numbers import Ints
from argilla_distill.workers.engine.contract.question import Question, question_of
from argilla_distill.workers.engine.contract.shares import leaders
from argilla_distill.workers.engine.contract.strategy import (
    Reliability,
    State,
    Strategy,
    Training,
)
from argilla_distill.workers.engine.errors import NotCurrent
from argilla_distill.workers.engine.label.costs import Costs, preferred
from argilla_distill.workers.engine.label.label_decision import decisions
from argilla_distill.workers.engine.label.label_model import Concerned, LabelModel
from argilla_distill.workers.engine.label.votes.outcome import VoteOutcome
from argilla_distill.workers.engine.label.votes.reported_rows import ReportedRows
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.vote_columns import Numbers
from argilla_distill.workers.engine.label.votes.vote_matrix import ROWS
from argilla_distill.workers.engine.label.votes.votes import Votes

if TYPE_CHECKING:
    from typing_extensions import Self


class LabelFold(Strategy):
    """Votes and adjudications, judged by a model.

    `Majority`, `DawidSkene` and `Learned` are this fold with a name and a model each.

    Attributes
    ----------
    model : LabelModel
        How votes become posteriors.
    costs : Costs or None
        What mistakes cost; None: all the same. Set before the first fit.
    tally_ : Tally
        The votes, and what annotators are judged by.
    movement_ : Movement, of rows
    reported_ : ReportedRows
    """

    weighs: ClassVar[bool] = True

    model: LabelModel
    costs: Costs | None
    tally_: Tally
    movement_: Movement[int]
    reported_: ReportedRows

    def __init__(self, question: Question, model: LabelModel) -> None:
        self.question = question
        self.labels = question.labels
        self.model = model
        self.costs = None

    @property
    def votes_(self) -> Votes:
        """Who says what now."""
        return self.tally_.votes

    @property
    def training(self) -> Training | None:
        return self.model.training

    # -- the contract -----------------------------------------------------------------------

    def fit(self, facts: Iterable[Fact]) -> Self:
        rest: list[Fact] = []
        rows = Numbers()
        said = _votes(self.model.coming(facts, rows.__getitem__), rest)
        votes = Votes.of(self.labels, said, rows)
        adjudications = [fact for fact in rest if isinstance(fact, Adjudication)]
        codes = [votes.code(fact.value) for fact in adjudications]
        reviewed = [votes.row(fact.record) for fact in adjudications]
        self.tally_ = Tally(votes, self.model.anchor_worth)
        self.model.begin(self.tally_, rest)
        self.tally_.anchor_all(reviewed, codes)
        self.movement_ = Movement()
        self.reported_ = ReportedRows(len(votes.records), len(self.labels))
        return self.refit()

    def refit(self) -> Self:
        self.model.fit()
        self.movement_.fitted(self.n_votes)
        return self

    def learn(self, fact: Fact) -> None:
        if isinstance(fact, NewGuidelines):
            return
        if not isinstance(fact, Vote):
            if isinstance(fact, Adjudication):
                code, row = self.votes_.code(fact.value), self.votes_.row(fact.record)
                self._anchor(row, code)
            self._take_in(self.model.learn(fact))
            return
        self._change_votes([(fact, True)])

    def revert(self, fact: Fact) -> None:
        if isinstance(fact, NewGuidelines):
            return
        if not isinstance(fact, Vote):
            if isinstance(fact, Adjudication):
                self._anchor(self._adjudicated(fact), -1)
            self._take_in(self.model.revert(fact))
            return
        current = self.votes_.get(fact.record, fact.annotator)
        if current is None or current != fact.value:
            raise NotCurrent(fact, current)
        self._change_votes([(fact, False)])

    def learn_all(self, changes: Iterable[Change]) -> int:
        """Votes that follow each other are taken in at once: their records are judged by all of them, and
        what their annotators are worth then by all of these records. So are texts."""
        taken = 0
        for kind, some in groupby(changes, lambda change: type(change[0])):
            if kind is Vote:
                taken += self._change_votes(
                    (fact, holds) for fact, holds in some if isinstance(fact, Vote)
                )
                continue
            rest = list(some)
            texts = [fact for fact, holds in rest if isinstance(fact, Content) and holds]
            if len(texts) == len(rest):
                self._take_in(self.model.read(texts))
                taken += len(texts)
            else:
                taken += super().learn_all(rest)
        return taken

    def knows(self, content: Content) -> bool:
        return self.model.knows(content)

    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        return decisions(self.model, list(records), floor, self.costs)

    def moved(self, tolerance: float) -> list[str]:
        if self.fits_itself and self.fit_due:
            self.refit()
        touched = self.movement_.touched
        if touched is not None:
            reached = self.model.spread(np.array(sorted(touched), np.intp), tolerance)
            self.movement_.touch(reached.tolist())
        tally, moved = self.tally_, []
        rows = np.array(self.movement_.take(lambda: range(tally.n_records)), np.intp)
        for some in (rows[at : at + ROWS] for at in range(0, len(rows), ROWS)):
            now = tally.anchored(some, self.model.published(some))
            heard, leading = tally.heard(some), None
            if self.costs is not None:
                leading = leaders(preferred(self.costs, now, tally.anchors[some] >= 0), heard)
            differing = self.reported_.differing(some, now, heard, tolerance, leading)
            moved += [self.votes_.records[row] for row in differing]
        return moved

    def annotators(self) -> list[Reliability]:
        accuracy, strength = self.model.accuracy()
        hits, misses = accuracy * strength, (1 - accuracy) * strength
        low, high = betaincinv(hits, misses, 0.05), betaincinv(hits, misses, 0.95)
        confusion = self.model.confusions()
        return [
            Reliability(name, float(accuracy[j]), float(low[j]), float(high[j]), n, confusion[j])
            for j, name in enumerate(self.votes_.annotators)
            if (n := self.votes_.n_votes_of(j))
        ]

    @property
    def fit_due(self) -> bool:
        return self.model.refit_due(self.movement_)

    @property
    def staleness(self) -> float:
        return self.movement_.staleness

    @property
    def n_votes(self) -> int:
        return len(self.votes_)

    def state(self) -> dict[str, Any]:
        n, touched = self.tally_.n_records, self.movement_.touched
        return {
            "strategy": self.name,
            "question": asdict(self.question),
            **self.tally_.state(),
            **self.reported_.state(n),
            **self.movement_.state(),
            "touched": np.array(range(n) if touched is None else sorted(touched), np.int32),
            **self.model.state(),
            **({} if self.costs is None else {"costs": self.costs.state()}),
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = cls(question_of(state["question"]))  # type: ignore[call-arg]  # what has a name makes its model
        self.restore(state)
        return self

    def restore(self, state: State) -> None:
        """Take a state of the same strategy back."""
        self.costs = Costs.of_state(self.labels, state["costs"]) if "costs" in state else None
        self.tally_ = Tally.restore(self.labels, state, self.model.anchor_worth)
        self.movement_ = Movement()
        self.movement_.restore({**state, "touched": state["touched"].tolist()})
        self.reported_ = ReportedRows.restore(state)
        self.model.restore(self.tally_, state)

    # -- inside -----------------------------------------------------------------------------

    def _make_room(self) -> None:
        self.tally_.make_room()
        self.reported_.make_room(len(self.tally_.responsibility))
        self.model.make_room()

    def _anchor(self, row: int, code: int) -> None:
        """Let the row be adjudicated so from now on; -1: no longer."""
        self._make_room()
        rows = np.array([row])
        self.tally_.withdraw(rows)
        self.tally_.anchors[row] = code
        self._renew(rows)

    def _adjudicated(self, fact: Adjudication) -> int:
        """The row that is adjudicated so. Raises NotCurrent."""
        row = self.votes_.find_row(fact.record)
        code = -1 if row is None else int(self.tally_.anchors[row])
        current = None if code < 0 else self.labels[code]
        if row is None or current != fact.value:
            raise NotCurrent(fact, current)
        return row

    def _change_votes(self, changes: Iterable[tuple[Vote, bool]]) -> int:
        """Take in votes that hold from now on, or no longer; returns how many did change."""
        outcome = VoteOutcome(self.votes_, changes)
        if outcome.standing:
            rows, columns = np.array(outcome.rows()), outcome.columns()
            self._make_room()
            self.tally_.withdraw(rows)
            outcome.put_into_votes()
            self._renew(rows, columns, outcome.taken)
        return outcome.taken

    def _renew(self, rows: Ints, columns: Sequence[int] = (), n: int = 1) -> None:
        """Judge these records again, whose counts were withdrawn, after `n` changes.

        `columns` are those of the annotators whose votes changed, who may have none there any more.
        """
        annotators = self.tally_.renew(rows, self.model.responsibility(rows))
        self.model.follow(np.union1d(annotators, columns).astype(np.intp))
        self.movement_.changed(rows.tolist(), n)

    def _take_in(self, concerned: Concerned | None) -> None:
        """Take in what the model learned or unlearned of a fact that is nobody's vote."""
        if concerned is not None:
            self._make_room()
            self.movement_.changed(concerned.rows, max(len(concerned.rows), 1))
            if concerned.annotators:
                self.model.follow(np.array(concerned.annotators, np.intp))


def _votes(facts: Iterable[Fact], rest: list[Fact]) -> Iterator[Vote]:
    """The votes among the facts; the others are put aside."""
    for fact in facts:
        if isinstance(fact, Vote):
            yield fact
        else:
            rest.append(fact)
