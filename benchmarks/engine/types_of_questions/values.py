"""Rating and text questions: values that are chosen whole."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import pearsonr, spearmanr

from argilla_distill.domain.state.expected_rating import expected_rating
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.rating.rating_range import RatingRange
from argilla_distill.workers.files.answers_file import read_table
from benchmarks.engine import peers
from benchmarks.engine.peers import distance, words
from benchmarks.engine.types_of_questions.tables import Row, leaders, ours, show, trained

HALVES = 5

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

    def honest(model: Strategy) -> float:
        """How much surer it says it is than it is right, a value being right within half a step."""
        near = RatingRange.of(found.question, CurrentFacts(votes)).near
        decided = model.decide(sorted(truth))
        right = [abs(float(d.leader) - float(truth[d.record])) <= near for d in decided]
        return float(np.mean([d.confidence for d in decided]) - np.mean(right))

    unknown = float("nan")
    rows: list[Row] = [
        (name, [*score(values), unknown]) for name, values in peers.ratings(votes).items()
    ]
    rows += [
        (name, [*score(leaders(m, list(truth))), honest(m)])
        for name, m in ours(found.question, votes)
    ]
    rows += [
        (name, [*cells, unknown])
        for name, cells in trained(found.question, votes, truth, score, draws)
    ]
    columns = ("mean absolute error", "Pearson", "Spearman", "said - right")
    show("Rating: affective_text", columns, rows)


def half_predicts_half(folder: Path, _: int) -> None:
    """`popquorn_offensive`, 1 to 5, has no truth: half of the people, drawn at random, predict the mean of
    the other half. Our whole numbers, and below them our expected values."""
    with (folder / "answers.csv").open(newline="") as file:
        votes = [Vote(r["task"], r["worker"], int(float(r["label"]))) for r in csv.DictReader(file)]
    people = sorted({vote.annotator for vote in votes})
    columns: dict[str, list[list[float]]] = defaultdict(list)
    for draw in range(HALVES):
        half = set(np.random.default_rng(draw).choice(people, len(people) // 2, replace=False))
        given = [vote for vote in votes if vote.annotator in half]
        others = defaultdict(list)
        for vote in votes:
            if vote.annotator not in half:
                others[vote.record].append(vote.value)
        records = sorted({vote.record for vote in given} & others.keys())
        truth = np.array([np.mean(others[record]) for record in records])

        def score(name: str, values: Sequence[float]) -> None:
            known = np.isfinite(values)
            a, b = np.asarray(values)[known], truth[known]  # noqa: B023 - called at once
            errors = np.abs(a - b).mean(), pearsonr(a, b).statistic, spearmanr(a, b).statistic
            columns[name].append([*errors])

        for name, values in peers.ratings(given).items():
            score(name, [float(values[record]) for record in records])
        for name, model in ours(Question("rating", scale=(1, 2, 3, 4, 5)), given):
            decided = model.decide(records)
            whole = [float("nan") if d.leader is None else float(d.leader) for d in decided]
            expected = [expected_rating(d.posterior) for d in decided]
            score(name, whole)
            score(f"{name}, expected value", [e.mean if e else float("nan") for e in expected])
    rows = [(name, np.mean(each, axis=0).tolist()) for name, each in columns.items()]
    show(
        f"Rating: popquorn_offensive, {HALVES} draws",
        ("mean absolute error", "Pearson", "Spearman"),
        rows,
    )


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
    rows += trained(found.question, votes, truth, score, draws)
    show("Text: crowdwsa_j1", ("word error rate",), rows)
