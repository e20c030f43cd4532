"""The words of an explanation: lists, numbers, how often, how sure. Pure; what is said is elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_CHARACTERS = 80
"""Values are cut to so many characters where they stand in a sentence."""

MAX_NAMES = 4
"""More people than that on one side are counted."""

MAX_SIDES = 5
"""More values than that are counted."""

MAX_REASON = 200
"""A reviewer's reason is cut to so many characters."""

NUMBERS = ("no", "one", "two", "three", "four", "five")


def cut(value: str) -> str:
    """A value that fits into a sentence.

    >>> cut("ab" * 50)[-3:], len(cut("ab" * 50))
    ('ba…', 80)
    """
    return value if len(value) <= MAX_CHARACTERS else f"{value[: MAX_CHARACTERS - 1]}…"


def shortened(reason: str) -> str:
    """A reviewer's reason on one line.

    >>> shortened("  the quote   is wrong "), len(shortened("ab " * 99))
    ('the quote is wrong', 200)
    """
    reason = " ".join(reason.split())
    return reason if len(reason) <= MAX_REASON else f"{reason[: MAX_REASON - 1]}…"


def quoted(value: str, kind: str) -> str:
    """A value in a sentence: numbers bare, and what holds quotations already.

    >>> quoted("yes", "label_selection"), quoted("4", "rating"), quoted("name “Ada”", "span")
    ('“yes”', '4', 'name “Ada”')
    """
    return value if kind == "rating" or "“" in value else f"“{value}”"


def some(things: Sequence[str], most: int = 0) -> str:
    """A list; beyond `most` (0: never) the rest is counted.

    >>> some(["a"]), some(["a", "b"]), some(["a", "b", "c"]), some(list("abcdef"), 4)
    ('a', 'a and b', 'a, b and c', 'a, b, c, d and 2 others')
    """
    if most and len(things) > most + 1:
        things = [*things[:most], f"{len(things) - most} others"]
    return " and ".join([*([", ".join(things[:-1])] if things[1:] else []), *things[-1:]])


def in_brackets(probability: float, more: str = "") -> str:
    """A percentage in brackets, rounded; certainty is never claimed by rounding.

    >>> in_brackets(0.942), in_brackets(0.998), in_brackets(0.001), in_brackets(0.8, "by 120 answers")
    ('(94%)', '(99%)', '(1%)', '(80% by 120 answers)')
    """
    whole = f"{min(max(probability, 0.01), 0.99):.0%}"
    return f"({whole} {more})" if more else f"({whole})"


def how_right(share: float) -> str:
    """What is said of somebody who is right in this share of cases.

    >>> for share in (0.97, 0.8, 0.6, 0.5, 0.3):
    ...     print("ann is", how_right(share))
    ann is nearly always right
    ann is usually right
    ann is right more often than not
    ann is right about as often as not
    ann is wrong more often than right
    """
    for least, phrase in (
        (0.95, "nearly always right"),
        (0.75, "usually right"),
        (0.55, "right more often than not"),
        (0.45, "right about as often as not"),
    ):
        if share >= least:
            return phrase
    return "wrong more often than right"


def how_sure(value: str, confidence: float, share: str) -> str:
    """How sure we are of a value; `share` is the confidence in brackets.

    >>> for confidence in (0.995, 0.96, 0.85, 0.7, 0.52):
    ...     print(how_sure("“a”", confidence, in_brackets(confidence)))
    It is all but certain that “a” is right (99%).
    We are very sure of “a” (96%).
    We are fairly sure of “a” (85%).
    We are not very sure of “a” (70%).
    That it is “a” is little more than a guess (52%).
    """
    if confidence >= 0.99:
        return f"It is all but certain that {value} is right {share}."
    for least, phrase in ((0.95, "very"), (0.8, "fairly"), (0.6, "not very")):
        if confidence >= least:
            return f"We are {phrase} sure of {value} {share}."
    return f"That it is {value} is little more than a guess {share}."


def tend(count: int) -> str:
    """One tends, many tend."""
    return "tends" if count == 1 else "tend"


def with_kind(who: str, kind: str, count: int = 1) -> str:
    """Who is no person, and is not called by what they are already.

    >>> with_kind("gpt", "model"), with_kind("gpt and llama", "model", 2), with_kind("model 3", "model")
    ('gpt (a model)', 'gpt and llama (models)', 'model 3')
    """
    if kind == "person" or re.search(rf"\b{re.escape(kind)}\b", who):
        return who
    return f"{who} ({kind}s)" if count > 1 else f"{who} (a {kind})"


def capital(sentence: str) -> str:
    """A sentence with its first letter in upper case."""
    return sentence[:1].upper() + sentence[1:]


def number(count: int) -> str:
    """Small numbers in words.

    >>> number(2), number(12)
    ('two', '12')
    """
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def counted(count: int, kind: str) -> str:
    """So many annotators of a kind.

    >>> counted(1, "person"), counted(2, "person"), counted(12, "model")
    ('one person', 'two people', '12 models')
    """
    plural = "people" if kind == "person" else f"{kind}s"
    return f"{number(count)} {kind if count == 1 else plural}"


def one(first: str, second: str) -> str:
    """Two sentences as one.

    >>> one("We are sure.", "One more answer would turn it."), one("", "Only a reviewer.")
    ('We are sure; one more answer would turn it.', 'Only a reviewer.')
    """
    if not first or not second:
        return first or second
    return f"{first.removesuffix('.')}; {second[0].lower()}{second[1:]}"
