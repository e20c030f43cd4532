"""What adjudications have taught a model: the correction in use, what came of it, when it is due again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import AnyInts, Ints
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.label.correction.correction import (
    Correction,
    Examples,
    multiplied,
    no_correction,
)
from argilla_distill.workers.engine.label.correction.proving import (
    Untouched,
    agreeing,
    losses,
    tried,
)
from argilla_distill.workers.engine.label.correction.tempering import power

MIN_ADJUDICATIONS = 10
"""Adjudications that it takes."""

GROWTH = 0.1
"""Changed adjudications, as a share of those that were learned from, from which on a correction is
due again."""


class AdjudicationLearner:
    """The correction of a model's log posteriors, learned from adjudications.

    Attributes
    ----------
    correction_ : Correction
    training_ : Training
    changed_ : int
        Adjudications changed since the correction was learned.

    Examples
    --------
    Twelve records of which nothing is known, and a reviewer who always decides for the first label.

    >>> import numpy as np
    >>> from scipy import sparse
    >>> unclear = Examples(np.zeros((12, 2)), sparse.csr_array((12, 0)), np.zeros((12, 2)))
    >>> learner = AdjudicationLearner(2)
    >>> learner.fit(unclear, np.zeros(12, np.intp), np.zeros((12, 2), np.int64))
    >>> learner.training_.used, bool(learner.correction_.bias[0] > 0.5)
    (True, True)
    """

    correction_: Correction
    training_: Training

    def __init__(self, n_labels: int) -> None:
        self.n_labels = n_labels
        self.changed_ = 0
        self.forget(0, 0)

    def forget(self, n_adjudications: int, n_cells: int) -> None:
        """Correct nothing, of a model with so many rows of weights: there are too few adjudications."""
        self.correction_ = no_correction(self.n_labels, n_cells)
        self.training_ = too_few(n_adjudications)

    def fit(
        self,
        examples: Examples,
        true: Ints,
        votes: AnyInts,
        untouched: Untouched | None = None,
        drawn: NDArray[np.bool_] | None = None,
    ) -> None:
        """Learn what corrects these examples best, see `tried`.

        Parameters
        ----------
        true : ndarray of shape (n,), codes of the adjudicated labels
        votes : ndarray of shape (n, n_labels), how many voted for each
        untouched : what reviews skipped, which had better stay as it is
        drawn : ndarray of shape (n,), or None
            Which of them were drawn at random: these say how sure the correction may be (`power`).
        """
        trial = tried(examples, true, untouched=untouched)
        majority = float(agreeing(votes, true).mean())
        before, after = (float(losses(each, true).mean()) for each in (trial.before, trial.after))
        accuracy = float((trial.chosen.argmax(axis=1) == true).mean())
        n, used = len(true), trial.used
        message = outcome(n, used, trial.capacity.name, before, after)
        self.correction_ = trial.correction
        if used and drawn is not None:
            sure = power(trial.after[drawn], true[drawn])
            self.correction_ = multiplied(trial.correction, sure)
        self.training_ = Training(n, used, before, after, accuracy, majority, message)

    def due(self, n_adjudications: int) -> bool:
        """Whether so many adjudications changed that the next correction may be another."""
        known = self.training_.adjudications
        return due(self.changed_, known) and max(known, n_adjudications) >= MIN_ADJUDICATIONS

    def state(self) -> dict[str, Any]:
        """What an archive of arrays can hold; `restore` is the inverse."""
        rest = {"training": self.training_.state(), "untaught": self.changed_}
        return self.correction_.state() | rest

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> AdjudicationLearner:
        correction = Correction.restore(state)
        self = cls(len(correction.bias))
        self.correction_ = correction
        self.training_ = Training.of_state(state["training"])
        self.changed_ = int(state["untaught"])
        return self


def due(changed: int, learned_from: int) -> bool:
    """Whether so many adjudications changed since a correction that the next one may be another.

    >>> due(0, 0), due(1, 0), due(1, 50), due(5, 50)
    (False, True, False, True)
    """
    return changed > 0 and changed >= GROWTH * learned_from


def too_few(n: int) -> Training:
    """What there is to say before anything can be learned.

    >>> too_few(3).summary
    'Not trained yet: 3 adjudications of the 10 that it takes.'
    """
    message = f"Not trained yet: {n} adjudications of the {MIN_ADJUDICATIONS} that it takes."
    return Training(n, False, None, None, None, None, message)


def outcome(n: int, used: bool, what: str, before: float, after: float) -> str:
    """What has come of n adjudications, in a sentence.

    >>> outcome(12, True, "a scale", 0.4, 0.31)[:70]
    'Trained on 12 adjudications, a scale: on these, mostly of hard records'
    """
    figures = (
        f"on these, mostly of hard records, log loss {before:.2f} before and {after:.2f} after"
    )
    if used:
        return f"Trained on {n} adjudications, {what}: {figures}, cross-validated."
    return (
        f"{n} adjudications, but training does not help yet: {figures}, "
        "cross-validated; so the untrained model decides."
    )
