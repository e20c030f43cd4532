"""How many outputs pass in truth, from how many pass by labels, and from audits, which tell how labels err.

Of 100 outputs of which 90 pass, labels that err in one of ten cases find 82. Audits, which were drawn at
random and answered blind, say how often an output that passes is labelled as if it did not (e₁), and one that
does not as if it did (e₀). With m the rate by labels, the rate in truth is (Rogan & Gladen, Estimating
prevalence from the results of a screening test, American Journal of Epidemiology 107 (1978)) ::

    θ = (m - e₀) / (1 - e₁ - e₀)

How often a label is right must not be taken from one round to another: that depends on how many outputs
pass. How often labels err on what passes, and on what does not, may, but not for certain: a round may be
harder than what was audited before it. So the errors of a round are those of all audits but for a shift of
their log-odds, and the round's own audits, as far as there are any, say which shifts are credible, and which
rates: partial pooling (Gelman & Hill, Data Analysis Using Regression and Multilevel/Hierarchical Models,
2007, chapter 12). With `a` the audits outside of the round and `b` those within::

    e ~ Beta(½ + wrong in a, ½ + right in a),   logit e of the round = logit e + shift,   shift ~ N(0, τ²),
    |τ| ~ N(0, SHIFT²),   m ~ what labels say,   b ~ P(truth | label; θ, e)

That is drawn from as it stands, and each draw is weighed by how probable it makes `b` (importance sampling).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.measures.audit_estimate import LEVEL, Estimate

Bools = NDArray[np.bool_]

MIN_AUDITS = 5
"""So many audits of what passes, and of what does not, must there be."""

MIN_TELLING = 0.3
"""Where 1 - e₁ - e₀ is less, labels follow the truth too loosely to say anything of it."""

SHIFT = 0.5
"""How far errors differ from round to round, in log-odds: half as many errors again are 0.45 of 10 %."""

DRAWS = 8_000

LEAST = 0.1
"""No draw has a smaller 1 - e₁ - e₀."""


def corrected(
    by_labels: Estimate,
    passed: Floats,
    labelled: Floats,
    pi: Floats,
    groups: Ints,
    within: Floats | None = None,
) -> Estimate | None:
    """The rate in truth; None where audits are too few to tell, or labels too loose.

    Parameters
    ----------
    by_labels : the rate by labels.
    passed : ndarray of shape (n_audits,), 1.0 where the audit says that it passes
    labelled : ndarray of shape (n_audits,), 1.0 where the label says so that was made without the audit
    pi : ndarray of shape (n_audits,), the probability with which each was drawn
    groups : ndarray of shape (n_audits,), of what is not independent
    within : ndarray of shape (n_audits,), for how many outputs of the round each speaks; 0: it is of another.
        None: all are of others.

    >>> passed = np.array([1.0] * 40 + [0.0] * 20)
    >>> labelled = np.array([1.0] * 36 + [0.0] * 4 + [0.0] * 18 + [1.0] * 2)
    >>> by_labels = Estimate(0.82, 0.78, 0.86, 240)
    >>> found = corrected(by_labels, passed, labelled, np.full(60, 0.1), np.arange(60))
    >>> round(found.value, 1), round(found.low, 1), round(found.high, 1)    # (0.82 - 0.1) / 0.8
    (0.9, 0.8, 1.0)
    """
    right, wrong = passed == 1.0, passed != labelled
    if min(right.sum(), (~right).sum()) < MIN_AUDITS:
        return None
    of_passing, of_failing = (_wrong(wrong, 1 / pi, groups, of) for of in (right, ~right))
    if 1 - of_passing[0] - of_failing[0] < MIN_TELLING:
        return None
    own = np.zeros(len(passed)) if within is None else within
    rng = np.random.default_rng(0)
    reach = by_labels.reach / float(ndtri((1 + LEVEL) / 2))
    m = rng.normal((by_labels.low + by_labels.high) / 2, reach, DRAWS)
    scale = np.abs(rng.normal(0.0, SHIFT, DRAWS))
    missed, added = (
        expit(logit(_drawn(rng, _wrong(wrong, 1 / pi, groups, of & (own == 0)))) + shift * scale)
        for of, shift in zip((right, ~right), rng.normal(size=(2, DRAWS)), strict=True)
    )
    telling = 1 - missed - added
    rate = (m - added) / np.maximum(telling, LEAST)
    able = (rate > 0) & (rate < 1) & (telling > LEAST)
    if not able.any():  # by labels fewer pass, or more, than errors alone would make
        able, rate = np.ones(DRAWS, bool), np.clip(rate, 1e-6, 1 - 1e-6)
    rate, missed, added = rate[able], missed[able], added[able]
    weight = _fits(rate, missed, added, passed, labelled, _counts(own, groups))
    order = np.argsort(rate)
    shares = np.cumsum(weight[order])
    low, high = np.interp([(1 - LEVEL) / 2, (1 + LEVEL) / 2], shares, rate[order])
    value = float(weight @ rate)
    low, high = min(float(low), value), max(float(high), value)
    return Estimate(value, low, high, len(passed), by_labels.trust)


def _wrong(wrong: Bools, weight: Floats, groups: Ints, of: Bools) -> tuple[float, float]:
    """The weighted share of labels that are wrong, and of how many independent audits it is as sure."""
    if not of.any():
        return 0.0, 0.0
    w = weight[of] / weight[of].sum()
    sizes = np.bincount(np.unique(groups[of], return_inverse=True)[1], w)
    return float(w @ wrong[of]), 1 / float(np.square(sizes).sum())


def _drawn(rng: np.random.Generator, found: tuple[float, float]) -> Floats:
    share, n = found
    return np.clip(rng.beta(share * n + 0.5, (1 - share) * n + 0.5, DRAWS), 1e-6, 1 - 1e-6)


def _counts(own: Floats, groups: Ints) -> Floats:
    """For how many independent audits of the round each of them counts."""
    here = np.flatnonzero(own > 0)
    found = np.zeros(len(own))
    if len(here):
        w = own[here] / own[here].sum()
        sizes = np.bincount(np.unique(groups[here], return_inverse=True)[1], w)
        found[here] = w / float(np.square(sizes).sum())
    return found


def _fits(
    rate: Floats, missed: Floats, added: Floats, passed: Floats, labelled: Floats, counts: Floats
) -> Floats:
    """How probable each draw makes what audits of the round say of its labels; sums to 1."""
    by_label = rate * (1 - missed) + (1 - rate) * added
    found = np.zeros(len(rate))
    for truth, label, joint in (
        (1.0, 1.0, rate * (1 - missed)),
        (1.0, 0.0, rate * missed),
        (0.0, 1.0, (1 - rate) * added),
        (0.0, 0.0, (1 - rate) * (1 - added)),
    ):
        n = float(counts[(passed == truth) & (labelled == label)].sum())
        whole = by_label if label else 1 - by_label
        if n:
            found += n * (np.log(np.maximum(joint, 1e-12)) - np.log(np.maximum(whole, 1e-12)))
    weight = np.exp(found - found.max())
    shares: Floats = weight / weight.sum()
    return shares
