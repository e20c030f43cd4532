"""How many of a round's outputs pass: by labels, by the round's own audits, and in truth.

Labels err, so a rate by labels is not shown as the model's: what audits of the whole dataset say of labels
corrects it (`evaluation.label_errors`), and where audits are too few there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.rounds.round import Round, TakenOutput
from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine.measures.audit_estimate import Estimate
from argilla_distill.workers.evaluation.label_errors import corrected
from argilla_distill.workers.evaluation.pass_rate import pass_rate
from argilla_distill.workers.versions.labelled import LabelledRecord, held_out, labelled

MIN_AUDITS = 2
"""With fewer audits in the round nothing is told by these alone."""

Labelled = Sequence[tuple[TakenOutput, LabelledRecord]]

Passes = Callable[[str, str], bool]
"""Whether a record of this id passes with this label."""


@dataclass(frozen=True)
class Rates:
    """Shares of all outputs that pass; None where they cannot be told.

    Attributes
    ----------
    pass_rate : in truth. `errors_from`: on so many audits it is known how labels err.
    by_labels : by the labels of the version.
    audits : of the round. `audited`: by these alone.
    """

    pass_rate: Figure | None = None
    errors_from: int = 0
    by_labels: Figure | None = None
    audits: int = 0
    audited: Figure | None = None


def rates(
    store: Store,
    storage: Storage,
    known: Round,
    version: Manifest,
    question: VersionQuestion,
    rows: Labelled,
) -> Rates:
    """Of a round whose labelled outputs are `rows`.

    Raises
    ------
    InvalidRequest : a file of the version is missing or damaged.
    """
    if not known.question:
        return Rates()
    without = held_out(storage, version, question.name)
    predictions = _predictions(store, version.dataset_id, known)

    def passes(record_id: str, label: str) -> bool:
        return label in known.passes if known.passes else label == predictions.get(record_id)

    judged = [(t, r) for t, r in rows if known.passes or t.prediction]
    audits = [(t, r) for t, r in judged if r.adjudicated and r.audit_pi]
    # labels as they are where nobody audits them
    plain = [(t, replace(r, value=without.get(r.id) or r.value)) for t, r in judged]
    by_labels = _rate(known, plain, passes, [1.0] * len(plain))
    truth = None
    everywhere: list[LabelledRecord] = []
    if by_labels is not None:
        everywhere = [
            row
            for row in labelled(storage, version, question, without.keys())
            if row.adjudicated and row.audit_pi and row.value and without[row.id]
            if known.passes or row.id in predictions
        ]
        within = {row.id: t.alike / t.pi / (row.audit_pi or 1.0) for t, row in audits}
        truth = _in_truth(by_labels, everywhere, without, passes, within)
    drawn = [row.audit_pi or 1.0 for _, row in audits]
    return Rates(
        figure_of(truth),
        len(everywhere),
        figure_of(by_labels),
        len(audits),
        figure_of(_rate(known, audits, passes, drawn)) if len(audits) >= MIN_AUDITS else None,
    )


def figure_of(found: Estimate | None) -> Figure | None:
    """An estimate as reports keep it."""
    return None if found is None else Figure(found.value, found.low, found.high)


def _predictions(store: Store, dataset_id: str, known: Round) -> Mapping[str, str]:
    """Record → what its model said, of all rounds: where outputs pass by that, all audits of these count."""
    if known.passes:
        return {}
    return {
        each.record_id: each.prediction
        for one in store.rounds.all(dataset_id)
        if one.question == known.question
        for each in store.rounds.taken(dataset_id, one.name)
        if each.prediction and each.record_id
    }


def _rate(known: Round, rows: Labelled, passes: Passes, drawn: Sequence[float]) -> Estimate | None:
    return pass_rate(
        np.array([passes(r.id, r.value) for _, r in rows], np.float64),
        np.array([t.pi for t, _ in rows]) * np.array(drawn),
        np.array([t.alike for t, _ in rows], np.float64),
        np.array([max(t.predicted, 0) for t, _ in rows], np.int64),
        known.population,
        np.unique([r.group for _, r in rows], return_inverse=True)[1] if rows else None,
    )


def _in_truth(
    by_labels: Estimate,
    audits: Sequence[LabelledRecord],
    without: Mapping[str, str],
    passes: Passes,
    within: Mapping[str, float],
) -> Estimate | None:
    if not audits:
        return None
    return corrected(
        by_labels,
        np.array([passes(row.id, row.value) for row in audits], np.float64),
        np.array([passes(row.id, without[row.id]) for row in audits], np.float64),
        np.array([row.audit_pi for row in audits], np.float64),
        np.unique([row.group for row in audits], return_inverse=True)[1],
        np.array([within.get(row.id, 0.0) for row in audits]),
    )
