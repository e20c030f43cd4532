"""Who said what on a record, and how much it moved the decision. Pure; in words and bars.

Log-odds are natural logarithms. What was decided is `decision_view`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from argilla_distill.domain.state.annotator import KnownAnnotator, called
from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.wording import Wording, weight

CONTENT, REVIEW, COSTS = -1, -2, -4
"""Numbers of voices that are nobody's vote: the record's own text, a reviewer's adjudication, and what
mistakes cost. `balance.PRIOR` is -3."""

NO_PULL = 0.05
"""Below so many nats a voice counts as not having moved the decision."""

ECHO = (
    "an echo: given while Argilla was showing our own suggestion, and equal to it. It may be "
    "agreement or one click on what was filled in, so it is kept but is no independent vote"
)
REASONS = {"draft": "a draft: not submitted", "discarded": "the record was discarded"}
WITHDRAWN = "withdrawn since"
LATE = (
    "it is newer than the decision, not one of the question's labels, or left out by the settings "
    "half_life_days or guidelines"
)


@dataclass(frozen=True)
class Annotator:
    """Whoever answers. `agent` marks one whose answers are suggestions."""

    name: str
    kind: str
    agent: bool = False


@dataclass(frozen=True)
class Pull:
    """How far something moved the decision: log-odds in nats, positive toward the leading label.

    `start` and `width` place its bar on a track from 0 to 100 whose middle is "not at all".
    """

    log_odds: float
    text: str
    start: float
    width: float


@dataclass(frozen=True)
class Voice:
    """One vote that counted. `reliability` is the annotator's expected accuracy."""

    who: Annotator
    value: str
    at: int
    reliability: float
    percent: str
    pull: Pull


@dataclass(frozen=True)
class Uncounted:
    """A current value on the record that did not count, and why."""

    who: Annotator
    value: str
    at: int
    status: str
    why: str


NOBODY = {
    CONTENT: Annotator("the record's text", "content"),
    REVIEW: Annotator("a reviewer", "adjudication"),
    COSTS: Annotator("what mistakes cost", "costs"),
}


def pull(log_odds: float, leader: str, runner_up: str, scale: float) -> Pull:
    width = min(50.0, 50.0 * abs(log_odds) / scale)
    start = 50.0 if log_odds >= 0 else 50.0 - width
    toward = leader if log_odds > 0 else runner_up
    words = f"+{abs(log_odds):.1f} toward {toward}" if abs(log_odds) >= NO_PULL else "no pull"
    return Pull(log_odds, words, round(start, 2), round(width, 2))


def unnamed(number: int) -> Annotator:
    """One of whom nothing but the number is known."""
    if number in NOBODY:
        return NOBODY[number]
    return Annotator(f"annotator {number}", "person")


def people(annotators: Mapping[int, KnownAnnotator]) -> dict[int, Annotator]:
    """Annotators by number, no two of one name; one whose user Argilla does not name is a number."""
    names, named = called(annotators, named=True), {}
    for number, known in annotators.items():
        name = names[number] if known.name.strip() not in ("", "?") else unnamed(number).name
        named[number] = Annotator(name, known.kind, known.is_agent)
    return named


def voices(
    name: str,
    decision: StoredDecision,
    ledger: LedgerEntry,
    people: Mapping[int, Annotator],
    leader: str,
    runner_up: str,
    scale: float,
    say: Wording,
) -> tuple[Voice, ...]:
    """The votes that counted, those that moved the decision most first."""
    heard = []
    suggested = ledger.suggestions.get(name)
    for heard_voice in decision.voices:
        number, reliability = heard_voice.annotator, heard_voice.reliability
        answer = ledger.answers.get(number)
        if number in NOBODY:
            value = {CONTENT: "as records like this one", REVIEW: leader}.get(number, "")
            if number == COSTS:
                dear = runner_up if heard_voice.log_odds > 0 else leader
                value = f"{dear} costs more where it is wrong"
            at = decision.decided_at
        elif suggested and suggested.annotator == number:
            value, at = suggested.value, suggested.at
        else:
            at = answer.at if answer else 0
            value = answer.values.get(name, WITHDRAWN) if answer else WITHDRAWN
        heard.append(
            Voice(
                people.get(number) or unnamed(number),
                say(name, value),
                at,
                reliability,
                weight(reliability),
                pull(heard_voice.log_odds, leader, runner_up, scale),
            )
        )
    return tuple(sorted(heard, key=lambda voice: -abs(voice.pull.log_odds)))


def uncounted(
    name: str,
    counted: Sequence[int],
    ledger: LedgerEntry,
    people: Mapping[int, Annotator],
    say: Wording,
) -> tuple[Uncounted, ...]:
    """The current values on the record that did not count."""
    silent = []
    for number, answer in ledger.answers.items():
        if number in counted or (name not in answer.values and answer.status != "discarded"):
            continue
        echo = answer.submitted and name in answer.echoes
        why = ECHO if echo else REASONS.get(answer.status, LATE)
        value = say(name, answer.values[name]) if name in answer.values else "no answer"
        who = people.get(number) or unnamed(number)
        silent.append(Uncounted(who, value, answer.at, "echo" if echo else answer.status, why))
    suggested = ledger.suggestions.get(name)
    if suggested and suggested.annotator not in counted:
        who = people.get(suggested.annotator) or unnamed(suggested.annotator)
        value = say(name, suggested.value)
        silent.append(Uncounted(who, value, suggested.at, "suggestion", LATE))
    return tuple(sorted(silent, key=lambda each: each.at))
