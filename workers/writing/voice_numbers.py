"""The number under which a voice is stored: an annotator's own, or that of a voice that is nobody's vote."""

from __future__ import annotations

from argilla_distill.domain.explanation import voices
from argilla_distill.workers.engine.contract.decision import CONTENT, COSTS, REVIEW

NOBODY = {CONTENT: voices.CONTENT, REVIEW: voices.REVIEW, COSTS: voices.COSTS}


def voice_number(annotator: str) -> int:
    """The number of a voice, from what the engine calls whose voice it is.

    >>> voice_number("7"), voice_number(CONTENT) == voices.CONTENT
    (7, True)
    """
    return NOBODY[annotator] if annotator in NOBODY else int(annotator)
