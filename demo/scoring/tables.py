"""The tables that the demo ends with. What is in them is `outcome` and `learned`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from argilla_distill.domain.wording.figures import SIGN
from demo.scoring.learned import Learned, Pair, mean_error
from demo.scoring.outcome import Comparison, Result
from demo.scoring.scores import Measure
from demo.scoring.yardsticks import NAMES

NOTHING = "–"
WIDEST = 4
"""How many questions fit side by side into a table that is 80 columns wide."""


def _table(title: str, *columns: str) -> Table:
    """Narrow enough for a terminal of 80 columns, wide enough for title and caption."""
    table = Table(*columns, title=title, title_style="bold", box=box.SIMPLE, min_width=60)
    table.title_justify = table.caption_justify = "left"
    return table


def score_table(comparisons: Sequence[Comparison]) -> Table:
    """The yardstick beside the distilled values: a row per measure of each question."""
    records = max((one.of for one in comparisons), default=0)
    table = _table(f"Against the known truth, {records} completed records", "", "")
    models = any(one.with_models for one in comparisons)
    table.add_column("simple vote")
    table.add_column("", justify="right")
    if models:
        table.add_column("models too", justify="right")
    table.add_column("distilled", justify="right", style="bold")
    for one in comparisons:
        for n, measure in enumerate(one.measures):
            results = [one.simple, *([one.with_models] if models else []), one.distilled]
            table.add_row(
                one.question.name if n == 0 else "",
                measure.name + (" ↓" if measure.low_is_good else ""),
                NAMES[one.question.type] if n == 0 else "",
                *(_shown(measure, result, n) for result in results),
            )
    simple = sum(one.simple.undecided for one in comparisons)
    distilled = sum(one.distilled.undecided for one in comparisons)
    table.caption = (
        f"Undecided counts as wrong: {simple} of the simple vote, {distilled} of the distilled."
    )
    if any(measure.low_is_good for one in comparisons for measure in one.measures):
        table.caption += "\n↓ the less the better."
    return table


def _shown(measure: Measure, result: Result | None, n: int) -> str:
    figure = result.figures[n] if result else None
    return percent(figure) if measure.share else _figure(figure)


def percent(share: float | None) -> str:
    """A share as percent.

    >>> print(percent(0.925), percent(None))
    92.5\u202f% –
    """
    return NOTHING if share is None else f"{100 * share:.1f}{SIGN}"


def tabled(questions: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many questions as fit beside each other, and then the next.

    >>> list(tabled(["a", "b", "c", "d", "e"]))
    [['a', 'b', 'c', 'd'], ['e']]
    """
    for start in range(0, len(questions), WIDEST):
        yield questions[start : start + WIDEST]


def reliability_table(annotators: Sequence[Learned], questions: Sequence[str]) -> Table:
    """Learned beside true reliability, a row per annotator in the order given."""
    table = _table("Reliability: learned without the truth, and true")
    table.add_column("annotator", min_width=max((len(one.name) for one in annotators), default=0))
    table.add_column("votes", justify="right")
    for question in questions:
        table.add_column(question, justify="right")
    for one in annotators:
        pairs = [one.by_question.get(question) for question in questions]
        votes = max((pair.votes for pair in pairs if pair), default=0)
        table.add_row(Text(one.name), str(votes), *(_cell(pair) for pair in pairs))
    error = mean_error(annotators, questions)
    if error is not None:
        table.caption = f"Learned and true are {error:.2f} apart, averaged over the votes."
    return table


def _cell(pair: Pair | None) -> Text:
    if pair is None:
        return Text(NOTHING)
    return Text.assemble((f"{pair.learned:.2f}", "bold"), f" {_figure(pair.true):>4}")


def _figure(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def sign_in_table(rows: Sequence[tuple[str, str, str, str]]) -> Table:
    """(who, user name, password, where) rows."""
    table = _table("Sign-ins", "", "user name", "password", "signs in to")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
