"""What if a segment were dropped from what a small model learns, or its labels were right: `trace --what-if`.

An effect size, and no detector: that a model is no better without a segment does not make its labels right.
Measured as versions are compared (`workers.evaluation.contests`): the models see no record of the test split,
and are measured on its audits, with the same doubt for what they were trained on.
"""

from __future__ import annotations

import numpy as np

from argilla_distill.domain.versions.contest import Contest
from argilla_distill.domain.versions.segment_audits import in_words
from argilla_distill.domain.versions.what_if import WhatIf
from argilla_distill.workers.engine.contract.numbers import Ints
from argilla_distill.workers.evaluation.contests import Taught, decided, of_models
from argilla_distill.workers.evaluation.proxy import hard
from argilla_distill.workers.evaluation.tf_idf import TfIdf
from argilla_distill.workers.use_cases.comparisons.truths import truths_of
from argilla_distill.workers.use_cases.tracing.asking import TEST
from argilla_distill.workers.use_cases.tracing.material import Material, rows_in
from argilla_distill.workers.use_cases.world import World


def what_if(world: World, found: Material, segment: str) -> WhatIf:
    """Models without the segment, and with its labels as reviewers decided, beside one of all labels.

    Parameters
    ----------
    segment : as `--only` takes it.

    Raises
    ------
    InvalidRequest : it is no segment, or no record is in it.
    """
    dataset_id, version = found.manifest.dataset_id, found.manifest.name
    labels = found.codes(found.labels)
    learned = np.array([split != TEST for split in found.splits])
    rows = np.array(rows_in(world, found, segment))
    here = rows[learned[rows] & (labels[rows] >= 0)]
    said = world.store.segment_audits.values_decided(dataset_id, found.question.name)
    of = {value: code for code, value in enumerate(found.values)}
    right = {row: of[said[i]] for row in here.tolist() if said.get(i := found.ids[row]) in of}
    without, anew = labels.copy(), labels.copy()
    without[here] = -1
    for row, code in right.items():
        anew[row] = code
    corrected = int((anew != labels).sum())
    sides = [(f"without {segment}", without)]
    if corrected:
        sides.append((f"{segment} corrected", anew))
    contests = decided(_contests(world, found, labels, sides, learned))
    return WhatIf(
        found.question.name,
        version,
        segment,
        len(here),
        len(right),
        corrected,
        contests[0],
        contests[1] if corrected else None,
    )


def _contests(
    world: World,
    found: Material,
    labels: Ints,
    sides: list[tuple[str, Ints]],
    learned: Ints,
) -> list[Contest]:
    """Each side (one) beside all labels (other)."""
    name, version = found.question.name, found.manifest.name
    truths = truths_of(world, found.manifest.dataset_id, [name])[name]
    of = {value: code for code, value in enumerate(found.values)}
    truth, pi = np.full(len(found.ids), -1), np.ones(len(found.ids))
    for record, said in truths.items():
        row = found.places.get(record)
        if row is not None and not learned[row] and in_words(said.value) in of:
            truth[row], pi[row] = of[in_words(said.value)], said.pi
    matrix, n = TfIdf().fit_transform(found.texts), max(len(found.values), 2)
    fold = learned.astype(np.int64)
    blank = Contest(name, "", "hard", "", "")
    made = []
    for side, changed in sides:
        taught = {
            each: Taught(codes, hard(codes, n))
            for each, codes in ((side, changed), (version, labels))
        }
        made += of_models(blank, matrix, taught, truth, fold, found.groups, pi, ("hard",))
    return made
