"""One text made of many, word by word: alignment voting for transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

MAX_CELLS = 250_000
"""Larger tables are not filled; the longest common runs are aligned instead (difflib)."""

Slot = dict[str, float]
"""A place in the text: the weight of each word there; ``""`` for no word."""


def network(texts: Sequence[Sequence[str]], weights: Sequence[float]) -> list[Slot]:
    """Align the texts, one after the other, to a network of slots.

    The first is the frame: let it be the most central. Fiscus, A post-processing system to yield
    reduced word error rates: recognizer output voting error reduction (ROVER), IEEE ASRU (1997).

    >>> [slot for slot in network(["a b".split(), "a c b".split()], [2, 1])]
    [{'a': 3}, {'': 2.0, 'c': 1}, {'b': 3}]
    """
    slots: list[Slot] = []
    total = 0.0
    for text, weight in zip(texts, weights, strict=True):
        merged: list[Slot] = []
        for slot, word in _aligned(slots, text, total):
            there: Slot = {"": total} if slot is None and total else dict(slot or {})
            there[word] = there.get(word, 0) + weight
            merged.append(there)
        slots, total = merged, total + weight
    return slots


def vote(slots: Sequence[Slot]) -> list[tuple[str, float]]:
    """The heaviest word of every slot and its share, without those where no word is heavier.

    Words as heavy as each other: a word before none, then the first in the alphabet.

    >>> vote([{"a": 3}, {"": 2, "c": 1}])
    [('a', 1.0)]
    """
    chosen = []
    for slot in slots:
        word = min(slot, key=lambda each: (-round(slot[each], 9), each == "", each))
        if word:
            chosen.append((word, slot[word] / sum(slot.values())))
    return chosen


def tied(slots: Sequence[Slot]) -> bool:
    """Whether the heaviest word of some slot, or none, is as heavy as another.

    >>> tied([{"a": 3}, {"": 2, "c": 1}]), tied([{"a": 3}, {"b": 2, "c": 2}])
    (False, True)
    """
    two = (sorted(slot.values(), reverse=True)[:2] for slot in slots if len(slot) > 1)
    return any(_is(first, second) for first, second in two)


def _aligned(
    slots: Sequence[Slot], text: Sequence[str], total: float
) -> list[tuple[Slot | None, str]]:
    """Pairs of a slot (None: a new one) and a word ("": none), in order; the cheapest such list.

    A word in a slot costs the share of the votes there that are for others, no word likewise, and
    a new slot costs 1.
    """
    if len(slots) * len(text) > MAX_CELLS:
        return _roughly_aligned(slots, text)
    total = total or 1.0
    n, m = len(slots), len(text)
    skip = [1 - slot.get("", 0.0) / total for slot in slots]
    best = [[float(j) for j in range(m + 1)]]
    for i, slot in enumerate(slots):
        above = best[-1]
        row = [above[0] + skip[i]]
        for j, word in enumerate(text):
            here = above[j] + 1 - slot.get(word, 0.0) / total
            row.append(min(here, above[j + 1] + skip[i], row[j] + 1))
        best.append(row)
    pairs: list[tuple[Slot | None, str]] = []
    i, j = n, m
    while i or j:
        if (
            i
            and j
            and _is(best[i][j], best[i - 1][j - 1] + 1 - slots[i - 1].get(text[j - 1], 0.0) / total)
        ):
            i, j = i - 1, j - 1
            pairs.append((slots[i], text[j]))
        elif i and _is(best[i][j], best[i - 1][j] + skip[i - 1]):
            i -= 1
            pairs.append((slots[i], ""))
        else:
            j -= 1
            pairs.append((None, text[j]))
    return pairs[::-1]


def _is(one: float, other: float) -> bool:
    return abs(one - other) < 1e-9


def _roughly_aligned(slots: Sequence[Slot], text: Sequence[str]) -> list[tuple[Slot | None, str]]:
    frame = [max(slot, key=lambda word: slot[word]) for slot in slots]
    pairs: list[tuple[Slot | None, str]] = []
    for _, i, i_end, j, j_end in SequenceMatcher(None, frame, text, False).get_opcodes():
        both = min(i_end - i, j_end - j)
        pairs += zip(slots[i : i + both], text[j : j + both], strict=True)
        pairs += [(slot, "") for slot in slots[i + both : i_end]]
        pairs += [(None, word) for word in text[j + both : j_end]]
    return pairs
