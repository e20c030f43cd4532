"""What the audits say that are answered so far: by these alone is measured who is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.models.values import from_argilla
from argilla_distill.workers.reporting.calibration import share_right
from argilla_distill.workers.use_cases.world import World


@dataclass(frozen=True)
class Truth:
    """What an audit says: a value in Argilla's JSON, the probability with which it was drawn, and when."""

    value: Any
    pi: float
    at: int = 0


Truths = Mapping[str, Mapping[str, Truth]]
"""Question → record → what its audit says."""


def truths_of(
    world: World, dataset_id: str, questions: Sequence[str]
) -> dict[str, dict[str, Truth]]:
    """What audits say so far: of each record what was said last."""
    found: dict[str, dict[str, Truth]] = {name: {} for name in questions}
    for record, entry in world.store.datasets.scan_ledger(dataset_id):
        if entry.gone:
            continue
        for said in sorted(entry.adjudications.values(), key=lambda each: each.at):
            if said.submitted and said.audit_pi is not None:
                for name in questions:
                    if said.values.get(name) is not None:
                        found[name][record] = Truth(said.values[name], said.audit_pi, said.at)
    return found


def read_value(asked: Question, value: Any) -> Value:
    """A value as the engine has it; None for none, and where the question does not take it any more."""
    if value is None:
        return None
    try:
        return from_argilla(asked, value)
    except BadValue:
        return None


def how_right(asked: Question, value: Value, true: Value, label: str = "") -> float:
    """How far a model is right, in [0, 1]: of a multi-label question, on how many of its labels it is.

    Parameters
    ----------
    value : None for none, which is not right.
    label : of a multi-label question, whether it is right about this one.
    """
    if value is None:
        return 0.0
    if asked.type != "multi_label":
        return share_right(asked, value, true)
    labels = [label] if label else asked.labels
    return sum((each in value) == (each in true) for each in labels) / max(len(labels), 1)
