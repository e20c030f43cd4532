"""The alternative annotator test: may one annotator stand in for people?

Calderon, Reichart & Dror, The Alternative Annotator Test for LLM-as-a-Judge, ACL (2025). One person at a
time is left out. On each record that this person, the model and at least one other person answered, who of
the two agrees better with the others? With S the agreement of a value with the others' values on a record::

    W_model = 1 if S(model) >= S(person) else 0,    W_person = 1 if S(person) >= S(model) else 0
    d = W_person - W_model, over the records of this person;    H0: mean d >= ε

H0 is tested by a one-sided t test; the p values of all people together by Benjamini & Yekutieli (The control
of the false discovery rate in multiple testing under dependency, Annals of Statistics 29 (2001)), at 0.05.
The *winning rate* ω is the share of people for whom H0 is rejected; from one half the model passes. The
*average advantage probability* ρ is the mean of W_model over the records of a person, averaged over people.
ε is what a person costs more: the paper advises 0.2 for experts, 0.15 for skilled people, 0.1 for crowds.

S is `agreement_with_others`.

The paper knows pass or fail. A test that fails on few records proves nothing, so a model fails here only
where the reverse, mean d > ε, is proven for most people, in the same manner. All else is not to be told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from scipy.special import ndtri, stdtr

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.measures.agreement import VoteArrays
from argilla_distill.workers.engine.measures.agreement_with_others import agreement_with_others

LEVEL = 0.05
"""The share of false discoveries among all."""

PASSES = 0.5
"""The winning rate from which a model passes."""

MAX_NEEDED = 10_000
"""More records a person than that are not asked for."""


@dataclass(frozen=True)
class BesidePerson:
    """One person left out.

    Attributes
    ----------
    number : of the annotator
    records : int
    model, person : float in [0, 1]
        Means of W_model and W_person.
    p, p_worse : float
        Of H0, and of the reverse.
    better, worse : bool
        Whether each is rejected together with all others.
    needed : int or None
        About so many records would reject H0 if d is what it seems to be; None: never.
    """

    number: int
    records: int
    model: float
    person: float
    p: float
    p_worse: float
    better: bool = False
    worse: bool = False
    needed: int | None = None


@dataclass(frozen=True)
class Alternative:
    """The test of one model.

    Attributes
    ----------
    shared : records that the model and at least two people answered
    comparisons : of people with records enough
    """

    shared: int
    comparisons: tuple[BesidePerson, ...]

    @property
    def winning_rate(self) -> float:
        """ω; 0 where nobody is compared."""
        return _share([each.better for each in self.comparisons])

    @property
    def losing_rate(self) -> float:
        """The share of people beside whom it is proven to be too bad."""
        return _share([each.worse for each in self.comparisons])

    @property
    def advantage(self) -> float:
        """ρ; 0 where nobody is compared."""
        return float(np.mean([each.model for each in self.comparisons] or [0.0]))

    @property
    def passes(self) -> bool:
        """Whether the model may replace a person."""
        return bool(self.comparisons) and self.winning_rate >= PASSES

    @property
    def fails(self) -> bool:
        """Whether it is proven that it may not."""
        return not self.passes and self.losing_rate > PASSES

    @property
    def needed(self) -> int | None:
        """About so many more records a person would make it pass; None: none would, or it is told."""
        if self.passes or self.fails or not self.comparisons:
            return None
        n_passing = ceil(len(self.comparisons) * PASSES)
        known = [(each.better, each.records, each.needed) for each in self.comparisons]
        more = [0 if better else max(n - had, 1) for better, had, n in known if n is not None]
        more.sort()
        if len(more) < n_passing or more[n_passing - 1] > MAX_NEEDED:
            return None
        return more[n_passing - 1]


def alternative_annotator(
    question: Question, votes: VoteArrays, model: int, people: AnyInts, margin: float, least: int
) -> Alternative:
    """Test one annotator against all people who share records with it.

    Parameters
    ----------
    votes : of everybody, one a record and annotator
    model : the number of the annotator that is tested
    people : numbers of those that are people
    margin : ε, in [0, 1)
    least : people with fewer records are left out

    Three people; on each of 40 records the model says what all say but for one who always differs.

    >>> n = 40
    >>> record = np.tile(np.arange(n), 4)
    >>> who = np.repeat(np.arange(4), n)
    >>> said = np.repeat([0, 0, 1, 0], n)
    >>> votes = VoteArrays(record, who, said, ("a", "b"))
    >>> found = alternative_annotator(Question("label", ("a", "b")), votes, 3, np.arange(3), 0.15, 30)
    >>> [(c.number, c.model, c.person) for c in found.comparisons]
    [(0, 1.0, 1.0), (1, 1.0, 1.0), (2, 1.0, 0.0)]
    >>> found.winning_rate, found.advantage, found.passes
    (1.0, 1.0, True)
    """
    mine = votes.annotator == model
    theirs = np.isin(votes.annotator, people) & ~mine
    n_records = int(votes.record.max(initial=-1)) + 1
    said = np.full(n_records, -1, np.int64)
    said[votes.record[mine]] = votes.code[mine]
    degree = np.bincount(votes.record[theirs], minlength=n_records)
    ready = (said >= 0) & (degree >= 2)
    some = np.flatnonzero(theirs & ready[votes.record])
    record, who = votes.record[some].astype(np.intp), votes.annotator[some]
    code = votes.code[some].astype(np.intp)
    shared = int(ready.sum())
    counts = np.bincount(who, minlength=1)
    enough = np.flatnonzero(counts >= max(least, 2))
    if not len(enough):
        return Alternative(shared, ())
    judged = np.flatnonzero(np.isin(who, enough))
    model_score, person_score, judged = agreement_with_others(
        question, votes, record, code, said[record], judged
    )
    ahead, behind = model_score >= person_score - 1e-12, person_score >= model_score - 1e-12
    found = [
        _compared(int(number), ahead[of], behind[of], margin)
        for number in enough.tolist()
        if (of := who[judged] == number).sum() >= max(least, 2)
    ]
    return Alternative(shared, _together(found))


def _compared(
    number: int,
    ahead: np.typing.NDArray[np.bool_],
    behind: np.typing.NDArray[np.bool_],
    margin: float,
) -> BesidePerson:
    d = behind.astype(np.float64) - ahead
    n, mean, spread = len(d), float(d.mean()), float(d.std(ddof=1))
    if spread > 0:
        t = (mean - margin) / (spread / np.sqrt(n))
        p, p_worse = float(stdtr(n - 1, t)), float(stdtr(n - 1, -t))
    else:  # all alike, and never equal to the margin but by chance
        p, p_worse = float(mean >= margin), float(mean <= margin)
    needed = None
    if mean < margin:
        quantile = ndtri(1 - LEVEL / 2)  # so strict as most have to be, of several together
        needed = ceil((quantile * max(spread, 0.1) / (margin - mean)) ** 2)
    return BesidePerson(
        number, n, float(ahead.mean()), float(behind.mean()), p, p_worse, needed=needed
    )


def _together(found: list[BesidePerson]) -> tuple[BesidePerson, ...]:
    """With what is rejected of all of them."""
    better = rejected(np.array([each.p for each in found]))
    worse = rejected(np.array([each.p_worse for each in found]))
    return tuple(
        replace(each, better=bool(b), worse=bool(w))
        for each, b, w in zip(found, better, worse, strict=True)
    )


def rejected(p: Floats, level: float = LEVEL) -> np.typing.NDArray[np.bool_]:
    """Which of these hypotheses are rejected, by Benjamini & Yekutieli: any may depend on any other.

    >>> rejected(np.array([0.001, 0.04, 0.2])).tolist()  # 0.001 <= 0.05 / (1 + 1/2 + 1/3) / 3
    [True, False, False]
    >>> rejected(np.array([])).tolist()
    []
    """
    if not len(p):
        return p > 0
    from scipy.stats import false_discovery_control  # as slow to load as all the rest of a worker

    return np.asarray(false_discovery_control(p, method="by") <= level)


def _share(of: list[bool]) -> float:
    return sum(of) / len(of) if of else 0.0
