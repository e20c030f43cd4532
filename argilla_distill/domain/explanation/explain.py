"""A decision in a few plain sentences: who said what, who tends to be right, what tipped it, how sure.

Pure, by rules, from the voices' own contributions; the rules of each sentence are in `explaining`. The
same as bars and figures is `decision_view`; the short note in Argilla that uses these sentences is
`workers.writing.conflict_note`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argilla_distill.domain.explanation.case import (
    TO_ANNOTATORS,
    TO_OVERSEERS,
    Case,
    Review,
    Telling,
)
from argilla_distill.domain.explanation.phrases import cut, one
from argilla_distill.domain.explanation.sentences.arguing import argued, arguments_of
from argilla_distill.domain.explanation.sentences.outcome import sure, would_change
from argilla_distill.domain.explanation.sentences.sides import sides as who_said_what
from argilla_distill.domain.explanation.sentences.tipping import tipped
from argilla_distill.domain.explanation.sentences.track_record import who_is_right
from argilla_distill.domain.explanation.sentences.worth import worth
from argilla_distill.domain.state.conflict import PastConflict
from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.wording import text

__all__ = [
    "TO_ANNOTATORS",
    "Explanation",
    "Review",
    "Telling",
    "arguments_of",
    "explain",
    "sides_of",
]


@dataclass(frozen=True)
class Explanation:
    """A decision in whole sentences; one is empty where there is nothing to say.

    Attributes
    ----------
    sides : who said what
    argued : what speaks for the sides, in the words of the record and of those who answered
    worth : how many answers that err independently they count as, where that is fewer
    """

    sides: str
    argued: str
    who_is_right: str
    tipped: str
    sure: str
    would_change: str
    worth: str = ""
    reviewed: bool = False

    @property
    def text(self) -> str:
        """All of it, in a few sentences."""
        last = one(self.sure, self.would_change)
        parts = (self.sides, self.argued, self.who_is_right, self.tipped, self.worth, last)
        return " ".join(part for part in parts if part)

    @property
    def why(self) -> str:
        """The same for those who learn from it: why first, then who said what, and how sure that is."""
        parts = (self.tipped, self.argued, self.sides, self.sure)
        if not self.reviewed:
            parts = (self.argued, self.sides, self.tipped, self.sure)
        return " ".join(part for part in parts if part)


def explain(
    decision: StoredDecision,
    sides: Mapping[str, Sequence[int]],
    name: Callable[[int], str],
    *,
    kind: str = "label_selection",
    words: Callable[[Any], str] = text,
    sources: Mapping[int, str] | None = None,
    answers: Mapping[int, int] | None = None,
    unknown: Collection[int] = (),
    reviews: Sequence[Review] = (),
    before: Sequence[PastConflict] = (),
    escape: Callable[[str], str] = str,
    arguments: Mapping[str, Sequence[str]] | None = None,
    evidence: Sequence[str] = (),
    telling: Telling = TO_OVERSEERS,
) -> Explanation:
    """Why one question of a record is decided as it is, or is not.

    Parameters
    ----------
    sides : value in words → numbers of those who say so, as a stored conflict has them; also of
        reviewers, where they are the ones who differ.
    name : how an annotator is called.
    kind : the question's type in Argilla.
    words : how a value in Argilla's JSON is put in words: as the keys of `sides` are.
    sources : number → person, model or template; others are persons.
    answers : number → how many answers to this question they gave; None where that is not known.
    unknown : numbers of whom it is not known how often they are right.
    reviews : oldest first.
    before : earlier conflicts, settled since.
    escape : applied to everything that people wrote; by default the caller escapes the whole.
    arguments : value in words → why those on that side say so, in their own words.
    evidence : words of the record that often go with what is decided.
    telling : what may be said about people.

    >>> from argilla_distill.domain.state.decision import StoredVoice
    >>> voices = StoredVoice(0, 0.95, 2.9), StoredVoice(1, 0.6, -0.7)
    >>> decision = StoredDecision("yes", 0.9, {"yes": 0.9, "no": 0.1}, "yes", "no", 0.0, voices)
    >>> explain(decision, {"yes": [0], "no": [1]}, ["ann", "ben"].__getitem__).tipped
    'The answer of ann tipped it: without it, “yes” would not lead.'
    """
    case = Case(
        decision,
        {cut(value): tuple(numbers) for value, numbers in sides.items() if numbers},
        lambda number: escape(name(number)),
        kind,
        words,
        sources or {},
        answers,
        unknown,
        reviews,
        before,
        escape,
        {cut(value): tuple(given) for value, given in (arguments or {}).items() if given},
        evidence,
        telling,
    )
    return Explanation(
        who_said_what(case),
        argued(case),
        who_is_right(case),
        tipped(case),
        sure(case),
        would_change(case),
        worth(case),
        case.balance.reviewed,
    )


def sides_of(
    question: str,
    decision: StoredDecision,
    ledger: LedgerEntry,
    words: Callable[[Any], str] = text,
) -> dict[str, list[int]]:
    """Who said what on a record, of those whose votes the decision counts, as `explain` takes it.

    >>> from argilla_distill.domain.state.decision import StoredVoice
    >>> from argilla_distill.domain.state.ledger_entry import LedgerAnswer, LedgerSuggestion
    >>> answers = {0: LedgerAnswer("submitted", 1, {"q": "yes"})}
    >>> suggestions = {"q": LedgerSuggestion(1, "no", None, None, 1, "")}
    >>> voices = StoredVoice(0, 0.9, 1.0), StoredVoice(1, 0.8, -0.5)
    >>> ledger = LedgerEntry("completed", 2, answers, suggestions)
    >>> sides_of("q", StoredDecision("yes", 0.9, voices=voices), ledger)
    {'yes': [0], 'no': [1]}
    """
    sides: dict[str, list[int]] = {}
    suggested = ledger.suggestions.get(question)
    for voice in decision.voices:
        number = voice.annotator
        answer = ledger.answers.get(number)
        if suggested and suggested.annotator == number:
            sides.setdefault(words(suggested.value), []).append(number)
        elif answer and question in answer.values:
            sides.setdefault(words(answer.values[question]), []).append(number)
    return sides
