"""How text is set in a terminal or a pipe: columns that fit, lines that wrap, nothing cut off.

Widths are in cells, as terminals count them. What people wrote is text: control characters, which
could move the cursor or colour the screen, are shown as `�`.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

GAP = 2
INDENT = "  "
NARROWEST = 40
"""Below so many cells nothing is wrapped: the terminal does it no worse."""


def plain(value: object) -> str:
    r"""What people wrote, on one line.

    >>> plain("two\nlines \x1b[31mred")
    'two ⏎ lines �[31mred'
    """
    text = re.sub(r"\s*[\r\n]+\s*", " ⏎ ", str(value))
    return "".join(" " if c == "\t" else "�" if _controls(c) else c for c in text)


def _controls(character: str) -> bool:
    """Also what turns the direction of reading round."""
    kind = unicodedata.category(character)
    return (
        kind in ("Cc", "Cs")
        or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def table(header: Sequence[str], rows: Sequence[Sequence[object]], width: int) -> Iterator[str]:
    """Rows under a header; the first column is text, the others are set to the right.

    Nothing is cut: where the first cell leaves no room for the others, it has a line of its own.

    >>> rows = [("shop/fruit", 120, 7), ("a/very-long-name-indeed", 3, 0)]
    >>> print("\\n".join(table(("dataset", "answers", "open"), rows, 30)))
    dataset          answers  open
    shop/fruit           120     7
    a/very-long-name-indeed
                           3     0
    """
    cells = [[plain(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*(r[1:] for r in cells), strict=True)]
    room = width - sum(GAP + each for each in widths)
    fitting = [cell_len(row[0]) for row in cells if cell_len(row[0]) <= room]
    first = max(fitting, default=0)
    if len(fitting) < len(cells):  # so that the longest may still stand above
        first = max(first, room)
    for name, *rest in cells:
        figures = "".join(
            " " * (GAP + most - cell_len(cell)) + cell
            for cell, most in zip(rest, widths, strict=True)
        )
        if cell_len(name) <= first:
            yield (name + " " * (first - cell_len(name)) + figures).rstrip()
        else:
            yield name
            yield " " * first + figures


def wrapped(text: str, width: int, indent: str = "", hanging: str = "") -> Iterator[str]:
    """Lines of at most `width` cells, broken at blanks; words longer than that are left whole.

    >>> list(wrapped("one two three", 9, "- ", "  "))
    ['- one two', '  three']
    """
    if width < NARROWEST and cell_len(text) > width and not indent:
        yield text
        return
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=hanging or indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from lines or [indent.rstrip()]


def entry(name: str, text: str, width: int, names: int) -> Iterator[str]:
    """A line of a list of names and what they are, the latter wrapped beside the former."""
    yield from wrapped(text, width, f"{INDENT}{name:<{names}}  ", " " * (len(INDENT) + names + 2))
