"""What records say, as hashed counts of words; the texts themselves are not kept.

What words tell about labels is `content`'s.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import AnyInts

FEATURES = 2**13
"""Words are hashed to so many numbers."""

CHUNK_BYTES = 2**18
"""Texts are read so many bytes at a time, which a processor's cache holds."""

LETTERS = np.array([chr(byte).isalnum() or byte in b"_" or byte > 127 for byte in range(256)])
"""By byte of UTF-8: whether it is part of a word. Other punctuation than ASCII's is blanked before."""

BASE = 0x9E3779B97F4A7C15
"""The base of the polynomial that words are hashed by; odd, so that it has an inverse."""

MAX_COUNT = 255
"""Words that occur more often in a text than this count as so many."""

Words = tuple[NDArray[np.uint16], NDArray[np.uint8], int]
"""A text: the numbers of its words, ascending, how often each occurs, and a checksum of the text."""


class Texts:
    """The hashed words of records, by row.

    Words are hashed by a polynomial over their bytes modulo 2^64 (Karp & Rabin, Efficient randomized
    pattern-matching algorithms, IBM Journal of Research and Development 31 (1987)), of all texts at
    once.

    Attributes
    ----------
    words : dict of row to Words

    >>> texts = Texts()
    >>> texts.put([3], ["A good, good day"])
    >>> texts.matrix(np.array([0, 3])).toarray().sum(axis=1)  # good twice and day; "a" is too short
    array([0., 3.], dtype=float32)
    """

    def __init__(self) -> None:
        self.words: dict[int, Words] = {}

    def put(self, rows: Sequence[int], texts: Sequence[str]) -> None:
        """Let these be the texts of these rows."""
        self.words.update(zip(rows, hashed(texts), strict=True))

    def holds(self, row: int, text: str) -> bool:
        """Whether this is the row's text."""
        return row in self.words and self.words[row][2] == _checksum(text)

    def marks(self, rows: AnyInts) -> NDArray[np.int64]:
        """The checksums of these rows' texts."""
        return np.array([self.words[int(row)][2] for row in rows], np.int64)

    def matrix(self, rows: AnyInts) -> sparse.csr_array:
        """Counts of words, float32, shape (len(rows), FEATURES); nothing for rows without text."""
        none = np.empty(0, np.uint16), np.empty(0, np.uint8), 0
        found = [self.words.get(int(row), none) for row in rows]
        ends = np.cumsum([0, *(len(words) for words, _, _ in found)])
        words = np.concatenate([none[0], *(words for words, _, _ in found)]).astype(np.int32)
        counts = np.concatenate([none[1], *(n for _, n, _ in found)]).astype(np.float32)
        return sparse.csr_array((counts, words, ends), shape=(len(rows), FEATURES))

    def state(self) -> dict[str, Any]:
        rows = np.array(sorted(self.words), np.int64)
        matrix = self.matrix(rows)
        return {
            "text_rows": rows,
            "text_ends": matrix.indptr,
            "text_words": matrix.indices.astype(np.uint16),
            "text_counts": matrix.data.astype(np.uint8),
            "text_marks": self.marks(rows),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Texts:
        self = cls()
        words = np.array(state["text_words"], np.uint16)
        counts = np.array(state["text_counts"], np.uint8)
        columns = state["text_rows"], state["text_marks"], state["text_ends"][1:]
        start = 0
        for row, mark, end in zip(*(np.array(c).tolist() for c in columns), strict=True):
            self.words[row] = words[start:end], counts[start:end], mark
            start = end
        return self


def hashed(texts: Sequence[str]) -> list[Words]:
    """The words of these texts, two letters long or more, in lower case.

    >>> [one, other, empty] = hashed(["Good day", "day: a GOOD day", "…"])
    >>> bool((one[0] == other[0]).all()), sorted(other[1].tolist()), len(empty[0])
    (True, [1, 2], 0)
    """
    found: list[Words] = []
    for some in _chunks(texts):
        lines = [_plain(text) for text in some]
        row, number = _words(lines)
        keys = np.sort(row * FEATURES + number)
        first = np.flatnonzero(np.concatenate([keys[:1] >= 0, keys[1:] != keys[:-1]]))
        counts = np.minimum(np.diff(first, append=len(keys)), MAX_COUNT).astype(np.uint8)
        keys = keys[first]
        numbers = (keys % FEATURES).astype(np.uint16)
        ends = np.searchsorted(keys, FEATURES * np.arange(1, len(some) + 1)).tolist()
        start = 0
        for text, end in zip(some, ends, strict=True):
            found.append((numbers[start:end], counts[start:end], _checksum(text)))
            start = end
    return found


def _chunks(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    """Texts of about CHUNK_BYTES together; a longer one for itself."""
    start = size = 0
    for at, text in enumerate(texts):
        size += len(text)
        if size >= CHUNK_BYTES:
            yield texts[start : at + 1]
            start, size = at + 1, 0
    if start < len(texts):
        yield texts[start:]


def _plain(text: str) -> bytes:
    """The text as bytes of words and of what is between them."""
    text = text.lower()
    if not text.isascii():
        text = re.sub(r"[^\w]+", " ", text)
    return text.encode("utf-8", "replace")


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "replace"))


def _words(lines: list[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The line and the number of each word."""
    data = np.frombuffer(b"\n".join([b"", *lines, b""]), np.uint8)
    letters = LETTERS[data]
    edges = np.flatnonzero(letters[1:] != letters[:-1]) + 1
    start, end = edges[::2], edges[1::2]  # the first and the last byte are between words
    long = end - start >= 2
    start, end = start[long], end[long]
    power, inverse = _powers(1 << max(len(data), 1).bit_length())
    with np.errstate(over="ignore"):
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(data * power[: len(data)])])
        hashes = (sums[end] - sums[start]) * inverse[start]
        hashes ^= hashes >> np.uint64(29)
        hashes *= np.uint64(0xBF58476D1CE4E5B9)
    number = (hashes >> np.uint64(64 - 13)).astype(np.int64)
    line_ends = np.cumsum([len(line) + 1 for line in lines]) + 1
    return np.searchsorted(line_ends, start, side="right").astype(np.int64), number


@lru_cache(maxsize=4)
def _powers(n: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """BASE to the power of 0 … n - 1, modulo 2^64, and the inverses of those."""
    found = []
    for base in (BASE, pow(BASE, -1, 2**64)):
        powers = np.full(n, base, np.uint64)
        powers[0] = 1
        found.append(np.cumprod(powers, dtype=np.uint64))
    return found[0], found[1]
