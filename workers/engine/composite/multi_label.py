"""Multi-label questions: one in/out question per label, and what labels tell of each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import brentq
from scipy.special import expit, logit

from argilla_distill.workers.engine.composite.composite import Composite
from argilla_distill.workers.engine.composite.elements import (
    ElementModel,
    HeldElements,
    MajorityElements,
)
from argilla_distill.workers.engine.composite.parts import Element, Reading, Whole
from argilla_distill.workers.engine.composite.taught import Taught
from argilla_distill.workers.engine.contract.decision import ADJUDICATED
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import QuestionType, Value, label_question
from argilla_distill.workers.engine.contract.shares import TIE
from argilla_distill.workers.engine.contract.strategy import State
from argilla_distill.workers.engine.errors import BadValue, UnknownLabel

if TYPE_CHECKING:
    from typing_extensions import Self

OUT, IN = "out", "in"

MAX_OTHERS = 40
"""So many other labels at most tell about a label."""

FIT_DEPENDENCE = 0.2
"""ρ inside the fit of one label: others mislead there more than when there is one right answer."""


class MultiLabelMajority(Composite):
    """Each label for itself: it holds if more than half of the annotators say so.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.contract.question import Question
    >>> model = MultiLabelMajority(Question("multi_label", ("a", "b", "c")))
    >>> said = [("ann", ("a", "b")), ("ben", ("a",)), ("cas", ("a", "c"))]
    >>> [decision] = model.fit([Vote("r", who, what) for who, what in said]).decide(["r"])
    >>> decision.value, decision.posterior["a"]  # (3 + 1/2) / (3 + 1)
    (('a',), 0.875)
    """

    name: ClassVar[str] = "majority"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"multi_label"})

    def _models(self) -> list[ElementModel]:
        question = label_question(OUT, IN)
        return [MajorityElements(question) for _ in self.question.labels]

    def _checked(self, value: Value) -> Value:
        labels = self.question.labels
        if not isinstance(value, tuple | list):
            raise BadValue(f"{value!r} is no list of labels")
        for label in value:
            if label not in labels:
                raise UnknownLabel(label, labels)
        return tuple(label for label in labels if label in value)

    def _elements(self, record: str) -> list[Element]:
        return [(number, "") for number in range(len(self.question.labels))]

    def _labels(self, elements: list[Element], value: Value) -> Iterable[tuple[Element, str]]:
        for number, label in enumerate(self.question.labels):
            yield (number, ""), IN if label in value else OUT

    def _whole(self, reading: Reading) -> Whole:
        labels, n = self.question.labels, len(reading.votes)
        if not labels:  # nobody ever chose any
            sure = (n + 0.5) / (n + 1) if reading.verdict is None else ADJUDICATED
            return Whole((), None, (), sure, {}, [], None, (0, 0))
        holds = np.array([posterior[1] for posterior in reading.posterior])
        held = holds > 0.5 + TIE
        tied: list[str] = []
        if reading.verdict is not None:
            held = np.array([label in reading.verdict for label in labels])
        elif not held.any():
            held, tied = self._instead_of_none(reading, holds)
        margins = np.where(held, holds, 1 - holds)
        weakest = int(margins.argmin())
        other = held.copy()
        other[weakest] = not held[weakest]
        chosen, flipped = (
            tuple(label for label, yes in zip(labels, which, strict=True) if yes)
            for which in (held, other)
        )
        scores = tuple(holds[held].tolist())
        if reading.verdict is not None:
            scores = (ADJUDICATED,) * len(chosen)
        return Whole(
            leader=None if tied else chosen,
            runner_up=None if tied else flipped,
            scores=scores,
            confidence=float(np.mean(scores or margins)),
            posterior=dict(zip(labels, holds.tolist(), strict=True)),
            tied=tied,
            weakest=(weakest, ""),
            sides=(int(held[weakest]), int(not held[weakest])),
        )

    def _instead_of_none(
        self, reading: Reading, holds: Floats
    ) -> tuple[NDArray[np.bool_], list[str]]:
        """What holds where no label is more probable than not, and what is tied for it.

        None, if none was chosen more often than any label, or is the only thing said beside one
        label. Else hardly anybody said so: each label alone has most annotators against it, because
        they chose others. Then it is the most probable label (Argilla wants one at least).
        """
        none, labels = np.zeros(len(holds), np.bool_), self.question.labels
        chosen = Counter(label for vote in reading.votes.values() for label in vote.value)
        n_none = sum(not vote.value for vote in reading.votes.values())
        most = max(chosen.values(), default=0)
        best = holds > holds.max() - TIE
        names = [labels[i] for i in np.flatnonzero(best)]
        if n_none > most:
            return none, []
        if n_none and n_none == len(reading.votes) - most:  # it or one label, as the model has it
            return none, ["none", *names] if holds.max() > 0.5 - TIE else []
        if n_none == most:
            return none, ["none", *names]
        return best, names if len(names) > 1 else []


class MultiLabelDawidSkene(MultiLabelMajority):
    """Dawid and Skene's model for every label, and the other labels as one more voice.

    What somebody who does *not* mark label b marks instead tells about b too: where those who
    did not see "causes" saw "treats", it hardly causes. With x[i, a] the share of label a among
    the n[i] annotators who did not mark b on record i (drawn toward the crowd's share x̄ as by one
    more annotator), and P[i, b] what the votes on b itself make of it::

        logit P(b | everything) = logit P[i, b] + w_b · (x[i] - x̄) + w0_b - logit mean P[b]

    w_b is a logistic regression of P[b] on x (L2 penalty 1/2): calibrated by how far the other
    labels did predict b, and as far as marks on others are independent of the marks on b given b.
    Of more than MAX_OTHERS other labels, those marked most often take part, and nothing is learned
    for a label that nobody marks, so that its cost is linear in the labels.

    Read, Pfahringer, Holmes & Frank, Classifier chains for multi-label classification, ECML 2009,
    for labels as features of each other.

    Attributes
    ----------
    cross_ : ndarray of shape (n_labels, n_labels), nats; diagonal 0
        ``cross_[b, a]`` is the weight of label a for label b.
    mean_ : ndarray of shape (n_labels, n_labels)
        ``mean_[b, a]`` is x̄: the share of a among those who do not mark b.
    bias_ : ndarray of shape (n_labels,), nats
        w0_b - logit mean P[b].
    """

    name: ClassVar[str] = "dawid_skene"

    cross_: Floats
    mean_: Floats
    bias_: Floats

    def _models(self) -> list[ElementModel]:
        question = label_question(OUT, IN)
        one = partial(HeldElements, question, fit_dependence=FIT_DEPENDENCE)
        return [one() for _ in self.question.labels]

    def _learn_context(self) -> None:
        k = len(self.question.labels)
        self.cross_, self.mean_, self.bias_ = np.zeros((k, k)), np.zeros((k, k)), np.zeros(k)
        records = sorted(self.standing_.votes)
        if not records:
            return
        marked, row = self._marked(records)
        n, given = len(records), marked.sum(axis=0)
        often = np.argsort(-given, kind="stable")
        often = often[given[often] > 0][: MAX_OTHERS + 1]
        for b in np.flatnonzero(given):
            holds = self.models_[b].posteriors([f"{record}\x1f" for record in records])[:, 1]
            others, near = marked[:, b] == 0, np.sort(often[often != b][:MAX_OTHERS])
            said, where = marked[np.ix_(others, near)], row[others]
            mean = said.sum(axis=0) / max(len(said), 1)
            by_record = sparse.csr_array(
                (np.ones(len(where)), (where, np.arange(len(where)))), shape=(n, len(where))
            )
            x = by_record @ (said - mean) / (np.bincount(where, minlength=n)[:, None] + 1.0)
            weights = _logistic(x, holds)
            self.cross_[b, near], self.mean_[b, near] = weights, mean
            self.bias_[b] = _shift(_logit(holds), x @ weights)

    def _in_context(self, reading: Reading) -> list[Floats]:
        if not reading.own:
            return []
        total = self.bias_ + sum(self._voices(reading).values())
        own = np.maximum(np.array(reading.own), np.finfo(float).tiny)
        odds = np.log(own[:, 1]) - np.log(own[:, 0]) + total
        holds = 1 / (1 + np.exp(-odds))
        return list(np.stack([1 - holds, holds], axis=1))

    def _context(self, reading: Reading, whole: Whole) -> dict[str, float]:
        if reading.verdict is not None or whole.weakest is None:
            return {}
        b, sign = whole.weakest[0], 1.0 if whole.sides[0] else -1.0
        return {name: sign * float(part[b]) for name, part in self._voices(reading).items()}

    def _voices(self, reading: Reading) -> dict[str, Floats]:
        """What each annotator's marks on other labels say about each label, in nats."""
        names = list(reading.votes)
        marked = np.array([self._row(reading.votes[name].value) for name in names])
        absent = 1.0 - marked  # [annotator, b]
        says = marked @ self.cross_.T - (self.cross_ * self.mean_).sum(axis=1)
        says *= absent / (absent.sum(axis=0) + 1.0)
        return dict(zip(names, says, strict=True))

    def _row(self, value: Value) -> list[float]:
        return [float(label in value) for label in self.question.labels]

    def _marked(self, records: list[str]) -> tuple[Floats, Ints]:
        """Every vote as a row of 0 and 1, and the number of its record."""
        rows = [
            (self._row(vote.value), i)
            for i, record in enumerate(records)
            for vote in self.votes_on(record).values()
        ]
        return np.array([m for m, _ in rows]), np.array([i for _, i in rows], np.intp)

    def state(self) -> dict[str, Any]:
        context = {"cross": self.cross_, "mean": self.mean_, "bias": self.bias_}
        return super().state() | context

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        values: dict[str, Any] = dict(state)
        self.cross_ = np.array(values["cross"], np.float64)
        self.mean_ = np.array(values["mean"], np.float64)
        self.bias_ = np.array(values["bias"], np.float64)
        return self


