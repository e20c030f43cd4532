"""What a review of each record is worth, so that reviewers are asked about the best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution

DISPUTED = 1.0
"""What one more review is worth where two reviewers differ: more than anything else."""


def worth_of_reviews(
    run: Run, resolutions: Sequence[Resolution], decisions: Mapping[str, Any]
) -> dict[str, float | None]:
    """Record → what a review of it is worth, None where it needs none; noted in its `decisions`.

    Its parts are noted: gain, teaching, chance (`engine.measures.review_value`), and what a dispute of
    reviewers adds. They add up to it.
    """
    due: dict[str, float | None] = {}
    for resolution in resolutions:
        record_id, total, expected = resolution.record.id, 0.0, 0.0
        if record_id not in decisions:
            continue
        for question in resolution.contested(run.plan.settled_confidence):
            model = run.models.by_question[question]
            value = model.review_value(resolution.decided[question])
            conflict = resolution.conflicts[question] or {}
            disputed = DISPUTED if conflict.get("kind") == "adjudications" else 0.0
            chance = value.worth - value.gain - value.teaching
            worth = [round(part, 3) for part in (value.gain, value.teaching, chance, disputed)]
            decisions[record_id][question]["worth"] = worth
            total += sum(worth)
            expected += value.gain + value.teaching
        for question in resolution.kept.questions & decisions[record_id].keys():
            worth = decisions[record_id][question].get("worth", ())
            total += sum(worth)
            expected += sum(worth)
        wanted = bool(resolution.open) or expected >= run.plan.review_worth
        due[record_id] = round(total, 3) or None if wanted else None
    return due
