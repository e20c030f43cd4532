"""Line charts as SVG, readable on light and on dark pages; nothing but text is needed to draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

WIDTH, HEIGHT = 440, 400
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 44, 52
LEGEND = 20
"""Pixels: of a panel, its margins, and a line of the legend."""

STYLE = """
    .bg { fill: #ffffff } text { fill: #1f2328 } .dim { fill: #59636e; font-size: 12.5px }
    .b { font-weight: 600 } .grid { stroke: #d1d9e0; stroke-width: 1 } .axis { stroke: #59636e }
    .s { fill: none; stroke-width: 2.2 } .m { stroke: none }
    .c0 { stroke: #0969da; fill: #0969da } .c1 { stroke: #8250df; fill: #8250df }
    .c2 { stroke: #bc4c00; fill: #bc4c00 } .c3 { stroke: #59636e; fill: #59636e } .s { fill: none }
    @media (prefers-color-scheme: dark) {
      .bg { fill: #0d1117 } text { fill: #e6edf3 } .dim { fill: #9da7b1 } .grid { stroke: #30363d }
      .axis { stroke: #9da7b1 } .c0 { stroke: #58a6ff; fill: #58a6ff }
      .c1 { stroke: #bc8cff; fill: #bc8cff } .c2 { stroke: #f0883e; fill: #f0883e }
      .c3 { stroke: #9da7b1; fill: #9da7b1 } .s { fill: none }
    }"""

DASHES = ("", "", "7 4", "2 4")
"""One for each color, so that no line is recognised by its color alone."""


@dataclass(frozen=True)
class Line:
    """One series. `sizes` in [0, 1] are those of its dots; without them there are small dots."""

    name: str
    points: Sequence[tuple[float, float]]
    color: int
    sizes: Sequence[float] = ()


@dataclass(frozen=True)
class Panel:
    """One pair of axes: ticks are where they are, and how they are written."""

    title: str
    x_title: str
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    lines: Sequence[Line]
    diagonal: bool = False


def drawing(title: str, description: str, panels: Sequence[Panel]) -> str:
    """The panels beside one another, and one legend below.

    >>> ticks = [(0.0, "0"), (1.0, "1")]
    >>> panel = Panel("t", "x", ticks, ticks, [Line("a < b", [(0.0, 0.5), (1.0, 1.0)], 0)])
    >>> "a &lt; b" in drawing("t", "d", [panel])
    True
    """
    names = list(dict.fromkeys((line.name, line.color) for p in panels for line in p.lines))
    width, rows = WIDTH * len(panels), -(-len(names) // len(panels))
    height = HEIGHT + LEGEND * rows + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'aria-labelledby="t d" font-family="system-ui, -apple-system, \'Segoe UI\', Roboto, '
        '\'DejaVu Sans\', sans-serif" font-size="14">',
        f'  <title id="t">{escape(title)}</title>\n  <desc id="d">{escape(description)}</desc>',
        f"  <style>{STYLE}\n  </style>",
        f'  <rect class="bg" width="{width}" height="{height}" rx="10"/>',
    ]
    for n, panel in enumerate(panels):
        parts += [f'  <g transform="translate({WIDTH * n} 0)">', *_panel(panel), "  </g>"]
    for n, (name, color) in enumerate(names):
        x, y = LEFT + WIDTH * (n // rows), HEIGHT + LEGEND * (n % rows) + 6
        parts.append(_stroke(color, f"M{x} {y}h34"))
        parts.append(f'  <circle class="m c{color}" cx="{x + 17}" cy="{y}" r="4"/>')
        parts.append(f'  <text x="{x + 44}" y="{y + 5}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel) -> list[str]:
    x0, x1 = panel.x_ticks[0][0], panel.x_ticks[-1][0]
    y0, y1 = panel.y_ticks[0][0], panel.y_ticks[-1][0]

    def place(point: tuple[float, float]) -> tuple[float, float]:
        across = (point[0] - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT)
        up = (point[1] - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM)
        return round(LEFT + across, 1), round(HEIGHT - BOTTOM - up, 1)

    parts = [f'    <text class="b" x="{LEFT}" y="26">{escape(panel.title)}</text>']
    for at, word in panel.y_ticks:
        y = place((x0, at))[1]
        parts.append(f'    <path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
        parts.append(
            f'    <text class="dim" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{word}</text>'
        )
    bottom = HEIGHT - BOTTOM
    for at, word in panel.x_ticks:
        x = place((at, y0))[0]
        parts.append(f'    <path class="axis" d="M{x} {bottom}v5"/>')
        parts.append(
            f'    <text class="dim" x="{x}" y="{bottom + 20}" text-anchor="middle">{word}</text>'
        )
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(f'    <path class="axis" d="M{LEFT} {bottom}H{WIDTH - RIGHT}"/>')
    parts.append(
        f'    <text class="dim" x="{middle}" y="{bottom + 40}" text-anchor="middle">'
        f"{escape(panel.x_title)}</text>"
    )
    if panel.diagonal:
        (xa, ya), (xb, yb) = place((x0, x0)), place((x1, x1))
        parts.append(f'    <path class="axis" stroke-dasharray="3 3" d="M{xa} {ya}L{xb} {yb}"/>')
    for line in panel.lines:
        dots = [place(point) for point in line.points]
        parts.append(_stroke(line.color, "M" + "L".join(f"{x} {y}" for x, y in dots)))
        for n, (x, y) in enumerate(dots):
            r = round(2 + 9 * sqrt(line.sizes[n]), 1) if line.sizes else 3.5
            parts.append(f'    <circle class="m c{line.color}" cx="{x}" cy="{y}" r="{r}"/>')
    return parts


def _stroke(color: int, path: str) -> str:
    dash = f' stroke-dasharray="{DASHES[color]}"' if DASHES[color] else ""
    return f'    <path class="s c{color}"{dash} d="{path}"/>'
