"""Whose boundaries others set as well: how far annotators are believed on where a span begins and ends."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from math import fsum, log, sqrt
from typing import Any

from argilla_distill.workers.engine.composite.span.stretches import numbers_of
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, Span, Value

FEW = 30.0
"""After so many comparisons of boundaries an annotator is judged half by them and half as all are."""

CERTAIN = 0.98
"""Nobody is taken to set more boundaries rightly than this share, or fewer than the rest of it."""

LEAST = 0.05
"""What a boundary counts at least, before all are scaled to a mean of 1."""


class Boundaries:
    """How far each annotator is believed on boundaries; whoever is not known counts 1.

    Each of an annotator's spans is compared with that of each other one which it touches first: is
    it the same start, and the same end? Where a reviewer decided the record, with the reviewer's
    alone. With n comparisons of an annotator, s of them the same with others and t with reviewers,
    and m the share of comparisons with others that are the same, over everybody::

        right = (s / √m + t + FEW √m) / (n + FEW)
        weight = 1 + log(right / (1 - right)),   scaled to a mean of 1 over all annotators

    Two set the same boundary if both are right, so m is the square of what is right on average. The
    1 stands for wrong boundaries that are at e different places: two who are wrong seldom agree.

    Nitzan & Paroush, Optimal decision rules in uncertain dichotomous choice situations,
    International Economic Review 23 (1982), for weights by log-odds.

    Attributes
    ----------
    weight_ : mapping of annotator to what a boundary of theirs counts; mean 1

    Examples
    --------
    Each has two boundaries to compare with either of the others', 12 comparisons in all, and those of ann
    with ben, and of ben with ann, are the same, 4 in all. With one more of either kind m is 5 / 14, so
    ann is right by (2 / 0.6 + 30 · 0.6) / 34 = 0.63 and cas by 30 · 0.6 / 34 = 0.53.

    >>> spans = {"ann": Span(0, 4, "name"), "ben": Span(0, 4, "name"), "cas": Span(1, 5, "name")}
    >>> votes = {who: Vote("r", who, (span,)) for who, span in spans.items()}
    >>> boundaries = Boundaries(Question("span", ("name",)))
    >>> boundaries.learn([(votes, None)])
    >>> {who: round(weight, 2) for who, weight in boundaries.weight_.items()}
    {'ann': 1.1, 'ben': 1.1, 'cas': 0.8}
    """

    weight_: dict[str, float]

    def __init__(self, question: Question) -> None:
        self.question = question
        self.weight_ = {}

    def learn(self, records: Iterable[tuple[Mapping[str, Vote], Value]]) -> None:
        """Judge everybody by these records: the votes by annotator, and what a reviewer decided, or None."""
        numbers = numbers_of(self.question)
        n, same, shown = Counter[str](), Counter[str](), Counter[str]()
        n_others = 0
        for votes, verdict in records:
            said = {who: _Placed(vote.value, numbers) for who, vote in votes.items()}
            if verdict is not None:
                decided = _Placed(verdict, numbers)
                for who, own in said.items():
                    found, agreed = own.compared(decided)
                    n[who] += found
                    shown[who] += agreed
                continue
            for who, own in said.items():
                for other in said:
                    if other != who:
                        found, agreed = own.compared(said[other])
                        n[who] += found
                        same[who] += agreed
                        n_others += found
        usual = sqrt((same.total() + 1) / (n_others + 2))
        weights = {}
        for who in sorted(n):
            right = (same[who] / usual + shown[who] + FEW * usual) / (n[who] + FEW)
            right = min(max(right, 1 - CERTAIN), CERTAIN)
            weights[who] = max(1 + log(right / (1 - right)), LEAST)
        mean = fsum(weights.values()) / max(len(weights), 1)
        self.weight_ = {who: weight / mean for who, weight in weights.items()}

    def weight(self, annotator: str) -> float:
        return self.weight_.get(annotator, 1.0)

    def state(self) -> dict[str, Any]:
        return {"boundaries": dict(self.weight_)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take a state back; earlier releases believed everybody alike."""
        self.weight_ = dict(state.get("boundaries", {}))


class _Placed:
    """Somebody's spans on a record, by the number of their model and by place."""

    def __init__(self, value: Iterable[Span], numbers: Mapping[str, int]) -> None:
        # by model: where they start, where they end
        self._places: dict[int, tuple[list[int], list[int]]] = {}
        for span in sorted(value):
            starts, ends = self._places.setdefault(numbers[span.label], ([], []))
            starts.append(span.start)
            ends.append(span.end)

    def compared(self, other: _Placed) -> tuple[int, int]:
        """How many of the boundaries another's could be compared with, and how many are the same.

        Each span is compared with the other's last one that begins no later, if that reaches into
        it, else with the next.
        """
        n = same = 0
        for number, (starts, ends) in self._places.items():
            if number not in other._places:
                continue
            their_starts, their_ends = other._places[number]
            for start, end in zip(starts, ends, strict=True):
                at = bisect_right(their_starts, start) - 1
                if at < 0 or their_ends[at] <= start:
                    at += 1
                    if at == len(their_starts) or their_starts[at] >= end:
                        continue
                n += 2
                same += (start == their_starts[at]) + (end == their_ends[at])
        return n, same
