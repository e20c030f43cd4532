"""One question's decision in words and bars: what was decided, how sure, by whose voices, and why.

Pure. Log-odds are natural logarithms, as the engine has them: the prior and the pulls of all voices
add up to the log posterior odds of the leading label against its runner-up. The rest of the page is
`record_view`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from argilla_distill.domain import strategy_names
from argilla_distill.domain.explanation.voices import (
    Annotator,
    Pull,
    Uncounted,
    Voice,
    pull,
    uncounted,
    unnamed,
    voices,
)
from argilla_distill.domain.history import Entry
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.domain.state.expected_rating import ExpectedRating, expected_rating
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.wording import Wording, percent
from argilla_distill.plugin.pages.views.showing import kept, shown

MAX_ODDS = 10_000

SHORT = 24
"""Values of more characters are not written in tables and on axes."""

LISTED = ("label_selection", "multi_label_selection", "rating")
"""Types of questions whose posterior has an entry for each label."""

HEADINGS = {
    "label_selection": "How probable each label is",
    "multi_label_selection": "How probable each label is to hold",
    "rating": "How probable each rating is",
    "ranking": "How probable each order of two is",
    "span": "How probable each span is",
    "text": "How probable each answer is to be the best",
}
"""What the posterior says, by the question's type in Argilla."""

PLAIN = Wording({})


@dataclass(frozen=True)
class Share:
    """One label's part of the posterior."""

    label: str
    probability: float
    percent: str


@dataclass(frozen=True)
class ConflictView:
    """Who disagrees with whom: `sides` are (label, names).

    `before` are earlier conflicts, settled since: (since, until, outcome). In one of the kind
    `adjudications` reviewers disagree with each other.
    """

    state: str
    since: int
    sides: tuple[tuple[str, tuple[str, ...]], ...]
    before: tuple[tuple[int, int, str | None], ...]
    kind: str = ""


@dataclass(frozen=True)
class Earlier:
    """A decision as it was made then. `value` None is an abstention, and `why` its reason."""

    at: int
    value: str | None
    percent: str
    strategy: str
    why: str


@dataclass(frozen=True)
class QuestionView:
    """One distilled question.

    Attributes
    ----------
    state : shown, hidden, abstained or undecided; `reason` says why.
    decided_at : since when the value is what it is; reasons and confidence may be newer.
    leader, runner_up : the two that pulls compare, in few words; where that takes many, `rival` is
        the runner-up in full.
    expected : of a rating, the mean of the posterior and its interval; None of anything else.
    composed : whether it is a text that nobody gave.
    votes : how many count; as `independent_votes` that err independently, None where that is not known.
    posterior, voices, earlier : most probable, most moving, latest first.
    explanation : the same in a few sentences.
    """

    name: str
    state: str
    reason: str
    value: str | None = None
    confidence: float | None = None
    percent: str = ""
    strategy: str = ""
    how: str = ""
    decided_at: int | None = None
    shown_since: int | None = None
    leader: str = ""
    runner_up: str = ""
    rival: str = ""
    heading: str = ""
    posterior: tuple[Share, ...] = ()
    prior: Pull | None = None
    voices: tuple[Voice, ...] = ()
    total: Pull | None = None
    odds: str = ""
    uncounted: tuple[Uncounted, ...] = ()
    conflict: ConflictView | None = None
    earlier: tuple[Earlier, ...] = ()
    explanation: str = ""
    expected: ExpectedRating | None = None
    composed: bool = False
    votes: int = 0
    independent_votes: float | None = None

    @property
    def contested(self) -> bool:
        """Whether somebody has to look at it: the answers differ, or no label is sure enough."""
        return self.state == "abstained" or (
            self.conflict is not None and self.conflict.state == "open"
        )


