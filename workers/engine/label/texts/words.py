"""Texts as hashed counts of words: only these are kept, not the texts themselves.

Words are hashed by a polynomial over their bytes modulo 2^64 (Karp & Rabin, Efficient randomized
pattern-matching algorithms, IBM Journal of Research and Development 31 (1987)), of all texts at once.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

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
            found.append((numbers[start:end], counts[start:end], checksum(text)))
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


def checksum(text: str) -> int:
    """By which one text is told from another, in [0, 2^32)."""
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
