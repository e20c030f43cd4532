"""What is decided on one question of a record: all that its page needs to explain it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class StoredVoice:
    """One voice that counted.

    Attributes
    ----------
    annotator : the number, or that of a voice that is nobody's vote (`domain.explanation.voices`).
    reliability : the annotator's expected accuracy, in [0, 1].
    log_odds : how far it moved the decision, in nats, positive toward the leading value.
    """

    annotator: int
    reliability: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that Argilla showed as our suggestion, since and until when (ms); None: it still does."""

    value: Any
    since: int
    until: int | None = None


@dataclass(frozen=True, slots=True)
class StoredWorth:
    """What a review is worth, in parts that add up to it.

    Attributes
    ----------
    gain, teaching, chance : on its own labels, by what it teaches, and its chance in the order
        (`workers.engine.measures.review_value`).
    dispute : of reviewers who differ. None, and so chance, where an earlier release did not note it.
    """

    gain: float
    teaching: float
    chance: float | None = None
    dispute: float | None = None

    @property
    def total(self) -> float:
        """All parts together."""
        return sum((self.gain, self.teaching, self.chance or 0.0, self.dispute or 0.0))


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """One question's decision. Values are as Argilla's JSON has them.

    Attributes
    ----------
    value : None for an abstention, whose reason is `abstention`.
    confidence : in [0, 1].
    posterior : label, or part of a value → probability; the improbable ones are left out.
    leader, runner_up : the two most probable values; None in a tie.
    prior : log-odds of the leader against the runner-up before anybody answered, in nats.
    strategy, fit : who decided, and with which fit of its model.
    decided_at : our time in ms since the epoch.
    shown : what Argilla showed of ours, oldest first.
    published_confidence : what Argilla shows, where ours has moved since by little.
    worth : what a review of it is worth; None where it needs none.
    restorable : whether another agent's suggestion, whose place ours had taken, may be put back.
    independent_votes : how many votes that err independently its votes count as; None where the strategy
        does not reckon with that, or an earlier release did not note it.
    """

    value: Any
    confidence: float
    posterior: Mapping[str, float] = field(default_factory=dict)
    leader: Any = None
    runner_up: Any = None
    prior: float = 0.0
    voices: tuple[StoredVoice, ...] = ()
    strategy: str = ""
    fit: int = 0
    decided_at: int = 0
    shown: tuple[Shown, ...] = ()
    abstention: str = ""
    published_confidence: float | None = None
    worth: StoredWorth | None = None
    restorable: bool = False
    independent_votes: float | None = None

    @property
    def showing(self) -> Shown | None:
        """What Argilla shows of ours just now; None if nothing."""
        return self.shown[-1] if self.shown and self.shown[-1].until is None else None

    def closed(self, now: int) -> StoredDecision:
        """The same where nothing of ours is shown any more since `now`."""
        if self.showing is None:
            return self
        return replace(self, shown=(*self.shown[:-1], replace(self.shown[-1], until=now)))


Decisions = Mapping[str, StoredDecision]
"""Question → what is decided on it, of one record."""
