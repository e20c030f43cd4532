"""Records as a correction sees them: those that were adjudicated, and those that stand for the others.

What is learned from them is `correction`'s business, who is asked about them `withheld`'s.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.label.additive_model import AdditiveModel
from argilla_distill.workers.engine.label.correction.correction import Examples
from argilla_distill.workers.engine.label.correction.proving import Untouched
from argilla_distill.workers.engine.label.correction.skipped import skipped
from argilla_distill.workers.engine.label.texts.text_voice import TextVoice
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.vote_matrix import ROWS
from argilla_distill.workers.engine.label.weights.dependence import discount
from argilla_distill.workers.engine.label.weights.left_out import left_out
from argilla_distill.workers.engine.label.weights.pooled import PooledWeigher
from argilla_distill.workers.engine.label.withheld import Unaware


def examples(
    votes: AdditiveModel, text: TextVoice, rows: Ints, asked: Iterable[Unaware]
) -> Examples:
    """These rows, each left out where its annotators are judged, as those who are asked see them."""
    tally = votes.tally
    evidence, parts = np.empty((len(rows), tally.n_labels)), []
    for places, weigher, second, log_prior in asked:
        evidence[places], start = log_prior, 0
        for some, where, slots, weights in left_out(weigher, rows[places], second):
            worth = votes.worth_of(where, slots)
            worth, at = np.ones(len(slots)) if worth is None else worth, places[start + where]
            np.add.at(evidence, at, weights * worth[:, None])
            parts.append((at, tally.cells(slots), worth))
            start += len(some)
    temper = discount(tally.votes.degree[rows], votes.dependence)
    where, cells, worth = (np.concatenate(part) for part in zip(*parts, strict=True))
    shape = (len(rows), tally.n_annotators * tally.n_labels)
    given = sparse.csr_array((worth * temper[where], (where, cells)), shape=shape)
    return Examples(evidence * temper[:, None], given, text.odds(rows))


def untouched(
    votes: AdditiveModel, weigher: PooledWeigher, text: TextVoice, reviewed: Ints
) -> Untouched | None:
    """Records that stand for what these reviews skipped."""
    known = votes.tally.votes
    rows = np.flatnonzero(known.degree > 0)
    confidence = np.empty(len(rows))
    for at in range(0, len(rows), ROWS):
        some = rows[at : at + ROWS]
        log = votes.evidence(some) * votes.tempering(known.degree[some])[:, None]
        confidence[at : at + ROWS] = softmax(log + text.odds(some)).max(axis=1)
    names = [known.records[row] for row in rows.tolist()]
    places, weight = skipped(confidence, np.isin(rows, reviewed), names)
    if not len(places):
        return None
    asked = Unaware(np.arange(len(places)), weigher, votes.second, votes.log_prior)
    return Untouched(examples(votes, text, rows[places], [asked]), weight)


def adjudicated(tally: Tally) -> Ints:
    """The rows that can teach: adjudicated, and with votes."""
    rows = np.flatnonzero((tally.anchors >= 0)[: tally.n_records])
    return rows[tally.votes.degree[rows] > 0]
