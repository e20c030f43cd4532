"""How sure a correction may be: what audits say of it, which are records that were drawn at random.

Which correction it is, and whether it is used, is `proving`'s.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

USUAL = 15.0
"""1 / variance of what is expected of the power's logarithm: two of three lie within 0.77 and 1.29."""

MOST = 1.5
"""Its logarithm is at most so far from 0."""


def power(log_odds: Floats, true: Ints) -> float:
    """What corrected log-odds of audits are to be multiplied by, so that they are as right as they say.

    A correction learns from reviews that were chosen, so how sure it may be of records that nobody
    would choose is a guess. Audits are such records. With z what the correction says of each (in
    cross-validation), the power t minimises ::

        - Σ log softmax(t z)[true] + USUAL · (log t)² / 2

    which is temperature scaling (Guo et al., On calibration of modern neural networks, ICML (2017))
    with a prior, so that few audits change little and many decide. It never changes what leads.

    Parameters
    ----------
    log_odds : ndarray of shape (n, n_labels), nats, cross-validated
    true : ndarray of shape (n,), codes of the audited labels

    Examples
    --------
    Said to be right 3 times in 4 (odds of 3), and 40 of 40 were, or 20; without any nothing is known.

    >>> said = np.tile([np.log(3), 0.0], (40, 1))
    >>> right = power(said, np.zeros(40, np.intp))
    >>> half = power(said, np.arange(40) % 2)
    >>> round(right, 2), round(half, 2), power(said[:0], np.zeros(0, np.intp))
    (1.87, 0.69, 1.0)
    """
    if not len(true):
        return 1.0
    off = log_odds - log_odds[np.arange(len(true)), true][:, None]  # 0 where it is true

    def loss(log_power: float) -> float:
        z = np.exp(log_power) * off
        most = z.max(axis=1)
        total = most + np.log(np.exp(z - most[:, None]).sum(axis=1))
        return float(total.sum() + USUAL * log_power**2 / 2)

    found = optimize.minimize_scalar(
        loss, bounds=(-MOST, MOST), method="bounded", options={"xatol": 1e-6}
    )
    return float(np.exp(found.x))
