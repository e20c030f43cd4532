"""On which settings of a dataset labels depend: what may be the cause where labels of versions differ.

Every setting of a dataset, or of one of its questions, is in one of the two sets; a test holds them to that.
"""

from __future__ import annotations

DECIDING = frozenset(
    {
        "min_confidence",
        "content",
        "confidence_question",
        "costs",
        "half_life_days",
        "guidelines",
        "rating",
    }
)
"""Settings on which labels depend, beside the strategy."""

NOT_DECIDING = frozenset(
    {
        "archive_after_days",
        "completion_field",
        "conflict_question",
        "distil",
        "explanation_question",
        "keep_versions",
        "more_votes",
        "name_annotators",
        "prompt_field",
        "publish",
        "questions",
        "reason_question",
        "replacement_margin",
        "review_audits",
        "review_most",
        "review_overlap",
        "review_share",
        "review_suggest",
        "review_workspace",
        "review_worth",
        "reward",
        "round_property",
        "settled_confidence",
        "strategy",  # told of each question by itself
        "strategy_timeout_s",
        "tell_reliability",
        "tolerance",
        "twin_workspace",
    }
)
"""All other settings."""
