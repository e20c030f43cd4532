"""Reports as pictures: which chart shows what, and what those hear who cannot see it.

Pure. How charts are drawn is `charts` and `heat_map`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from argilla_distill.domain.audited import AuditBin
from argilla_distill.domain.report import AnnotatorReport, Bin, Pair, Period, QuestionReport
from argilla_distill.domain.wording import brief, figure, many
from argilla_distill.plugin.pages.charts.heat_map import Cell, heat_map
from argilla_distill.plugin.pages.charts.svg import Column, Series, calibration, columns, lines

LEFT_OUT = "left out"

MAX_LABELS = 12
"""So many labels have a row and a column in a picture of who confuses what."""


def confidences(bins: Sequence[Bin]) -> Markup:
    """How many decisions are how sure."""
    total = sum(b.count for b in bins) or 1
    sure = sum(b.count for b in bins if b.low >= 0.9 - 1e-9)
    text = (
        f"Histogram of {many(total, 'decision')} by confidence: "
        f"{sure / total:.0%} are at least 90% sure."
    )
    return columns([Column(f"{b.low:.0%}"[:-1], b.count, brief(b.count)) for b in bins], text)


def calibrated(bins: Sequence[AuditBin]) -> Markup:
    """How often decisions of each confidence were right, on audits."""
    points = [(b.confidence, b.right / b.audits, b.audits) for b in bins]
    parts = [f"{sure:.0%} sure: {right:.0%} of {n} right" for sure, right, n in points]
    return calibration(points, "Confidence against audits. " + "; ".join(parts) + ".")


def timeline(periods: Sequence[Period], weekly: bool) -> Markup:
    """Agreement and confidence over weeks or rounds."""
    names = [day(p.name) if weekly else p.name for p in periods]
    agreement = [p.agreement for p in periods]
    lowest = min([a for a in agreement if a is not None], default=0.0)
    ticks = (0.0, 0.5, 1.0) if lowest >= 0 else (-1.0, -0.5, 0.0, 0.5, 1.0)
    series = [Series("agreement", agreement), Series("confidence", [p.confidence for p in periods])]
    what = "week" if weekly else "round"
    last = periods[-1]
    text = (
        f"Agreement and confidence by {what}, {many(len(periods), what)}; in the last one, "
        f"{names[-1]}, agreement {figure(last.agreement)} and confidence {figure(last.confidence)}."
    )
    return lines(names, series, ticks, text)


def drift(weeks: Sequence[tuple[str, float, int]]) -> Markup:
    """The share of somebody's votes that agree with the decisions, by week."""
    names = [day(name) for name, _, _ in weeks]
    text = (
        f"Agreement with the decisions by week, from {weeks[0][1]:.0%} in {names[0]} "
        f"to {weeks[-1][1]:.0%} in {names[-1]}."
    )
    return lines(names, [Series("agrees", [share for _, share, _ in weeks])], (0.0, 0.5, 1.0), text)


def confused(report: QuestionReport) -> Markup:
    """Who confuses what: pairs of votes on one record that say the one and the other.

    Where labels may be left out, a last column says how often one was.
    """
    pairs, labels = _shown(report.pairs, report.labels)
    most = max((p.count for p in report.pairs if p.one != p.other), default=1)
    found = {(p.one, p.other): p for p in pairs} | {(p.other, p.one): p for p in pairs}

    def cell(one: str, other: str) -> Cell | None:
        pair = found.get((one, other))
        if one == other or pair is None:
            return None
        counted = f"{many(pair.count, 'pair')} of votes, {pair.open} in open conflicts"
        label = f"{one} and {other or LEFT_OUT}: {counted}"
        return Cell(pair.count / most, brief(pair.count), False, label)

    columns = [*labels, ""] if any(not p.other for p in pairs) else labels
    cells = [[cell(one, other) for other in columns] for one in labels]
    heads = [name or LEFT_OUT for name in columns]
    return heat_map("Pairs of votes that differ", "", labels, heads, cells)


def confusion(report: AnnotatorReport, labels: Sequence[str]) -> Markup:
    """What somebody says (columns) where something is right (rows), in percent of each row."""
    cells = [
        [Cell(share, f"{share * 100:.0f}", row == column) for column, share in enumerate(shares)]
        for row, shares in enumerate(report.confusion)
    ]
    return heat_map(
        "What they said, by what is right, in percent of each row",
        "right ↓ said →",
        labels,
        labels,
        cells,
    )


def day(name: str) -> str:
    """A date as the axis has it.

    >>> day("2026-11-16"), day("first round")
    ('16 Nov', 'first round')
    """
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    parts = name.split("-")
    if len(parts) != 3 or not all(p.isdigit() for p in parts) or not 1 <= int(parts[1]) <= 12:
        return name
    return f"{int(parts[2])} {months[int(parts[1]) - 1]}"


def _shown(pairs: Sequence[Pair], labels: Sequence[str]) -> tuple[list[Pair], list[str]]:
    """Of many labels those most often confused, in the question's order."""
    differ = differing(pairs)
    weight: Counter[str] = Counter()
    for pair in differ:
        weight[pair.one] += pair.count
        weight[pair.other] += pair.count
    del weight[""]
    kept = {label for label, _ in weight.most_common(MAX_LABELS)}
    order = list(dict.fromkeys([*labels, *weight]))
    return differ, [label for label in order if label in kept]


def differing(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs that differ; a report may hold those that agree as well."""
    return [p for p in pairs if p.one != p.other]
