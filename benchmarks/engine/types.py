"""Multi-label, rating, ranking, text and span questions, beside other libraries in the same run.

    python -m benchmarks engine_types [FOLDER] [--draws 5]

FOLDER (default ``../shared/bench``) holds recorded answers as `argilla-distill aggregate` reads
them; a dataset that is not there is skipped, and so are peers that are not installed. Spans are a
made-up crowd's, whose members miss, invent, cut and mislabel, each at rates of their own. With
adjudications: so many records are drawn and learned, and the figures are those of all others.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau, pearsonr, spearmanr

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Vote
from argilla_distill.workers.engine.contract.question import Question, QuestionType, Value
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.errors import UnsuitedStrategy
from argilla_distill.workers.files.answers_file import read_table
from argilla_distill.workers.files.recorded_answers import RecordedAnswers
from argilla_distill.workers.use_cases.aggregate import aggregate
from benchmarks.engine import peers
from benchmarks.engine.markers import SPAN_LABELS, spans
from benchmarks.engine.peers import distance, words

OURS = ("majority", "dawid_skene", "learned", "nearest", "alignment")
PAIR_DRAWS = 3

ADJUDICATIONS = 50
TRAINED = f"`learned`, {ADJUDICATIONS} adjudications"

Row = tuple[str, Sequence[float]]


def show(title: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A markdown table."""
    print(f"\n### {title}\n")
    print("| method | " + " | ".join(columns) + " |")
    print("| --- " * (len(columns) + 1) + "|")
    for name, cells in rows:
        print(f"| {name} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |", flush=True)


def ours(question: Question, facts: Sequence[Fact]) -> Iterator[tuple[str, Strategy]]:
    """Those of our strategies that answer the question, fitted."""
    for name in OURS:
        try:
            model = registry.create(name, question)
        except UnsuitedStrategy:
            continue
        yield f"`{name}`", model.fit(facts)


def leaders(model: Strategy, records: Sequence[str]) -> dict[str, Value]:
    """What each record is decided for, sure or not."""
    return {d.record: d.leader for d in model.decide(records)}


def trained(
    question: Question,
    facts: Sequence[Fact],
    truth: Mapping[str, Value],
    score: Callable[[Mapping[str, Value], Sequence[str]], Sequence[float]],
    draws: int,
) -> Row:
    """`learned` with adjudications: the mean over draws."""
    records, found = sorted(truth), []
    for draw in range(draws):
        known = np.random.default_rng(draw).choice(records, ADJUDICATIONS, replace=False).tolist()
        rest = sorted(truth.keys() - set(known))
        adjudications = [Adjudication(record, truth[record]) for record in sorted(known)]
        model = registry.create("learned", question).fit([*facts, *adjudications])
        found.append(score(leaders(model, rest), rest))
    return TRAINED, list(np.mean(found, axis=0))


# Multi-label


