"""Label models of the elements that values of several parts are taken apart into.

`workers.engine.composite.composite` says what elements are, and `element_weighers` what votes on them
weigh. Here is what a fold over a label question lacks for them: posteriors of many elements at once,
and voices for any two labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from argilla_distill.workers.engine.composite.element_weighers import (
    FrequencyWeigher,
    MarkWeigher,
    MirrorWeigher,
)
from argilla_distill.workers.engine.contract.facts import Change, Fact
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.contract.strategy import Reliability, State
from argilla_distill.workers.engine.label.additive_model import AdditiveModel
from argilla_distill.workers.engine.label.dawid_skene import DawidSkene
from argilla_distill.workers.engine.label.label_fold import LabelFold
from argilla_distill.workers.engine.label.majority import Majority
from argilla_distill.workers.engine.label.votes.vote_matrix import gathered
from argilla_distill.workers.engine.label.votes.votes import Votes
from argilla_distill.workers.engine.label.weights.dependence import discount
from argilla_distill.workers.engine.label.weights.weigher import Weigher

CONSENSUS = 0.05
"""How far those who mark labels are judged by the majority."""

MIN_WEIGHT = 0.02
"""What the vote of an annotator weighs at least who is no better than chance."""


class ElementModel:
    """A fold over elements, each of them a record of its own.

    Attributes
    ----------
    fold : LabelFold
    """

    def __init__(self, fold: LabelFold) -> None:
        self.fold = fold

    # -- asking about elements --------------------------------------------------------------

    def posteriors(self, elements: Sequence[str]) -> Floats:
        """The posterior of these elements, known or not, shape (len(elements), n_labels)."""
        fold = self.fold
        known, rows = self._known(elements)
        posterior = np.tile(fold.model.unseen(), (len(elements), 1))
        if len(rows):
            posterior[known] = fold.tally_.anchored(rows, fold.model.posterior(rows))
        return posterior

    def n_saying(self, elements: Sequence[str]) -> Ints:
        """How many gave each label to these elements, shape (len(elements), n_labels)."""
        k = len(self.labels)
        known, rows = self._known(elements)
        where, slots = self.votes_.of_records(rows)
        cells = known[where] * k + self.votes_.columns()[2][slots]
        return np.bincount(cells, minlength=len(elements) * k).reshape(-1, k)

    def voices(self, element: str, one: int, other: int) -> dict[str, float]:
        """How far each annotator's vote speaks for label `one` against `other`, in nats."""
        row = self.votes_.find_row(element)
        if row is None:
            return {}
        where, slots = self.votes_.of_records(np.array([row]))
        first, second = np.array([one]), np.array([other])
        _, parts = self.fold.model.reasons(1, where, slots, first, second)
        annotator, names = self.votes_.columns()[1], self.votes_.annotators
        return {names[annotator[s]]: part for s, part in zip(slots, parts.tolist(), strict=True)}

    def independent_votes(self, n_votes: int) -> float:
        """How many votes that err independently so many votes on an element count as, if they add up."""
        model = self.fold.model
        assert isinstance(model, AdditiveModel)
        return float(n_votes * discount(np.array(n_votes), model.dependence))

    def left_out(self, elements: Sequence[str], group: Ints) -> Floats:
        """What votes alone say of these elements, known or not, if they add up.

        Neither their adjudications count, nor anything said of elements of the same `group` where
        annotators are judged.

        Parameters
        ----------
        group : ndarray of shape (len(elements),), 0, 1, …

        Returns
        -------
        ndarray of shape (len(elements), n_labels), rows sum to 1
        """
        model, tally = self.fold.model, self.fold.tally_
        assert isinstance(model, AdditiveModel)
        k, posterior = tally.n_labels, np.tile(model.unseen(), (len(elements), 1))
        known, rows = self._known(elements)
        where, slots = tally.votes.of_records(rows)
        one, said = (column[slots] for column in tally.votes.columns()[1:])
        whose = group[known][where] * tally.n_annotators + one
        each, of = np.unique(whose, return_inverse=True)
        own = np.zeros((len(each), k, k))
        np.add.at(own, (of, said), (tally.responsibility[rows] * tally.mass(rows)[:, None])[where])
        cubes = np.maximum(tally.counts.reshape(-1, k, k)[one] - own[of], 0.0)
        weights = model.weigher.weights(cubes.reshape(-1, k), one.astype(np.intp))
        at = np.arange(len(slots))
        of_votes = weights.reshape(-1, k, k)[at, said]
        evidence = gathered(of_votes, where, at, None, len(rows)) + model.weigher.crowd_.log_prior
        tempering = model.tempering(tally.votes.degree[rows])
        posterior[known] = softmax(evidence * tempering[:, None])
        return posterior

    def _known(self, elements: Sequence[str]) -> tuple[Ints, Ints]:
        """Which of these elements are known, and their rows."""
        found = [self.votes_.find_row(element) for element in elements]
        known = np.array([i for i, row in enumerate(found) if row is not None], np.intp)
        return known, np.array([row for row in found if row is not None], np.intp)

    # -- the fold's own ---------------------------------------------------------------------

    @property
    def labels(self) -> tuple[str, ...]:
        return self.fold.labels

    @property
    def votes_(self) -> Votes:
        return self.fold.votes_

    def fit(self, facts: Iterable[Fact]) -> None:
        self.fold.fit(facts)

    def refit(self) -> None:
        self.fold.refit()

    def learn_all(self, changes: Iterable[Change]) -> None:
        self.fold.learn_all(changes)

    def leave_fits(self) -> None:
        self.fold.leave_fits()

    def moved(self, tolerance: float) -> list[str]:
        return self.fold.moved(tolerance)

    def annotators(self) -> list[Reliability]:
        return self.fold.annotators()

    def state(self) -> dict[str, Any]:
        return self.fold.state()

    def restore(self, state: State) -> None:
        """Take a state of such a model back."""
        self.fold.restore(state)


