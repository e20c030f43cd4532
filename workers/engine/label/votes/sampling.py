"""Some of the records, the same ones whatever order votes came in."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

ENOUGH = 100_000
"""About so many votes tell what is to be told of a whole crowd."""


def codes(records: Sequence[str]) -> NDArray[np.uint32]:
    """A number for each record, by its name: as good as random, and always the same.

    >>> (codes(["r1", "r2", "r3"]) == codes(["r3", "r2", "r1"])[::-1]).all()
    np.True_
    """
    names = (crc32(name.encode()) for name in records)
    found = np.fromiter(names, np.uint32, len(records))
    return (found * np.uint32(2654435761)) >> np.uint32(8)  # names count on, this does not (Knuth)


def sampled(code: NDArray[np.uint32], n_votes: int) -> NDArray[np.bool_]:
    """Whether a record is among those with about ENOUGH votes; with fewer votes all are.

    Parameters
    ----------
    code : ndarray of shape (n_records,), as `codes` returns it; whether it is odd has no part in it
    """
    return np.asarray(code // 2 % max(n_votes // ENOUGH, 1) == 0, np.bool_)
