"""How simulated annotators answer questions of each type: what they get wrong, and how often.

A habit is asked for a value given the record and what is true of it, and draws from the generator
that it is handed; so the same draw gives the same value. Whose habits these are: `annotators`.
Probabilities are shares from 0 to 1.
"""

from __future__ import annotations

import random
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from argilla_distill.workers.engine.contract.question import Span, Value
from demo.scenarios.question import Question
from demo.scenarios.scenario import Confusion, Item

STEPS = (-3, -2, -1, 1, 2, 3)
"""By how many words the end of a span may be off."""


class Habit(ABC):
    """How one annotator answers one question; each habit has the question it is for."""

    @abstractmethod
    def give(self, item: Item, true: Value, draw: random.Random) -> Value | None:
        """A value of the question; None if it is left out, which only optional ones may be."""

    def chance(self, item: Item, true: Value) -> float | None:
        """How likely the value is right; None where that is not known beforehand."""
        return None


@dataclass(frozen=True)
class Labelling(Habit):
    """Draws from the row of a known confusion matrix."""

    confusion: Confusion

    def give(self, item: Item, true: Value, draw: random.Random) -> Value | None:
        row = self.confusion[true]
        return draw.choices(list(row), list(row.values()))[0]

    def chance(self, item: Item, true: Value) -> float | None:
        return self.confusion[true][true]


@dataclass(frozen=True)
class Impressed(Habit):
    """Judges by how a text reads: takes what is polite and yet `wrong` for `right`, so often as `fooled`.

    Attributes
    ----------
    accuracy : how often they are right about everything else.
    polite : the question that holds how polite the text truly is, and from which rating on it impresses.
    """

    right: str
    wrong: str
    accuracy: float
    fooled: float
    polite: tuple[str, int]

    def give(self, item: Item, true: Value, draw: random.Random) -> Value | None:
        other = self.right if true == self.wrong else self.wrong
        return true if draw.random() < self.chance(item, true) else other

    def chance(self, item: Item, true: Value) -> float:
        question, impressive = self.polite
        impresses = true == self.wrong and item.truth[question] >= impressive
        return 1 - self.fooled if impresses else self.accuracy


@dataclass(frozen=True)
class Ticking(Habit):
    """Several labels: overlooks true ones, adds others, takes some for others (`mistakes`).

    Whoever would have none left gives one that holds.
    """

    question: Question
    overlooks: float
    adds: float
    mistakes: Mapping[str, str] = field(default_factory=dict)

    def give(self, item: Item, true: Value, draw: random.Random) -> Value | None:
        seen = {
            self.mistakes.get(label, label) for label in true if draw.random() >= self.overlooks
        }
        added = {label for label in self.question.values if draw.random() < self.adds}
        chosen = seen | added or {draw.choice(true)}
        return tuple(label for label in self.question.values if label in chosen)


@dataclass(frozen=True)
class Rating(Habit):
    """`middle + stretch · (true - middle) + shift`, and normal noise, on the scale.

    A stretch below 1 avoids the ends of the scale, one above 1 seeks them.
    """

    question: Question
    shift: float = 0.0
    stretch: float = 1.0
    noise: float = 0.4

    def give(self, item: Item, true: Value, draw: random.Random) -> Value | None:
        low, high = self.question.scale[0], self.question.scale[-1]
        middle = (low + high) / 2
        felt = middle + self.stretch * (true - middle) + self.shift + draw.gauss(0, self.noise)
        return min(self.question.scale, key=lambda value: abs(value - min(max(felt, low), high)))


@dataclass(frozen=True)
class Ranking(Habit):
    """Splits groups of equals, and lets neighbours change places."""

    splits: float
    swaps: float

    def give(self, item: Item, true: Value, draw: random.Random) -> Value | None:
        groups: list[tuple[str, ...]] = []
        for group in true:
            if len(group) > 1 and draw.random() < self.splits:
                options = draw.sample(group, len(group))
                groups += [(option,) for option in options]
            else:
                groups.append(group)
        for n in range(len(groups) - 1):
            if draw.random() < self.swaps:
                groups[n], groups[n + 1] = groups[n + 1], groups[n]
        return tuple(groups)