def question_view(
    name: str,
    labels: Sequence[str],
    decision: StoredDecision | None,
    ledger: LedgerEntry,
    conflict: StoredConflict | None,
    history: Sequence[Entry],
    people: Mapping[int, Annotator],
    publish: str,
    kind: str = "label_selection",
    say: Wording = PLAIN,
    gone: bool = False,
) -> QuestionView:
    """One question of the record.

    Parameters
    ----------
    labels : the question's labels, in its order.
    decision, ledger, conflict : as stored, None where there is none.
    history : the decision entries of this question, oldest first.
    publish : the dataset's policy, `completed` or `always`.
    kind : the question's type in Argilla.
    say : how values are put in words.
    gone : whether the dataset was deleted in Argilla, which shows nothing of it any more.
    """
    earlier = [_earlier(name, entry, say) for entry in reversed(history)]
    conflicting = _conflict(conflict, people) if conflict else None
    if decision is None:
        reason = "the record was deleted in Argilla" if ledger.gone else "nothing counted yet"
        silent = uncounted(name, [], ledger, people, say)
        return QuestionView(
            name,
            "undecided",
            reason,
            uncounted=silent,
            earlier=tuple(earlier),
            conflict=conflicting,
        )
    value = None if decision.value is None else say(name, decision.value)
    current = earlier.pop(0) if earlier and earlier[0].value == value else None
    told = kept(decision) if gone else shown(name, decision, ledger.status, publish, say)
    leader, rival = _pair(name, decision, say)
    runner_up = rival
    if max(len(leader), len(rival)) > SHORT:
        leader, runner_up = "the decision", "the runner-up"
    pulls = [decision.prior, *(voice.log_odds for voice in decision.voices)]
    scale = max(1.0, *(abs(log_odds) for log_odds in pulls))
    total = math.fsum(pulls)
    heard = voices(name, decision, ledger, people, leader, runner_up, scale, say)
    return QuestionView(
        name=name,
        state=told.state,
        reason=told.reason,
        value=value,
        confidence=decision.confidence,
        percent=percent(decision.confidence),
        strategy=f"{decision.strategy}:{decision.fit}",
        how=strategy_names.how(decision.strategy),
        decided_at=current.at if current else decision.decided_at,
        shown_since=told.since,
        leader=leader,
        runner_up=runner_up,
        rival="" if runner_up == rival else rival,
        posterior=_posterior(name, decision.posterior, labels, kind, say),
        heading=HEADINGS[kind],
        prior=pull(decision.prior, leader, runner_up, scale),
        voices=heard,
        total=pull(total, leader, runner_up, scale),
        odds=_odds(total),
        uncounted=uncounted(
            name, [voice.annotator for voice in decision.voices], ledger, people, say
        ),
        conflict=conflicting,
        earlier=tuple(earlier),
        expected=expected_rating(decision.posterior) if kind == "rating" else None,
        votes=sum(voice.annotator >= 0 for voice in decision.voices),
        independent_votes=decision.independent_votes,
        composed=kind == "text" and value is not None and value not in {v.value for v in heard},
    )


def _pair(name: str, decision: StoredDecision, say: Wording) -> tuple[str, str]:
    """The two labels that the pulls compare; in a tie the first two of the tied."""
    if decision.leader is not None:
        runner_up = decision.runner_up
        return say(name, decision.leader), "the rest" if runner_up is None else say(name, runner_up)
    most = max(decision.posterior.values(), default=0)
    tied = [label for label, p in decision.posterior.items() if p == most]
    return (tied[0], tied[1]) if len(tied) > 1 else ("", "")


def _posterior(
    name: str, posterior: Mapping[str, float], labels: Sequence[str], kind: str, say: Wording
) -> tuple[Share, ...]:
    """The most probable first, ratings as they follow one another.

    Labels that were stored as too improbable count as 0.
    """
    entries = list({**dict.fromkeys(labels, 0.0), **posterior}.items())
    if kind != "rating":
        entries.sort(key=lambda item: -item[1])
    return tuple(Share(say.part(name, key), p, percent(p)) for key, p in entries)


def _odds(log_odds: float) -> str:
    """The odds of the leading label against its runner-up.

    >>> _odds(0.0), _odds(1.1), _odds(3.4), _odds(99)
    ('even', '3.0 to 1', '30 to 1', 'more than 10,000 to 1')
    """
    if log_odds > math.log(MAX_ODDS):
        return f"more than {MAX_ODDS:,} to 1"
    odds = math.exp(abs(log_odds))
    if odds < 1.05:
        return "even"
    return f"{odds:.1f} to 1" if odds < 10 else f"{odds:,.0f} to 1"


def _conflict(conflict: StoredConflict, people: Mapping[int, Annotator]) -> ConflictView:
    def names(numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple((people.get(n) or unnamed(n)).name for n in numbers)

    return ConflictView(
        state=conflict.state,
        since=conflict.since,
        sides=tuple((label, names(who)) for label, who in conflict.sides.items()),
        before=tuple((past.since, past.until, past.outcome) for past in conflict.before),
        kind=conflict.kind,
    )


def _earlier(name: str, entry: Entry, say: Wording) -> Earlier:
    value, sure = entry.values[name], entry.details.confidence
    return Earlier(
        at=entry.seen_at,
        value=None if value is None else say(name, value),
        percent="" if sure is None else percent(sure),
        strategy=entry.details.decided_by,
        why=entry.details.why,
    )
