"""Values with their intervals, one below the other on one scale, as inline SVG: a forest plot. Pure.

Places along the width are percentages and those along the height are pixels, as in `svg`. Each value has its
name and its figures written above it, so that the picture needs no legend and is as narrow as a phone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor

from markupsafe import Markup

ROW = 46
HEADING = 34
FOOT = 24
"""Pixels: the height of a value with its name, of a heading, and of the scale."""

MAX_NAME, MAX_LINE = 14, 44
"""Characters: on a phone names are cut where they and their figures together are longer than it is wide."""

STEPS = (1, 2, 5, 10, 20, 25, 50)
"""Between two ticks, in hundredths."""

MAX_STEPS = 5


@dataclass(frozen=True)
class Spread:
    """A value with the interval that holds it.

    Attributes
    ----------
    name, text : what it is, and its figures.
    sure : whether the interval settles something: its dot is filled then, else hollow.
    mark : another value to hold it against, drawn as a short dashed line; None for none.
    """

    name: str
    text: str
    low: float
    value: float
    high: float
    sure: bool = True
    mark: float | None = None


def forest(
    rows: Sequence[Spread | str],
    ends: tuple[float, float],
    description: str,
    signed: bool = False,
) -> Markup:
    """Values below each other; a text stands as a heading above those that follow.

    Parameters
    ----------
    ends : the scale reaches from the one to the other at least.
    signed : the values are differences: zero is marked, and the scale has signs.

    >>> picture = forest(["labels", Spread("a", "80 %", 0.7, 0.8, 0.9)], (0.7, 0.9), "How often right")
    >>> picture.count("<circle"), ">70 %</text>" in picture, ">labels</text>" in picture
    (1, True, True)
    """
    ticks = scale_of(*ends)
    first, last = ticks[0] / 100, ticks[-1] / 100

    def x(value: float) -> float:
        return round(min(max((value - first) / (last - first), 0.0), 1.0) * 100, 2)

    parts, y = [], 0
    for row in rows:
        if isinstance(row, str):
            parts.append(Markup('<text class="heading" x="0" y="{}">{}</text>').format(y + 22, row))
            y += HEADING
        else:
            parts.append(_row(row, y, x))
            y += ROW
    scale = [
        Markup(
            '<line class="{0}" x1="{1}%" x2="{1}%" y1="0" y2="{2}"/><text x="{1}%" y="{3}">{4}</text>'
        ).format(
            "base" if signed and tick == 0 else "grid",
            x(tick / 100),
            y,
            y + 17,
            _signed(tick) if signed else f"{tick} %",
        )
        for tick in ticks
    ]
    return Markup(
        '<svg class="plot forest" width="100%" height="{}" role="img" aria-label="{}">{}</svg>'
    ).format(y + FOOT, description, Markup("").join([*scale, *parts]))


def _row(row: Spread, y: int, x: Callable[[float], float]) -> Markup:
    middle = y + 30
    mark = Markup("")
    if row.mark is not None:
        mark = Markup('<line class="ideal" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>').format(
            x(row.mark), middle - 9, middle + 9
        )
    return _called(row, y + 16) + Markup(
        '<text class="told" x="100%" y="{}">{}</text>{}'
        '<line class="spread s0" x1="{}%" x2="{}%" y1="{}" y2="{}"/>'
        '<circle class="dot {}" cx="{}%" cy="{}" r="5"/>'
    ).format(
        y + 16,
        row.text,
        mark,
        x(row.low),
        x(row.high),
        middle,
        middle,
        "s0" if row.sure else "open",
        x(row.value),
        middle,
    )


def _called(row: Spread, y: int) -> Markup:
    """The name, and a shorter one beside it that is shown in its place where there is no room."""
    short = shortened(row.name, max(MAX_NAME, MAX_LINE - len(row.text)))
    if short == row.name:
        return Markup('<text class="called" x="0" y="{}">{}</text>').format(y, row.name)
    return Markup(
        '<text class="called roomy" x="0" y="{0}">{1}</text>'
        '<text class="called tight" x="0" y="{0}">{2}</text>'
    ).format(y, row.name, short)


def shortened(name: str, most: int) -> str:
    """A name of so many characters at most, with its end, by which such names differ.

    >>> shortened("judge-with-a-long-name-0.9", 14), shortened("bot-a", 14)
    ('judge-w…me-0.9', 'bot-a')
    """
    if len(name) <= most:
        return name
    half = (most - 1) // 2
    return f"{name[: most - 1 - half]}…{name[-half:]}"


def scale_of(low: float, high: float) -> list[int]:
    """Ticks in hundredths, evenly apart, that reach from `low` to `high`, both in [-1, 1].

    >>> scale_of(0.71, 0.83), scale_of(-0.012, 0.09), scale_of(0.5, 0.5)
    ([70, 75, 80, 85], [-2, 0, 2, 4, 6, 8, 10], [50, 51])
    """
    least, most = floor(low * 100 + 1e-9), ceil(high * 100 - 1e-9)
    for step in STEPS:
        start, stop = floor(least / step), max(ceil(most / step), floor(least / step) + 1)
        if stop - start <= MAX_STEPS + 1 or step == STEPS[-1]:
            return [n * step for n in range(start, stop + 1)]
    raise AssertionError("the last step is the last chance")


def _signed(tick: int) -> str:
    return f"{tick:+d}".replace("-", "−") if tick else "0"
