"""Tables whose cells are shaded by their numbers: confusion matrices, and who confuses what.

Real tables, with heads for rows and columns and a number in each cell: they can be read aloud, and
are wide where there are many labels (their room scrolls). Pure; shades are classes of
static/style.css, which also choose the ink for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

SHADES = 8
"""How many shades there are above none."""


@dataclass(frozen=True)
class Cell:
    """One cell: how dark in [0, 1], what is written in it, and whether it is on the good side."""

    shade: float
    text: str
    good: bool = False
    title: str = ""


def heat_map(
    caption: str,
    corner: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Cell | None]],
) -> Markup:
    """The table. `cells[row][column]` is None where there is nothing to say.

    >>> table = heat_map("c", "right ↓ said →", ["a"], ["a", "b"], [[Cell(0.9, "90"), None]])
    >>> '<td class="wrong h7">90</td><td></td>' in table
    True
    """
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in columns)
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(name, Markup("").join(map(_cell, row)))
        for name, row in zip(rows, cells, strict=True)
    )
    return Markup(
        '<div class="scroll" tabindex="0" role="group" aria-label="{0}"><table class="heat">'
        '<caption class="sr">{0}</caption><thead><tr><td class="corner">{1}</td>{2}</tr></thead>'
        "<tbody>{3}</tbody></table></div>"
    ).format(caption, corner, heads, body)


def _cell(cell: Cell | None) -> Markup:
    if cell is None:
        return Markup("<td></td>")
    kind = f"{'right' if cell.good else 'wrong'} h{shade(cell.shade)}"
    title = Markup(' title="{}"').format(cell.title) if cell.title else ""
    return Markup('<td class="{}"{}>{}</td>').format(kind, title, cell.text)


def shade(share: float) -> int:
    """The shade of a share in [0, 1]: none for nothing, at least the lightest for something.

    >>> [shade(x) for x in (0.0, 0.001, 0.5, 1.0)]
    [0, 1, 4, 8]
    """
    return 0 if share <= 0 else min(SHADES, max(1, round(share * SHADES)))