class MultiLabelLearned(Taught, MultiLabelDawidSkene):
    """The same, taught by adjudications, see `Taught`."""

    name: ClassVar[str] = "learned"


def _logistic(x: Floats, p: Floats, rounds: int = 8) -> Floats:
    """Weights of a logistic regression of probabilities on x, by Newton's method."""
    n, k = x.shape
    design = np.concatenate([x, np.ones((n, 1))], axis=1)
    penalty = np.append(np.ones(k), 1e-6)
    mean = float(np.clip(p.mean(), 1e-6, 1 - 1e-6))
    w = np.append(np.zeros(k), np.log(mean / (1 - mean)))
    for _ in range(rounds):
        q = 1 / (1 + np.exp(-design @ w))
        slope = design.T @ (p - q) - penalty * w
        bend = (design * (q * (1 - q))[:, None]).T @ design + np.diag(penalty)
        w = w + np.linalg.solve(bend, slope)
    return w[:k]


def _shift(own: Floats, context: Floats) -> float:
    """What to add to the context that records hold as often, on the whole, as on their own."""

    def excess(bias: float) -> float:
        return float((expit(own + context + bias) - expit(own)).mean())

    return float(brentq(excess, -context.max() - 1e-6, -context.min() + 1e-6))


def _logit(p: Floats) -> Floats:
    return np.asarray(logit(np.clip(p, 1e-9, 1 - 1e-9)), np.float64)
