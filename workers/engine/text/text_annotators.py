"""How far each annotator's answers are from what is meant, and how much they weigh for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.text.answers import RecordAnswers

ANNOTATOR_TEXTS = 4.0
"""How many answers of an annotator's own weigh as much as what the crowd is like."""

REVIEWED_WORTH = 3.0
"""How many answers judged by the others an answer judged by a reviewer is worth."""

CROWD_DISTANCE = 0.4
CROWD_TEXTS = 10.0
"""Before a crowd's first answers: their distance from one another, and what that belief is worth."""

MAX_ITERATIONS = 50

TOLERANCE = 1e-9
"""The fit has converged when no annotator moves by more than this."""

DIGITS = 10
"""Parameters are rounded to so many decimals, so that the order of votes does not show."""


class Weighting(NamedTuple):
    """How far an annotator's reliability counts: in their votes' weights, and for their own answers."""

    power: float
    own: float


class AnswerComparison(NamedTuple):
    """One annotator's answer beside the others on its record."""

    annotator: str
    weight: float
    farther: float  # times the weight: how much farther from what is meant than the others' answers


class TextAnnotators:
    """Annotators of texts, judged by the distance of their answers from those of the others.

    With d the distance of two answers (`edit_distance.distances`)::

        m[j]   how much farther j is from the others than they are from each other, on average over
               j's records: mean(D[i, j] - mean_l D[i, l]), ANNOTATOR_TEXTS more at 0
        D[i, j] = Σ_{l ≠ j} w[l] d(v[j], v[l]) / Σ_{l ≠ j} w[l];  the distance from the adjudication
               if there is one, which counts REVIEWED_WORTH-fold
        w[j]   = exp(-power · m[j])
        D      the mean of all D[i, j]

    repeated until m no longer changes.

    Attributes
    ----------
    weighting : Weighting
    sums_ : mapping of annotator to (weight, weighted sum of what m is the mean of)
    distance_ : float
        D.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.text.answers import answers_of
    >>> given = {"ann": "he left", "ben": "he left", "cas": "they came back"}
    >>> answers = answers_of([Vote("r", who, what) for who, what in given.items()], None)
    >>> annotators = TextAnnotators(Weighting(1.5, 0.2))
    >>> _ = annotators.fit({"r": answers})
    >>> annotators.farther("ann") < 0 < annotators.farther("cas")
    True
    """

    sums_: dict[str, tuple[float, float]]
    distance_: float

    def __init__(self, weighting: Weighting) -> None:
        self.weighting = weighting

    def fit(
        self, known: Mapping[str, RecordAnswers], rounds: int = MAX_ITERATIONS
    ) -> dict[str, tuple[AnswerComparison, ...]]:
        """Learn from scratch, and return the comparisons of every record."""
        self.sums_ = {}
        before: Mapping[str, float] = {}
        for _ in range(rounds):
            compared = {record: self.compare(answers) for record, answers in known.items()}
            self.sums_ = {}
            for each in compared.values():
                self.add(each, 1.0)
            now = {name: self.farther(name) for name in self.sums_}
            if all(abs(now[name] - before.get(name, np.inf)) < TOLERANCE for name in now):
                break
            before = now
        far = [self._far(answers)[0].mean() for answers in known.values() if answers.votes]
        total = sum(far) + CROWD_TEXTS * CROWD_DISTANCE
        self.distance_ = round(float(total / (len(far) + CROWD_TEXTS)), DIGITS)
        return compared

    def compare(self, answers: RecordAnswers) -> tuple[AnswerComparison, ...]:
        """Compare each answer with the others on its record, or with the adjudication."""
        far, worth = self._far(answers)
        if not worth or not len(far):
            return ()
        far = far - far.mean()
        names = (vote.annotator for vote in answers.votes)
        return tuple(
            AnswerComparison(n, worth, worth * float(f)) for n, f in zip(names, far, strict=True)
        )

    def add(self, comparisons: tuple[AnswerComparison, ...], sign: float) -> None:
        """Add comparisons to what is known (sign 1), or remove them again (-1)."""
        for name, weight, total in comparisons:
            before = self.sums_.get(name, (0.0, 0.0))
            self.sums_[name] = before[0] + sign * weight, before[1] + sign * total

    def farther(self, annotator: str) -> float:
        """m: how much farther from what is meant than others the annotator's answers are."""
        weight, total = self.sums_.get(annotator, (0.0, 0.0))
        return round(total / (weight + ANNOTATOR_TEXTS), DIGITS)

    def weights(self, answers: RecordAnswers) -> Floats:
        """w of every vote, shape (n_votes,)."""
        far = np.array([self.farther(vote.annotator) for vote in answers.votes], np.float64)
        return np.exp(-self.weighting.power * far)

    def accuracy(self, annotator: str) -> float:
        """One less the expected distance of an answer of theirs from what is meant."""
        return float(np.clip(1 - self.distance_ - self.farther(annotator), 0.001, 0.999))

    def state(self) -> dict[str, Any]:
        """Return it as data; `of_state` is the inverse."""
        return {
            "weigh": list(self.weighting),
            "sums": [[name, *sums] for name, sums in self.sums_.items()],
            "distance": self.distance_,
        }

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> TextAnnotators:
        self = cls(Weighting(*state["weigh"]))
        self.sums_ = {name: (weight, total) for name, weight, total in state["sums"]}
        self.distance_ = state["distance"]
        return self

    def _far(self, answers: RecordAnswers) -> tuple[Floats, float]:
        """D of every vote, and what this is worth."""
        if answers.truth is not None:
            return answers.apart[answers.said, answers.truth], REVIEWED_WORTH
        weight = self.weights(answers)
        if len(weight) < 2:
            return np.zeros(len(weight)), 0.0
        on = np.bincount(answers.said, weight, len(answers.candidates))
        far = (answers.apart @ on)[answers.said]
        return np.asarray(far / (weight.sum() - weight), np.float64), 1.0
