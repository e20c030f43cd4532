"""What changed between versions as a picture, and what those hear who cannot see it. Pure.

How charts are drawn is `heat_map`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from argilla_distill.domain.versions.difference import Move
from argilla_distill.domain.wording import brief, many
from argilla_distill.domain.wording import count as counted
from argilla_distill.plugin.pages.charts.heat_map import Cell, heat_map

NO_LABEL = "no label"

MAX_LABELS = 12
"""So many labels have a row and a column."""


def moved(moves: Sequence[Move]) -> Markup:
    """Which label (row) became which (column). Off the diagonal, the stronger the more of them.

    >>> picture = moved([Move("yes", "yes", 90), Move("yes", "no", 6), Move(None, "no", 4)])
    >>> 'title="yes, now no: 6 records"' in picture, "no label" in picture
    (True, True)
    """
    labels = _labels(moves)
    counts = {(m.was, m.now): m.count for m in moves}
    most = max((n for (was, now), n in counts.items() if was != now), default=1)
    same = max((n for (was, now), n in counts.items() if was == now), default=1)

    def cell(was: str | None, now: str | None) -> Cell | None:
        count = counts.get((was, now), 0)
        if not count:
            return None
        records = many(count, "record")
        if was == now:
            text = f"still {_name(was)}: {records}"
            return Cell(0.5 * count / same, _figure(count), True, text)
        text = f"{_name(was)}, now {_name(now)}: {records}"
        return Cell(count / most, _figure(count), False, text)

    cells = [[cell(was, now) for now in labels] for was in labels]
    names = [_name(label) for label in labels]
    return heat_map("Records by the label that was and is", "was ↓ is now →", names, names, cells)


def left_out(moves: Sequence[Move]) -> int:
    """How many records are not in the picture, as their labels are too many."""
    shown = set(_labels(moves))
    return sum(m.count for m in moves if m.was not in shown or m.now not in shown)


def _labels(moves: Sequence[Move]) -> list[str | None]:
    """The labels that are in most of the changes, then in most records; no label comes last."""
    weight: Counter[str | None] = Counter()
    for move in moves:
        weight[move.was] += move.count
        weight[move.now] += move.count + (move.was != move.now) * 10**9
    ranked = sorted((n for n in weight if n is not None), key=lambda n: (-weight[n], n))
    shown: list[str | None] = [*sorted(ranked[:MAX_LABELS])]
    return [*shown, None] if None in weight else shown


def _name(label: str | None) -> str:
    return NO_LABEL if label is None else label


def _figure(number: int) -> str:
    """A number as a cell has room for."""
    return counted(number) if number < 100_000 else brief(number)
