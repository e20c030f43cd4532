"""What comparisons imply: the order of items that nobody contradicts, compared or not.

Items are numbers here, as in `workers.engine.composite.ranking.order`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats

Relation = NDArray[np.bool_]
"""``relation[a, b]``: whether it holds of item a and item b."""


def implied(over: NDArray[Any], level: NDArray[Any]) -> Relation:
    """Which items come before which, by comparisons that nobody contradicts, and what follows.

    If a is only ever put before b, and b only ever before c, then a comes before c. It does not
    follow where most votes lead back from c to a, over whatever other items.

    Parameters
    ----------
    over : ndarray of shape (n_items, n_items)
        ``over[a, b]``: how many put a before b.
    level : ndarray of shape (n_items, n_items), symmetric
        How many put them level.

    >>> over = np.zeros((3, 3))
    >>> over[0, 1] = over[1, 2] = 1
    >>> implied(over, np.zeros((3, 3)))[0].tolist()
    [False, True, True]
    >>> over[2, 0] = 1  # a cycle
    >>> bool(implied(over, np.zeros((3, 3))).any())
    False
    """
    weakly = ((over > 0) | (level > 0)) & (over.T == 0)
    strictly = weakly & (level == 0)
    follows = _closure(weakly)
    before = _product(_product(follows, strictly), follows)
    back = _closure(weakly | (over > over.T))
    return before & ~back.T


def surest_paths(before: Floats, links: Relation) -> Floats:
    """For every two items the best path of links from one to the other: its weakest link; 0: none.

    >>> before = np.array([[0, 0.9, 0], [0.1, 0, 0.7], [0, 0.3, 0]])
    >>> float(surest_paths(before, before > 0.5)[0, 2])
    0.7
    """
    surest = np.where(links, before, 0.0)
    for k in range(len(surest)):
        np.maximum(surest, np.minimum(surest[:, k, None], surest[None, k]), out=surest)
    return surest


def _closure(relation: Relation) -> Relation:
    """The relation with what follows from it, each item being related to itself."""
    found = relation | np.eye(len(relation), dtype=bool)
    while True:
        more = _product(found, found)
        if (more == found).all():
            return found
        found = more


def _product(one: Relation, other: Relation) -> Relation:
    return np.asarray(one.astype(np.float32) @ other.astype(np.float32) > 0, np.bool_)
