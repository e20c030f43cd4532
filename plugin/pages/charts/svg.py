"""Plots of numbers as inline SVG: columns, lines, intervals side by side, a calibration curve.

Pure functions from numbers to markup. Places along the width are percentages and those along the
height are pixels, so that a picture is as wide as its room and its letters stay as large as they are.
Colours are classes of static/style.css: nothing here means anything by colour alone. Whatever people wrote is
escaped. Tables of shaded cells are `heat_map`, pictures of a single number `meters`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from argilla_distill.domain.intervals import share
from argilla_distill.plugin.pages.charts.meters import percent

PLOT = 150
TALL = 240
FOOT = 24
"""Pixels: height of a plot, of one in which a point is a percent or two, and of the names below it."""

MAX_NAMES = 6
"""More names than that do not fit below a plot."""


@dataclass(frozen=True)
class Series:
    """A line: its name and a value for each place, None where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Column:
    """A column: its name, how high it is, and what is written above it."""

    name: str
    value: float
    text: str


def columns(bars: Sequence[Column], description: str) -> Markup:
    """Columns side by side, each with its text above and its name below.

    >>> picture = columns([Column("0", 2, "two"), Column("1", 4, "four")], "How many")
    >>> 'y="95.0" height="71.0"' in picture, picture.count("<text")
    (True, 4)
    """
    most = max((column.value for column in bars), default=0) or 1
    width, top = 100 / max(1, len(bars)), PLOT + 16
    parts = []
    for n, column in enumerate(bars):
        height = round((PLOT - 8) * column.value / most, 1)
        middle = percent((n + 0.5) * width / 100)
        parts.append(
            Markup(
                '<rect class="column" x="{}%" width="{}%" y="{}" height="{}"/>'
                '<text class="of" x="{}%" y="{}">{}</text><text x="{}%" y="{}">{}</text>'
            ).format(
                percent((n + 0.08) * width / 100),
                percent(0.84 * width / 100),
                round(top - height, 1),
                height,
                middle,
                round(top - height - 5, 1),
                column.text,
                middle,
                top + 18,
                column.name,
            )
        )
    base = Markup('<line class="base" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(top)
    return _figure("columns", top + FOOT, description, Markup("").join([*parts, base]))


def lines(
    names: Sequence[str],
    series: Sequence[Series],
    ticks: Sequence[float],
    description: str,
) -> Markup:
    """Lines over the same places, from the lowest tick to the highest; where a value is missing, a gap.

    Names of places are thinned out where they are many.

    >>> picture = lines(["a", "b", "c"], [Series("x", [0.0, None, 1.0])], [0, 1], "A line")
    >>> picture.count("<circle"), picture.count('class="line')
    (2, 0)
    >>> lines(["a", "b"], [Series("x", [0.0, 1.0])], [0, 1], "A line").count('class="line')
    1
    """
    low, high = ticks[0], ticks[-1]

    def y(value: float) -> float:
        return round(PLOT + 8 - (min(max(value, low), high) - low) / (high - low) * (PLOT - 12), 1)

    def x(n: int) -> float:
        return percent((n + 0.5) / max(1, len(names)))

    parts = [_tick(y(tick), f"{tick:g}".replace("-", "−")) for tick in ticks]
    for number, each in enumerate(series):
        known = [(n, v) for n, v in enumerate(each.values) if v is not None]
        for (n, before), (m, after) in pairwise(known):
            if m == n + 1:
                parts.append(
                    Markup('<line class="line s{}" x1="{}%" y1="{}" x2="{}%" y2="{}"/>').format(
                        number, x(n), y(before), x(m), y(after)
                    )
                )
        parts += [
            Markup(
                '<circle class="dot s{}" cx="{}%" cy="{}" r="4"><title>{} {}: {}</title></circle>'
            ).format(number, x(n), y(value), each.name, names[n], f"{value:.2f}")
            for n, value in known
        ]
    parts += [
        Markup('<text x="{}%" y="{}">{}</text>').format(x(n), PLOT + FOOT + 4, names[n])
        for n in _shown(len(names))
    ]
    return _figure("lines", PLOT + FOOT + 10, description, Markup("").join(parts))


def spreads(
    names: Sequence[str],
    points: Sequence[tuple[float, float, float] | None],
    description: str,
    hollow: Collection[int] = (),
) -> Markup:
    """Shares over the same places, each (low, value, high) with the interval that holds it; gaps for None.

    The dots of those that are `hollow`, by their numbers, are so: something is to be known of them.

    >>> picture = spreads(["1", "2"], [(0.6, 0.7, 0.8), None], "Pass rates")
    >>> picture.count("<circle"), picture.count('class="spread')
    (1, 1)
    """

    def y(value: float) -> float:
        return round(TALL + 8 - min(max(value, 0.0), 1.0) * (TALL - 12), 1)

    def x(n: int) -> float:
        return percent((n + 0.5) / max(1, len(names)))

    parts = [_tick(y(tick / 100), f"{tick} %") for tick in (0, 25, 50, 75, 100)]
    known = [(n, point) for n, point in enumerate(points) if point is not None]
    parts += [
        Markup('<line class="ideal" x1="{}%" y1="{}" x2="{}%" y2="{}"/>').format(
            x(n), y(one[1]), x(m), y(other[1])
        )
        for (n, one), (m, other) in pairwise(known)
    ]
    for n, (low, value, high) in known:
        title = f"{names[n]}: {value:.0%}, {low:.0%} to {high:.0%}"
        parts.append(
            Markup(
                '<line class="spread s0" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>'
                '<circle class="dot {5}" cx="{0}%" cy="{3}" r="5"><title>{4}</title></circle>'
            ).format(x(n), y(low), y(high), y(value), title, "open" if n in hollow else "s0")
        )
    parts += [
        Markup('<text x="{}%" y="{}">{}</text>').format(x(n), TALL + FOOT + 4, names[n])
        for n in _shown(len(names))
    ]
    return _figure("curve wide", TALL + FOOT + 10, description, Markup("").join(parts))


def calibration(points: Sequence[tuple[float, float, int]], description: str) -> Markup:
    """Confidence across, share that was right upward, against the line on which both are the same.

    `points` are (confidence, share right, of how many); many make a larger dot, few a longer line through
    it, which holds the share 9 times in 10.

    >>> calibration([(0.5, 0.25, 4), (0.9, 1.0, 12)], "How sure, how right").count('class="dot s0"')
    2
    """
    height = 200
    most = max((count for _, _, count in points), default=1)

    def y(value: float) -> float:
        return round(height - 4 - value * (height - 24), 1)

    parts = [_tick(y(tick / 100), f"{tick} %") for tick in (0, 50, 100)]
    parts.append(Markup('<line class="base" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(y(0)))
    parts.append(
        Markup('<line class="ideal" x1="0" y1="{}" x2="100%" y2="{}"/>').format(y(0), y(1))
    )
    for sure, right, count in points:
        low, high = share(right * count, count)
        parts.append(
            Markup('<line class="spread s0" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>').format(
                percent(sure), y(low), y(high)
            )
        )
    parts += [
        Markup(
            '<circle class="dot s0" cx="{}%" cy="{}" r="{}"><title>{} sure, {} of {} right</title></circle>'
        ).format(
            percent(sure),
            y(right),
            round(4 + 6 * (count / most) ** 0.5, 1),
            f"{sure:.0%}",
            f"{right:.0%}",
            count,
        )
        for sure, right, count in points
    ]
    parts += [
        Markup('<text class="{}" x="{}%" y="{}">{} %</text>').format(place, at, height + 18, at)
        for at, place in ((0, ""), (50, ""), (100, "last"))
    ]
    return _figure("curve", height + FOOT, description, Markup("").join(parts))


def _tick(y: float, text: str) -> Markup:
    """A line across the plot, with its value to the left."""
    return Markup(
        '<line class="grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>'
        '<text class="tick" x="-8" y="{1}">{2}</text>'
    ).format(y, y + 4, text)


def _figure(kind: str, height: int, description: str, inside: Markup) -> Markup:
    return Markup(
        '<svg class="plot {}" width="100%" height="{}" role="img" aria-label="{}">{}</svg>'
    ).format(kind, height, description, inside)


def _shown(count: int) -> list[int]:
    """Which of so many places get their name.

    >>> _shown(3), _shown(13)
    ([0, 1, 2], [0, 3, 6, 9, 12])
    """
    step = -(-count // MAX_NAMES)
    return list(range(0, count, step)) if step else []
