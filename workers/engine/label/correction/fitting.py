"""How a correction is learned from adjudications: a few weights, drawn toward doing nothing.

What a correction is, is `correction`'s business, and how far one is believed `proving`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, sparse

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.label.correction.correction import (
    Correction,
    Examples,
)

SCALE_PENALTY = 2.0
TRUST_PENALTY = 4.0
BIAS_PENALTY = 4.0
"""1 / variance of what is expected of the scale's logarithm (round 0: to count double is as likely as to
count half), of the trust in texts (round 1), and of each bias (round 0, nats)."""

COMMON = 2.0
"""1 / variance of what is expected of everything that anybody's vote for a label may count for each."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a correction may learn. Penalties are 1 / variance of what is expected; infinite: nothing.

    Attributes
    ----------
    own : float
        Of how much more each annotator's vote counts for the label given, on a record of one vote
        that counts whole; elsewhere see `on_such_records`.
    cells : float
        Of everything that each annotator's vote may count for each label, likewise.
    common : float
        Of what the votes of all annotators may count so. What annotators are beside it is their own
        share: they are drawn toward one another, and who is yet to come is one of them (Gelman &
        Hill, Data Analysis Using Regression and Multilevel/Hierarchical Models (2006), ch. 12).
    scale : float
        Of the scale's logarithm.
    trust : float
        Of what is said beside the votes: texts, or a part's context.
    """

    name: str
    own: float = np.inf
    cells: float = np.inf
    common: float = np.inf
    scale: float = SCALE_PENALTY
    trust: float = TRUST_PENALTY

    def on_such_records(self, votes: sparse.csr_array) -> Capacity:
        """The same, where the votes on a record count as on these, shape (n, n_cells).

        Ten votes on a record that depend on each other count little each (`dependence.discount`), so
        what annotators differ by has to be larger to move the record as far. With x[i, c] what the
        votes on record i count, own and cells are multiplied by ::

            mean over i of Σ_c x[i, c]²

        and then expected to move a record's log-odds by the same variance, however many votes it has:
        predictors are brought to one scale before they are given one prior (Gelman et al., A weakly
        informative default prior distribution for logistic and other regression models, Annals of
        Applied Statistics 2 (2008)).

        >>> four = sparse.csr_array(np.full((3, 4), 0.25))  # four votes on each, a quarter each: 4 / 16
        >>> Capacity("weights", own=1.0, cells=2.0).on_such_records(four)
        Capacity(name='weights', own=0.25, cells=0.5, common=inf, scale=2.0, trust=4.0)
        """
        squares = float((votes.data**2).sum()) / max(votes.shape[0], 1)
        if not squares:  # there is nothing to weigh
            return self
        return replace(self, own=self.own * squares, cells=self.cells * squares)


CAPACITIES = (
    Capacity("a scale and a bias per label"),
    Capacity("a weight per annotator", own=1.0, common=COMMON),
    Capacity("a weight per annotator, more freely", own=0.3, common=COMMON),
    Capacity("a weight per annotator and label", own=2.0, cells=2.0, common=COMMON),
)


@dataclass(frozen=True, slots=True)
class Targets:
    """What examples should come to.

    Attributes
    ----------
    probability : ndarray of shape (n, n_labels), rows sum to 1
    weight : ndarray of shape (n,), what each example counts
    group : ndarray of shape (n,)
        Which record each is from, 0, 1, …; what is of one stays together.
    """

    probability: Floats
    weight: Floats
    group: Ints

    @classmethod
    def of(cls, true: Ints, n_labels: int, group: Ints | None = None) -> Targets:
        """Codes of adjudicated labels, each counting once, or in part where a record has several."""
        own = np.arange(len(true)) if group is None else group
        return cls(np.eye(n_labels)[true], np.ones(len(true)), own)

    def of_rows(self, rows: Ints) -> Targets:
        return Targets(self.probability[rows], self.weight[rows], self.group[rows])

    def losses(self, log_odds: Floats) -> Floats:
        """Cross-entropy of each example, nats, unweighed."""
        log = np.log(np.clip(softmax(log_odds), 1e-6, 1))
        return np.asarray(-(log * self.probability).sum(axis=1), np.float64)


def fitted(examples: Examples, targets: Targets, capacity: Capacity) -> Correction:
    """Multinomial logistic regression with a Gaussian prior around `no_correction` (L-BFGS).

    >>> examples = Examples(np.zeros((8, 2)), sparse.csr_array((8, 0)), np.zeros((8, 2)))
    >>> first = Targets.of(np.zeros(8, np.intp), 2)  # it is always the first
    >>> fitted(examples, first, CAPACITIES[0]).bias.round(2)
    array([ 0.52, -0.52])
    """
    k, cells = examples.evidence.shape[1], examples.votes.shape[1]
    m = cells // k
    heard = np.zeros(m, bool)  # only of annotators who voted here anything is learned
    heard[np.unique(examples.votes.indices) // k] = True
    some = int(heard.sum())
    wanted = np.repeat(heard, k)
    votes = sparse.csr_array(examples.votes[:, wanted]) if cells else examples.votes
    turned = sparse.csr_array(votes.T)
    hit, weight, of_label = targets.probability, targets.weight, np.arange(k)
    n_own = some if np.isfinite(capacity.own) else 0
    n_cells = some * k * k if np.isfinite(capacity.cells) else 0
    n_common = k * k if np.isfinite(capacity.common) else 0
    ends = np.cumsum([0, 2, k, n_own, n_cells, n_common])
    _, at_bias, at_own, at_cells, at_common = map(slice, ends[:-1], ends[1:])
    by_votes = n_own + n_cells + n_common > 0

    def added(x: Floats) -> Floats:
        """What annotators have of their own, shape (some, k, k), [annotator, given, label]."""
        cubes = x[at_cells].reshape(-1, k, k).copy() if n_cells else np.zeros((some, k, k))
        if n_own:
            cubes[:, of_label, of_label] += x[at_own, None]
        return cubes

    def loss(x: Floats) -> tuple[float, Floats]:
        scale, trust = np.exp(x[0]), x[1]
        log = scale * examples.evidence + trust * examples.content + x[at_bias]
        if by_votes:
            cubes = added(x)
            if n_common:
                cubes += x[at_common].reshape(k, k)
            log += votes @ cubes.reshape(-1, k)
        log -= log.max(axis=1, keepdims=True)
        total = np.log(np.exp(log).sum(axis=1, keepdims=True))
        error = (np.exp(log - total) - hit) * weight[:, None]
        off = x - start
        value = float(weight @ (total[:, 0] - (log * hit).sum(axis=1)) + penalty @ off**2 / 2)
        slope = penalty * off
        slope[0] += scale * (error * examples.evidence).sum()
        slope[1] += (error * examples.content).sum()
        slope[at_bias] += error.sum(axis=0)
        if by_votes:
            by_cell = (turned @ error).reshape(-1, k, k)
            slope[at_own] += by_cell[:, of_label, of_label].sum(axis=1) if n_own else 0.0
            slope[at_cells] += by_cell.ravel() if n_cells else 0.0
            slope[at_common] += by_cell.sum(axis=0).ravel() if n_common else 0.0
        return value, slope

    lengths = [1, 1, k, n_own, n_cells, n_common]
    each = [capacity.scale, capacity.trust, BIAS_PENALTY]
    each += [
        one if np.isfinite(one) else 0.0 for one in (capacity.own, capacity.cells, capacity.common)
    ]
    penalty, start = np.repeat(each, lengths), np.zeros(int(ends[-1]))
    start[1] = 1.0
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    x = np.asarray(found, np.float64)
    table, common = np.zeros((cells, k)), np.zeros((k, k))
    table[wanted] = added(x).reshape(-1, k)
    common += x[at_common].reshape(-1, k) if n_common else 0.0
    return Correction(float(np.exp(x[0])), float(x[1]), x[at_bias].copy(), table, common)
