"""Juries: who votes like whom, beyond what skill explains.

Where everybody errs on their own, whoever is more skilled agrees more with everybody, and that alone
tells who is. Judges of one family, such as language models, agree with each other for another
reason, and a model that believes whoever agrees with most takes them for experts.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.label.votes.sampling import codes, sampled
from argilla_distill.workers.engine.label.votes.votes import Votes
from argilla_distill.workers.engine.label.weights.weigher import DIGITS

FEWEST = 4
"""Fewer annotators always look as if one skill each explained them."""

BUSIEST = 500
"""At most about so many annotators, those with most votes, are compared with each other."""

MET = 10
"""Pairs are looked at who met on so many records in either half."""

COMMON = 20.0
"""How many records a pair's agreement with the crowd's is worth where skills are fitted."""

ROUNDS = 30
"""Rounds in which skills are fitted."""

SIGNIFICANT = 2.0
"""What is left must be so many standard errors above what chance leaves, to tell who is alike."""

REVIEWS = 10
"""Beside so many adjudications what is unexplained counts half."""

RIDGE = 0.1
"""How far members differ beyond what votes tell, as a share of a vote's variance."""

LEAST = 0.2
"""No vote of a jury is worth less than this share of the one worth most."""


class Jury(NamedTuple):
    """What is known of a crowd's members.

    Attributes
    ----------
    unexplained : float in [0, 1]
        How much of who votes like whom one skill each does not explain. 0: none of it.
    worth : ndarray of shape (n_annotators,), or (0,) where all are worth 1
        What each one's votes are worth beside the others', 1 on average.
    """

    unexplained: float
    worth: Floats

    def reviewed(self, n: int) -> Jury:
        """The same beside n adjudications, which tell more of who is right than who votes like whom.

        >>> Jury(0.8, np.array([0.5, 1.5])).reviewed(10)  # half as much
        Jury(unexplained=0.4, worth=array([0.75, 1.25]))
        """
        share = REVIEWS / (REVIEWS + n)
        worth = 1 + share * (self.worth - 1)
        return Jury(round(self.unexplained * share, DIGITS), worth.round(DIGITS))


NO_JURY = Jury(0.0, np.zeros(0))


def jury(votes: Votes) -> Jury:
    """How far skill does not explain who votes like whom, and what votes are worth then.

    If votes depend on each other only through the true label, the correlations r[j, l] of two
    annotators' votes off the diagonal have rank one, r[j, l] = s[j] s[l], with s their skills. With
    that fitted in two halves of the records, A and B, and r̄ the mean::

        unexplained = Σ (r_A - s_A s_A')(r_B - s_B s_B') / (Σ (r_A - r̄_A)(r_B - r̄_B) + doubt)

    over pairs, weighed by the records they met on; doubt is the numerator's standard error where
    all is chance. What repeats itself in the other half is none, so that few records
    do not look like a family. The votes' worth is, with R the
    chance-corrected agreements (Cohen's kappa) drawn toward their mean as far as they differ by no
    more than chance::

        worth = 1 + unexplained · (w - 1),   w ∝ (R + RIDGE · I)⁻¹ 1, 1 on average

    the weights that tell most where all are as good and err together as R says; how good each is,
    other weights tell, which these are multiplied with. It is 1 where the numerator is not
    SIGNIFICANT.

    Parisi et al., Ranking and combining multiple predictors without labeled data, PNAS 111 (2014),
    for rank one; Jaffe et al., Unsupervised ensemble learning with dependent classifiers, AISTATS
    (2016); Clemen & Winkler, Limits for the precision and value of information from dependent
    sources, Operations Research 33 (1985), for the weights.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> rng = np.random.default_rng(0)
    >>> true, minds = rng.integers(0, 2, 400), {}
    >>> for who in ("ann", "ben", "cas", "one mind"):
    ...     minds[who] = np.where(rng.random(400) < 0.7, true, 1 - true)
    >>> for who in ("dan", "eva", "fay"):  # they say what one mind does, in three of four
    ...     minds[who] = np.where(rng.random(400) < 0.75, minds["one mind"], true)
    >>> del minds["one mind"]
    >>> said = [Vote(f"r{i}", who, "ab"[x]) for who in minds for i, x in enumerate(minds[who])]
    >>> found = jury(Votes.of(("a", "b"), said))
    >>> bool((found.worth[:3] > found.worth[3:]).all())
    True
    """
    if len(votes.annotators) < FEWEST:
        return NO_JURY
    chosen, place = _busiest(votes)
    if len(chosen) < FEWEST:
        return NO_JURY
    found = _met_in(votes, place, len(chosen), 2)
    if not found:
        return NO_JURY
    one, other = found
    met = _often(one.shared, other.shared)
    residuals, spreads = zip(
        *(_beyond(each.correlation(), met) for each in (one, other)), strict=True
    )
    left = float((residuals[0] * residuals[1] * met).sum())
    real = float((spreads[0] * spreads[1] * met).sum())
    if left <= 0:
        return NO_JURY
    doubt = float(np.sqrt(2 * (met**2 / np.maximum(one.shared * other.shared, 1.0)).sum()))
    unexplained = round(left / (max(real, left) + doubt), DIGITS)
    if left <= SIGNIFICANT * doubt:
        return Jury(unexplained, np.zeros(0))
    worth, both = np.ones(len(votes.annotators)), _met_in(votes, place, len(chosen), 1)
    worth[chosen] += unexplained * (_worth(both[0].kappa(), both[0].shared) - 1)
    return Jury(unexplained, worth.round(DIGITS))


