"""What reviews buy, by the order in which records are reviewed; and a drawing of it, into docs/.

    python -m benchmarks reviews [FOLDER] [--datasets …] [--all] [--draws 10] [--into docs]

FOLDER (default ``../shared/bench``) is that of `engine_label`. A reviewer who answers with the
truth takes the first STEP records, `learned` takes in what they said, and everything is decided and
put in order again. What is measured are all records with truth, reviewed ones among them: accuracy
in % and log loss; "others" is the log loss of those not reviewed. Orders: ours (`ReviewValues`),
the same with audits among them as the service asks for them (`audits`), by uncertainty
(1 - confidence), and random. Means over draws; the records' names, which break ties and decide our
draw and who is audited, are drawn anew each time.

How many reviews ours needs for the accuracy that random order reaches with 20, 50 and 100 is
interpolated on the mean curves; an accuracy that it does not reach counts as all its reviews, and
is marked ``>``. An accuracy that random order reaches is left out where it is not above the
accuracy without reviews.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from argilla_distill.domain import audits
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Vote
from argilla_distill.workers.engine.contract.question import Question, label_question
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.measures.review_value import ReviewValues
from benchmarks.engine.charts import Line, Panel, drawing
from benchmarks.engine.label_figures import DATASETS, figures, read

Floats = NDArray[np.float64]
Worth = Callable[[Question, Strategy, Sequence[Decision]], Floats]
"""What reviewing each of some decisions is worth."""

BAR = ("llmbar_jury", "rte", "zencrowd_us")
STOPS = (0, 20, 50, 100)
STEP = 5
TOLERANCE = 0.01


def ours(question: Question, model: Strategy, decisions: Sequence[Decision]) -> Floats:
    values = ReviewValues(question, model.annotators(), model.training)
    return np.array([values.of(decision).worth for decision in decisions])


def uncertainty(question: Question, model: Strategy, decisions: Sequence[Decision]) -> Floats:
    return np.array([1 - decision.confidence for decision in decisions])


def at_random(question: Question, model: Strategy, decisions: Sequence[Decision]) -> Floats:
    return np.zeros(len(decisions))  # all tied: the records' names, which are drawn, decide


class Order(NamedTuple):
    """What comes first, and whether audits come between."""

    worth: Worth
    audits: bool = False


OURS, SERVICE = Order(ours), Order(ours, audits=True)
ORDERS = {
    "ours": OURS,
    "ours, audits among them": SERVICE,
    "uncertainty": Order(uncertainty),
    "random": Order(at_random),
}


def line_of_audits(records: Sequence[str]) -> list[str]:
    """Those that the service would audit, in the order in which it would ask for them."""
    marked = (record for record in records if audits.marked_out("", record, ""))
    return sorted(marked, key=lambda record: audits.place(record, ""))


def between(rest: Sequence[str], line: Sequence[str], done: tuple[int, int], n: int) -> list[str]:
    """The next n that reviewers are asked about, audits among the rest as in the service.

    Parameters
    ----------
    rest, line : what waits, in its order: the worst first, and audits
    done : how many of either were reviewed so far

    >>> between("abcdefgh", "AB", (0, 0), 10), between("abc", "", (9, 9), 2)
    (['a', 'b', 'A', 'c', 'd', 'e', 'f', 'g', 'h', 'B'], ['a', 'b'])
    """
    (others, audited), found = done, list[str]()
    rest, line = list(rest), list(line)
    while len(found) < n and (rest or line):
        due = audits.rank(audited, audits.QUEUE_SHARE) <= others
        if line and (due or not rest):
            found.append(line.pop(0))
            audited += 1
        else:
            found.append(rest.pop(0))
            others += 1
    return found


class Replay:
    """A recorded dataset, to be reviewed again and again."""

    def __init__(self, folder: Path) -> None:
        self.votes, self.truth = read(folder)
        labels = {vote.value for vote in self.votes} | set(self.truth.values())
        self.labels = tuple(sorted(labels))
        self.records = sorted({vote.record for vote in self.votes} & self.truth.keys())
        self.texts: dict[str, str] = {}
        if (folder / "items.csv").exists():
            with (folder / "items.csv").open(newline="") as file:
                self.texts = {row["task"]: row["text"] for row in csv.DictReader(file)}

    def curve(self, order: Order, draw: int) -> Floats:
        """Shape (1 + most // STEP, 4): reviews, accuracy in %, log loss, the others' log loss.

        At most half of the records are reviewed.
        """
        return self._reviewed(order, draw, STOPS[-1])[0]

    def left(
        self, order: Order, draw: int, reviews: int
    ) -> tuple[Floats, Floats, NDArray[np.intp]]:
        """What so many reviews leave: posteriors of the others, the same before any review, truth.

        Returns
        -------
        ndarrays of shape (n, n_labels), (n, n_labels) and (n,)
        """
        _, before, after, true = self._reviewed(order, draw, reviews)
        rest = np.array([not decision.adjudicated for decision in after])
        p, bare = (
            np.array([list(each.posterior.values()) for each in some]) for some in (after, before)
        )
        return p[rest], bare[rest], true[rest]

    def _reviewed(
        self, order: Order, draw: int, reviews: int
    ) -> tuple[Floats, list[Decision], list[Decision], NDArray[np.intp]]:
        """The curve up to so many reviews; decisions before and after; codes of the truth."""
        everything = sorted({vote.record for vote in self.votes} | self.truth.keys())
        places = np.random.default_rng(draw).permutation(len(everything)).tolist()
        name = {record: f"r{at:06d}" for record, at in zip(everything, places, strict=True)}
        truth = {name[record]: self.truth[record] for record in self.records}
        records = sorted(truth)
        line = line_of_audits(records) if order.audits else []
        true = np.array([self.labels.index(truth[record]) for record in records])
        votes = [Vote(name[vote.record], *vote[1:]) for vote in self.votes]
        texts = [Content(name[r], text) for r, text in self.texts.items() if r in name]
        question = label_question(*self.labels)
        model = registry.create("learned", question).fit([*votes, *texts])
        model.moved(TOLERANCE)
        points, most, first = [], min(reviews, len(records) // 2), model.decide(records)
        while True:
            decisions = model.decide(records)
            p = np.array([list(decision.posterior.values()) for decision in decisions])
            rest = np.array([not decision.adjudicated for decision in decisions])
            n = len(records) - int(rest.sum())
            points.append([n, *figures(p, true)[:2], figures(p[rest], true[rest])[1]])
            if n + STEP > most:
                return np.array(points, np.float64), first, decisions, true
            left = [decision for decision in decisions if not decision.adjudicated]
            worth = order.worth(question, model, left)
            ordered = [left[at].record for at in np.argsort(-worth, kind="stable").tolist()]
            for record in self._next(ordered, line, n):
                model.learn(Adjudication(record, truth[record], record in line))
            model.moved(TOLERANCE)

    @staticmethod
    def _next(ordered: list[str], line: list[str], n: int) -> list[str]:
        """The next STEP records after n reviews, of those left in their order, audits between them."""
        marked, left = set(line), set(ordered)
        waiting = [record for record in line if record in left]
        done = len(line) - len(waiting)
        rest = [record for record in ordered if record not in marked]
        return between(rest, waiting, (n - done, done), STEP)

    def mean(self, order: Order, draws: int) -> Floats:
        """The mean curve."""
        return np.asarray(np.mean([self.curve(order, d) for d in range(draws)], axis=0), np.float64)


def needed(curve: Floats, accuracy: float) -> tuple[float, bool]:
    """Reviews until the curve first reaches the accuracy, interpolated; whether it does.

    >>> needed(np.array([[0.0, 80.0], [5.0, 82.0], [10.0, 83.0]]), 81.0)
    (2.5, True)
    """
    reached = np.flatnonzero(curve[:, 1] >= accuracy)
    if not len(reached):
        return float(curve[-1, 0]), False
    at = int(reached[0])
    if at == 0:
        return 0.0, True
    (n0, a0), (n1, a1) = curve[at - 1, :2], curve[at, :2]
    return float(n0 + (n1 - n0) * (accuracy - a0) / (a1 - a0)), True


def ratios(curve: Floats, random: Floats) -> list[tuple[float, bool]]:
    """For each stop of random order that gained something: reviews needed / reviews there."""
    stops = [row for row in random if row[0] in STOPS[1:] and row[1] > random[0, 1]]
    found = [(needed(curve, accuracy), n) for n, accuracy in (row[:2] for row in stops)]
    return [(reviews / n, reached) for (reviews, reached), n in found]


def cells(curve: Floats) -> list[str]:
    at = {int(row[0]): row for row in curve}
    found = [at.get(stop) for stop in STOPS]
    return ["" if row is None else f"{row[1]:.1f} · {row[2]:.3f} · {row[3]:.3f}" for row in found]


def picture(name: str, curves: dict[str, Floats]) -> Panel:
    """One dataset's accuracies."""
    lines = [
        Line(order, [(float(n), float(a)) for n, a in curve[:, :2] if n % 10 == 0], color)
        for color, (order, curve) in enumerate(curves.items())
    ]
    values = [y for line in lines for _, y in line.points]
    step = 10.0 if max(values) - min(values) > 15 else 2.0
    first, last = int(np.floor(min(values) / step)), int(np.ceil(max(values) / step))
    y_ticks = [(n * step, f"{n * step:.0f}") for n in range(first, last + 1)]
    x_ticks = [(float(n), str(n)) for n in range(0, STOPS[-1] + 1, 20)]
    return Panel(f"{name}: accuracy in %", "reviews", x_ticks, y_ticks, lines)


def main(arguments: list[str]) -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(prog="reviews")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/bench"))
    parser.add_argument("--datasets", nargs="*", default=list(BAR))
    parser.add_argument("--all", action="store_true", help="every dataset with truth")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--into", type=Path, default=Path("docs"))
    options = parser.parse_args(arguments)
    csv.field_size_limit(10**9)
    names = [*BAR, *(n for n in DATASETS if n not in BAR)] if options.all else options.datasets
    print("| dataset | order | " + " | ".join(f"{n} reviews" for n in STOPS), end=" | ")
    print("reviews needed / random |\n" + "| --- " * (len(STOPS) + 3) + "|")
    panels: list[Panel] = []
    shares: dict[str, list[float]] = {order: [] for order in ORDERS}
    for name in names:
        if not (options.folder / name / "truth.csv").exists():
            print(f"skipped {name}: no answers and truth in {options.folder}", file=sys.stderr)
            continue
        replay = Replay(options.folder / name)
        curves = {order: replay.mean(how, options.draws) for order, how in ORDERS.items()}
        for order, curve in curves.items():
            found = ratios(curve, curves["random"])
            shares[order].append(float(np.mean([ratio for ratio, _ in found])))
            shown = ", ".join(f"{'' if reached else '> '}{ratio:.2f}" for ratio, reached in found)
            print(f"| {name} | {order} | {' | '.join(cells(curve))} | {shown} |", flush=True)
        if name in BAR:
            panels.append(picture(name, curves))
    if not shares["ours"]:
        return
    mean = {order: float(np.mean(found)) for order, found in shares.items()}
    print("\nReviews needed, of those that random order needs, mean over datasets: ", end="")
    print(", ".join(f"{order} {mean[order]:.2f}" for order in mean if order != "random") + ".")
    if len(panels) == len(BAR):
        description = (
            f"Accuracy on {', '.join(BAR)} after up to {STOPS[-1]} reviews, by their order."
        )
        svg = drawing("What reviews buy, by their order", description, panels)
        (options.into / "reviews.svg").write_text(svg, "utf-8")
