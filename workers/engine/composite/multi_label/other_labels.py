"""What the other labels of a multi-label question say about each label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import brentq
from scipy.special import expit, logit

from argilla_distill.workers.engine.composite.context import Context
from argilla_distill.workers.engine.composite.record_elements import RecordElements, WholeValue
from argilla_distill.workers.engine.composite.taken_apart import TakenApart, element_name
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.label.votes.sampling import codes

MAX_OTHERS = 40
"""So many other labels at most say something about a label."""

PENALTY = 2.0
"""1 / variance of what is expected of a weight (round 0)."""

ENOUGH = 20_000
"""About so many records tell the weights."""

MAX_ROUNDS = 25

SETTLED = 1e-3
"""Weights are learned when no round moves one by more than this (nats), or after so many rounds."""


class OtherLabels(Context):
    """The other labels as one more voice on each label.

    What somebody who does *not* mark label b marks instead says something about b too: where those
    who did not see "causes" saw "treats", it hardly causes. With x[i, a] the share of label a among
    the n[i] annotators who did not mark b on record i (drawn toward the crowd's share x̄ as by one
    more annotator), and P[i, b] what the votes on b itself make of it::

        logit P(b | everything) = logit P[i, b] + w_b · (x[i] - x̄) + w0_b - logit mean P[b]

    w_b is a logistic regression on x of whether b holds, which nobody knows: so it is fitted to what
    is believed of that, which the weights change in turn, round after round (EM: Raykar et al.,
    Learning from crowds, JMLR 11, 2010). Fitted to P alone, which is always in doubt, the weights
    would be as weak as P is. Where the votes on b tell nothing, the penalty draws them to 0.
    It is right as far as marks on others are independent of the marks on b given b.
    Of more than MAX_OTHERS other labels, those marked most often take part, weights are learned from
    about ENOUGH records, and none for a label that nobody marks, so that its cost is linear in the
    labels, and hardly grows with the records.

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

    cross_: Floats
    mean_: Floats
    bias_: Floats

    def __init__(self, labels: tuple[str, ...]) -> None:
        self.labels = labels

    def learn(self, taken: TakenApart) -> None:
        k = len(self.labels)
        self.cross_, self.mean_, self.bias_ = np.zeros((k, k)), np.zeros((k, k)), np.zeros(k)
        records = sorted(taken.facts.votes)
        if not records:
            return
        marked, row = self._marked(taken, records)
        n, given = len(records), marked.sum(axis=0)
        some = np.flatnonzero(codes(records) % max(n // ENOUGH, 1) == 0)
        often = np.argsort(-given, kind="stable")
        often = often[given[often] > 0][: MAX_OTHERS + 1]
        for b in np.flatnonzero(given):
            holds = taken.models[b].posteriors([element_name(r, "") for r in records])[:, 1]
            others, near = marked[:, b] == 0, np.sort(often[often != b][:MAX_OTHERS])
            said, where = marked[np.ix_(others, near)], row[others]
            mean = said.sum(axis=0) / max(len(said), 1)
            by_record = sparse.csr_array(
                (np.ones(len(where)), (where, np.arange(len(where)))), shape=(n, len(where))
            )
            x = by_record @ (said - mean) / (np.bincount(where, minlength=n)[:, None] + 1.0)
            weights = _weights(x[some], holds[some])
            self.cross_[b, near], self.mean_[b, near] = weights, mean
            self.bias_[b] = _shift(_logit(holds), x @ weights)

    def apply(self, taken: TakenApart, on: RecordElements) -> list[Floats]:
        if not on.own:
            return []
        total = self.bias_ + sum(self._voices(on).values())
        own = np.maximum(np.array(on.own), np.finfo(float).tiny)
        odds = np.log(own[:, 1]) - np.log(own[:, 0]) + total
        holds = 1 / (1 + np.exp(-odds))
        return list(np.stack([1 - holds, holds], axis=1))

    def voices(self, taken: TakenApart, on: RecordElements, whole: WholeValue) -> dict[str, float]:
        if on.verdict is not None or whole.weakest is None:
            return {}
        b, sign = whole.weakest[0], 1.0 if whole.sides[0] else -1.0
        return {name: sign * float(part[b]) for name, part in self._voices(on).items()}

    def independent_votes(self, taken: TakenApart, on: RecordElements) -> float | None:
        """What the votes on each label count as: everybody says of each whether it holds."""
        return taken.models[0].independent_votes(len(on.votes)) if taken.models else None

    def _voices(self, on: RecordElements) -> dict[str, Floats]:
        """What each annotator's marks on other labels say about each label, in nats."""
        names = list(on.votes)
        marked = np.array([self._row(on.votes[name].value) for name in names])
        absent = 1.0 - marked  # [annotator, b]
        says = marked @ self.cross_.T - (self.cross_ * self.mean_).sum(axis=1)
        says *= absent / (absent.sum(axis=0) + 1.0)
        return dict(zip(names, says, strict=True))

    def _row(self, value: Value) -> list[float]:
        return [float(label in value) for label in self.labels]

    def _marked(self, taken: TakenApart, records: list[str]) -> tuple[Floats, Ints]:
        """Every vote as a row of 0 and 1, and the number of its record."""
        rows = [
            (self._row(vote.value), i)
            for i, record in enumerate(records)
            for vote in taken.votes_on(record).values()
        ]
        return np.array([m for m, _ in rows]), np.array([i for _, i in rows], np.intp)

    def state(self) -> dict[str, Any]:
        return {"cross": self.cross_, "mean": self.mean_, "bias": self.bias_}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.cross_ = np.array(state["cross"], np.float64)
        self.mean_ = np.array(state["mean"], np.float64)
        self.bias_ = np.array(state["bias"], np.float64)


def _weights(x: Floats, holds: Floats) -> Floats:
    """Weights of x for whether a label holds, of which its own votes make `holds`; by EM.

    >>> x = np.repeat([1.0, -1.0], 50)[:, None]
    >>> holds = np.where(x[:, 0] > 0, 0.6, 0.4)  # in doubt, and always on the side of x
    >>> float(_weights(x, holds)[0].round(1)), float(_logistic(x, holds, None, 8)[0].round(1))
    (1.9, 0.4)
    """
    own, believed = _logit(holds), holds
    usual = float(_logit(holds.mean()))
    found: Floats | None = None
    for _ in range(MAX_ROUNDS):
        before = found
        found = _logistic(x, believed, before, 8 if before is None else 1)
        if before is not None and np.abs(found - before).max() < SETTLED:
            break
        believed = np.asarray(expit(own + x @ found[:-1] + found[-1] - usual), np.float64)
    assert found is not None
    return found[:-1]


def _logistic(x: Floats, p: Floats, start: Floats | None, steps: int) -> Floats:
    """Weights of a logistic regression of probabilities on x, and its constant, by Newton's method."""
    n, k = x.shape
    design = np.concatenate([x, np.ones((n, 1))], axis=1)
    penalty = np.append(np.full(k, PENALTY), 1e-6)
    w = np.append(np.zeros(k), _logit(p.mean())) if start is None else start
    for _ in range(steps):
        q = 1 / (1 + np.exp(-design @ w))
        slope = design.T @ (p - q) - penalty * w
        curvature = (design * (q * (1 - q))[:, None]).T @ design + np.diag(penalty)
        w = w + np.linalg.solve(curvature, slope)
    return w


def _shift(own: Floats, context: Floats) -> float:
    """What to add to the context that records hold as often, on the whole, as on their own."""

    def excess(bias: float) -> float:
        return float((expit(own + context + bias) - expit(own)).mean())

    return float(brentq(excess, -context.max() - 1e-6, -context.min() + 1e-6))


def _logit(p: Floats | np.floating[Any]) -> Floats:
    return np.asarray(logit(np.clip(p, 1e-9, 1 - 1e-9)), np.float64)
