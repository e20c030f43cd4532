"""Comparisons and runs as pictures, and what those hear who cannot see them. Pure.

How they are drawn is `forest` and `svg`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from argilla_distill.domain.runs.standing import RunStanding
from argilla_distill.domain.versions.contest import Contest
from argilla_distill.domain.versions.subjects import Measured, Rate
from argilla_distill.domain.wording import percent, points, points_reach, reach
from argilla_distill.plugin.pages.charts.forest import Spread, forest

MAX_INTERVALS = 24
"""So many intervals are in one picture, the first; all are in the table."""


def rates(measured: Sequence[Measured]) -> Markup:
    """How often each is right, aspect by aspect; the dashed line is the most frequent answer always.

    >>> some = Measured("labels", (), (Rate("a", 0.8, 0.7, 0.9), Rate("b", 0.6, 0.5, 0.7)))
    >>> said = " ".join(rates([some]).split())
    >>> "a: 80 %, 70 to 90 %; b: 60 %, 50 to 70 %" in said
    True
    """
    rows: list[Spread | str] = []
    for each in measured:
        rows.append(each.aspect)
        rows += [_rate(rate, each.usual) for rate in each.rates]
    drawn = _some(rows)
    every = [row for row in drawn if isinstance(row, Spread)]
    ends = [end for row in every for end in (row.low, row.high)]
    ends += [row.mark for row in every if row.mark is not None]
    return forest(drawn, (min(ends), max(ends)), f"How often each is right. {_in_words(drawn)}.")


def differences(measured: Sequence[Measured]) -> Markup:
    """How much more often the one is right than the other, aspect by aspect."""
    rows: list[Spread | str] = []
    for each in measured:
        rows.append(each.aspect)
        rows += [_difference(contest) for contest in each.contests if not contest.stopped]
    drawn = _some(rows)
    ends = [end for row in drawn if isinstance(row, Spread) for end in (row.low, row.high)]
    reaches = min(0.0, *ends), max(0.0, *ends)
    said = f"How much more often the first is right than the other. {_in_words(drawn)}."
    return forest(drawn, reaches, said, signed=True)


def standing(runs: Sequence[RunStanding]) -> Markup:
    """How often each run is right, as audits tell so far."""
    rows = [
        Spread(
            each.run.name,
            f"{percent(each.right.value)} ({reach(each.right.low, each.right.high)})",
            each.right.low,
            each.right.value,
            each.right.high,
        )
        for each in runs
        if each.right is not None
    ][-MAX_INTERVALS:]
    ends = [end for row in rows for end in (row.low, row.high)]
    return forest(rows, (min(ends), max(ends)), f"How often each run is right. {_in_words(rows)}.")


def _rate(rate: Rate, usual: float | None) -> Spread:
    text = f"{percent(rate.value)} ({reach(rate.low, rate.high)})"
    return Spread(rate.name, text, rate.low, rate.value, rate.high, mark=usual)


def _difference(contest: Contest) -> Spread:
    text = f"{points(contest.difference)} ({points_reach(contest.low, contest.high)})"
    sure = contest.verdict in ("one", "other")
    name = f"{contest.one} − {contest.other}"
    return Spread(name, text, contest.low, contest.difference, contest.high, sure)


def _some(rows: Sequence[Spread | str]) -> list[Spread | str]:
    """As many as there is room for, without a heading at the end."""
    found, values = [], 0
    for row in rows:
        values += isinstance(row, Spread)
        if values > MAX_INTERVALS:
            break
        found.append(row)
    while found and isinstance(found[-1], str):
        found.pop()
    return found


def _in_words(rows: Iterable[Spread | str]) -> str:
    """The same in words: “labels: a: 80 %, 70 to 90 %; …”."""
    so_far, separator = "", ""
    for row in rows:
        if isinstance(row, str):
            so_far, separator = f"{so_far}{separator}{row}: ", ""
        else:
            text = row.text.replace(" (", ", ").replace(")", "")
            so_far, separator = f"{so_far}{separator}{row.name}: {text}", "; "
    return so_far
