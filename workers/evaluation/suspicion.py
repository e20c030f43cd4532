"""Which segments say otherwise than a model of the other segments expects: suspicion, and no proof.

A *claim* is what was said of a record: the label that it has, or one answer to it. A proxy model that was
trained without the claim's segment (`proxy.out_of_fold`) says how probable each label is. Claims on which it
is more than `SURE` are looked at: how many contradict its first label, less how many are expected to::

    z = (contradicted - expected) / sqrt(variance)

Expected of a claim whose record's label has the probability q is r · (1 - q), with r the ratio of
contradictions to that sum on the claims of all other segments: so a proxy that is too sure of itself, or
labels that are noisy everywhere, make nobody suspect. The variance is binomial, plus that of r, plus what
clean segments differ in by topic: all of it as it is where the segment is like the others, with the r of all
claims (a score test). With the r of the others, few of these that happen to contradict nothing would be taken
for a ratio that is known exactly. Claims of one record, or of replies to one prompt, are not independent:
where the proxy is wrong about it, all of them contradict. So the variance is taken for as many times as large
as claims that go together make it, and claims for so many times fewer (Rao & Scott, A simple method for the
analysis of clustered binary data, Biometrics 48 (1992)); how far they go together is counted over all
segments, less what each segment has in common. Of few claims the normal distribution promises too much, so
that p is the larger of its tail and that of the binomial. Of all segments together, false discoveries are
kept to `LEVEL` (Benjamini & Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical
Society B 57 (1995)).

Confident disagreement as a sign of wrong labels: Northcutt, Jiang & Chuang, Confident learning, JAIR 70
(2021). Nothing here tells why a segment is unlike the others: new topics look like wrong labels. Audits tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats
from scipy.special import betainc

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

SURE = 0.8
"""Claims are looked at where the proxy is surer than that."""

LEVEL = 0.05
"""The share of false discoveries."""

MOST = 0.999
"""No p of a segment that is judged is more: what is 1 says that it is not."""

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
    groups: Ints | None = None,
) -> list[Suspicion]:
    """Look at every segment of one kind.

    Parameters
    ----------
    predicted : ndarray of shape (n_records, n_labels)
        What a proxy says that was trained without the segment of the record.
    record, code, segment : ndarray of shape (n_claims,)
        Of which record what is claimed, and the segment that the claim is of; -1: of none, which tells what
        is usual and is not judged.
    fewest : of segments with fewer claims that are looked at, nothing is said.
    sure_from : claims are looked at where the proxy is surer than that.
    groups : ndarray of shape (n_records,), codes of records that belong together; None: all apart.

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
    claims = np.bincount(segment[segment >= 0], minlength=n_segments)
    best = predicted.argmax(axis=1)
    sureness = predicted[np.arange(len(predicted)), best]
    looked = sureness[record] > sure_from
    # claims of no segment are those of one more
    at = np.where(segment < 0, n_segments, segment)[looked]
    against = (code != best[record])[looked].astype(np.float64)
    doubt = 1 - sureness[record[looked]]
    sure = np.bincount(at, minlength=n_segments + 1)
    contradicted = np.bincount(at, against, n_segments + 1).astype(np.float64)
    doubts = np.bincount(at, doubt, n_segments + 1).astype(np.float64)
    squares = np.bincount(at, doubt**2, n_segments + 1)
    group = (record if groups is None else groups[record])[looked]
    times = _times(at, against, doubt, group, contradicted, doubts)
    times_all = float(times @ sure) / max(len(at), 1)
    # one contradiction more, lest a few others without any make everybody suspect
    more = float(doubt.mean()) if len(doubt) else 1.0
    alike = (contradicted.sum() + 1) / max(doubts.sum() + more, 1e-9)
    found = []
    for number in range(n_segments):
        n, k = int(sure[number]), float(contradicted[number])
        others, other_doubts = contradicted.sum() - k, doubts.sum() - doubts[number]
        ratio = (others + 1) / max(other_doubts + more, 1e-9)
        expected = min(ratio * doubts[number], 0.95 * n)
        known = Suspicion(number, int(claims[number]), n, round(k), float(expected))
        if n >= max(fewest, 1) and other_doubts > 0:
            usual = min(alike * doubts[number], 0.95 * n)
            binomial = max(usual - alike**2 * squares[number], usual * (1 - usual / n))
            of_ratio = times_all * alike * doubts[number] ** 2 / (other_doubts + more)
            doubted = of_ratio + (SPREAD * usual) ** 2
            z = (k - expected) / np.sqrt(times[number] * binomial + doubted)
            few = _tail(k / times[number], n / times[number], expected / n)
            p = min(max(float(stats.norm.sf(z)), few), MOST)
            known = replace(known, z=float(z), p=p)
        found.append(known)
    return found


def _times(
    at: Ints, against: Floats, doubt: Floats, group: Ints, contradicted: Floats, doubts: Floats
) -> Floats:
    """As how many times as large the variance of each segment is, because claims of one group go together.

    With e what a claim contradicts more than is usual in its segment, and v its variance, ρ is the mean of
    e · e over all pairs of claims of one group and one segment, in units of √(v · v), and the variance of a
    segment Σ v + ρ · Σ √(v · v) over its pairs.

    Returns
    -------
    ndarray of shape (n_segments,), 1 where each group has one claim.
    """
    n = len(contradicted)
    usual = (contradicted / np.maximum(doubts, 1e-9))[at]
    probable = np.clip(usual * doubt, 1e-6, 1 - 1e-6)
    off, variance = against - probable, probable * (1 - probable)
    _, first, cluster = np.unique(
        at * (group.max(initial=0) + 1) + group, return_index=True, return_inverse=True
    )
    segment = at[first]

    def pairs(of: Floats) -> Floats:
        several = np.bincount(cluster, of, len(first)) ** 2
        return (several - np.bincount(cluster, of**2, len(first))).astype(np.float64)

    spread = pairs(np.sqrt(variance))
    alike = float(np.clip(pairs(off).sum() / max(spread.sum(), 1e-9), 0.0, 1.0))
    alone = np.maximum(np.bincount(at, variance, n), 1e-9)
    found: Floats = 1 + alike * np.bincount(segment, spread, n) / alone
    return found


def _tail(k: float, n: float, p: float) -> float:
    """How probable k or more of n are, which need not be whole numbers.

    >>> bool(np.isclose(_tail(3.0, 10.0, 0.1), stats.binom.sf(2, 10, 0.1)))
    True
    """
    return 1.0 if k <= 0 else float(betainc(k, max(n - k, 0.0) + 1, p))


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
