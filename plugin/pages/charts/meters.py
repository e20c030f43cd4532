"""Pictures of a single number as inline SVG, as wide as their room: a share, a lean, an interval.

Plots of many numbers are `svg`, whose rules hold here.
"""

from __future__ import annotations

from markupsafe import Markup

HIDDEN = Markup(' aria-hidden="true" focusable="false"')
"""Of pictures whose numbers are written beside them."""


def bar(share: float) -> Markup:
    """A share in [0, 1] of a track.

    >>> 'class="bar" width="25%"' in bar(0.25)
    True
    """
    return Markup(
        '<svg class="meter"{}><rect class="track" width="100%" height="100%" rx="3"/>'
        '<rect class="bar" width="{}%" height="100%" rx="3"/></svg>'
    ).format(HIDDEN, percent(share))


def lean(value: float, most: float) -> Markup:
    """A value in [-most, most], to the left or to the right of the middle.

    >>> 'class="against" x="25%" width="25%"' in lean(-0.1, 0.2)
    True
    """
    width = min(0.5, abs(value) / most / 2) if most else 0.0
    start = 0.5 if value >= 0 else 0.5 - width
    return Markup(
        '<svg class="lean"{}><line x1="50%" x2="50%" y1="0" y2="100%"/>'
        '<rect class="{}" x="{}%" width="{}%" y="3" height="8" rx="1.5"/></svg>'
    ).format(HIDDEN, "for" if value >= 0 else "against", percent(start), percent(width))


def interval(low: float, value: float, high: float) -> Markup:
    """A value with the interval that holds it, all in [0, 1]; quarters of the scale are marked.

    >>> interval(0.5, 0.75, 0.9).count("<circle")
    1
    """
    marks = Markup("").join(
        Markup('<line class="mark" x1="{0}%" x2="{0}%" y1="2" y2="18"/>').format(at)
        for at in (0, 25, 50, 75, 100)
    )
    return Markup(
        '<svg class="interval"{}>{}<rect class="span" x="{}%" width="{}%" y="6" height="8" rx="4"/>'
        '<circle class="dot" cx="{}%" cy="10" r="5"/></svg>'
    ).format(HIDDEN, marks, percent(low), percent(high - low), percent(value))


def scale() -> Markup:
    """What an interval's marks stand for.

    >>> scale().count("<text")
    3
    """
    return Markup(
        '<svg class="scale"{}><text class="first" x="0" y="13">0</text>'
        '<text x="50%" y="13">50</text><text class="last" x="100%" y="13">100 %</text></svg>'
    ).format(HIDDEN)


def percent(share: float) -> float:
    """A share as percent, with the digits that a screen can show."""
    value = round(min(max(share, 0.0), 1.0) * 100, 2)
    return int(value) if value == int(value) else value
