"""Texts: the answer nearest to what the reliable ones mean, chosen and never invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice, Voice, trust
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.contract.reliability import ANNOTATOR_VOTES
from argilla_distill.workers.engine.contract.strategy import Reliability, State, Training
from argilla_distill.workers.engine.contract.value_model import believed
from argilla_distill.workers.engine.text.text_model import Answers, TextModel, answers_of
from argilla_distill.workers.engine.text.text_training import TAUGHT, Weigh, trained

if TYPE_CHECKING:
    from typing_extensions import Self

ANNOTATOR_TEXTS = 4.0
"""How many answers of an annotator's own weigh as much as what the crowd is like."""

REVIEWED = 3.0
"""How many answers judged by the others an answer judged by a reviewer is worth."""

CROWD_DISTANCE, CROWD_TEXTS = 0.4, 10.0
"""Before a crowd's first answers: their distance from one another, and what that belief is worth."""

MAX_ITERATIONS, TOLERANCE = 50, 1e-9

DIGITS = 10

REFIT_BELOW = 500
"""`moved` always refits models of fewer votes."""

Told = tuple[tuple[str, float, float], ...]
"""What a record told of its annotators: name, weight, how much farther than the others they are."""


class TextLearned(TextModel):
    """The answer that is nearest to all others, as far as their annotators are to be trusted.

    With d the distance of two answers (`edit_distance.distances`) and t the candidates,
    which are the answers themselves::

        log P(t | answers) = - sharpness / (n D²) · Σ_j c[j](t) + const
        c[j](t) = w[j] · d(v[j], t) + own · m[j] · [v[j] = t]
        w[j] = exp(-power · m[j])

        m[j]   how much farther j is from the others than they are from each other, on average over
               j's records: mean(D[i, j] - mean_l D[i, l]), ANNOTATOR_TEXTS more at 0
        D[i, j] = Σ_{l ≠ j} w[l] d(v[j], v[l]) / Σ_{l ≠ j} w[l];  the distance from the adjudication
               where there is one, which counts REVIEWED-fold
        D      the mean of all D[i, j]

    repeated until the weights stand. Annotators' errors are taken as exponential in the distance:
    the leader is the weighted medoid, the answer of least expected distance. Some always err alike,
    so n answers tell of it only what their mean does; the nearer the crowd's answers are to one
    another, the more a distance tells.

    Confidence is the probability that no other answer is nearer to what is meant, times `trust`.

    From ten adjudications on, annotators may weigh more, see `workers.engine.text.text_training`.

    Kumar & Byrne, Minimum Bayes-risk decoding, HLT-NAACL (2004).

    Parameters
    ----------
    power : float
        How far reliability tells in the weights of the votes.
    own : float
        How far an annotator's reliability tells for the answers of their own.
    sharpness : float

    Attributes
    ----------
    weigh_ : Weigh
        `power` and `own`, or `TAUGHT`.
    training_ : Training
        Of its accuracy, a choice is right if no answer is nearer to the adjudication.
    sums_ : mapping of annotator to (weight, weighted sum of what m is the mean of)
    distance_ : float
        D.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> said = {"ann": "he left early", "ben": "she left early", "cas": "he left early today"}
    >>> votes = [Vote("r", who, what) for who, what in said.items()]
    >>> TextLearned(Question("text")).fit(votes).decide(["r"])[0].value
    'he left early'
    """

    name: ClassVar[str] = "learned"

    weigh_: Weigh
    training_: Training
    sums_: dict[str, tuple[float, float]]
    distance_: float

    def __init__(
        self,
        question: Question,
        *,
        power: float = 1.5,
        own: float = 0.2,
        sharpness: float = 4.0,
    ) -> None:
        super().__init__(question)
        self.power = power
        self.own = own
        self.sharpness = sharpness

    # -- the full fit -----------------------------------------------------------------------

    def _fit(self) -> None:
        before: Mapping[str, Answers] = getattr(self, "_known", {})
        self._known: dict[str, Answers] = {
            record: self._answers(record, before.get(record)) for record in self.standing_.heard()
        }
        self._train()
        self._told = self._learn_annotators(self._known)
        self._settled = {name: self._farther(name) for name in self.sums_}
        self._drifting: set[str] = set()

    def _learn_annotators(
        self, known: Mapping[str, Answers], rounds: int = MAX_ITERATIONS
    ) -> dict[str, Told]:
        """Set `sums_` and `distance_`; return what every record told."""
        self.sums_ = {}
        before: Mapping[str, float] = {}
        for _ in range(rounds):
            told = {record: self._tell(answers) for record, answers in known.items()}
            self.sums_ = {}
            for each in told.values():
                self._take(each, 1.0)
            now = {name: self._farther(name) for name in self.sums_}
            if all(abs(now[name] - before.get(name, np.inf)) < TOLERANCE for name in now):
                break
            before = now
        far = [self._far(answers)[0].mean() for answers in known.values() if answers.votes]
        total = sum(far) + CROWD_TEXTS * CROWD_DISTANCE
        self.distance_ = round(float(total / (len(far) + CROWD_TEXTS)), DIGITS)
        return told

    def _train(self) -> None:
        """Set `weigh_` and `training_`: whether annotators weigh more once reviewers judged them."""
        judged = {r: a for r, a in self._known.items() if a.truth is not None and a.votes}
        plain = {record: answers_of(each.votes, None) for record, each in judged.items()}

        def posteriors(weigh: Weigh, test: Sequence[str]) -> list[Floats]:
            self.weigh_ = weigh
            self._learn_annotators(self._known | {r: plain[r] for r in test}, rounds=4)
            return [TextLearned._choice(self, plain[record]).posterior() for record in test]

        usual = Weigh(self.power, self.own)
        self.training_ = trained(judged, plain, usual, posteriors)
        self.weigh_ = TAUGHT if self.training_.used else usual

    @property
    def training(self) -> Training:
        return self.training_

    def _farther(self, annotator: str) -> float:
        """m: how much farther from what is meant than others the annotator's answers are."""
        weight, total = self.sums_.get(annotator, (0.0, 0.0))
        return round(total / (weight + ANNOTATOR_TEXTS), DIGITS)

    def _far(self, answers: Answers) -> tuple[Floats, float]:
        """D of every vote, and what this is worth."""
        if answers.truth is not None:
            return answers.apart[answers.said, answers.truth], REVIEWED
        weight = self._weights(answers)
        if len(weight) < 2:
            return np.zeros(len(weight)), 0.0
        on = np.bincount(answers.said, weight, len(answers.candidates))
        far = (answers.apart @ on)[answers.said]
        return np.asarray(far / (weight.sum() - weight), np.float64), 1.0

    def _weights(self, answers: Answers) -> Floats:
        far = np.array([self._farther(vote.annotator) for vote in answers.votes], np.float64)
        return np.exp(-self.weigh_.power * far)

    def _tell(self, answers: Answers) -> Told:
        far, worth = self._far(answers)
        if not worth or not len(far):
            return ()
        far = far - far.mean()
        names = (vote.annotator for vote in answers.votes)
        return tuple((n, worth, worth * float(f)) for n, f in zip(names, far, strict=True))

    def _take(self, told: Told, sign: float) -> None:
        for name, weight, total in told:
            before = self.sums_.get(name, (0.0, 0.0))
            self.sums_[name] = before[0] + sign * weight, before[1] + sign * total

    def _choices(self, records: Sequence[str]) -> list[Choice]:
        return [self._choice(self._known.get(r) or self._answers(r)) for r in records]

    def _choice(self, answers: Answers) -> Choice:
        n, sharpness = len(answers.votes), self.sharpness / self.distance_**2
        own = np.eye(len(answers.candidates)) * self.weigh_.own
        voices = []
        for v, said, weight in zip(
            answers.votes, answers.said, self._weights(answers), strict=True
        ):
            cost = weight * answers.apart[said] + own[said] * self._farther(v.annotator)
            log = np.round(-sharpness * cost / n, DIGITS)
            voices.append(Voice(v.annotator, v.value, self._accuracy(v.annotator), log))
        anchor = None if answers.truth is None else answers.candidates[answers.truth]
        prior = np.zeros(len(answers.candidates))
        return Choice(answers.candidates, prior, voices, anchor, trust(n))

    def _accuracy(self, annotator: str) -> float:
        return float(np.clip(1 - self.distance_ - self._farther(annotator), 0.001, 0.999))

    def annotators(self) -> list[Reliability]:
        """Accuracy: one less the expected distance of an answer of theirs from what is meant."""
        return [
            believed(
                name,
                self._accuracy(name),
                len(records) + ANNOTATOR_VOTES,
                len(records),
                {"distance": self.distance_ + self._farther(name)},
            )
            for name, records in self.standing_.records.items()
        ]

    # -- what one fact changes --------------------------------------------------------------

    def _leave(self, record: str) -> None:
        self._take(self._told.pop(record, ()), -1.0)
        self._known.pop(record, None)

    def _enter(self, record: str) -> None:
        self._known[record] = self._answers(record)
        self._tell_again(record)

    def _tell_again(self, record: str) -> None:
        told = self._told[record] = self._tell(self._known[record])
        self._take(told, 1.0)
        self._drifting.update(name for name, _, _ in told)

    def _settle(self, tolerance: float) -> None:
        self._spread(tolerance, REFIT_BELOW)

    def _again(self, record: str) -> None:
        self._take(self._told.pop(record, ()), -1.0)
        self._tell_again(record)

    def _of_drifted(self, tolerance: float) -> set[str]:
        """The records of annotators who moved far enough to move a posterior by `tolerance`."""
        limit = tolerance / (self.weigh_.power + self.weigh_.own)
        due = {
            name
            for name in self._drifting
            if abs(self._farther(name) - self._settled.get(name, 0.0)) > limit
        }
        self._settled |= {name: self._farther(name) for name in due}
        self._drifting -= due
        return {record for name in due for record in self.standing_.records.get(name, ())}

    def state(self) -> dict[str, Any]:
        return super().state() | {
            "power": self.power,
            "own": self.own,
            "sharpness": self.sharpness,
            "weigh": list(self.weigh_),
            "training": asdict(self.training_),
            "sums": [[name, *sums] for name, sums in self.sums_.items()],
            "distance": self.distance_,
            "told": [
                [record, [list(each) for each in told]] for record, told in self._told.items()
            ],
            "settled": self._settled,
            "drifting": sorted(self._drifting),
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        values: dict[str, Any] = dict(state)
        self.power, self.own = values["power"], values["own"]
        self.sharpness, self.distance_ = values["sharpness"], values["distance"]
        self.weigh_, self.training_ = Weigh(*values["weigh"]), Training(**values["training"])
        self.sums_ = {name: (weight, total) for name, weight, total in values["sums"]}
        self._told = {r: tuple((n, w, t) for n, w, t in told) for r, told in values["told"]}
        self._known = {record: self._answers(record) for record in self._told}
        self._settled = dict(values["settled"])
        self._drifting = set(values["drifting"])
        return self
