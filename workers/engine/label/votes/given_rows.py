"""Arrays with a row for each annotator and label, kept without the rows that say nothing.

With hundreds of labels nearly all rows belong to labels that an annotator never gave: kept whole, the
snapshot of a hundred annotators and 500 labels would take more than Redis takes as one value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats


def packed(name: str, array: Floats) -> dict[str, Any]:
    """The rows of `array` that are not all zero, and which they are.

    >>> packed("counts", np.array([[0.0, 0.0], [1.0, 0.0]]))["counts_rows"].tolist()
    [1]
    """
    rows = np.flatnonzero(array.any(axis=1))
    return {name: array[rows], f"{name}_rows": rows, f"{name}_size": len(array)}


def unpacked(name: str, state: Mapping[str, Any]) -> Floats:
    """The inverse of `packed`.

    >>> array = np.array([[0.0, 0.0], [1.0, 0.0]])
    >>> bool((unpacked("a", packed("a", array)) == array).all())
    True
    """
    kept = np.array(state[name], np.float64)
    array = np.zeros((int(state[f"{name}_size"]), kept.shape[1]))
    array[np.array(state[f"{name}_rows"], np.intp)] = kept
    return array
