"""Texts as hashed counts of words: only these are kept, not the texts themselves.

Words are hashed by a polynomial over their bytes modulo 2^64 (Karp & Rabin, Efficient randomized
pattern-matching algorithms, IBM Journal of Research and Development 31 (1987)), of all texts at once.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Ints

FEATURES = 2**13
"""Words are hashed to so many numbers."""

CHUNK_BYTES = 2**17
"""Texts are read so many bytes at a time, which a processor's cache holds."""

LETTERS = bytes(chr(byte).isalnum() or byte in b"_" or byte > 127 for byte in range(256))
"""By byte of UTF-8: whether it is part of a word. Other punctuation than ASCII's is blanked before."""

BASE = 0x9E3779B97F4A7C15
"""The base of the polynomial that words are hashed by. What is stored was hashed by it."""

WINDOW = 8
"""So many bytes of a word are hashed at a time: those of one number."""

INSIDE = np.array([(1 << (8 * n)) - 1 for n in range(WINDOW + 1)], np.uint64)
"""By how many bytes of a window are the word's: a mask that leaves these."""

LONG = 512
"""From so many bytes on a word is hashed for itself: such words are few, and one may be a whole text."""

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
        plain = [text.encode("utf-8", "replace") for text in some]
        marks = [zlib.crc32(each) for each in plain]
        row, number = _words([_line(*each) for each in zip(some, plain, strict=True)])
        keys = np.sort(row * FEATURES + number)
        first = np.flatnonzero(np.concatenate([keys[:1] >= 0, keys[1:] != keys[:-1]]))
        counts = np.minimum(np.diff(first, append=len(keys)), MAX_COUNT).astype(np.uint8)
        keys = keys[first]
        numbers = (keys & (FEATURES - 1)).astype(np.uint16)
        ends = np.searchsorted(
            keys, FEATURES * np.arange(1, len(some) + 1, dtype=np.int32)
        ).tolist()
        start = 0
        for mark, end in zip(marks, ends, strict=True):
            found.append((numbers[start:end], counts[start:end], mark))
            start = end
    return found


def _chunks(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    """Texts of about CHUNK_BYTES together; a longer one for itself."""
    start = size = 0
    for at, text in enumerate(texts):
        size += len(text) + 1
        if size >= CHUNK_BYTES:
            yield texts[start : at + 1]
            start, size = at + 1, 0
    if start < len(texts):
        yield texts[start:]


def _line(text: str, plain: bytes) -> bytes:
    """The text, whose bytes are `plain`, as bytes of words and of what is between them."""
    if text.isascii():
        return plain.lower()
    return re.sub(r"[^\w]+", " ", text.lower()).encode("utf-8", "replace")


def checksum(text: str) -> int:
    """By which one text is told from another, in [0, 2^32)."""
    return zlib.crc32(text.encode("utf-8", "replace"))


def _words(lines: list[bytes]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The line and the number of each word."""
    plain = b"\n".join([b"", *lines, b"\n" + bytes(WINDOW)])
    letters = np.frombuffer(plain.translate(LETTERS), np.bool_)
    edges = np.flatnonzero(letters[1:] != letters[:-1]) + 1
    start, length = edges[::2], edges[1::2] - edges[::2]  # first and last byte are between words
    long = length >= 2
    start, length = start[long], length[long]
    with np.errstate(over="ignore"):
        hashes = _hashes(plain, start, length)
        hashes ^= hashes >> np.uint64(29)
        hashes *= np.uint64(0xBF58476D1CE4E5B9)
    number = (hashes >> np.uint64(64 - 13)).astype(np.int32)
    line_ends = np.cumsum([len(line) + 1 for line in lines]) + 1
    n_words = np.diff(np.searchsorted(start, line_ends), prepend=0)
    return np.repeat(np.arange(len(lines), dtype=np.int32), n_words), number


def _hashes(plain: bytes, start: Ints, length: Ints) -> NDArray[np.uint64]:
    """The polynomial over the bytes of each word: WINDOW of them at a time, of all words as long as that."""
    windows = np.ndarray((len(plain) - WINDOW + 1,), "<u8", plain, strides=(1,))
    found = _polynomial(windows[start] & INSIDE[np.minimum(length, WINDOW)])
    left, at = np.flatnonzero(length > WINDOW), WINDOW
    while len(left) and at < LONG:
        more = length[left] - at
        part = _polynomial(windows[start[left] + at] & INSIDE[np.minimum(more, WINDOW)])
        found[left] += part * np.uint64(pow(BASE, at, 2**64))
        left, at = left[more > WINDOW], at + WINDOW
    for word in left:
        found[word] += _rest(windows, int(start[word]), int(length[word]), at)
    return found


def _rest(windows: NDArray[np.uint64], start: int, length: int, at: int) -> np.uint64:
    """What the bytes of one word from `at` on, a multiple of WINDOW, add to its polynomial: all at once."""
    places = np.arange(at, length, WINDOW)
    powers = np.full(len(places), pow(BASE, WINDOW, 2**64), np.uint64)
    powers[0] = pow(BASE, at, 2**64)
    parts = _polynomial(windows[start + places] & INSIDE[np.minimum(length - places, WINDOW)])
    return np.uint64((parts * np.multiply.accumulate(powers)).sum())


def _polynomial(window: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Of WINDOW bytes, by Horner's rule: the first byte counts 1, the next BASE, and so on."""
    found = window >> np.uint64(8 * (WINDOW - 1))
    for place in reversed(range(WINDOW - 1)):
        found *= np.uint64(BASE)
        found += (window >> np.uint64(8 * place)) & np.uint64(255)
    return found
