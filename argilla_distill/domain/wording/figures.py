"""How numbers, shares, moments and durations are written, wherever people read them."""

from __future__ import annotations

from datetime import datetime, timezone

SPACE = "\u202f"
"""A narrow space at which no line is broken: no figure loses its sign to the next line."""

SIGN = f"{SPACE}%"
"""Per cent."""


def moment(milliseconds: int, pattern: str = "%d %b %Y, %H:%M:%S UTC") -> str:
    """Ms since the epoch as people read it.

    >>> moment(0)
    '01 Jan 1970, 00:00:00 UTC'
    """
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).strftime(pattern)


def count(number: float) -> str:
    """A count with its thousands set apart.

    >>> count(12345)
    '12,345'
    """
    return f"{number:,.0f}"


def brief(number: float) -> str:
    """A count where there is little room.

    >>> brief(999), brief(1234), brief(45678), brief(2_300_000)
    ('999', '1.2k', '46k', '2.3M')
    """
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            value = number / size
            return f"{value:.0f}{letter}" if value >= 9.95 else f"{value:.1f}{letter}"
    return f"{number:.0f}"


def size(bytes_: float) -> str:
    """What a file takes.

    >>> size(87), size(1234), size(45_600_000), size(2_300_000_000)
    ('87 bytes', '1.2 kB', '46 MB', '2.3 GB')
    """
    for unit, letters in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if bytes_ >= unit:
            value = bytes_ / unit
            return f"{value:.0f} {letters}" if value >= 9.95 else f"{value:.1f} {letters}"
    return f"{bytes_:.0f} bytes"


def many(number: float, one: str, more: str = "") -> str:
    """So many of something.

    >>> many(1, "record"), many(1200, "record"), many(0, "reply", "replies")
    ('1 record', '1,200 records', '0 replies')
    """
    return f"{count(number)} {one if number == 1 else more or one + 's'}"


def figure(number: float | None, digits: int = 2) -> str:
    """A statistic, with a real minus; a dash where there is none.

    >>> figure(0.6149), figure(-0.02), figure(None)
    ('0.61', '−0.02', '–')
    """
    return "–" if number is None else f"{number:.{digits}f}".replace("-", "−")


def points(difference: float) -> str:
    """A difference of two shares in percentage points.

    >>> points(0.053), points(-0.01), points(0.001)
    ('+5 points', '−1 point', '±0 points')
    """
    whole = round(difference * 100)
    sign = "+" if whole > 0 else "−" if whole < 0 else "±"
    return f"{sign}{abs(whole)} {'point' if abs(whole) == 1 else 'points'}"


def reach(low: float, high: float) -> str:
    """An interval of a share, in percent.

    >>> print(reach(0.514, 0.9))
    51 to 90\u202f%
    """
    return f"{low * 100:.0f} to {whole_percent(high)}"


def points_reach(low: float, high: float) -> str:
    """An interval of a difference of two shares, in percentage points.

    >>> points_reach(-0.21, 0.35)
    '−21 to +35'
    """
    ends = (f"{bound * 100:+.0f}".replace("-", "−") for bound in (low, high))
    return " to ".join("0" if end in ("+0", "−0") else end for end in ends)


def span(seconds: float | None) -> str:
    """A duration.

    >>> span(8.4), span(75), span(4000), span(None)
    ('8 s', '75 s', '67 min', '–')
    """
    if seconds is None:
        return "–"
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def percent(probability: float) -> str:
    """A probability to be read; certainty is never claimed by rounding.

    >>> for probability in (0.942, 0.9973, 1.0, 0.004, 0.0):
    ...     print(percent(probability))
    94\u202f%
    99.7\u202f%
    >\u202f99.9\u202f%
    0.4\u202f%
    <\u202f0.1\u202f%
    """
    if probability >= 0.9995 or probability < 0.0005:
        return f">{SPACE}99.9{SIGN}" if probability > 0.5 else f"<{SPACE}0.1{SIGN}"
    fine = probability < 0.01 or probability >= 0.99
    return f"{probability * 100:.{1 if fine else 0}f}{SIGN}"


def whole_percent(share: float) -> str:
    """A share that was counted: none and all are as certain as they are.

    >>> print(whole_percent(0.0), whole_percent(0.514), whole_percent(1.0))
    0\u202f% 51\u202f% 100\u202f%
    """
    return f"{share * 100:.0f}{SIGN}"


def weight(reliability: float) -> str:
    """An expected accuracy, which is stored in hundredths.

    >>> for reliability in (0.86, 1.0, 0.0):
    ...     print(weight(reliability))
    86\u202f%
    >\u202f99\u202f%
    <\u202f1\u202f%
    """
    if 0.005 <= reliability < 0.995:
        return whole_percent(reliability)
    return f">{SPACE}99{SIGN}" if reliability > 0.5 else f"<{SPACE}1{SIGN}"
