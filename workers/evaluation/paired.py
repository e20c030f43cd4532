"""Two that are measured on the same records: which is better, and how sure that is.

Records of one prompt are not independent, so everything is counted by groups of them. Audits are weighted by
1/π (`workers.engine.measures.audit_estimate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import ceil, sqrt

import numpy as np
from scipy import stats

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

LEVEL = 0.95

DRAWS = 4_000
"""Of the bootstrap and of the randomisation test."""

FEW = 12
"""With so few groups that differ, all ways to turn them are counted."""

AT_ONCE = 4_000_000
"""Numbers that are drawn at once."""

MAX_MORE = 100_000
"""More audits than that are not asked for."""


@dataclass(frozen=True)
class Paired:
    """What `compare` finds. `domain.versions.contest.Contest` says what each figure is."""

    records: int
    groups: int
    one_right: float
    other_right: float
    difference: float
    low: float
    high: float
    only_one: int
    only_other: int
    mcnemar: float
    p: float
    more: int | None


def compare(
    one: Floats,
    other: Floats,
    pi: Floats,
    groups: Ints,
    margin: float,
    seed: int = 0,
    trained_on: int | None = None,
) -> Paired:
    """Compare two on the same records.

    The p-value is that of the randomisation test: where neither is better, which of the two is called the
    one is chance, group by group (Fisher, The Design of Experiments, 1935). Of single records with the same
    π that is McNemar's exact test. The interval is a bootstrap of groups (Efron & Tibshirani, An
    Introduction to the Bootstrap, 1993), with one more pair that differs to either side, as Agresti & Min
    have it (Statistics in Medicine 24 (2005)), so that no doubt is left nowhere.

    Two models that were trained on equally good labels differ, as each learned from other mistakes. Where
    what is compared is what models were trained on, that is doubt as well: the variance is taken for
    1 + n_test / n_train times as large (Nadeau & Bengio, Inference for the generalization error, Machine
    Learning 52 (2003)), which widens the interval and raises the p-value alike.

    Parameters
    ----------
    one, other : ndarray of shape (n,), in [0, 1]
        How far each is right on each record.
    pi : ndarray of shape (n,), in (0, 1]
    groups : ndarray of shape (n,), codes
    margin : so large a difference is worth knowing of: `more` is asked to tell it.
    trained_on : so many records each model was trained on; None where no model stands for its training.

    >>> right = np.array([1.0] * 18 + [0.0] * 22)
    >>> found = compare(right, np.zeros(40), np.ones(40), np.arange(40), 0.05)
    >>> round(found.difference, 2), found.low > 0, found.only_one, round(found.mcnemar, 6)
    (0.45, True, 18, 8e-06)
    """
    n = len(one)
    if not n:
        return Paired(0, 0, 0.0, 0.0, 0.0, -1.0, 1.0, 0, 0, 1.0, 1.0, None)
    w = 1 / pi / (1 / pi).mean()
    of = one - other
    codes = np.unique(groups, return_inverse=True)[1]
    sums, sizes = (np.bincount(codes, x).astype(np.float64) for x in (w * of, w))
    difference = float(sums.sum() / sizes.sum())
    rng = np.random.default_rng(seed)
    wider = 1.0 if trained_on is None else sqrt(1 + n / max(trained_on, 1))
    low, high = (difference + (x - difference) * wider for x in _interval(sums, sizes, rng))
    only_one, only_other = int((of > 0).sum()), int((of < 0).sum())
    differ = only_one + only_other
    mcnemar = float(stats.binomtest(only_one, differ).pvalue) if differ else 1.0
    return Paired(
        records=n,
        groups=len(sums),
        one_right=float(np.average(one, weights=w)),
        other_right=float(np.average(other, weights=w)),
        difference=difference,
        low=min(low, difference),
        high=max(high, difference),
        only_one=only_one,
        only_other=only_other,
        mcnemar=mcnemar,
        p=_raised(_p_value(sums, rng), wider),
        more=_more(n, difference, (high - low) / 2, margin),
    )


def _interval(sums: Floats, sizes: Floats, rng: np.random.Generator) -> tuple[float, float]:
    """Of the weighted mean difference, over draws of as many groups."""
    usual = float(sizes.mean())
    sums, sizes = np.append(sums, [usual, -usual]), np.append(sizes, [usual, usual])
    means, n = [], len(sums)
    for _ in range(0, DRAWS, step := max(1, min(DRAWS, AT_ONCE // n))):
        drawn = rng.multinomial(n, np.full(n, 1 / n), size=step)
        means.append((drawn @ sums) / (drawn @ sizes))
    low, high = np.quantile(np.concatenate(means), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _p_value(sums: Floats, rng: np.random.Generator) -> float:
    """Two-sided: how often the sum is as far from zero if each group is turned by chance."""
    some = sums[np.abs(sums) > 1e-12]
    if not len(some):
        return 1.0
    far = abs(float(some.sum())) - 1e-9
    if np.ptp(np.abs(some)) < 1e-12:  # all weigh the same: McNemar's test
        return float(stats.binomtest(int((some > 0).sum()), len(some)).pvalue)
    if len(some) <= FEW:
        turned = np.array(list(product((-1.0, 1.0), repeat=len(some)))) @ some
        return float((np.abs(turned) >= far).mean())
    as_far = done = 0
    for _ in range(0, DRAWS, step := max(1, min(DRAWS, AT_ONCE // len(some)))):
        turned = (rng.integers(0, 2, (step, len(some))) * 2 - 1) @ some
        as_far, done = as_far + int((np.abs(turned) >= far).sum()), done + step
    return (as_far + 1) / (done + 1)


def _raised(p: float, wider: float) -> float:
    """A two-sided p-value, where the standard error is so many times as large.

    >>> round(_raised(0.05, 1.0), 3), round(_raised(0.05, 2.0), 3)
    (0.05, 0.327)
    """
    return float(2 * stats.norm.sf(stats.norm.isf(p / 2) / wider)) if wider > 1 else p


def _more(n: int, difference: float, reach: float, margin: float) -> int | None:
    """About so many more records: the interval then leaves out zero, or all that is beyond the margin.

    >>> _more(100, 0.05, 0.1, 0.05), _more(100, 0.0, 0.1, 0.05), _more(100, 0.2, 0.1, 0.05)
    (300, 300, 0)
    """
    aims = [abs(difference), margin - abs(difference)]
    needed = [ceil(n * ((reach / aim) ** 2 - 1)) for aim in aims if aim * 316 > reach]
    least = min((max(0, each) for each in needed), default=MAX_MORE + 1)
    return least if least <= MAX_MORE else None