class MajorityElements(ElementModel):
    """Every voice on an element weighs the same."""

    def __init__(self, question: Question) -> None:
        super().__init__(Majority(question))


class HeldElements(ElementModel):
    """Labels that hold or not: see `FrequencyWeigher`; annotators are judged by the majority too."""

    def __init__(self, question: Question, *, fit_dependence: float) -> None:
        super().__init__(
            _weighed(question, FrequencyWeigher(), 0.5, fit_dependence, consensus=CONSENSUS)
        )


class MarkedElements(ElementModel):
    """Stretches that are marked or not: see `MarkWeigher`."""

    def __init__(self, question: Question, *, dependence: float, fit_dependence: float) -> None:
        self.weigher = MarkWeigher()
        super().__init__(_weighed(question, self.weigher, dependence, fit_dependence))


class MirroredElements(ElementModel):
    """Pairs of items, either of which may come first: see `MirrorWeigher`."""

    def __init__(self, question: Question, *, dependence: float, fit_dependence: float) -> None:
        super().__init__(_weighed(question, MirrorWeigher(), dependence, fit_dependence))

    def said(self, elements: Sequence[str]) -> tuple[Floats, Floats]:
        """Which share of the votes on each element is for its first label, and their weight.

        The middle label counts half. A vote weighs by how much its annotator is better than chance,
        ``P(> | >) - P(> | <)`` over their sum, as a multiple of what one as accurate as the crowd is.
        """
        model = self.fold.model
        assert isinstance(model, AdditiveModel)
        known, rows = self._known(elements)
        where, slots = self.votes_.of_records(rows)
        _, annotator, label = self.votes_.columns()
        given = model.weights_.reshape(-1, 3, 3)[annotator[slots], 0]
        worth = np.tanh((given[:, 0] - given[:, 2]) / 2)
        usual = max(2 * model.weigher.crowd_.accuracy - 1, MIN_WEIGHT)
        weight = np.maximum(worth, MIN_WEIGHT) / usual
        place, n = known[where], len(elements)
        total = np.bincount(place, weight, n).astype(np.float64)
        first = np.bincount(place, weight * (1 - label[slots] / 2), n).astype(np.float64)
        return first / np.maximum(total, np.finfo(float).tiny), total


def _weighed(
    question: Question,
    weigher: Weigher,
    dependence: float,
    fit_dependence: float,
    consensus: float = 0.0,
) -> LabelFold:
    """A fold whose votes are weighed so."""
    fold = DawidSkene(question)
    fold.model = AdditiveModel(
        weigher, dependence=dependence, fit_dependence=fit_dependence, consensus=consensus
    )
    return fold
