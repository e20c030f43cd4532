"""The sentence about what speaks for it: words of the record, and what those who answered wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from argilla_distill.domain.explanation.case import Case
from argilla_distill.domain.explanation.phrases import capital, shortened, some
from argilla_distill.domain.state.ledger_entry import LedgerEntry

MAX_ARGUMENTS = 2
MAX_ARGUED = 3
"""So many reasons are quoted of each side, and of so many sides."""


def argued(case: Case) -> str:
    """What speaks for what is decided, and what was said for each side."""
    sentences = [_evidence(case), _arguments(case)]
    return " ".join(sentence for sentence in sentences if sentence)


def _evidence(case: Case) -> str:
    value = case.value
    if not case.evidence or value is None:
        return ""
    words = some([f"“{case.escape(word)}”" for word in case.evidence])
    return f"Its text has {words}, as others have that are {case.say(value)}."


def _arguments(case: Case) -> str:
    sides = [value for value, _ in case.ranked if value in case.arguments][:MAX_ARGUED]
    sentences = []
    for value in sides:
        quotes = [f"“{case.escape(shortened(a))}”" for a in case.arguments[value][:MAX_ARGUMENTS]]
        sentences.append(f"for {case.say(value)}: {some(quotes)}")
    return f"{capital('; '.join(sentences))}." if sentences else ""


def arguments_of(
    sides: Mapping[str, Sequence[int]], entry: LedgerEntry, question: str
) -> dict[str, list[str]]:
    """What those on each side wrote to explain their answers, each text once.

    Parameters
    ----------
    sides : value in words → numbers of those who say so.
    entry : the record's ledger entry.
    question : the text question that asks why; "" where there is none.

    >>> from argilla_distill.domain.state.ledger_entry import LedgerAnswer
    >>> said = LedgerAnswer("submitted", 1, {"q": "yes", "why": "it names the day"})
    >>> entry = LedgerEntry("pending", 2, {0: said})
    >>> arguments_of({"yes": [0], "no": [1]}, entry, "why")
    {'yes': ['it names the day']}
    """
    found: dict[str, list[str]] = {}
    for value, numbers in sides.items() if question else ():
        for number in numbers:
            answer = entry.answers.get(number)
            said = answer.values.get(question) if answer else None
            if isinstance(said, str) and said.strip() and said not in found.get(value, ()):
                found.setdefault(value, []).append(said)
    return found