class _Pairs:
    """How often pairs of annotators met on some records, and what they said there.

    Attributes
    ----------
    shared, agreed : ndarray of shape (n, n), records; the diagonal of `shared` is 0
    chance : ndarray of shape (n, n)
        Σ over labels of how often the one gave it there, times how often the other did.
    own : ndarray of shape (n, n)
        The same, of the one with themselves: where they met the other.
    """

    def __init__(self, n: int) -> None:
        self.shared, self.agreed, self.chance, self.own = (np.zeros((n, n)) for _ in range(4))

    def meet(self, shared: Floats) -> None:
        self.shared = shared
        np.fill_diagonal(self.shared, 0.0)

    def say(self, agreed: Floats, often: Floats) -> None:
        """Take in one label: ``often[j, l]``, how often j gave it on records that l voted on."""
        self.agreed += agreed
        self.chance += often * often.T
        self.own += often**2

    def correlation(self) -> Floats:
        """Of each pair's votes as vectors with a 1 for the label given; diagonal 0."""
        n = np.maximum(self.shared, 1.0)
        covariance = self.agreed / n - self.chance / n**2
        variance = 1 - self.own / n**2
        found = covariance / np.sqrt(np.maximum(variance * variance.T, 1e-4))
        return np.asarray(np.clip(found, -1.0, 1.0) * (self.shared > 0), np.float64)

    def kappa(self) -> Floats:
        """Cohen's kappa of each pair; diagonal 0."""
        n = np.maximum(self.shared, 1.0)
        chance = self.chance / n**2
        found = (self.agreed / n - chance) / np.maximum(1 - chance, 0.05)
        return np.asarray(found * (self.shared > 0), np.float64)


def _often(one: Floats, other: Floats) -> Floats:
    """On how many records pairs met in the half where they met less; 0 for those below MET."""
    met = np.minimum(one, other)
    return met * (met >= MET)


def _met_in(votes: Votes, place: NDArray[np.intp], n: int, parts: int) -> list[_Pairs]:
    """Those with a place, in each of so many parts of the records; none where too few met in all parts."""
    record, annotator, label = votes.columns()
    code = codes(votes.records)
    part_of = np.where(sampled(code, len(votes)), code % parts, -1).astype(np.int8)
    some = np.flatnonzero((part_of[record] >= 0) & (place[annotator] >= 0))
    some = some[np.argsort(label[some], kind="stable")]
    row, column, part = record[some], place[annotator[some]], part_of[record[some]]
    ends = np.searchsorted(label[some], np.arange(len(votes.labels) + 1))

    def matrix(which: NDArray[np.intp]) -> sparse.csr_array:
        ones = np.ones(len(which), np.float32)  # whole numbers, exact up to 2²⁴
        return sparse.csr_array((ones, (row[which], column[which])), shape=(len(part_of), n))

    found = [_Pairs(n) for _ in range(parts)]
    everyone = [matrix(np.flatnonzero(part == each)) for each in range(parts)]
    for pairs, met in zip(found, everyone, strict=True):
        pairs.meet((met.T @ met).toarray().astype(np.float64))
    if not (np.minimum.reduce([each.shared for each in found]) >= MET).any():
        return []
    for start, end in pairwise(ends.tolist()):
        for each, (pairs, met) in enumerate(zip(found, everyone, strict=True)):
            gave = matrix(start + np.flatnonzero(part[start:end] == each))
            said, there = gave.T @ gave, gave.T @ met
            pairs.say(*(counts.toarray().astype(np.float64) for counts in (said, there)))
    return found


def _beyond(r: Floats, met: Floats) -> tuple[Floats, Floats]:
    """How far correlations differ from what one skill each explains, and from their mean."""
    mean = float((r * met).sum() / met.sum())
    usual = float(np.sqrt(max(mean, 1e-3)))
    skill = np.full(len(r), usual)
    for _ in range(ROUNDS):  # alternating least squares, damped
        fitted = (met * r) @ skill + COMMON * usual**3
        skill = np.clip((skill + fitted / (met @ skill**2 + COMMON * usual**2)) / 2, -1.0, 1.0)
    return r - np.outer(skill, skill), r - mean


def _worth(kappa: Floats, shared: Floats) -> Floats:
    """w, see `jury`."""
    pairs = float(shared.sum())
    mean = float((kappa * shared).sum()) / pairs
    spread = float(((kappa - mean) ** 2 * shared).sum()) / pairs
    real = max(
        spread - float((shared > 0).sum()) / pairs, 0.0
    )  # a kappa of n has a variance of 1/n
    share = real / (real + 1 / np.maximum(shared, 1.0)) * (shared > 0)
    agreement = np.clip(mean + (kappa - mean) * share, -1.0, 1.0)
    np.fill_diagonal(agreement, 1.0)
    values, vectors = np.linalg.eigh(
        agreement
    )  # of pairs who met on few records, some may be below 0
    worth = vectors @ ((vectors.T @ np.ones(len(kappa))) / (np.maximum(values, 0.0) + RIDGE))
    worth = np.maximum(worth, LEAST * worth.max())
    return np.asarray(worth / worth.mean(), np.float64)


def _busiest(votes: Votes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The annotators who are compared, and each one's place among them or -1."""
    _, annotator, _ = votes.columns()
    n = np.bincount(annotator, minlength=len(votes.annotators))
    least = np.sort(n)[-BUSIEST - 1] if len(n) > BUSIEST else 0
    chosen = np.flatnonzero(n > least)
    place = np.full(len(n), -1, np.intp)
    place[chosen] = np.arange(len(chosen))
    return chosen, place
