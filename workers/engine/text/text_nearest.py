"""Texts chosen and never invented, for those who want no other."""

from __future__ import annotations

from typing import ClassVar

from argilla_distill.workers.engine.contract.choice_strategy import ChoiceStrategy
from argilla_distill.workers.engine.contract.question import Question, QuestionType
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.text.text_annotators import Weighting
from argilla_distill.workers.engine.text.text_model import TextModel


class TextNearest(ChoiceStrategy):
    """The answer that is nearest to all others, as far as their annotators are to be trusted.

    With d the distance of two answers (`edit_distance.distances`), t the candidates, which are the
    answers themselves, and w, m and D as in `TextAnnotators`::

        log P(t | answers) = - sharpness / (n D²) · Σ_j c[j](t) + const
        c[j](t) = w[j] · d(v[j], t) + own · m[j] · [v[j] = t]

    Annotators' errors are taken as exponential in the distance: the leader is the weighted medoid,
    the answer of least expected distance. Some annotators always err alike, so n answers say no
    more than their mean does; the nearer the crowd's answers are to one another, the more a
    distance says.

    Confidence is the probability that no other answer is nearer to what is meant, times `trust`.

    From ten adjudications on, annotators may weigh more, see `workers.engine.text.text_training`.

    Kumar & Byrne, Minimum Bayes-risk decoding, HLT-NAACL (2004).

    Parameters
    ----------
    power : float
        How far reliability counts in the weights of the votes.
    own : float
        How far an annotator's reliability counts for their own answers.
    sharpness : float

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> given = {"ann": "he left early", "ben": "she left early", "cas": "he left early today"}
    >>> votes = [Vote("r", who, what) for who, what in given.items()]
    >>> TextNearest(Question("text")).fit(votes).decide(["r"])[0].value
    'he left early'
    """

    name: ClassVar[str] = "nearest"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"text"})

    model: TextModel

    def __init__(
        self, question: Question, *, power: float = 1.5, own: float = 0.2, sharpness: float = 4.0
    ) -> None:
        self.question = question
        self.model = TextModel(Weighting(power, own), sharpness)

    @property
    def training(self) -> Training:
        return self.model.training