@dataclass(frozen=True)
class Marking(Habit):
    """Spans: overlooks some, moves their ends by words, takes labels for others, adds some.

    `overlooked` are labels that are never seen; `mistakes` as in `Ticking`; `moves` is how likely
    each end is off by one to three words.
    """

    question: Question
    overlooks: float
    moves: float
    adds: float
    mistakes: Mapping[str, str] = field(default_factory=dict)
    overlooked: frozenset[str] = frozenset()

    def give(self, item: Item, true: Value, draw: random.Random) -> Value | None:
        places = word_places(item.fields[self.question.field])
        seen = []
        for span in true:
            lost = draw.random() < self.overlooks or span.label in self.overlooked
            start, end = self._moved(span, places, draw)
            if not lost and start < end:
                seen.append(Span(start, end, self.mistakes.get(span.label, span.label)))
        if draw.random() < self.adds:
            first = draw.randrange(len(places))
            last = min(len(places) - 1, first + draw.randint(2, 6))
            added = Span(places[first][0], places[last][1], draw.choice(self.question.values))
            seen.append(added)
        return apart(seen)

    def _moved(
        self, span: Span, places: list[tuple[int, int]], draw: random.Random
    ) -> tuple[int, int]:
        inside = [
            n for n, (start, end) in enumerate(places) if start < span.end and end > span.start
        ]
        start, end = span.start, span.end
        if draw.random() < self.moves:
            start = _near(places, inside[0] + draw.choice(STEPS))[0]
        if draw.random() < self.moves:
            end = _near(places, inside[-1] + draw.choice(STEPS))[1]
        return start, end


@dataclass(frozen=True)
class Writing(Habit):
    """A text: the true one, one of its other wordings, or one with words lost and mistyped.

    Attributes
    ----------
    skips : leaves the question out.
    rewords : gives another wording.
    slips : of each word, that it is lost or mistyped.
    strays : writes what belongs elsewhere: the reply's first sentence.
    opening : what every text of theirs begins with.
    """

    skips: float = 0.0
    rewords: float = 0.0
    slips: float = 0.0
    strays: float = 0.0
    opening: str = ""

    def give(self, item: Item, true: Value, draw: random.Random) -> Value | None:
        if draw.random() < self.skips:
            return None
        if draw.random() < self.strays:
            return re.split(r"(?<=[.?!]) ", item.fields["reply"])[0]
        text = draw.choice(item.wordings) if draw.random() < self.rewords else true
        written = [self._written(word, draw) for word in text.split()]
        return self.opening + " ".join(word for word in written if word)

    def _written(self, word: str, draw: random.Random) -> str:
        if draw.random() >= self.slips:
            return word
        if len(word) < 4 or draw.random() < 0.4:
            return ""
        n = draw.randrange(1, len(word) - 2)
        return word[:n] + word[n + 1] + word[n] + word[n + 2 :]


@dataclass(frozen=True)
class Always(Habit):
    """The same value, whatever is asked about."""

    value: Value

    def give(self, item: Item, true: Value, draw: random.Random) -> Value | None:
        return self.value


@dataclass(frozen=True)
class FirstWords(Habit):
    """Marks the first words of the field with always the same label."""

    question: Question
    label: str
    words: int = 3

    def give(self, item: Item, true: Value, draw: random.Random) -> Value | None:
        places = word_places(item.fields[self.question.field])[: self.words]
        return (Span(places[0][0], places[-1][1], self.label),)


def word_places(text: str) -> list[tuple[int, int]]:
    """Where each word starts and ends.

    >>> word_places("No: use /v2/items.")
    [(0, 2), (4, 7), (9, 17)]
    """
    return [found.span() for found in re.finditer(r"\w+(?:[-'./]\w+)*", text)]


def _near(places: list[tuple[int, int]], n: int) -> tuple[int, int]:
    """The n-th word, or the first or last one if there are not so many."""
    return places[min(max(n, 0), len(places) - 1)]


def apart(spans: list[Span]) -> tuple[Span, ...]:
    """In order, without those that overlap an earlier one.

    >>> apart([Span(4, 9, "b"), Span(0, 5, "a")])
    (Span(start=0, end=5, label='a'),)
    """
    kept: list[Span] = []
    for span in sorted(spans):
        if not kept or kept[-1].end <= span.start:
            kept.append(span)
    return tuple(kept)
