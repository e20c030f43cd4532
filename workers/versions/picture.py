"""The labels of a version as a picture: `labels.svg`, which its card shows.

Drawn with nothing but shapes and text, whose colours can be read on white and on black: whoever shows a
card may strip styles.
"""

from __future__ import annotations

from html import escape

from argilla_distill.domain.versions.labels import LabelBar, label_bars
from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion

PICTURE = "labels.svg"

WIDTH, LINE, GAP = 720, 24, 18
"""Pixels: of the whole, from bar to bar, between questions."""

NAMES, NUMBERS = 200, 130
"""Pixels for labels, and for numbers."""

MAX_NAME = 26
"""Characters of a label."""

INK, FILL, OPEN, TRACK = "#768086", "#1f8074", "#a0a7ab", "#8a939833"


def picture(manifest: Manifest) -> str:
    """The picture, as SVG; "" where no question has a few labels."""
    asked = [q for q in manifest.questions if q.labels]
    if not asked:
        return ""
    parts, y = [], 0
    for question in asked:
        drawn, y = _question(question, manifest.records, y)
        parts += drawn
    described = "; ".join(_described(question, manifest.records) for question in asked)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" '
        f'viewBox="0 0 {WIDTH} {y}" role="img" font-family="system-ui, sans-serif" font-size="14">\n'
        f"<title>Labels of {escape(_line(manifest.name))}</title>\n<desc>{escape(_line(described))}</desc>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _question(question: VersionQuestion, records: int, y: int) -> tuple[list[str], int]:
    bars = label_bars(question, records)
    longest = max(bar.share for bar in bars) or 1.0
    parts = [
        f'<text x="0" y="{y + 16}" fill="{INK}" font-weight="600">{_cut(question.name)}</text>'
    ]
    for n, bar in enumerate(bars):
        top = y + (n + 1) * LINE
        parts += _bar(bar, bar.share / longest, top)
    return parts, y + (len(bars) + 1) * LINE + GAP


def _bar(bar: LabelBar, length: float, top: int) -> list[str]:
    room = WIDTH - NAMES - NUMBERS
    fill = FILL if bar.kind == "label" else OPEN
    number = f"{bar.count:,} · {bar.share:.1%}"
    return [
        f'<text x="{NAMES - 10}" y="{top + 16}" fill="{INK}" text-anchor="end">{_cut(bar.label)}</text>',
        f'<rect x="{NAMES}" y="{top + 4}" width="{room}" height="15" rx="3" fill="{TRACK}"/>',
        f'<rect x="{NAMES}" y="{top + 4}" width="{max(2, round(room * length))}" height="15" rx="3" '
        f'fill="{fill}"/>',
        f'<text x="{WIDTH}" y="{top + 16}" fill="{INK}" text-anchor="end">{number}</text>',
    ]


def _described(question: VersionQuestion, records: int) -> str:
    bars = ", ".join(f"{b.label} {b.share:.0%}" for b in label_bars(question, records))
    return f"{question.name}: {bars}"


def _cut(text: str) -> str:
    """A name on one line.

    >>> _cut("a <b>"), _cut("x" * 30)
    ('a &lt;b&gt;', 'xxxxxxxxxxxxxxxxxxxxxxxxx…')
    """
    line = _line(text)
    return escape(line if len(line) <= MAX_NAME else f"{line[: MAX_NAME - 1]}…")


def _line(text: str) -> str:
    """Without what XML does not take."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
