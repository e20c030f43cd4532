"""The model of ratings: how annotators use the scale, and what their votes say of the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice, VoteScores, trust
from argilla_distill.workers.engine.contract.choice_model import REFIT_SHARE, ChoiceModel
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.movement import Movement, Report
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.contract.reliability import ANNOTATOR_VOTES, believed
from argilla_distill.workers.engine.contract.strategy import Reliability, Training
from argilla_distill.workers.engine.rating.between_values import between_values
from argilla_distill.workers.engine.rating.continuous import ContinuousRatings
from argilla_distill.workers.engine.rating.discrete import DiscreteRatings
from argilla_distill.workers.engine.rating.raters import Comparisons, Raters
from argilla_distill.workers.engine.rating.rating_range import (
    RatingRange,
    checked_rating,
    columns_of,
    number,
)
from argilla_distill.workers.engine.rating.rating_training import trained
from argilla_distill.workers.engine.rating.recalibration import RatingVotes, Recalibration

REFIT_BELOW = 1000
"""Models of fewer votes are refitted whenever facts changed."""


class RatingModel(ChoiceModel):
    """Annotators, the truth as they see it, and what adjudications make of it.

    Attributes
    ----------
    range_ : RatingRange
    raters_ : Raters
    between_ : bool
        Whether the truth may lie between the scale's values; True without a scale.
    truth_ : DiscreteRatings or ContinuousRatings
    recalibration_ : Recalibration
    training_ : Training
    """

    range_: RatingRange
    raters_: Raters
    between_: bool
    truth_: DiscreteRatings | ContinuousRatings
    recalibration_: Recalibration
    training_: Training

    def __init__(self, question: Question) -> None:
        self.question = question

    def checked(self, value: Value) -> Value:
        return checked_rating(self.question, value)

    # -- the full fit -----------------------------------------------------------------------

    def fit(self, facts: CurrentFacts) -> None:
        self.facts, self.range_ = facts, RatingRange.of(self.question, facts)
        records = facts.heard()
        rows, names, vote, truth = columns_of(facts, records)
        unknown = np.full(len(truth), np.nan)
        raters = Raters(self.range_.length, self.range_.low).fit(rows, names, vote, unknown)
        votes = RatingVotes(rows, raters.comparisons_.rater, vote, len(records))
        self.recalibration_ = Recalibration()
        self.between_ = not self.question.scale or self._lies_between(votes, raters)
        self._fit_truth(votes, raters, unknown)
        self.recalibration_, self.training_ = trained(
            self.truth_, votes, raters, truth, self.range_
        )
        if np.isfinite(truth).any():
            known = self.recalibration_.to_crowd(truth)
            raters = Raters(self.range_.length, self.range_.low).fit(rows, names, vote, known)
            self._fit_truth(votes, raters, truth)
        self.raters_ = raters
        at = np.searchsorted(rows, np.arange(len(records) + 1))
        learned = raters.comparisons_._replace(kinds=self.truth_.kinds_)
        self._learned = {record: learned.part(*at[i : i + 2]) for i, record in enumerate(records)}
        self._settled = self._parameters()
        self._drifting: set[str] = set()

    def _lies_between(self, votes: RatingVotes, raters: Raters) -> bool:
        unknown = np.full(votes.n, np.nan)
        discrete, continuous = DiscreteRatings(self.question.scale), ContinuousRatings(self.range_)
        discrete.fit(votes, raters, Recalibration(), unknown)
        continuous.fit(votes, raters, Recalibration(), unknown)
        return between_values(discrete, continuous, votes, raters)

    def _new_truth(self) -> DiscreteRatings | ContinuousRatings:
        if self.between_:
            return ContinuousRatings(self.range_)
        return DiscreteRatings(self.question.scale)

    def _fit_truth(self, votes: RatingVotes, raters: Raters, truth: Floats) -> None:
        self.truth_ = self._new_truth()
        self.truth_.fit(votes, raters, self.recalibration_, truth)

    @property
    def training(self) -> Training:
        return self.training_

    # -- records and annotators -------------------------------------------------------------

    def choices(self, records: Sequence[str]) -> list[Choice]:
        rows, names, vote, _ = columns_of(self.facts, records)
        votes = RatingVotes(rows, self.raters_.numbers(names), vote, len(records))
        accuracy = self._accuracy()
        at = np.searchsorted(rows, np.arange(len(records) + 1))
        anchors = [self.facts.adjudications.get(record) for record in records]
        candidates = self.truth_.candidates(votes, self.raters_, self.recalibration_, anchors)
        worth = self.truth_.independent_votes(votes, self.raters_)
        choices = []
        for i, (values, prior, logs, among) in enumerate(candidates):
            voices = [
                VoteScores(names[s], number(vote[s]), float(accuracy[votes.rater[s]]), log)
                for s, log in zip(range(at[i], at[i + 1]), logs, strict=True)
            ]
            sure = 1.0 if len(values) > 1 or self.question.scale else trust(len(voices))
            choices.append(Choice(values, prior, voices, anchors[i], sure, among, float(worth[i])))
        return choices

    def annotators(self) -> list[Reliability]:
        """Return what the model believes of everybody.

        Accuracy: the expected share of exact votes, or (without a scale) of those within a tenth of
        the range of the truth. Traits, in points: ``shift`` in the middle of the range, ``spread``;
        without unit: ``stretch``; ``trust``, the correlation with the others; and, on a scale,
        ``lapse``, the share of votes that are just anywhere.
        """
        accuracy, raters = self._accuracy(), self.raters_
        middle = self.range_.middle - raters.origin  # from where lines are counted
        spreads = self.truth_.traits(raters)
        found = []
        for j, name in enumerate(raters.names):
            if n := len(self.facts.records.get(name, ())):
                slope = float(raters.slope_[j])
                traits = {
                    "shift": float(raters.intercept_[j]) + (slope - 1) * middle,
                    "stretch": slope,
                    "trust": float(raters.trust_[j]),
                } | {trait: float(each[j]) for trait, each in spreads.items()}
                strength = float(raters.sums_[j, 0]) + ANNOTATOR_VOTES
                found.append(believed(name, float(accuracy[j]), strength, n, traits))
        return found

    def _accuracy(self) -> Floats:
        expected = self.truth_.accuracy(self.raters_, self.recalibration_)
        return np.asarray(np.clip(expected, 0.001, 0.999), np.float64)

    # -- what one fact changes --------------------------------------------------------------

    def leave(self, record: str) -> None:
        if record in self._learned:
            learned = self._learned.pop(record)
            self.raters_.add(learned, -1.0)
            self.truth_.add(learned.rater, learned.kinds, -1.0)

    def enter(self, record: str) -> None:
        rows, names, vote, truth = columns_of(self.facts, [record])
        rater = self.raters_.numbers(names)
        learned = self.raters_.compare(rows, rater, vote, self.recalibration_.to_crowd(truth))
        self.raters_.add(learned, 1.0)
        votes = RatingVotes(rows, rater, vote, 1)
        kinds = self.truth_.kinds(votes, self.raters_, self.recalibration_, truth)
        self.truth_.add(rater, kinds, 1.0)
        self._learned[record] = learned._replace(kinds=kinds)
        self._drifting.update(names)

    def drifted(self, tolerance: float) -> set[str]:
        now, names = self._parameters(), self.raters_.names
        fresh = now[len(self._settled) :]
        self._settled = np.concatenate([self._settled, fresh])
        far = np.abs(now - self._settled).max(axis=1) > tolerance
        due = [j for j in np.flatnonzero(far) if names[j] in self._drifting]
        self._settled[due] = now[due]
        self._drifting.difference_update(names[j] for j in due)
        return {record for j in due for record in self.facts.records.get(names[j], ())}

    def _parameters(self) -> Floats:
        """All that is believed of every annotator, in comparable units, shape (n_raters, …)."""
        raters, unit = self.raters_, self.range_.length / 4
        line = [raters.intercept_ / unit, raters.slope_, raters.trust_, raters.spread_ / unit]
        return np.column_stack([*line, self.truth_.shares(len(raters.names))])

    def refit_due(self, movement: Movement[str]) -> bool:
        return movement.refit_due(len(self.facts), REFIT_SHARE, REFIT_BELOW)

    def differs(self, before: Report, now: Report, tolerance: float) -> bool:
        if self.question.scale or before.leader is None or now.leader is None:
            return super().differs(before, now, tolerance)
        return self.range_.differs(before, now, tolerance)

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        learned = list(self._learned.values())
        none = (np.empty(0, np.intp), *np.empty((3, 0)), self.truth_.kinds_[:0])
        rater, *rest, kinds = (np.concatenate(each) for each in zip(none, *learned, strict=True))
        return {
            "range": [self.range_.low, self.range_.high],
            "raters": self.raters_.state(),
            "sums": self.raters_.sums_,
            "between": self.between_,
            "view": self.truth_.state(),
            "bend": list(self.recalibration_),
            "training": self.training_.state(),
            "told_records": list(self._learned),
            "told_sizes": [len(each.rater) for each in learned],
            "told_raters": rater,
            "told": np.array(rest, np.float64),
            "told_kinds": kinds,
            "settled": self._settled,
            "drifting": sorted(self._drifting),
        }

    def restore(self, facts: CurrentFacts, state: Mapping[str, Any]) -> None:
        self.facts, self.range_ = facts, RatingRange.of_state(state["range"], self.question)
        self.raters_ = Raters.of_state(state["raters"], state["sums"])
        self.between_ = bool(state.get("between", not self.question.scale))  # in release 0.1: never
        self.truth_ = self._new_truth()
        self.truth_.restore(state["view"])
        self.recalibration_ = Recalibration(*state["bend"])
        self.training_ = Training.of_state(state["training"])
        columns = [*state["told"], state["told_kinds"]]
        learned = Comparisons(np.array(state["told_raters"], np.intp), *columns)
        self.truth_.add(learned.rater, learned.kinds, 1.0)
        ends = np.cumsum([0, *state["told_sizes"]])
        names = state["told_records"]
        self._learned = {name: learned.part(*ends[i : i + 2]) for i, name in enumerate(names)}
        self._settled = np.array(state["settled"], np.float64)
        self._drifting = set(state["drifting"])
