"""What a model of the truth says about one record's candidate ratings."""

from __future__ import annotations

from typing import NamedTuple

from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Value


class Candidates(NamedTuple):
    """Candidate ratings of one record.

    Attributes
    ----------
    values : list of ratings
    prior : ndarray of shape (n_values,), nats
    votes : ndarray of shape (n_votes, n_values), nats
        What each vote says for each value.
    among : int or None
        Which value is the decision, see `Choice`; None: the most probable one.
    """

    values: list[Value]
    prior: Floats
    votes: Floats
    among: int | None
