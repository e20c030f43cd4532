"""Which segments say otherwise than a model of the other segments expects: suspicion, and no proof.

A *claim* is what was said of a record: the label that it has, or one answer to it. A proxy model that was
trained without the claim's segment (`proxy.out_of_fold`) says how probable each label is. Claims on which it
is more than `SURE` are looked at: how many contradict its first label, less how many are expected to::

    z = (contradicted - expected) / sqrt(variance)

Expected of a claim whose record's label has the probability q is r · (1 - q), with r the ratio of
contradictions to that sum on the claims of all other segments: so a proxy that is too sure of itself, or
labels that are noisy everywhere, make nobody suspect. The variance is binomial, plus that of r, plus what
clean segments differ in by topic. Of few claims the normal distribution promises too much, so that p is the
larger of its tail and that of the binomial. Of all segments together, false discoveries are kept to `LEVEL`
(Benjamini & Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society B 57
(1995)).

Confident disagreement as a sign of wrong labels: Northcutt, Jiang & Chuang, Confident learning, JAIR 70
(2021). Nothing here tells why a segment is unlike the others: new topics look like wrong labels. Audits tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

SURE = 0.8
"""Claims are looked at where the proxy is surer than that."""

LEVEL = 0.05
"""The share of false discoveries."""

FEWEST = 40
"""A segment has so many claims that are looked at, or nothing is said of it."""

SPREAD = 0.25
"""Clean segments differ by topic: by chance alone the ratio of one varies by so much of itself."""


@dataclass(frozen=True)
class Suspicion:
    """One segment.

    Attributes
    ----------
    segment : its number
    claims : how many there are
    sure : on how many of them the proxy is sure
    contradicted, expected : how many of these contradict it, and how many were to be expected
    z : how many standard deviations more; 0 where too few claims tell
    p : one-sided; 1 where too few tell
    significant : with the false discoveries of all segments kept down
    """

    segment: int
    claims: int
    sure: int
    contradicted: int
    expected: float
    z: float = 0.0
    p: float = 1.0
    significant: bool = False


def suspicions(
    predicted: Floats,
    record: Ints,
    code: Ints,
    segment: Ints,
    n_segments: int,
    fewest: int = FEWEST,
    sure_from: float = SURE,
) -> list[Suspicion]:
    """Look at every segment of one kind.

    Parameters
    ----------
    predicted : ndarray of shape (n_records, n_labels)
        What a proxy says that was trained without the segment of the record.
    record, code, segment : ndarray of shape (n_claims,)
        Of which record what is claimed, and the segment that the claim is of; -1: of none.
    fewest : of segments with fewer claims that are looked at, nothing is said.
    sure_from : claims are looked at where the proxy is surer than that.

    Half of what the second segment says is wrong.

    >>> predicted = np.tile([[0.95, 0.05]], (200, 1))
    >>> code = np.where(np.arange(200) % 20 == 0, 1, 0)
    >>> code[100:150] = 1
    >>> found = suspicions(predicted, np.arange(200), code, np.arange(200) // 100, 2)
    >>> [(each.sure, each.contradicted) for each in found]
    [(100, 5), (100, 52)]
    >>> found[1].z > 4 > found[0].z
    True
    """
    some = np.flatnonzero(segment >= 0)
    record, code, segment = record[some], code[some], segment[some]
    claims = np.bincount(segment, minlength=n_segments)
    best = predicted.argmax(axis=1)
    sureness = predicted[np.arange(len(predicted)), best]
    looked = sureness[record] > sure_from
    at, against = segment[looked], (code != best[record])[looked].astype(np.float64)
    doubt = 1 - sureness[record[looked]]
    sure = np.bincount(at, minlength=n_segments)
    contradicted = np.bincount(at, against, n_segments)
    doubts = np.bincount(at, doubt, n_segments)
    squares = np.bincount(at, doubt**2, n_segments)
    found = []
    for number in range(n_segments):
        n, k = int(sure[number]), float(contradicted[number])
        others, other_doubts = contradicted.sum() - k, doubts.sum() - doubts[number]
        # one contradiction more, lest a few others without any make everybody suspect
        ratio = (others + 1) / max(other_doubts + doubt.mean() if len(doubt) else 1.0, 1e-9)
        expected = min(ratio * doubts[number], 0.95 * n)
        known = Suspicion(number, int(claims[number]), n, round(k), float(expected))
        if n >= max(fewest, 1) and other_doubts > 0:
            binomial = max(expected - ratio**2 * squares[number], expected * (1 - expected / n))
            doubted = expected**2 * (1 / (others + 1) + SPREAD**2)
            z = (k - expected) / np.sqrt(binomial + doubted)
            p = max(float(stats.norm.sf(z)), float(stats.binom.sf(k - 1, n, expected / n)))
            known = replace(known, z=float(z), p=p)
        found.append(known)
    return found


def discovered(
    found: Sequence[Suspicion], level: float = LEVEL
) -> list[tuple[Suspicion, Suspicion]]:
    """Each as it was and with its mark, if it is significant; the most suspect first.

    >>> few = [Suspicion(0, 50, 50, 20, 5.0, 4.0, 0.0001), Suspicion(1, 50, 50, 6, 5.0, 0.4, 0.34)]
    >>> [marked.significant for _, marked in discovered(few)]
    [True, False]
    """
    tested = [each for each in found if each.p < 1.0]
    adjusted: Sequence[float] = ()
    if tested:
        adjusted = stats.false_discovery_control([each.p for each in tested]).tolist()
    marks = {id(each): bool(p <= level) for each, p in zip(tested, adjusted, strict=True)}
    marked = [(each, replace(each, significant=marks.get(id(each), False))) for each in found]
    return sorted(marked, key=lambda pair: (-pair[1].z, pair[1].segment))
