"""What reviews skipped: records that stand for it when a correction is learned.

Reviews come in an order of their own, hard records first. What is true of them need not be true of
the records that nobody looks at, whose decisions a correction changes all the same.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

STRATA = 10

MAX_RECORDS = 20
"""Records of a stratum that stand for all of it, at most."""


class SkippedPlaces(NamedTuple):
    """Records that were not reviewed, and how much each counts beside a reviewed one.

    Attributes
    ----------
    places : ndarray of shape (n,)
    weight : ndarray of shape (n,)
    """

    places: Ints
    weight: Floats


def skipped(confidence: Floats, reviewed: NDArray[np.bool_], names: list[str]) -> SkippedPlaces:
    """Fill up those strata of confidence that have fewer reviews than a random sample would have.

    With N records and n reviews, a stratum of N[s] and n[s] is filled with records worth
    ``max(0, n · N[s] / N - n[s])``: nothing where reviews were drawn at random, up to n where they
    all are of one stratum (post-stratification: Holt & Smith, JRSS A 142 (1979)).

    Parameters
    ----------
    confidence : ndarray of shape (N,), of the untrained model
    reviewed : ndarray of shape (N,)
    names : the records' ids, which decide who stands for a large stratum, so that their order does
        not

    >>> confidence = np.arange(20) / 20
    >>> found = skipped(confidence, confidence < 0.2, [str(i) for i in range(20)])
    >>> len(found.places), found.weight[0].round(6), found.weight.sum().round(6)
    (16, np.float64(0.2), np.float64(3.2))
    """
    confidence = confidence.round(9)
    cuts = np.quantile(confidence, np.arange(1, STRATA) / STRATA)
    stratum = np.searchsorted(cuts, confidence, side="left")
    size = np.bincount(stratum, minlength=STRATA)
    done = np.bincount(stratum[reviewed], minlength=STRATA)
    missing = done.sum() * size / max(len(confidence), 1) - done
    places, weight = [np.empty(0, np.intp)], [np.empty(0)]
    for s in np.flatnonzero(missing > 0):
        free = np.flatnonzero((stratum == s) & ~reviewed)
        if len(free) > MAX_RECORDS:
            by_name = np.array(sorted(free.tolist(), key=names.__getitem__))
            free = np.sort(
                by_name[np.linspace(0, len(free) - 1, MAX_RECORDS).round().astype(np.intp)]
            )
        places.append(free)
        weight.append(np.full(len(free), missing[s] / max(len(free), 1)))
    return SkippedPlaces(np.concatenate(places), np.concatenate(weight))
