"""The gate before everything that a proxy model says: do the texts tell it anything about the labels?

Where they do not, what it predicts is noise: that two sets of labels make equally good proxies, or that a
segment is suspect, would say nothing about them. So whoever uses a proxy looks here first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

ALPHA = 0.001
"""A proxy that knows nothing passes at most so often."""

MIN_GAIN = 0.01
"""It has to take so large a share off the log loss, too: in many records significance is cheap."""

MIN_GROUPS = 20
"""With fewer independent records nothing can be told."""

FLOOR = 1e-6
"""No probability is taken for less."""


@dataclass(frozen=True)
class Gate:
    """Whether a proxy knows more than how frequent the labels are.

    Attributes
    ----------
    loss, prior_loss : mean log loss on held-out records, in nats: the proxy's, and that of the frequencies.
    accuracy, prior_accuracy : how often the most probable label is the target, likewise.
    p : one-sided p-value of the proxy being no better.
    records, groups : so many were predicted, of so many groups that are independent of each other.
    """

    informative: bool
    loss: float
    prior_loss: float
    accuracy: float
    prior_accuracy: float
    p: float
    records: int
    groups: int

    @property
    def too_few(self) -> bool:
        """Whether there are too few records to tell: then a proxy that is no better says nothing of texts."""
        return not self.informative and (
            self.groups < MIN_GROUPS or self.loss < (1 - MIN_GAIN) * self.prior_loss
        )

    @property
    def sentence(self) -> str:
        """What that means.

        >>> print(Gate(True, 0.31, 0.62, 0.88, 0.7, 0.0001, 400, 90).sentence)
        The texts tell a small model which label it is: its log loss is 0.310, without texts 0.620.
        >>> print(Gate(False, 0.63, 0.62, 0.7, 0.7, 0.8, 400, 90).sentence)
        The texts tell a small model nothing about the labels: its log loss is 0.630, without texts 0.620.
        >>> Gate(False, 0.74, 0.73, 0.6, 0.6, 1.0, 17, 17).sentence.partition(":")[0]
        'It cannot be told from 17 records whether the texts tell a small model anything'
        """
        found = f"its log loss is {self.loss:.3f}, without texts {self.prior_loss:.3f}."
        if self.informative:
            return f"The texts tell a small model which label it is: {found}"
        if self.too_few:
            few = f"from {self.records:,} records"
            return f"It cannot be told {few} whether the texts tell a small model anything: {found}"
        return f"The texts tell a small model nothing about the labels: {found}"


def gate(probabilities: Floats, targets: Floats, fold: Ints, groups: Ints | None = None) -> Gate:
    """Compare held-out predictions with the frequencies of labels in the other folds.

    The test is a t-test of the mean difference in log loss, between groups that are independent of each
    other (Diebold & Mariano, Comparing predictive accuracy, Journal of Business & Economic Statistics 13
    (1995), without their correction for time).

    Parameters
    ----------
    probabilities : ndarray of shape (n_records, n_labels), from `proxy.out_of_fold`.
    targets : ndarray of shape (n_records, n_labels); rows of zeros are not looked at.
    fold : ndarray of shape (n_records,), as they were held out.
    groups : ndarray of shape (n_records,), codes of records that belong together; None: all apart.

    >>> predicted = np.array([[0.9, 0.1], [0.1, 0.9]] * 40)
    >>> truth, fold = np.array([[1.0, 0.0], [0.0, 1.0]] * 40), np.arange(80) % 4
    >>> gate(predicted, truth, fold).informative, gate(predicted[::-1], truth, fold).informative
    (True, False)
    """
    known = np.flatnonzero(targets.sum(axis=1) > 0)
    codes = known if groups is None else groups[known]
    predicted, target, fold = probabilities[known], targets[known], fold[known]
    prior = _frequencies(target, fold)
    losses, prior_losses = _loss(predicted, target), _loss(prior, target)
    gains = prior_losses - losses
    loss, prior_loss = (float(x.mean()) if len(x) else 0.0 for x in (losses, prior_losses))
    p = _p_value(gains, codes)
    several = int((target.sum(axis=0) > 0).sum()) > 1
    real = several and (prior_loss - loss) / prior_loss >= MIN_GAIN
    right, prior_right = (_right(x, target) for x in (predicted, prior))
    sizes = len(known), len(np.unique(codes))
    return Gate(bool(real and p < ALPHA), loss, prior_loss, right, prior_right, p, *sizes)


def _frequencies(target: Floats, fold: Ints) -> Floats:
    """For each record how frequent the labels are in the other folds, with half a record for each label."""
    whole, found = target.sum(axis=0), np.empty_like(target)
    for code in np.unique(fold).tolist():
        here = fold == code
        rest = whole - target[here].sum(axis=0) + 0.5
        found[here] = rest / rest.sum()
    return found


def _loss(predicted: Floats, target: Floats) -> Floats:
    found: Floats = -(target * np.log(np.clip(predicted, FLOOR, 1.0))).sum(axis=1)
    return found


def _right(predicted: Floats, target: Floats) -> float:
    if not len(predicted):
        return 0.0
    return float(target[np.arange(len(predicted)), predicted.argmax(axis=1)].mean())


def _p_value(gains: Floats, codes: Ints) -> float:
    """Of the mean gain being zero or less, with one number for each group."""
    _, where = np.unique(codes, return_inverse=True)
    n = int(where.max(initial=-1)) + 1
    if n < MIN_GROUPS:
        return 1.0
    # the mean is a ratio of sums over groups: linearised
    mean = float(gains.mean())
    off = np.bincount(where, gains - mean, n) * n / len(gains)
    spread = float(np.sqrt(np.square(off).sum() / (n - 1) / n))
    if spread == 0:
        return 0.0 if mean > 0 else 1.0
    return float(stdtr(n - 1, -mean / spread))
