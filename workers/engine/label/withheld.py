"""What a model makes of adjudicated records when their adjudications are withheld from it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import NamedTuple
from zlib import crc32

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.label.additive_model import AdditiveModel
from argilla_distill.workers.engine.label.weights.em import Start
from argilla_distill.workers.engine.label.weights.pooled import PooledWeigher
from argilla_distill.workers.engine.label.weights.second_opinion import SecondOpinion

FOLDS = 10
"""In so many parts adjudications are withheld: what is left is nearly all of them."""

ITERATIONS = 2
"""In so many iterations of EM each part's model takes in the adjudications of the others."""

MOST = 20_000
"""A model of more votes, or of more numbers in its annotators' confusion matrices, is asked as it is:
beside so many votes an adjudication says little of any other record."""


class Unaware(NamedTuple):
    """Some records, and who is asked about them: a model that was never told their adjudications.

    Attributes
    ----------
    places : ndarray of shape (n,), which of the records
    weigher : PooledWeigher, as its model was fitted without them
    second : SecondOpinion or None, likewise
    log_prior : ndarray of shape (n_labels,), nats, likewise
    """

    places: Ints
    weigher: PooledWeigher
    second: SecondOpinion | None
    log_prior: Floats


def withheld(model: AdditiveModel, weigher: PooledWeigher, rows: Ints) -> Iterator[Unaware]:
    """All of these adjudicated rows, each with those who never saw its adjudication.

    To leave a record out where its annotators are judged (`left_out`) is not enough: its
    adjudication has moved what is thought of its annotators' other records, and by these it is
    still heard. Whoever learns from such an echo takes the votes for better than they are, and
    most where annotators gave few. So the rows are parted into FOLDS, by their records' names, and
    for each fold there is a model without its adjudications (cross-fitting: Chernozhukov et al.,
    Double/debiased machine learning, Econometrics Journal 21 (2018)). One fit without any is where
    all of these begin, and ITERATIONS later they have heard of the other folds': so none has ever
    heard of its own, and together they cost little more than that one fit. From the model that was told
    everything they would have to forget, which takes EM far longer than to learn.

    What votes are worth and how they depend on each other stays as it is.

    Parameters
    ----------
    model : AdditiveModel, fitted; nothing of it changes
    weigher : its weigher
    """
    votes = model.tally.votes
    if max(len(votes), len(votes.annotators) * len(votes.labels) ** 2) > MOST:
        yield Unaware(np.arange(len(rows)), weigher, model.second, model.log_prior)
        return
    of_none = _without(model, weigher, rows)[0].explain()
    names = [votes.records[row] for row in rows.tolist()]
    order = sorted(range(len(rows)), key=lambda at: (crc32(names[at].encode()), names[at]))
    for fold in range(min(FOLDS, len(rows))):
        places = np.array(order[fold::FOLDS], np.intp)
        other, own = _without(model, weigher, rows[places])
        first, second = (
            None if r is None else other.tally.anchored(slice(len(r)), r.copy())
            for r in (of_none.first, of_none.second)
        )
        other.explain(Start(first, second, ITERATIONS, of_none.parts))
        yield Unaware(places, own, other.second, other.log_prior)


def _without(
    model: AdditiveModel, weigher: PooledWeigher, rows: Ints
) -> tuple[AdditiveModel, PooledWeigher]:
    """The same model, and its weigher, to be fitted without the adjudications of these rows."""
    other, own = copy(model), copy(weigher)
    other.tally = own.tally = copy(model.tally)
    other.tally.anchors = model.tally.anchors.copy()
    other.tally.anchors[rows] = -1
    other.weigher, other.second = own, SecondOpinion() if model.second else None
    return other, own
