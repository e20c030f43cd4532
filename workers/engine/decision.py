"""What a strategy answers for one record: a value or an abstention, and the reasons for it.

How it is shown to people is the business of the pages and of the conflict note, not of this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contribution:
    """One vote's part in a decision.

    Attributes
    ----------
    annotator, label : str
        Who voted, and for what.
    reliability : float in [0, 1]
        The annotator's expected accuracy under the model.
    log_odds : float, nats
        How far this vote moved the decision toward the leading label, against the runner-up.
        Negative: the vote spoke against it.
    """

    annotator: str
    label: str
    reliability: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision about one record.

    ``prior_log_odds`` and the contributions' ``log_odds`` add up to the log posterior odds of the
    leading label against the runner-up. In a tie there is no leader; the two are then the first
    two of the tied labels in the question's order, and the sum is zero.

    Attributes
    ----------
    record : str
    value : str or None
        The label decided for; None is an abstention.
    leader : str or None
        The most probable label, also where the decision abstains because it is not sure enough.
        None without votes and in a tie.
    confidence : float in [0, 1]
        The greatest posterior.
    posterior : mapping of label to P(it is the true value, given the votes)
        Sums to 1; in the question's order of labels.
    prior_log_odds : float, nats
        What the model held before it saw this record's votes.
    contributions : tuple of Contribution, by annotator
    abstention : str or None
        Why there is no value, in words.

    >>> Decision("r1", None, "a", 0.55, {"a": 0.55, "b": 0.45}, 0.2, (), "...").runner_up
    'b'
    """

    record: str
    value: str | None
    leader: str | None
    confidence: float
    posterior: Mapping[str, float]
    prior_log_odds: float
    contributions: tuple[Contribution, ...]
    abstention: str | None

    @property
    def runner_up(self) -> str | None:
        """The most probable label but for the leader; None without a leader or another label."""
        others = {label: p for label, p in self.posterior.items() if label != self.leader}
        if self.leader is None or not others:
            return None
        return max(others, key=others.__getitem__)


def why_abstain(n_votes: int, tied: list[str], confidence: float, floor: float) -> str | None:
    """Why there is no value, in words; None where there is one.

    >>> why_abstain(0, [], 0.5, 0.0), why_abstain(2, ["a", "b"], 0.5, 0.0)
    ('no votes', 'tie between a and b')
    >>> why_abstain(3, [], 0.55, 0.6)
    'confidence 0.55 is below 0.6'
    """
    if n_votes == 0:
        return "no votes"
    if tied:
        return f"tie between {', '.join(tied[:-1])} and {tied[-1]}"
    if confidence < floor:
        return f"confidence {confidence:.2f} is below {floor:g}"
    return None
