"""How many independent votes several annotators are worth who err together.

Annotators who are wrong on the same records add less than their number: the mean of n votes with correlation
r̄ between errors has the variance of n_eff independent ones::

    n_eff = n / (1 + (n - 1) · r̄)

the design effect of Kish, Survey Sampling (1965). r̄ is the mean of Pearson's correlations between the errors
(0 or 1) of every two, over the records that both answered, weighted by their number. It is never taken for
less than 0: with few records chance makes errors seem to avoid each other.

Where the truth is itself what people say, their mistakes look like errors that all annotators share: the
worth is then rather too low.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats

LEVEL = 0.9

BLOCKS = 20
"""The interval is a jackknife's, which leaves out each of so many parts of the records in turn."""

MIN_SHARED = 30
"""Two annotators are compared on so many records at least."""


@dataclass(frozen=True)
class PanelWorth:
    """Attributes
    ----------
    annotators : int
    worth, low, high : float
        n_eff, and the interval that holds it with probability 0.9.
    correlation : float
        r̄.
    records : int
        Those on which at least two were compared.
    """

    annotators: int
    worth: float
    low: float
    high: float
    correlation: float
    records: int


def panel_worth(
    record: AnyInts, annotator: AnyInts, wrong: Floats, n_annotators: int
) -> PanelWorth | None:
    """What they are worth; None where no two of them share records enough, or none ever errs.

    Parameters
    ----------
    record, annotator : ndarray of shape (n_votes,), both from 0; one vote a record and annotator
    wrong : ndarray of shape (n_votes,)
        1 where the vote is wrong, 0 where it is right.

    Two who are always wrong together are worth one.

    >>> wrong = np.tile(np.arange(100) % 5 == 0, 2).astype(float)
    >>> found = panel_worth(np.tile(np.arange(100), 2), np.repeat([0, 1], 100), wrong, 2)
    >>> round(found.worth, 2), round(found.correlation, 2)
    (1.0, 1.0)
    """
    rows, place = np.unique(record, return_inverse=True)
    n_records = len(rows)
    there, errors = np.zeros((n_records, n_annotators)), np.zeros((n_records, n_annotators))
    there[place, annotator], errors[place, annotator] = 1.0, wrong
    # neighbours in a dataset are alike, so that blocks are dealt out in turn
    block = np.arange(n_records) % BLOCKS
    parts = np.stack([_sums(there[block == b], errors[block == b]) for b in range(BLOCKS)])
    whole = parts.sum(axis=0)
    mean = _correlation(whole)
    if mean is None:
        return None
    without = [_correlation(whole - part) for part in parts]
    known = np.array([each for each in without if each is not None])
    spread = np.sqrt(np.square(known - known.mean()).sum() * (len(known) - 1) / len(known))
    reach = float(stdtrit(max(len(known) - 1, 1), (1 + LEVEL) / 2) * spread)
    n = n_annotators
    worth, low, high = (_worth(n, r) for r in (mean, mean + reach, mean - reach))
    compared = int((there.sum(axis=1) >= 2).sum())
    return PanelWorth(n, worth, low, high, mean, compared)


def _worth(n: int, correlation: float) -> float:
    return float(n / (1 + (n - 1) * min(max(correlation, 0.0), 1.0)))


def _sums(there: Floats, errors: Floats) -> Floats:
    """Of every two: records both answered, errors of the one, of the other, of both; shape (4, n, n)."""
    return np.stack([there.T @ there, errors.T @ there, there.T @ errors, errors.T @ errors])


def _correlation(sums: Floats) -> float | None:
    """The mean of all pairs with records enough in which both err sometimes, and not always."""
    n, one, other, both = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = both / n - one / n * (other / n)
        scale = np.sqrt(one / n * (1 - one / n) * (other / n) * (1 - other / n))
        r = covariance / scale
    some = np.triu(np.ones_like(n, dtype=bool), 1) & (n >= MIN_SHARED) & (scale > 1e-9)
    return float(np.average(r[some], weights=n[some])) if some.any() else None
