"""What annotators marked on one record, put together into spans.

Everything here takes time in proportion to what was marked. How probable the label of each stretch
is, is `workers.engine.composite.span.span`'s question.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from argilla_distill.workers.engine.composite.record_elements import RecordElements
from argilla_distill.workers.engine.composite.span.boundaries import Boundaries
from argilla_distill.workers.engine.composite.span.stretches import Stretches, stretch_of
from argilla_distill.workers.engine.contract.question import Span
from argilla_distill.workers.engine.contract.shares import TIE

NOTHING = ""
"""The label of a stretch that is in no span."""

AGREED = 0.9
"""How probable a boundary is that a single annotator set."""

Codes = Sequence[int]
"""A label's code for each of the record's stretches."""

Extent = tuple[tuple[float, ...], tuple[tuple[int, int], ...]]
"""How much of a record is a label's: two of which it is the same are alike in everything but their names."""


class Marks:
    """The marks on one record, by stretch.

    Parameters
    ----------
    numbers : mapping of label to the number of the model that decides about it
    labels : the labels of each model; the first is `NOTHING`
    boundaries : how far annotators are believed on where a span begins and ends

    Attributes
    ----------
    posterior : list of ndarray, of each stretch
    n_empty : int
        How many marked nothing on the whole record.
    """

    def __init__(
        self,
        on: RecordElements,
        numbers: Mapping[str, int],
        labels: Sequence[tuple[str, ...]],
        boundaries: Boundaries,
    ) -> None:
        self.on = on
        self.posterior = on.posterior
        self._numbers = {label: numbers[label] for each in labels for label in each if label}
        self._code_of = [{label: code for code, label in enumerate(each)} for each in labels]
        self._labels = labels
        self._places = Stretches(on.elements)
        self._over: list[list[tuple[Span, float]]] = [[] for _ in on.elements]
        for name, vote in on.votes.items():
            weight = boundaries.weight(name)
            for span in vote.value:
                for i in self._inside(span):
                    self._over[i].append((span, weight))
        self.n_empty = sum(not vote.value for vote in on.votes.values())

    def code(self, i: int, label: str) -> int:
        """The code of a label in the model of stretch i."""
        return self._code_of[self.on.elements[i][0]][label]

    def codes(self) -> tuple[list[int], list[tuple[int, list[str]]]]:
        """The most probable label of each stretch, and those stretches that have several.

        Between a label and nothing it is nothing: fewer than half would have it. Between labels it is the one
        that has more of the record, which no name decides: what is tied has the confidence of its spans.
        """
        codes, several = [], []
        extents: dict[tuple[int, int], Extent] = {}
        for i, (p, element) in enumerate(zip(self.posterior, self.on.elements, strict=True)):
            best = np.flatnonzero(p > p.max() - TIE)
            first = int(best[0])
            if len(best) > 1 and self._labels[element[0]][first] != NOTHING:
                number = element[0]
                for code in map(int, best):
                    if (number, code) not in extents:
                        extents[number, code] = self._extent(number, code)
                first = max(map(int, best), key=lambda code: extents[number, code])
            codes.append(first)
            if len(best) > 1:
                labels = [self._labels[element[0]][code] or "nothing" for code in best]
                several.append((i, [f"{label} {element[1]}" for label in labels]))
        return codes, several

    def spans(self, codes: Codes) -> tuple[Span, ...]:
        """Put spans together, from the surest stretch on; no two of a model overlap."""
        found: list[Span] = []
        covered = [False] * len(codes)
        sure = [round(float(p[code]), 9) for p, code in zip(self.posterior, codes, strict=True)]
        for core in sorted(range(len(codes)), key=lambda i: -sure[i]):
            element = self.on.elements[core]
            label = self._labels[element[0]][codes[core]]
            if label == NOTHING or covered[core]:
                continue
            starts, ends = self._edges(core)
            at, to = stretch_of(element)
            span = Span(
                max(starts, key=lambda x: (round(starts[x], 9), x), default=at),
                min(ends, key=lambda x: (-round(ends[x], 9), x), default=to),
                label,
            )
            inside = self._inside(span)
            if not any(covered[i] for i in inside):
                found.append(span)
                for i in inside:
                    covered[i] = True
        return tuple(sorted(found))

    def within_others(self, found: Sequence[Span]) -> dict[Span, float]:
        """Spans that overlap another of their own label, and how probable they are.

        Such as a name within a name. A stretch has its label once, so stretches cannot show them:
        beside the found spans they are those that most annotators set exactly so, some of them
        together with the found one. Of n annotators, n₁ of whom set it, a span is right with
        probability ``(n₁ + 1/2) / (n + 1)``; that of the found ones is counted so as well.
        """
        votes = [set(vote.value) for vote in self.on.votes.values()]
        counts = Counter(span for given in votes for span in given)
        most = {span for span, n in counts.items() if 2 * n > len(votes)}
        places: dict[str, list[Span]] = {}
        for span in sorted(found):
            places.setdefault(span.label, []).append(span)
        pairs = [
            {span, other}
            for given in votes
            for span in most.intersection(given).difference(found)
            for other in _overlapped(places.get(span.label, []), span)
            if other in given
        ]
        both = most.intersection(set[Span]().union(*pairs))
        return {span: (counts[span] + 0.5) / (len(votes) + 1) for span in both}

    def sure(self, span: Span) -> float:
        """P(span), seen from its surest stretch."""
        inside = self._inside(span)
        code = self.code(inside[0], span.label)
        core = max(inside, key=lambda i: float(self.posterior[i][code]))
        chance = float(self.posterior[core][code])
        for edges, x in zip(self._edges(core), span[:2], strict=True):
            chance *= (edges.get(x, 0.0) + AGREED) / (sum(edges.values()) + 1)
        return chance

    def instead_of_nothing(self) -> list[str]:
        """Where no stretch is in a span: what speaks against "nothing"; empty if little does.

        Each place alone may have most annotators against it, and yet hardly anybody said that
        nothing is to be marked. So nothing has to be said at least as often as the place that is
        marked most often; and more often, if others marked further places.
        """
        places: Counter[str] = Counter()
        for (_, part), over in zip(self.on.elements, self._over, strict=True):
            places.update(f"{span.label} {part}" for span, _ in over)
        most = max(places.values())
        if self.n_empty > most or 0 < self.n_empty == len(self.on.votes) - most:
            return []
        best = [place for place, n in places.items() if n == most]
        return best if len(best) > 1 and self.n_empty < most else ["nothing", *best]

    def _extent(self, number: int, code: int) -> Extent:
        """How probable a label is on each of its model's stretches, and where annotators set it."""
        label = self._labels[number][code]
        sure = tuple(
            round(float(p[code]), 9)
            for p, element in zip(self.posterior, self.on.elements, strict=True)
            if element[0] == number
        )
        given = [s[:2] for vote in self.on.votes.values() for s in vote.value if s.label == label]
        return sure, tuple(sorted(given))

    def _inside(self, span: Span) -> range:
        return self._places.inside(self._numbers[span.label], span[:2])

    def _edges(self, core: int) -> tuple[dict[int, float], dict[int, float]]:
        """How much weight is behind each start, and each end, of the spans round a stretch."""
        starts: dict[int, float] = {}
        ends: dict[int, float] = {}
        for span, believed in self._over[core]:
            weight = believed * float(self.posterior[core][self.code(core, span.label)])
            starts[span.start] = starts.get(span.start, 0.0) + weight
            ends[span.end] = ends.get(span.end, 0.0) + weight
        return starts, ends


def _overlapped(spans: Sequence[Span], by: Span) -> Sequence[Span]:
    """Those of a label's spans that another of the label overlaps; in order, and apart from each other."""
    first = bisect_right(spans, by.start, key=lambda span: span.end)
    return spans[first : bisect_left(spans, by.end, key=lambda span: span.start)]
