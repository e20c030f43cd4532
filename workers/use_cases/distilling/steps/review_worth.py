"""What a review of each record is worth, so that reviewers are asked about the best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from argilla_distill.domain.state.decision import Decisions, StoredWorth
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution

DISPUTED = 1.0
"""What one more review is worth where two reviewers differ: more than anything else."""


def worth_of_reviews(
    run: Run, resolutions: Sequence[Resolution], decisions: Mapping[str, Decisions | None]
) -> tuple[dict[str, float | None], dict[str, dict[str, StoredWorth]]]:
    """What a review of each record is worth, None where it needs none; and the same in parts, by question.

    A review is wanted where there is open conflict, and where enough is expected of it.
    """
    due: dict[str, float | None] = {}
    worth: dict[str, dict[str, StoredWorth]] = {}
    for resolution in resolutions:
        record_id, total, expected = resolution.record.id, 0.0, 0.0
        if record_id not in decisions:
            continue
        worth[record_id] = {}
        for question in resolution.contested(run.plan.settled_confidence):
            model = run.models.by_question[question]
            value = model.review_value(resolution.decided[question])
            conflict = resolution.conflicts[question]
            disputed = DISPUTED if conflict and conflict.kind == "adjudications" else 0.0
            chance = value.worth - value.gain - value.teaching
            parts = (round(part, 3) for part in (value.gain, value.teaching, chance, disputed))
            worth[record_id][question] = StoredWorth(*parts)
            total += worth[record_id][question].total
            expected += value.gain + value.teaching
        decided = decisions[record_id] or {}
        for question in resolution.kept.questions & decided.keys():
            kept = decided[question].worth
            total += kept.total if kept else 0.0
            expected += kept.total if kept else 0.0
        wanted = bool(resolution.open) or expected >= run.plan.review_worth
        due[record_id] = round(total, 3) or None if wanted else None
    return due, worth
