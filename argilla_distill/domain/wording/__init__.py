"""How values, numbers and moments are written, wherever people read them.

| file | what is in it |
| --- | --- |
| `values` | the values of answers: labels, ratings, rankings, spans with their words |
| `figures` | numbers, shares, moments and durations |
"""

from argilla_distill.domain.wording.figures import (
    brief,
    count,
    figure,
    many,
    moment,
    percent,
    points,
    points_reach,
    reach,
    size,
    span,
    weight,
    whole_percent,
)
from argilla_distill.domain.wording.values import Wording, quote, text

__all__ = [
    "Wording",
    "brief",
    "count",
    "figure",
    "many",
    "moment",
    "percent",
    "points",
    "points_reach",
    "quote",
    "reach",
    "size",
    "span",
    "text",
    "weight",
    "whole_percent",
]
