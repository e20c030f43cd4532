"""Dawid and Skene's model with a hierarchical prior and an honest posterior."""

from __future__ import annotations

from typing import ClassVar

from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.label.additive_model import AdditiveModel
from argilla_distill.workers.engine.label.label_fold import LabelFold
from argilla_distill.workers.engine.label.weights.confusion_weigher import ConfusionWeigher


class DawidSkene(LabelFold):
    """Every annotator has a confusion matrix; labels and matrices explain each other (EM).

    The EM, the discount, and what an answer costs are `AdditiveModel`'s; a vote's weight, the log of
    the annotator's confusion matrix, is `ConfusionWeigher`'s.

    **The prior** of a row of the confusion matrix is a Dirichlet of strength s whose mean ``m`` has
    the annotator's own accuracy (`expected_accuracy`) on the diagonal and beside it what the whole
    crowd gives when it errs. So a few votes tell how good somebody is, and many tell which labels
    they confuse. θ is the posterior mean, that is, the posterior predictive of the next vote.

    **Which mode.** EM starts from the majority's shares, and the prior holds that a crowd is right
    more often than not; that settles which label is which. A single annotator may well be worse
    than chance, and then speaks against what they say.

    Dawid & Skene, Maximum likelihood estimation of observer error-rates using the EM algorithm,
    Applied Statistics 28 (1979); Paun et al., Comparing Bayesian models of annotation, TACL 6
    (2018), for hierarchical ones.

    Parameters
    ----------
    strength : float, votes
        s: how many votes a row's prior weighs.
    dependence, fit_dependence : see `AdditiveModel`

    Examples
    --------
    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.contract.question import label_question
    >>> said = {"ann": "aabbab", "ben": "aabbab", "cas": "bbaaba"}  # cas has it upside down
    >>> votes = [Vote(f"r{i}", who, what) for who in said for i, what in enumerate(said[who])]
    >>> model = DawidSkene(label_question("a", "b")).fit([*votes, Vote("new", "cas", "b")])
    >>> [decision] = model.decide(["new"])
    >>> decision.value, round(decision.confidence, 2)
    ('a', 0.79)
    """

    name: ClassVar[str] = "dawid_skene"

    def __init__(
        self,
        question: Question,
        *,
        strength: float = 4.0,
        dependence: float = 0.5,
        fit_dependence: float = 0.05,
    ) -> None:
        super().__init__(
            question,
            AdditiveModel(
                ConfusionWeigher(strength), dependence=dependence, fit_dependence=fit_dependence
            ),
        )
