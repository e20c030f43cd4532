"""How sure annotators said they were: a column of numbers, brought into [0, 1].

Numbers beyond 1 (1 … 5, 0 … 100) are divided by the largest. What does not fit to the others, a word
or a 90 among 0.9s, is left out and reported; where that would be more than a few, the column is.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.files.cells import number

FEW = 0.1
"""At most so large a share of the cells may be left out."""

OUTLIER = 10
"""What is so many times as large as the next below it is not on the same scale."""


class Confidence:
    """Takes in a column, cell by cell.

    >>> column = Confidence()
    >>> for line, cell in enumerate(["1", "", "5"], 2):
    ...     column.add(line, cell)
    >>> column.scaled(str)[0]
    array([0.2, nan, 1. ])
    """

    def __init__(self) -> None:
        self.values = array("d")
        self.lines = array("q")
        self._known: dict[str, float] = {"": math.nan}
        self._wrong: list[tuple[int, str]] = []

    def add(self, line: int, cell: str) -> None:
        """Take in the next cell."""
        value = self._known.get(cell)
        if value is None:
            value = self._read(line, cell)
        self.values.append(value)
        self.lines.append(line)

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Leave only some of the rows."""
        self.values = array("d", np.array(self.values)[rows].tobytes())
        self.lines = array("q", np.array(self.lines)[rows].tobytes())

    def scaled(self, place: Callable[[int], str]) -> tuple[NDArray[np.float64] | None, list[str]]:
        """In [0, 1], NaN where it is not known; None if the column cannot be used. And what to tell."""
        values = np.array(self.values)
        n_filled = int(np.isfinite(values).sum()) + len(self._wrong)
        if not n_filled:
            return None, []
        if len(self._wrong) > FEW * n_filled:
            line, why = self._wrong[0]
            return None, [f"{place(line)}: the column confidence is ignored: {why}"]
        notes = [f"{place(line)}: a confidence is left out: {why}" for line, why in self._wrong[:3]]
        if len(self._wrong) > 3:
            notes.append(f"{len(self._wrong) - 3} more confidences are left out")
        strange = _strange(values)
        if strange.any():
            first = int(np.flatnonzero(strange)[0])
            cell = f"{values[first]:g} does not fit to the others"
            if strange.sum() > FEW * n_filled:
                return None, [
                    f"{place(self.lines[first])}: the column confidence is ignored: {cell}"
                ]
            more = f", and {strange.sum() - 1} more" if strange.sum() > 1 else ""
            notes.append(f"{place(self.lines[first])}: a confidence is left out: {cell}{more}")
            values[strange] = math.nan
        largest = float(np.nanmax(values, initial=1.0))
        return values / largest, notes

    def _read(self, line: int, cell: str) -> float:
        try:
            value = float(number(cell)) if cell.strip() else math.nan
            if value < 0:
                raise BadValue(f"{cell!r} is negative")
        except BadValue as error:
            self._wrong.append((line, str(error)))
            return math.nan
        self._known[cell] = value
        return value


def _strange(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of them are not on the scale of the others; the fewer ones are."""
    fractions: NDArray[np.bool_] = (values > 0) & (values < 1)
    beyond: NDArray[np.bool_] = values > 1
    if fractions.any() and beyond.any():
        if fractions.sum() >= beyond.sum():
            return beyond
        whole = np.floor(values[beyond]) == values[beyond]
        if whole.all():
            return fractions
    each = np.unique(values[beyond])
    jumps = np.flatnonzero(each[1:] >= OUTLIER * each[:-1])
    if len(jumps):
        high: NDArray[np.bool_] = values >= each[jumps[-1] + 1]
        if high.sum() <= FEW * np.isfinite(values).sum():
            return high
    return np.zeros(len(values), bool)
