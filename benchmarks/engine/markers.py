"""A made-up crowd that marks names in made-up texts, each member with habits of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Span

SPAN_LABELS = ("place", "person", "company", "product")


def spans(
    n_records: int, n_annotators: int, overlap: int, seed: int = 0
) -> tuple[dict[str, list[tuple[int, int]]], dict[str, tuple[Span, ...]], list[Vote]]:
    """Tokens' places and true spans by record, and what the crowd marked."""
    rng = np.random.default_rng(seed)
    rates = rng.beta(2, 6, (n_annotators, 4))  # missed, cut or stretched, mislabelled, invented
    tokens, truth, votes = {}, {}, []
    for i in range(n_records):
        record, ends = f"r{i}", np.cumsum(rng.integers(2, 9, rng.integers(15, 40)) + 1)
        starts = [0, *ends[:-1].tolist()]
        tokens[record] = [(a, b - 1) for a, b in zip(starts, ends.tolist(), strict=True)]
        places, at = [], int(rng.integers(0, 4))
        while at + 3 < len(ends):
            n = int(rng.integers(1, 4))
            places.append((at, at + n, str(rng.choice(SPAN_LABELS))))
            at += n + int(rng.integers(1, 10))
        truth[record] = _as_spans(tokens[record], places)
        for j in rng.choice(n_annotators, overlap, replace=False):
            given = _as_spans(tokens[record], list(_marked(rng, rates[j], places, len(ends))))
            votes.append(Vote(record, f"a{j}", given))
    return tokens, truth, votes


def _marked(
    rng: np.random.Generator, rates: Iterable[float], places: list[tuple[int, int, str]], n: int
) -> Iterator[tuple[int, int, str]]:
    """What one annotator marks: token from, token to, label; none over another."""
    missed, cut, mislabelled, invented = rates
    behind = 0
    for first, last, label in places:
        if rng.random() < invented and first - behind > 2:
            yield behind + 1, behind + 2, str(rng.choice(SPAN_LABELS))
        if rng.random() >= missed:
            start, end = first, last
            if rng.random() < cut:
                end = min(end + 1, n - 1) if rng.random() < 0.5 or end - start < 2 else end - 1
            given = str(rng.choice(SPAN_LABELS)) if rng.random() < mislabelled else label
            yield start, end, given
            last = max(last, end)
        behind = last


def _as_spans(
    tokens: list[tuple[int, int]], places: list[tuple[int, int, str]]
) -> tuple[Span, ...]:
    return tuple(sorted(Span(tokens[a][0], tokens[b - 1][1], label) for a, b, label in places))
