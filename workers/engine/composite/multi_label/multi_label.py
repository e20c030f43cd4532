"""Multi-label questions: one in/out question per label, and what labels say about each other."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from argilla_distill.workers.engine.composite.composite import Composite
from argilla_distill.workers.engine.composite.context import Context
from argilla_distill.workers.engine.composite.correction import ElementCorrection
from argilla_distill.workers.engine.composite.elements import HeldElements, MajorityElements
from argilla_distill.workers.engine.composite.multi_label.label_sets import LabelSets
from argilla_distill.workers.engine.composite.multi_label.other_labels import OtherLabels
from argilla_distill.workers.engine.contract.question import Question, QuestionType

FIT_DEPENDENCE = 0.2
"""ρ inside the fit of one label: others mislead there more than when there is one right answer."""

_make = partial(HeldElements, fit_dependence=FIT_DEPENDENCE)


class MultiLabelMajority(Composite):
    """Each label for itself: it holds if more than half of the annotators say so.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> model = MultiLabelMajority(Question("multi_label", ("a", "b", "c")))
    >>> said = [("ann", ("a", "b")), ("ben", ("a",)), ("cas", ("a", "c"))]
    >>> [decision] = model.fit([Vote("r", who, what) for who, what in said]).decide(["r"])
    >>> decision.value, decision.posterior["a"]  # (3 + 1/2) / (3 + 1)
    (('a',), 0.875)
    """

    name: ClassVar[str] = "majority"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"multi_label"})

    def __init__(self, question: Question) -> None:
        self._set_parts(LabelSets(question), MajorityElements, Context())


class MultiLabelDawidSkene(Composite):
    """Dawid and Skene's model for every label, and the other labels as one more voice.

    See `HeldElements` and `OtherLabels`.
    """

    name: ClassVar[str] = "dawid_skene"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"multi_label"})

    context: OtherLabels

    def __init__(self, question: Question) -> None:
        self._set_parts(LabelSets(question), _make, OtherLabels(question.labels))


class MultiLabelLearned(Composite):
    """The same, corrected by adjudications, see `ElementCorrection`."""

    name: ClassVar[str] = "learned"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"multi_label"})

    def __init__(self, question: Question) -> None:
        context = OtherLabels(question.labels)
        self._set_parts(LabelSets(question), _make, context, ElementCorrection())
