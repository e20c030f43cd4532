"""The labels of a version's question, as bars are drawn of them."""

from __future__ import annotations

from dataclasses import dataclass

from argilla_distill.domain.versions.manifest import VersionQuestion

MAX_LABELS = 20
"""So many labels of a question are shown one by one."""


@dataclass(frozen=True)
class LabelBar:
    """One label of a question: how many records have it, and which share of all that is.

    `kind` is `label`, `rest` (all further labels) or `open` (left open).
    """

    label: str
    count: int
    share: float
    kind: str = "label"


def label_bars(question: VersionQuestion, records: int) -> tuple[LabelBar, ...]:
    """The labels of a question, the most frequent first, then what is left open.

    >>> question = VersionQuestion("q", "q", "label", "majority", 1, 4, 0, labels={"yes": 3}, abstained=1)
    >>> [(b.label, b.count, b.share) for b in label_bars(question, 4)]
    [('yes', 3, 0.75), ('left open', 1, 0.25)]
    """
    ranked = sorted(question.labels.items(), key=lambda item: (-item[1], item[0]))
    whole = max(records, 1)
    bars = [LabelBar(label, n, n / whole) for label, n in ranked[:MAX_LABELS]]
    rest = sum(n for _, n in ranked[MAX_LABELS:])
    if rest:
        others = f"{len(ranked) - MAX_LABELS} others"
        bars.append(LabelBar(others, rest, rest / whole, "rest"))
    if question.abstained and bars:
        bars.append(LabelBar("left open", question.abstained, question.abstained / whole, "open"))
    return tuple(bars)
