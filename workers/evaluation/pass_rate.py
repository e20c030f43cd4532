"""How many of a model's outputs pass, from the sample that was annotated.

Each output that was taken counts for those that nearly repeat it, and 1/π times, with the π of its draw
(`priority_sampling`). Where a small model of texts foretold of every output how probable it is to pass, that
sharpens the figure: PPI++, see `engine.measures.audit_estimate`, which also makes the interval, held 9 in
10 times.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.measures.audit_estimate import Estimate, share


def pass_rate(
    passed: Floats,
    pi: Floats,
    alike: Floats,
    predicted: Ints,
    population: Sequence[int],
    groups: Ints | None = None,
) -> Estimate | None:
    """The share of all outputs that pass; None where none was looked at.

    Parameters
    ----------
    passed : ndarray of shape (n,), 1.0 where the output passes and 0.0 where it does not
    pi : ndarray of shape (n,), in (0, 1]
    alike : ndarray of shape (n,), for so many near-identical outputs each stands
    predicted : ndarray of shape (n,), how probable it seemed, in steps from 0 to len(population) - 1
    population : of all outputs, how many are in each step; empty where nothing was foretold.
    groups : ndarray of shape (n,), of what is not independent; None: all are.

    >>> found = pass_rate(np.array([1.0, 0.0]), np.array([0.5, 0.1]), np.ones(2), np.zeros(2, int), ())
    >>> round(found.value, 3)                          # 2 that pass for 10 that do not
    0.167
    """
    weight = alike / pi
    if not population:
        return share(passed, 1 / weight, np.zeros(len(passed)), np.zeros(1), groups)
    steps = np.arange(len(population)) / (len(population) - 1)
    return share(passed, 1 / weight, steps[predicted], np.repeat(steps, population), groups)
