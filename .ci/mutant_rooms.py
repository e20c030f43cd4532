"""What `make mutants` changes, room by room, and the tests that have to notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """What is changed, and the tests that have to notice. Paths begin at the package and at `tests`.

    `without` are tests in there that take seconds: each survivor would wait for them.
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    without: tuple[str, ...] = ()


ROOMS = {
    "lease": Room(
        files=("plugin/store/work/lease.py",),
        tests=("plugin/store/test_store_lease.py",),
    ),
    "webhook": Room(
        files=("plugin/webhook/*",),
        tests=("plugin/webhook", "plugin/test_listener.py"),
    ),
    "rights": Room(
        files=("domain/disclosure.py", "plugin/visitors/*"),
        tests=(
            "domain/test_disclosure_rules.py",
            "plugin/visitors",
            "plugin/pages/test_pages_rights.py",
            "plugin/pages/test_pages_tokens.py",
        ),
    ),
    "echoes": Room(
        files=("domain/observing/echoes.py", "domain/observing/ledger.py"),
        tests=("domain/observing",),
    ),
    "suggestions": Room(
        files=("workers/writing/suggestions.py",),
        tests=("workers/writing/test_suggestions.py", "workers/writing/test_suggestions_kept.py"),
    ),
    "publishing": Room(
        files=(
            "workers/use_cases/sending/guarded_call.py",
            "workers/use_cases/distilling/steps/publishing.py",
            "workers/use_cases/distilling/steps/committing.py",
            "workers/use_cases/distilling/steps/batch_decisions.py",
            "workers/use_cases/distilling/steps/conflict_changes.py",
            "workers/use_cases/distilling/steps/kept_batch.py",
        ),
        tests=(
            "workers/use_cases/distilling/test_distil.py",
            "workers/use_cases/distilling/steps/test_committing.py",
            "workers/use_cases/distilling/steps/test_batch_decisions.py",
            "workers/use_cases/distilling/steps/test_conflict_changes.py",
            "workers/use_cases/distilling/steps/test_publishing.py",
            "workers/use_cases/distilling/test_distil_settings.py",
            "workers/use_cases/distilling/test_overlap.py",
            "workers/use_cases/distilling/reviewing/test_reviewing.py",
            "workers/use_cases/sending/test_guarded_call.py",
            "workers/models/test_kept_models.py",
        ),
        without=(
            "workers/use_cases/distilling/test_distil_settings.py"
            "::test_a_score_that_drifts_in_small_steps_is_written_once_they_add_up",
        ),
    ),
}
