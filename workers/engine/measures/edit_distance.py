"""How far texts are apart: words normalised, edits counted."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

PUNCTUATION = re.compile(r"[^\w\s]|_")

MAX_CHARACTERS = 2000
"""Characters of longer texts are not compared, only their words."""

MAX_WORDS = 3000
"""Where texts differ in more words, only these are compared."""

UNRELATED = 1.0
"""How far texts are apart that have nothing in common."""

MIN_APART = 0.1
"""How far texts are apart at least that are not the same, however long: a slip makes another text."""

STRANGERS, RELATIVES = 0.0, 1 / 3
"""The share of words (or, beyond chance, of characters) that two texts have in common: at the
first they are held to be unrelated, from the second on their distance counts as it is."""


def words(text: str) -> tuple[str, ...]:
    """Lower-cased, without punctuation; the text's own pieces where nothing else is left.

    >>> words("He left, it's said.")
    ('he', 'left', 'its', 'said')
    >>> words("?!"), words("")
    (('?!',), ())
    """
    return tuple(PUNCTUATION.sub("", text.lower()).split() or text.split())


def edits(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Fewest insertions, deletions and substitutions that make `b` of `a` (Levenshtein).

    One column of the table at a time, as bits of two whole numbers: where it steps up, and where
    down. A column takes some operations on numbers of ``len(b)`` bits. Myers, A fast bit-vector
    algorithm for approximate string matching, JACM 46 (1999), as put by Hyyrö (2003).

    >>> edits("kitten", "sitting"), edits("", "abc"), edits("ab", "ab")
    (3, 3, 0)
    >>> edits("he left early".split(), "he left".split())
    1
    """
    if len(a) < len(b):
        a, b = b, a
    if not b:
        return len(a)
    places: dict[Hashable, int] = {}
    for i, each in enumerate(b):
        places[each] = places.get(each, 0) | 1 << i
    every, top = (1 << len(b)) - 1, 1 << len(b) - 1
    up, down, distance = every, 0, len(b)
    for each in a:
        same = places.get(each, 0)
        vertical = same | down
        across = (((same & up) + up) ^ up) | same
        more, fewer = down | (every & ~(across | up)), up & across
        distance += bool(more & top) - bool(fewer & top)
        more, fewer = more << 1 | 1, fewer << 1
        up, down = (fewer | ~(vertical | more)) & every, more & vertical & every
    return distance


def distances(texts: Sequence[tuple[str, ...]]) -> list[list[float]]:
    """How far every two of a record's texts (in words) are apart, in shares of their mean length.

    Two parts the edits in words, one part those in characters, so that a misspelt word is nearer
    than another one. Both are divided by the *mean* length of all the texts, the same for all
    pairs: divided by the longer of the two, as is usual, the longest answers would be the nearest.

    Texts that have nothing in common are UNRELATED to each other, however long: else the shortest
    of them would be the nearest to all. In between, by how far they are related; and where no two
    are RELATIVES, all are unrelated: a word that all have in common does not tell which is meant.

    >>> round(distances([("he", "left", "now"), ("he", "leaves", "now")])[0][1], 3)
    0.333
    >>> distances([("he", "left"), ("7", "kg", "of", "salt")])[0][1]
    1.0
    """
    n = len(texts)
    strings = [" ".join(text) for text in texts]
    size = max(sum(map(len, texts)) / max(n, 1), 1.0)
    length = max(sum(map(len, strings)) / max(n, 1), 1.0)
    fine = max(map(len, strings), default=0) <= MAX_CHARACTERS
    table, nearest = [[0.0] * n for _ in texts], 0.0
    for i in range(n):
        for j in range(i):
            in_words = _edits(texts[i], texts[j])
            related = 1 - in_words / max(len(texts[i]), len(texts[j]), 1)
            far = in_words / size
            if fine:
                in_characters = edits(strings[i], strings[j])
                far = (2 * far + in_characters / length) / 3
                alike = 1 - in_characters / max(len(strings[i]), len(strings[j]), 1)
                related = max(related, 2 * alike - 1)  # half of the characters agree by chance
            nearest = max(nearest, related)
            share = min(max((related - STRANGERS) / (RELATIVES - STRANGERS), 0.0), 1.0)
            far = max(share * far + (1 - share) * UNRELATED, MIN_APART if in_words else 0.0)
            table[i][j] = table[j][i] = far
    if nearest < RELATIVES + 1e-9:
        return [[UNRELATED if texts[i] != texts[j] else 0.0 for j in range(n)] for i in range(n)]
    return table


def _edits(a: Sequence[str], b: Sequence[str]) -> float:
    """`edits`; what differs in long texts is compared by its first MAX_WORDS words.

    >>> _edits(("a",) * 9000, (*("a",) * 9000, "b"))
    1.0
    """
    start, most = 0, min(len(a), len(b))
    while start < most and a[start] == b[start]:
        start += 1
    end = 0
    while end < most - start and a[-1 - end] == b[-1 - end]:
        end += 1
    a, b = a[start : len(a) - end], b[start : len(b) - end]
    longest = max(len(a), len(b))
    if longest <= MAX_WORDS:
        return float(edits(a, b))
    return max(edits(a[:MAX_WORDS], b[:MAX_WORDS]), 1) * longest / MAX_WORDS
