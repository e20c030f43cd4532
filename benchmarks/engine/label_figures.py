"""The datasets of label questions, and what a strategy of ours reaches on one.

FOLDER holds ``answers.csv`` (task,worker,label) and ``truth.csv`` (task,label).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import label_question

Floats = NDArray[np.float64]
Method = Callable[[list[Vote], tuple[str, ...], list[str]], Floats]

DATASETS = [
    *("bluebird", "product", "dog", "face", "rte", "temp", "web", "ms", "labelme"),
    *("zencrowd_us", "sp_amt", "llmbar_jury", "smile"),
    *("leaves", "cf", "reuters", "barzan", "trec", "adult2"),
]
"""The constants of release 0.1 were set on all but the last six."""

STRATEGIES = ("majority", "dawid_skene", "learned")

DRAWS = 5


def ours(name: str) -> Method:
    def posterior(votes: list[Vote], labels: tuple[str, ...], records: list[str]) -> Floats:
        decisions = registry.create(name, label_question(*labels)).fit(votes).decide(records)
        return np.array([list(decision.posterior.values()) for decision in decisions])

    return posterior


def figures(posterior: Floats, true: NDArray[np.intp]) -> Floats:
    """Accuracy in %, log loss, expected calibration error.

    Parameters
    ----------
    posterior : ndarray of shape (n_records, n_labels)
    true : ndarray of shape (n_records,), codes of labels
    """
    right = posterior.argmax(axis=1) == true
    confidence = posterior.max(axis=1)
    loss = -np.log(np.clip(posterior[np.arange(len(true)), true], 1e-6, 1)).mean()
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(confidence[bins == i].sum() - right[bins == i].sum()) for i in range(10)]
    return np.array([100 * right.mean(), loss, sum(gaps) / len(true)])


def read(folder: Path) -> tuple[list[Vote], dict[str, str]]:
    with (folder / "answers.csv").open(newline="") as file:
        votes = [Vote(row["task"], row["worker"], row["label"]) for row in csv.DictReader(file)]
    with (folder / "truth.csv").open(newline="") as file:
        return votes, {row["task"]: row["label"] for row in csv.DictReader(file)}


def figures_of(folder: Path, strategy: str) -> Floats:
    """Figures of one of our strategies without adjudications."""
    votes, truth = read(folder)
    labels = tuple(sorted({vote.value for vote in votes} | set(truth.values())))
    records = sorted({vote.record for vote in votes} & truth.keys())
    true = np.array([labels.index(truth[record]) for record in records])
    return figures(ours(strategy)(votes, labels, records), true)


def learning(folder: Path, n: int, draws: int = DRAWS, strategy: str = "learned") -> Floats:
    """Figures of a strategy with n random adjudications, on the other records; means over draws.

    Returns
    -------
    ndarray of shape (4,): accuracy in %, log loss, calibration error, share of draws in which
    training proved to be better and was used
    """
    votes, truth = read(folder)
    labels = tuple(sorted({vote.value for vote in votes} | set(truth.values())))
    records = sorted({vote.record for vote in votes} & truth.keys())
    found = []
    for draw in range(draws if n else 1):
        rng = np.random.default_rng(draw)
        known = set(rng.choice(records, min(n, len(records) // 2), replace=False).tolist())
        rest = [record for record in records if record not in known]
        adjudications = [Adjudication(record, truth[record]) for record in sorted(known)]
        model = registry.create(strategy, label_question(*labels)).fit([*votes, *adjudications])
        posterior = np.array([list(d.posterior.values()) for d in model.decide(rest)])
        true = np.array([labels.index(truth[record]) for record in rest])
        training = model.training
        used = training is not None and training.used
        found.append([*figures(posterior, true), float(used)])
    return np.asarray(np.mean(found, axis=0), np.float64)
