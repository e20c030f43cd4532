"""How far texts are apart: words normalised, edits counted."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

PUNCTUATION = re.compile(r"[^\w\s]|_")

MAX_CHARACTERS = 2000
"""Characters of longer texts are not compared, only their words."""

MAX_WORDS = 3000
"""What comes after so many words is not compared."""


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

    >>> distances([("he", "left"), ("he", "leaves")])[0][1]  # (2 · 1/2 + 4/8) / 3
    0.5
    """
    n = len(texts)
    texts = [text[:MAX_WORDS] for text in texts]
    strings = [" ".join(text) for text in texts]
    size = max(sum(map(len, texts)) / max(n, 1), 1.0)
    length = max(sum(map(len, strings)) / max(n, 1), 1.0)
    fine = max(map(len, strings), default=0) <= MAX_CHARACTERS
    table = [[0.0] * n for _ in texts]
    for i in range(n):
        for j in range(i):
            far = edits(texts[i], texts[j]) / size
            if fine:
                far = (2 * far + edits(strings[i], strings[j]) / length) / 3
            table[i][j] = table[j][i] = far
    return table
