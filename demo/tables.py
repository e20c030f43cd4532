"""The tables that the demo ends with. What is in them is `demo.outcome` and `demo.learned`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from demo.learned import Learned, Pair, mean_error
from demo.outcome import Accuracy, Comparison

NOTHING = "–"


def _table(title: str, *columns: str) -> Table:
    """Narrow enough for a terminal of 80 columns, wide enough for title and caption."""
    table = Table(*columns, title=title, title_style="bold", box=box.SIMPLE, min_width=60)
    table.title_justify = table.caption_justify = "left"
    return table


def accuracy_table(comparisons: Sequence[Comparison]) -> Table:
    """Majority vote beside the distilled labels, two columns per question."""
    table = _table("Accuracy against the known truth, completed records")
    table.add_column("")
    for one in comparisons:
        table.add_column(f"{one.question}\n{one.distilled.of} records", justify="right")
        table.add_column("\nundecided", justify="right")
    table.add_row("majority vote", *_cells_of(one.majority for one in comparisons))
    models = [one.with_models for one in comparisons if one.with_models]
    if models:
        table.add_row("majority vote, models too", *_cells_of(models))
    table.add_row("distilled", *_cells_of(one.distilled for one in comparisons), style="bold")
    table.caption = "Undecided (a tie, no label) counts as wrong."
    return table


def _cells_of(accuracies: Iterable[Accuracy]) -> list[str]:
    return [cell for one in accuracies for cell in (percent(one.share), str(one.undecided))]


def percent(share: float | None) -> str:
    """A share as percent.

    >>> percent(0.925), percent(None)
    ('92.5 %', '–')
    """
    return NOTHING if share is None else f"{100 * share:.1f} %"


def reliability_table(annotators: Sequence[Learned], questions: Sequence[str]) -> Table:
    """Learned beside true reliability, a row per annotator in the order given."""
    table = _table("Reliability: learned without the truth, and true")
    table.add_column("annotator", min_width=max((len(one.name) for one in annotators), default=0))
    table.add_column("source")
    table.add_column("votes", justify="right")
    for question in questions:
        table.add_column(f"{question}\nlearned", justify="right", style="bold")
        table.add_column("\ntrue", justify="right")
    for one in annotators:
        cells = [cell for q in questions for cell in _cells(one.by_question.get(q))]
        votes = max(pair.votes for pair in one.by_question.values())
        table.add_row(Text(one.name), one.source, str(votes), *cells)
    error = mean_error(annotators)
    if error is not None:
        table.caption = f"Learned and true are {error:.2f} apart, averaged over the votes."
    return table


def _cells(pair: Pair | None) -> list[str]:
    if pair is None:
        return [NOTHING] * 2
    return [f"{pair.learned:.2f}", _figure(pair.true)]


def _figure(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def sign_in_table(rows: Sequence[tuple[str, str, str, str]]) -> Table:
    """(who, user name, password, where) rows."""
    table = _table("Sign-ins", "", "user name", "password", "signs in to")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
