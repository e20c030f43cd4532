"""Votes as a pool weighs them when their own record is left out where annotators are judged: what
they say of it is then no echo of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats, Ints, ShortInts
from argilla_distill.workers.engine.label.votes.sampling import ENOUGH, codes, sampled
from argilla_distill.workers.engine.label.votes.vote_matrix import gathered
from argilla_distill.workers.engine.label.weights import confusion, dependence
from argilla_distill.workers.engine.label.weights.pooled import PooledWeigher
from argilla_distill.workers.engine.label.weights.second_opinion import SecondOpinion
from argilla_distill.workers.engine.label.weights.weigher import DIGITS
from argilla_distill.workers.engine.label.weights.worth import Worth

CHUNK = 1_000_000
"""Numbers at a time, where every vote has a confusion matrix of its own."""

AT_ONCE = 10_000
"""Records at a time, where each vote has a number for each label in a dozen arrays."""


class LeftOut(NamedTuple):
    """The votes on some rows.

    Attributes
    ----------
    rows : ndarray of shape (n,)
    where, slots : ndarray of shape (n_votes,)
        The votes, and which of the rows each is on.
    weights : ndarray of shape (n_votes, n_labels), nats, by true label
    """

    rows: Ints
    where: Ints
    slots: ShortInts
    weights: Floats


def left_out(
    weigher: PooledWeigher, rows: Ints, second: SecondOpinion | None = None
) -> Iterator[LeftOut]:
    """The votes on these rows, some rows at a time, each with its record left out everywhere.

    With a second opinion, as it and the weigher say together.
    """
    tally = weigher.tally
    k, votes = tally.n_labels, tally.votes
    _, annotator, label = votes.columns()
    mean = max(float(votes.degree[rows].mean()), 1.0) if len(rows) else 1.0
    step = max(int(CHUNK / (k * k * mean)), 1)
    everybody = tally.counts.reshape(-1, k, k)
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        where, slots = votes.of_records(some)
        at = np.arange(len(slots)), label[slots]
        cubes = everybody[annotator[slots]].copy()
        cubes[at] -= (tally.responsibility[some] * tally.mass(some)[:, None])[where]
        np.maximum(cubes, 0.0, out=cubes)
        simple, full = weigher.matrices(cubes, annotator[slots])
        weights = confusion.pooled(simple[at], full[at], weigher.full_share_)
        if second is not None:
            weights = second.beside_votes(weights, cubes, annotator[slots], label[slots])
        yield LeftOut(some, where, slots, weights)


def dependence_between(weigher: PooledWeigher, worth: Worth) -> float:
    """ρ of this crowd, see `dependence`.

    Here a record is left out of the full matrices only, and only of the cells of its own votes: it
    is cheaper.
    """
    tally = weigher.tally
    k, votes = tally.n_labels, tally.votes
    _, annotator, label = votes.columns()
    counts = np.maximum(tally.counts.reshape(-1, k, k), 0.0)
    simple, _ = weigher.matrices(counts, np.arange(len(counts)))
    total = counts.sum(axis=1)
    found = np.zeros(len(dependence.GRID))
    several = votes.degree > 1
    if len(votes) >= 2 * ENOUGH:
        several &= sampled(codes(votes.records), len(votes))
    rows = np.flatnonzero(several)
    for at in range(0, len(rows), AT_ONCE):
        some = rows[at : at + AT_ONCE]
        where, slots = votes.of_records(some)
        one, said = annotator[slots], label[slots]
        left = (tally.responsibility[some] * tally.mass(some)[:, None])[where]
        expected = simple[one, said]
        chance = confusion.drawn(counts[one, said] - left, total[one] - left, expected)
        weights = confusion.pooled(expected, chance, weigher.full_share_)
        share = worth.of(where, slots)
        weights = weights if share is None else weights * share[:, None]
        evidence = gathered(weights, where, np.arange(len(slots)), None, len(some))
        evidence += weigher.crowd_.log_prior
        others = votes.degree[some][where] - 1
        found += dependence.predictive(evidence[where] - weights, chance, others)
    return round(dependence.between(found, worth.jury_.unexplained), DIGITS)
