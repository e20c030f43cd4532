"""Multi-label, ranking and span questions: values of several parts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.files.answers_file import read_table
from argilla_distill.workers.files.recorded_answers import RecordedAnswers
from argilla_distill.workers.use_cases.aggregate import aggregate
from benchmarks.engine import peers
from benchmarks.engine.markers import SPAN_LABELS, spans
from benchmarks.engine.types_of_questions.tables import (
    ADJUDICATIONS,
    Row,
    fitting,
    leaders,
    ours,
    show,
    trained,
)

PAIR_DRAWS = 3
FIGURES = ("F1", "accuracy", "log loss")

Chances = Mapping[str, Mapping[str, float]]
"""Record → label → how probable it is that it holds."""

# Multi-label


def multi_label(folder: Path, draws: int) -> None:
    """Two relations of `medical_relations`, each on the records whose truth mentions it."""
    found = read_table("multi_label", folder / "answers.csv", folder / "truth.csv")
    votes = [fact for fact in found.facts() if isinstance(fact, Vote)]
    said = {**found.partial}

    def score(values: Mapping[str, Value], chances: Chances | None = None) -> list[float]:
        cells = []
        for label in ("CAUSES", "TREATS"):
            known = [record for record in said if label in said[record] and record in values]
            pairs = [(label in (values[record] or ()), said[record][label]) for record in known]
            hits = sum(a and b for a, b in pairs)
            wrong = sum(a != b for a, b in pairs)
            cells += [2 * hits / max(2 * hits + wrong, 1), 1 - wrong / len(pairs)]
            if chances is None:
                cells.append(float("nan"))
            else:
                given = np.array([chances[record][label] for record in known])
                held = np.array([said[record][label] for record in known])
                right = np.where(held, given, 1 - given)
                cells.append(float(-np.log(np.clip(right, 1e-6, 1)).mean()))
        return cells

    def ours_scored(model: Strategy, records: Sequence[str]) -> list[float]:
        decided = model.decide(records)
        return score(
            {d.record: d.leader for d in decided}, {d.record: d.posterior for d in decided}
        )

    labels = found.question.labels
    rows: list[Row] = [
        (f"per-label {method} (crowd-kit)", score(peers.binary_relevance(votes, labels, method)))
        for method in ("majority", "Dawid-Skene")
    ]
    rows.append(("marked by more than 30 %", score(peers.marked(votes, 0.3))))
    rows += [(name, ours_scored(m, list(said))) for name, m in ours(found.question, votes)]
    for strategy in fitting(found.question):
        taught = []
        for draw in range(draws):
            known = np.random.default_rng(draw).choice(sorted(said), ADJUDICATIONS, replace=False)
            known_marks = {record: said[record] for record in known.tolist()}
            model = aggregate(replace(found, partial=known_marks), strategy).strategy
            taught.append(ours_scored(model, sorted(said.keys() - known_marks.keys())))
        name = f"`{strategy}`, {ADJUDICATIONS} adjudications"
        rows.append((name, list(np.mean(taught, axis=0))))
    show(
        "Multi-label: medical_relations",
        [f"{label} {figure}" for label in ("CAUSES", "TREATS") for figure in FIGURES],
        rows,
    )


def whole_sets(folder: Path, draws: int) -> None:
    """`affect_multilabel`: most answers, and most truths, are the empty set."""
    found = read_table("multi_label", folder / "answers.csv", folder / "truth.csv")
    votes = [fact for fact in found.facts() if isinstance(fact, Vote)]
    truth, labels = found.adjudications, found.question.labels

    def score(values: Mapping[str, Value], records: Sequence[str] = ()) -> list[float]:
        pairs = [(set(values[r] or ()), set(truth[r])) for r in records or sorted(truth)]
        hits = sum(len(a & b) for a, b in pairs)
        wrong = sum(len(a ^ b) for a, b in pairs)
        return [2 * hits / max(2 * hits + wrong, 1), float(np.mean([a == b for a, b in pairs]))]

    rows: list[Row] = [
        (f"per-label {method} (crowd-kit)", score(peers.binary_relevance(votes, labels, method)))
        for method in ("majority", "Dawid-Skene")
    ]
    rows.append(("marked by more than 30 %", score(peers.marked(votes, 0.3))))
    rows += [(name, score(leaders(m, list(truth)))) for name, m in ours(found.question, votes)]
    rows += trained(found.question, votes, truth, score, draws)
    show("Multi-label: affect_multilabel", ("micro F1", "exact sets"), rows)


# Ranking


def ranking(folder: Path, draws: int) -> None:
    """`lee_rankings`: whole rankings, and 5 random pairs of every annotator."""
    whole = read_table("ranking", folder / "answers.csv", folder / "truth.csv")
    truth = whole.adjudications
    readings = [[whole], [_pairs(whole, draw) for draw in range(PAIR_DRAWS)]]
    columns: dict[str, list[float]] = {}
    for sets in readings:
        drawn = [dict(_taus(found, truth)) for found in sets]
        for name in dict.fromkeys(name for taus in drawn for name in taus):
            columns.setdefault(name, []).append(float(np.mean([taus[name] for taus in drawn])))
    show(
        "Ranking: lee_rankings (Kendall's tau)",
        ("all answers", f"5 pairs each, {PAIR_DRAWS} draws"),
        columns.items(),
    )


def _taus(found: RecordedAnswers, truth: Mapping[str, Value]) -> Iterator[tuple[str, float]]:
    votes = [fact for fact in found.facts() if isinstance(fact, Vote)]
    for name, scores in peers.rankings(votes).items():
        yield name, _tau(scores, truth)
    for name, model in ours(found.question, votes):
        values = leaders(model, list(truth))
        scores = {
            record: {item: -float(n) for n, group in enumerate(value or ()) for item in group}
            for record, value in values.items()
        }
        yield name, _tau(scores, truth)


def _pairs(whole: RecordedAnswers, draw: int) -> RecordedAnswers:
    """The same with only five random pairs of each ranking."""
    rng = np.random.default_rng(draw)
    rows = ["task,worker,label\n"]
    for vote in whole.facts():
        if isinstance(vote, Vote):
            items = [item for group in vote.value for item in group]
            every = [(a, b) for n, a in enumerate(items) for b in items[n + 1 :]]
            for i in rng.choice(len(every), min(5, len(every)), replace=False):
                rows.append(f"{vote.record},{vote.annotator},{every[i][0]}>{every[i][1]}\n")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "pairs.csv"
        path.write_text("".join(rows), "utf-8")
        return read_table("ranking", path)


def _tau(scores: peers.Scores, truth: Mapping[str, Value]) -> float:
    found = []
    for record, value in truth.items():
        place = {item: n for n, group in enumerate(value) for item in group}
        known = scores.get(record, {})
        given = [known.get(item, 0.0) for item in place]
        found.append(kendalltau(given, [-n for n in place.values()]).statistic)
    return float(np.nan_to_num(found).mean())


# Span


def span(_: Path, draws: int) -> None:
    """A made-up crowd marks names in made-up texts."""
    tokens, truth, votes = spans(n_records=400, n_annotators=40, overlap=5)
    question = Question("span", SPAN_LABELS)

    def score(values: Mapping[str, Value], records: Sequence[str] = ()) -> list[float]:
        records = records or sorted(truth)
        found = [(set(values.get(r) or ()), set(truth[r])) for r in records]
        hits = sum(len(a & b) for a, b in found)
        return [2 * hits / max(sum(len(a) + len(b) for a, b in found), 1)]

    single = [score({v.record: v.value}, [v.record])[0] for v in votes if truth[v.record]]
    rows: list[Row] = [("average single annotator", [float(np.mean(single))])]
    for method in ("majority", "Dawid-Skene"):
        name = f"token-level {method} (crowd-kit)"
        rows.append((name, score(peers.token_level(votes, tokens, method))))
    rows += [(name, score(leaders(m, list(truth)))) for name, m in ours(question, votes)]
    rows += trained(question, votes, truth, score, draws)
    show("Span: a made-up crowd", ("F1 of exact spans",), rows)
