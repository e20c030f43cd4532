"""The scale of a rating question: as it was named, or as it shows in the ratings.

Other types' cells are `workers.files.cells`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.files.cells import MAX_LISTED

LARGEST_SCALE = range(11)
"""What Argilla's rating questions can be made of."""

CHANCE = 0.001
"""How improbable it has to be by chance that all ratings are on a scale with larger steps."""


def on_scale(value: float, scale: Sequence[float]) -> float:
    """The rating itself. Raises BadValue if it is not on the scale."""
    if scale and value not in scale:
        points = ", ".join(map(str, scale[:MAX_LISTED])) + (
            ", …" if len(scale) > MAX_LISTED else ""
        )
        raise BadValue(f"{value} is not one of {points} (see --labels)")
    return value


def scale_of(ratings: Iterable[float], n: int = 0) -> tuple[float, ...]:
    """What Argilla's scale would be, or one with half steps; empty if these are no values of any.

    Where the ratings leave values out between them, such as 0, 5, 10, the scale does so as well if
    there are too many of them for chance: on a scale with steps so many times as small, n ratings
    keep to the larger steps with probability ``times ** (1 - n)``.

    Parameters
    ----------
    ratings : all that were given, each once
    n : how often any was given

    >>> scale_of([2, 4]), scale_of([2, 400]), scale_of([2, 3.5]), scale_of([0, 5, 10], 6)
    ((2, 3, 4), (), (2, 2.5, 3, 3.5), (0, 5, 10))
    """
    given = {2 * rating for rating in ratings}
    if not given <= set(range(2 * max(LARGEST_SCALE) + 1)):
        return ()
    halves = sorted(map(int, given))
    fine = 1 if any(half % 2 for half in halves) else 2
    step = math.gcd(*(half - halves[0] for half in halves)) or fine
    if (step / fine) ** (1 - n) > CHANCE:
        step = fine
    steps = range(halves[0], halves[-1] + 1, step)
    return tuple(half / 2 if half % 2 else half // 2 for half in steps)