def multi_label(folder: Path, draws: int) -> None:
    """Two relations of `medical_relations`, each on the records whose truth mentions it."""
    found = read_table("multi_label", folder / "answers.csv", folder / "truth.csv")
    votes = [fact for fact in found.facts() if isinstance(fact, Vote)]
    said = {**found.partial}

    def score(values: Mapping[str, Value], _: object = None) -> list[float]:
        cells = []
        for label in ("CAUSES", "TREATS"):
            pairs = [
                (label in (values[record] or ()), holds[label])
                for record, holds in said.items()
                if label in holds and record in values
            ]
            hits = sum(a and b for a, b in pairs)
            wrong = sum(a != b for a, b in pairs)
            cells += [2 * hits / max(2 * hits + wrong, 1), 1 - wrong / len(pairs)]
        return cells

    labels = found.question.labels
    rows: list[Row] = [
        (f"per-label {method} (crowd-kit)", score(peers.binary_relevance(votes, labels, method)))
        for method in ("majority", "Dawid-Skene")
    ]
    rows.append(("marked by more than 30 %", score(peers.marked(votes, 0.3))))
    rows += [(name, score(leaders(m, list(said)))) for name, m in ours(found.question, votes)]
    taught = []
    for draw in range(draws):
        known = np.random.default_rng(draw).choice(sorted(said), ADJUDICATIONS, replace=False)
        known_marks = {record: said[record] for record in known.tolist()}
        model = aggregate(replace(found, partial=known_marks), "learned").strategy
        taught.append(score(leaders(model, sorted(said.keys() - known_marks.keys()))))
    rows.append((TRAINED, list(np.mean(taught, axis=0))))
    show(
        "Multi-label: medical_relations",
        ("CAUSES F1", "CAUSES accuracy", "TREATS F1", "TREATS accuracy"),
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
    rows.append(trained(found.question, votes, truth, score, draws))
    show("Multi-label: affect_multilabel", ("micro F1", "exact sets"), rows)


# Rating


def rating(folder: Path, draws: int) -> None:
    """`affective_text`: 0 to 100, or -100 to 100."""
    found = read_table("rating", folder / "answers.csv", folder / "truth.csv")
    votes = [fact for fact in found.facts() if isinstance(fact, Vote)]
    truth = found.adjudications

    def score(values: Mapping[str, Value], records: Sequence[str] = ()) -> list[float]:
        records = records or sorted(truth)
        a, b = (np.array([float(each[r]) for r in records]) for each in (values, truth))
        return [np.abs(a - b).mean(), pearsonr(a, b).statistic, spearmanr(a, b).statistic]

    rows: list[Row] = [(name, score(values)) for name, values in peers.ratings(votes).items()]
    rows += [(name, score(leaders(m, list(truth)))) for name, m in ours(found.question, votes)]
    rows.append(trained(found.question, votes, truth, score, draws))
    show("Rating: affective_text", ("mean absolute error", "Pearson", "Spearman"), rows)


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


# Text


def text(folder: Path, draws: int) -> None:
    """`crowdwsa_j1`: translations."""
    found = read_table("text", folder / "answers.csv", folder / "truth.csv")
    votes = [fact for fact in found.facts() if isinstance(fact, Vote)]
    truth = found.adjudications

    def score(values: Mapping[str, Value], records: Sequence[str] = ()) -> list[float]:
        records = records or sorted(truth)
        errors = sum(distance(words(values[r] or ""), words(truth[r])) for r in records)
        return [errors / sum(len(words(truth[r])) for r in records)]

    rows: list[Row] = [(n, score(v)) for n, v in peers.texts(votes, words, distance).items()]
    rows += [(name, score(leaders(m, list(truth)))) for name, m in ours(found.question, votes)]
    rows.append(trained(found.question, votes, truth, score, draws))
    show("Text: crowdwsa_j1", ("word error rate",), rows)


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
    rows.append(trained(question, votes, truth, score, draws))
    show("Span: a made-up crowd", ("F1 of exact spans",), rows)


DATASETS: list[tuple[QuestionType, str, Callable[[Path, int], None]]] = [
    ("multi_label", "medical_relations", multi_label),
    ("multi_label", "affect_multilabel", whole_sets),
    ("rating", "affective_text", rating),
    ("ranking", "lee_rankings", ranking),
    ("text", "crowdwsa_j1", text),
    ("span", "", span),
]


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="engine_types")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/bench"))
    parser.add_argument("--only", choices=list(dict.fromkeys(kind for kind, _, _ in DATASETS)))
    parser.add_argument("--draws", type=int, default=5)
    options = parser.parse_args(arguments)
    for name in peers.MISSING:
        print(f"{name} is not installed and takes no part", file=sys.stderr)
    for kind, name, measure in DATASETS:
        if options.only not in (None, kind):
            continue
        if not (options.folder / name).is_dir():
            print(f"skipped {name}: not in {options.folder}", file=sys.stderr)
            continue
        measure(options.folder / name, options.draws)
