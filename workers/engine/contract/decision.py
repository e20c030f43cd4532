"""What a strategy decides about one record: a value or an abstention, and the reasons for it.

How it is shown to people is the business of the pages and of the conflict note, not of this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from argilla_distill.workers.engine.contract.question import Value

CONTENT = "content"
REVIEW = "review"
COSTS = "costs"
"""Names of contributions that are nobody's vote: the record's own text, an adjudication, and what mistakes
cost."""

ADJUDICATED = 0.999
"""The probability that an adjudication is right. Reviewers err too, rarely."""

MAX_TIED = 5
"""How many tied values a reason names."""

MAX_NAME = 80
"""How many characters of each it quotes."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One voice's part in a decision.

    Attributes
    ----------
    annotator : str
        Who voted; `CONTENT`, `REVIEW` or `COSTS` for those that are no votes.
    value : what they said; None where `CONTENT` or `COSTS` only lean
    reliability : float in [0, 1]
        The annotator's expected accuracy under the model.
    log_odds : float, nats
        How far this voice moved the decision toward the leading value, against the runner-up.
        Negative: it spoke against it.
    """

    annotator: str
    value: Value
    reliability: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision about one record.

    ``prior_log_odds`` and the contributions' ``log_odds`` add up to ``log_odds`` of the leading
    value against the runner-up. Where mistakes have costs, that is the log of what it is expected to
    cost to say the runner-up, as a multiple of what it costs to say the leader. In a tie there is no
    leader; the two are then the first two of the tied values in the question's order, and the sum is
    zero.

    Attributes
    ----------
    record : str
    value : the value decided for; None is an abstention
    leader : value or None
        The most probable value, or the least costly one where mistakes have costs, also where the
        decision abstains because it is not sure enough.
        None without votes and in a tie.
    runner_up : value or None
        What would come next. For values of several parts (labels of a multi-label question, spans,
        places in a ranking): the leader with its least certain part decided the other way.
    confidence : float in [0, 1]
        How probable the leader is to be right; for values of several parts, the mean of `scores`.
    posterior : mapping of str to probability
        Of label questions P(label), sums to 1, in the question's order of labels; ratings likewise,
        by value. Of text questions P(answer) by answer. Of multi-label questions P(it holds) by
        label; of spans ``label start-end`` and rankings ``a > b`` likewise.
    prior_log_odds : float, nats
        What the model held before it saw this record's votes.
    contributions : tuple of Contribution, by annotator
    abstention : str or None
        Why there is no value, as a sentence for people.
    scores : tuple of float in [0, 1], or None
        One probability for each part of the leader, where it is a list in Argilla: labels of a
        multi-label question, items of a ranking in the order of the value, spans.
    adjudicated : bool
        Whether a reviewer decided it.
    independent_votes : float or None
        How many votes that err independently of each other the record's votes count as here: what
        misleads one annotator misleads others. None where the strategy does not reckon with that.

    >>> Decision("r1", None, "a", "b", 0.55, {"a": 0.55, "b": 0.45}, 0.2, (), "...").log_odds
    0.2
    """

    record: str
    value: Value
    leader: Value
    runner_up: Value
    confidence: float
    posterior: Mapping[str, float]
    prior_log_odds: float
    contributions: tuple[Contribution, ...]
    abstention: str | None
    scores: tuple[float, ...] | None = None
    adjudicated: bool = False
    independent_votes: float | None = None

    @property
    def log_odds(self) -> float:
        """Of the leader against the runner-up, in nats."""
        return self.prior_log_odds + sum(c.log_odds for c in self.contributions)


def why_abstain(n_votes: int, tied: list[str], confidence: float, floor: float) -> str | None:
    """Return why there is no value, as a sentence for people; None if there is one.

    >>> why_abstain(0, [], 0.5, 0.0), why_abstain(2, ["a", "b"], 0.5, 0.0)
    ('no votes', 'tie between a and b')
    >>> why_abstain(3, [], 0.55, 0.6)
    'confidence 0.55 is below 0.6'
    >>> why_abstain(9, list("abcdefgh"), 0.1, 0.0)
    'tie between a, b, c, d, e and 3 more'
    """
    if n_votes == 0:
        return "no votes"
    if tied:
        short = [each if len(each) <= MAX_NAME else f"{each[: MAX_NAME - 1]}…" for each in tied]
        if len(short) > MAX_TIED:
            short = [*short[:MAX_TIED], f"{len(short) - MAX_TIED} more"]
        return f"tie between {', '.join(short[:-1])} and {short[-1]}"
    if confidence < floor:
        return f"confidence {confidence:.2f} is below {floor:g}"
    return None
