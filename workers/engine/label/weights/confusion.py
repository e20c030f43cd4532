"""What a vote weighs: two models of an annotator, pooled.

With few votes it takes a simple model to be right, with many a rich one. `learned` uses both.
"""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats
from argilla_distill.workers.engine.contract.shares import shares
from argilla_distill.workers.engine.label.votes.vote_matrix import ROWS
from argilla_distill.workers.engine.label.votes.votes import Votes

OTHERS = 15.0
"""With so many other votes beside each, both models count alike."""

STRENGTH = 4.0
"""How many votes the prior of a row of the full confusion matrix weighs."""

LIKING_VOTES = 10.0
"""How many votes an annotator's liking for labels is drawn toward the crowd's."""


def simple_confusion(counts: Floats, accuracy: Floats, errors: Floats, usual: Floats) -> Floats:
    """Confusion matrices that know an annotator's accuracy and which labels they like to give.

    ``σ[j, l, k] ∝ m[j, k, l] · g[j, l] / u[j, l]`` with m the annotator's accuracy on the diagonal
    and the crowd's errors beside it, g[j] the shares of labels that j gives, drawn toward u[j], and
    u[j] the crowd's on the same records (`usual_shares`). One who says *yes* to everything gets a
    matrix that says so, from a handful of votes; one who was only shown records to say *yes* to
    does not.

    Parameters
    ----------
    counts : ndarray of shape (n_annotators, n_labels, n_labels), [annotator, given, true]
    accuracy : ndarray of shape (n_annotators,)
    errors : ndarray of shape (n_labels, n_labels), [true, given], rows sum to 1, diagonal 0
    usual : ndarray of shape (n_annotators, n_labels), rows sum to 1

    Returns
    -------
    ndarray like `counts`; sums to 1 over what was given

    >>> evenly = np.array([[[1.0, 1.0], [1.0, 1.0]]])  # as many a as b
    >>> two = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> simple_confusion(evenly, np.array([0.8]), two, np.array([[0.5, 0.5]]))
    array([[[0.8, 0.2],
            [0.2, 0.8]]])
    """
    simple = of_accuracy(accuracy, errors)
    given = np.einsum("jlk->jl", counts)  # much faster than sum(axis=2): labels are few
    own = (given + LIKING_VOTES * usual) / (given.sum(axis=1, keepdims=True) + LIKING_VOTES)
    simple *= (own / usual)[:, :, None]
    simple /= np.einsum("jlk->jk", simple)[:, None]
    return simple


def of_accuracy(accuracy: Floats, errors: Floats) -> Floats:
    """Confusion matrices of those of whom nothing is known but how often they are right.

    Parameters
    ----------
    accuracy : ndarray of shape (n,)
    errors : ndarray of shape (n_labels, n_labels), [true, given], rows sum to 1, diagonal 0

    Returns
    -------
    ndarray of shape (n, n_labels, n_labels), [annotator, given, true]; sums to 1 over what was given

    >>> of_accuracy(np.array([0.8]), np.array([[0.0, 1.0], [1.0, 0.0]]))
    array([[[0.8, 0.2],
            [0.2, 0.8]]])
    """
    k = len(errors)
    matrices: Floats = (1 - accuracy)[:, None, None] * errors.T
    matrices[:, np.arange(k), np.arange(k)] = accuracy[:, None] if k > 1 else 1.0
    return matrices


def usual_shares(votes: Votes) -> Floats:
    """The shares of labels that everybody gives on the records that an annotator answered.

    Drawn toward all votes' shares as by LIKING_VOTES votes. Annotators are shown other records than
    others are, by chance or by turns; what they give most tells nothing of them by itself.

    Returns
    -------
    ndarray of shape (n_annotators, n_labels), rows sum to 1

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.label.votes.votes import Votes
    >>> said = [("r1", "ann", "a"), ("r1", "ben", "b"), ("r2", "ben", "b"), ("r3", "cas", "b")]
    >>> usual_shares(Votes.of(("a", "b"), [Vote(*each) for each in said])).round(2)
    array([[0.35, 0.65],
           [0.32, 0.68],
           [0.3 , 0.7 ]])
    """
    _, annotator, label = votes.columns()
    m, k = len(votes.annotators), len(votes.labels)
    every = np.bincount(label, minlength=k) + 1.0
    every /= every.sum()
    summed = np.zeros((m, k))
    for start in range(0, len(votes.records), ROWS):
        n = min(ROWS, len(votes.records) - start)
        where, slots = votes.of_records(np.arange(start, start + n))
        given = np.bincount(where * k + label[slots], minlength=n * k).reshape(n, k)
        part = shares(np.maximum(given, 1e-9))
        for code in range(k):
            summed[:, code] += np.bincount(annotator[slots], part[where, code], m)
    summed += LIKING_VOTES * every
    return shares(summed)


def full_confusion(counts: Floats, simple: Floats) -> Floats:
    """Confusion matrices with a Dirichlet prior of STRENGTH around the simple ones; same shapes.

    >>> full_confusion(np.array([[[4.0, 0.0], [0.0, 0.0]]]), np.array([[[0.5, 0.5], [0.5, 0.5]]]))
    array([[[0.75, 0.5 ],
            [0.25, 0.5 ]]])
    """
    return drawn(counts, np.einsum("jlk->jk", counts)[:, None], simple)


def drawn(count: Floats, total: Floats, expected: Floats) -> Floats:
    """Shares, drawn toward what was expected as by STRENGTH votes.

    >>> drawn(np.array([4.0]), np.array([4.0]), np.array([0.5]))  # (4 + 4 · 0.5) / (4 + 4)
    array([0.75])
    """
    share: Floats = np.maximum(count, 0.0) + STRENGTH * expected
    share /= np.maximum(total, 0.0) + STRENGTH
    return share


def full_share(n_votes: AnyInts) -> float:
    """How far the full matrices count: m / (m + OTHERS), m the other votes beside a usual vote.

    Whole matrices can be told only where the true labels can: where records have many votes.

    Parameters
    ----------
    n_votes : ndarray of shape (n_records,)

    >>> full_share(np.array([16, 16, 0])), full_share(np.array([1, 1]))
    (0.5, 0.0)
    """
    total = float(n_votes.sum())
    others = float((n_votes.astype(np.float64) ** 2).sum()) / total - 1 if total else 0.0
    return others / (others + OTHERS)


def pooled(simple: Floats, full: Floats, share: float) -> Floats:
    """The pool's weights, in nats: the two matrices' geometric mean, the full one's share given."""
    weights: Floats = (1 - share) * np.log(simple) + share * np.log(full)
    return weights
