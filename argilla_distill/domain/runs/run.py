"""A run: the predictions of one model on one question of a dataset.

How a run comes in is `workers.use_cases.runs`, where runs are kept `plugin.store.versions.runs`; how they are
compared is `workers.use_cases.comparisons`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

NAME = re.compile(r"\w(?:[\w :-]|\.(?!\.))*")

NAME_RULE = "a letter, digit or _, then at most 99 of them, blanks, : or -, and dots one at a time"
"""What a run may be called, in words."""

MAX_NAME = 100

MAX_PREDICTIONS = 200_000


def is_run_name(text: str) -> bool:
    """Whether a run may be called so.

    >>> is_run_name("bot-0.5"), is_run_name("a...b"), is_run_name("a,b"), is_run_name("")
    (True, False, False, False)
    """
    return len(text) <= MAX_NAME and NAME.fullmatch(text) is not None


@dataclass(frozen=True)
class Prediction:
    """What a model says of one record.

    Attributes
    ----------
    value : in Argilla's JSON.
    group : the record's prompt; "" for one that has none.
    score : how sure the model is that this is right, in [0, 1]; None where it does not say.
    probabilities : label → probability, sum 1; None where it does not say.
    """

    record_id: str
    value: Any
    group: str = ""
    score: float | None = None
    probabilities: Mapping[str, float] | None = None

    @property
    def sure(self) -> float | None:
        """How probable it holds its prediction to be, by its score or else by its probabilities."""
        if self.score is not None or self.probabilities is None:
            return self.score
        return self.probabilities.get(str(self.value))


@dataclass(frozen=True)
class ModelRun:
    """A run as a whole.

    Attributes
    ----------
    trained_on : the version that the model was trained on; "" for unknown.
    source : where the predictions come from, in words.
    round : the round whose records are predicted; "" for any.
    predictions : so many there are. `left_out`: records that were left out, as the version taught them.
    content : digest of question, version and predictions: the same is not added twice.
    added_at : ms since the epoch.
    """

    name: str
    question: str
    trained_on: str = ""
    source: str = ""
    round: str = ""
    predictions: int = 0
    left_out: int = 0
    content: str = ""
    added_at: int = 0


def content_of(question: str, trained_on: str, predictions: Sequence[Prediction]) -> str:
    """The digest of what a run says, whatever the order in which it says it.

    >>> one, other = Prediction("r1", "yes"), Prediction("r2", "no")
    >>> content_of("q", "", [one, other]) == content_of("q", "", [other, one])
    True
    """
    rows = sorted(
        (each.record_id, each.value, each.score, dict(each.probabilities or {}))
        for each in predictions
    )
    return sha256(json.dumps([question, trained_on, rows], sort_keys=True).encode()).hexdigest()
