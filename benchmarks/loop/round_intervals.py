"""Whether the intervals of rounds hold what they say: the pass rate, and the accuracy of labels on audits.

    python -m benchmarks round_intervals [--rounds 200]

A round: 10,000 outputs of a model, of which some pass; a small model of texts that foretells that more or
less well, or not at all; 300 of them taken as `round start` takes them, 80 % of these annotated. Pass rates
go from 50 to 97 %. The truth is the pass rate of all 10,000. For the accuracy 60 records are audited, labels
are right in 75 to 97 % of cases, and posteriors are overconfident.

Then the same where distilled labels have errors: of what passes 3 to 15 % is labelled as not passing, of the
rest 5 to 25 % as passing. Audits of a dataset in which 40 to 90 % pass say how often labels err, and some are
of the round itself. Then labels err half as often again in the round as elsewhere, and then by a third less.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from argilla_distill.domain.rounds.round import BINS, RANDOM_SHARE
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.measures.audit_estimate import Estimate, share
from argilla_distill.workers.evaluation.label_errors import corrected
from argilla_distill.workers.evaluation.pass_rate import pass_rate
from argilla_distill.workers.evaluation.priority_sampling import draw

OUTPUTS, TAKE, ANSWERED = 10_000, 300, 0.8


def main(arguments: Sequence[str] = ()) -> None:
    """Print how often each interval holds the truth."""
    options = argparse.ArgumentParser(prog="python -m benchmarks round_intervals")
    options.add_argument("--rounds", type=int, default=200)
    rounds = options.parse_args(arguments).rounds
    print("| figure | rounds | held | error (mean, root of mean square) | width |")
    print("| --- | --- | --- | --- | --- |")
    for name, known in (("a good small model", 1.5), ("a poor one", 0.4), ("none", 0.0)):
        rng = np.random.default_rng(11)
        _line(f"pass rate, {name}", [_pass_rate(rng, known) for _ in range(rounds)])
    rng = np.random.default_rng(12)
    _line("accuracy of labels", [_accuracy(rng) for _ in range(rounds)])
    for times in (1.0, 1.5, 0.67):
        for audits, own in ((30, 0), (60, 0), (200, 0), (50, 10), (35, 25), (180, 20)):
            rng = np.random.default_rng(13)
            found = [_with_errors(rng, audits, own, times) for _ in range(rounds)]
            name = f"labels err {times:g} times as often, {audits} audits and {own} of the round"
            if not own and audits == 60:
                _line(f"{name}: by labels", [(by, truth) for by, _, truth in found])
            told = [(right, truth) for _, right, truth in found if right is not None]
            _line(f"{name}: corrected", told)


def _line(name: str, found: Sequence[tuple[Estimate, float]]) -> None:
    held = np.mean([estimate.low <= truth <= estimate.high for estimate, truth in found])
    off = np.array([estimate.value - truth for estimate, truth in found])
    width = np.mean([estimate.high - estimate.low for estimate, _ in found])
    print(
        f"| {name} | {len(found)} | {held:.1%} | {off.mean():+.3f}, {np.sqrt((off**2).mean()):.3f} "
        f"| {width:.3f} |"
    )


def _pass_rate(rng: np.random.Generator, known: float) -> tuple[Estimate, float]:
    """One round, told by a small model that knows so much of what makes an output pass."""
    round_ = _round(rng, known)
    return round_.by(round_.passes), round_.truth


def _with_errors(
    rng: np.random.Generator, audits: int, own: int, times: float
) -> tuple[Estimate, Estimate | None, float]:
    """One round whose labels err: by labels, corrected (None: audits are too few), and the truth."""
    missed, added = rng.uniform(0.03, 0.15), rng.uniform(0.05, 0.25)

    def labels(passes: Floats, times: float) -> Floats:
        wrong = rng.random(len(passes)) < times * np.where(passes == 1.0, missed, added)
        return np.where(wrong, 1.0 - passes, passes)

    round_ = _round(rng, 1.5)
    labelled = labels(round_.passes, times)
    by_labels = round_.by(labelled)
    passed = (rng.random(audits) < rng.uniform(0.4, 0.9)).astype(np.float64)
    some = rng.permutation(len(labelled))[:own]
    told = corrected(
        by_labels,
        np.append(passed, round_.passes[some]),
        np.append(labels(passed, 1.0), labelled[some]),
        np.full(audits + own, 0.1),
        np.arange(audits + own),
        np.append(np.zeros(audits), 1 / round_.pi[some]),
    )
    return by_labels, told, round_.truth


@dataclass(frozen=True)
class _Drawn:
    """A round that is annotated: of each output whether it passes, π, and what was foretold."""

    passes: Floats
    pi: Floats
    steps: Ints
    population: Sequence[int]
    truth: float

    def by(self, labelled: Floats) -> Estimate:
        """How many outputs pass, by such labels."""
        ones = np.ones(len(labelled))
        found = pass_rate(labelled, self.pi, ones, self.steps, self.population)
        assert found is not None
        return found


def _round(rng: np.random.Generator, known: float) -> _Drawn:
    hidden = rng.normal(0, 2, OUTPUTS)
    passes = (rng.random(OUTPUTS) < 1 / (1 + np.exp(-hidden - rng.uniform(0, 5)))).astype(float)
    seen = known * hidden + rng.normal(0, 1, OUTPUTS)
    foretold = 1 / (1 + np.exp(-seen - 1))
    weights = 0.1 + (1 - np.abs(2 * foretold - 1) if known else 0) + rng.random(OUTPUTS)
    drawn = draw(weights, TAKE, RANDOM_SHARE, rng)
    some = np.arange(int(TAKE * ANSWERED))  # they are written in an order that is left to chance
    rows, steps = drawn.rows[some], np.round((BINS - 1) * foretold).astype(np.int64)
    population = np.bincount(steps, minlength=BINS).tolist() if known else ()
    return _Drawn(passes[rows], drawn.pi[some], steps[rows], population, float(passes.mean()))


def _accuracy(rng: np.random.Generator) -> tuple[Estimate, float]:
    """The labels of one dataset, 60 audits of which are answered."""
    n, quality = 3_000, rng.uniform(0.75, 0.97)
    certain = np.clip(rng.beta(8 * quality, 8 * (1 - quality), n), 0.01, 0.99)
    right = (rng.random(n) < certain).astype(float)
    sureness = np.clip(certain + 0.08, 0, 1)
    audited = rng.permutation(n)[:60]
    found = share(right[audited], np.full(60, 0.1), sureness[audited], sureness)
    assert found is not None
    return found, float(right.mean())
