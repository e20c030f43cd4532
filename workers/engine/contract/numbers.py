"""Arrays of numbers, by the names that the engine's signatures use. Shapes stand in docstrings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Ints = NDArray[np.intp]
"""Positions: rows, places, codes of labels. What numpy indexes with."""

ShortInts = NDArray[np.int32]
"""Positions where there is one a vote: half the memory."""

AnyInts = NDArray[np.integer]
"""Whole numbers of any size, where a function only reads them."""
