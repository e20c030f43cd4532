"""How many outputs pass in truth, from how many pass by labels, and from audits, which tell how labels err.

Of 100 outputs of which 90 pass, labels that err in one of ten cases find 82. Audits, which were drawn at
random and answered blind, say how often an output that passes is labelled so (s₁, the sensitivity), and how
often one that does not is labelled so (s₀, the specificity). With m the rate by labels, the rate in truth
is (Rogan & Gladen, Estimating prevalence from the results of a screening test, American Journal of
Epidemiology 107 (1978)) ::

    (m + s₀ - 1) / (s₁ + s₀ - 1)

The interval is that of Lang & Reiczigel (Confidence limits for prevalence of disease adjusted for estimated
sensitivity and specificity, Preventive Veterinary Medicine 113 (2014)), which adds one audit of each outcome
to either kind. It takes for granted that labels err on what passes, and on what does not, as often in the
round as on all audits of the dataset: audits within one round are few. How often a label is right must not
be taken so from one round to another: that depends on how many outputs pass.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy.special import ndtri

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.measures.audit_estimate import LEVEL, Estimate

MIN_AUDITS = 5
"""So many audits of what passes, and of what does not, must there be."""

MIN_TELLING = 0.3
"""Where s₁ + s₀ - 1 is less, labels follow the truth too loosely to say anything of it."""


def corrected(
    by_labels: Estimate, passed: Floats, labelled: Floats, pi: Floats, groups: Ints
) -> Estimate | None:
    """The rate in truth; None where audits are too few to tell, or labels too loose.

    Parameters
    ----------
    by_labels : the rate by labels.
    passed : ndarray of shape (n_audits,), 1.0 where the audit says that it passes
    labelled : ndarray of shape (n_audits,), 1.0 where the label says so that was made without the audit
    pi : ndarray of shape (n_audits,), the probability with which each was drawn
    groups : ndarray of shape (n_audits,), of what is not independent

    >>> passed = np.array([1.0] * 40 + [0.0] * 20)
    >>> labelled = np.array([1.0] * 36 + [0.0] * 4 + [0.0] * 18 + [1.0] * 2)
    >>> by_labels = Estimate(0.82, 0.78, 0.86, 240)
    >>> found = corrected(by_labels, passed, labelled, np.full(60, 0.1), np.arange(60))
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)    # (0.82 + 0.9 - 1) / 0.8
    (0.9, 0.81, 1.0)
    """
    z = float(ndtri((1 + LEVEL) / 2))
    if min((passed == 1.0).sum(), (passed == 0.0).sum()) < MIN_AUDITS:
        return None
    of_passing = _share(labelled[passed == 1.0], pi[passed == 1.0], groups[passed == 1.0])
    of_failing = _share(1 - labelled[passed == 0.0], pi[passed == 0.0], groups[passed == 0.0])
    (s1, n1), (s0, n0) = of_passing, of_failing
    if s1 + s0 - 1 < MIN_TELLING:
        return None
    value = float(np.clip((by_labels.value + s0 - 1) / (s1 + s0 - 1), 0.0, 1.0))
    # with one more audit of each outcome; Wilson's interval has its middle where such a rate is
    m, variance = (by_labels.low + by_labels.high) / 2, (by_labels.reach / z) ** 2
    s1, n1 = (s1 * n1 + 1) / (n1 + 2), n1 + 2
    s0, n0 = (s0 * n0 + 1) / (n0 + 2), n0 + 2
    telling = s1 + s0 - 1
    rate = float(np.clip((m + s0 - 1) / telling, 0.0, 1.0))
    of_s1, of_s0 = s1 * (1 - s1) / n1, s0 * (1 - s0) / n0
    shift = 2 * z**2 * (rate * of_s1 - (1 - rate) * of_s0)
    reach = z * sqrt(variance + rate**2 * of_s1 + (1 - rate) ** 2 * of_s0) / telling
    low, high = max(rate + shift - reach, 0.0), min(rate + shift + reach, 1.0)
    return Estimate(value, min(low, value), max(high, value), len(passed), by_labels.trust)


def _share(said: Floats, pi: Floats, groups: Ints) -> tuple[float, float]:
    """A weighted share, and of how many independent audits it is as sure."""
    w = 1 / pi / (1 / pi).sum()
    sizes = np.bincount(np.unique(groups, return_inverse=True)[1], w)
    return float(w @ said), 1 / float(np.square(sizes).sum())
