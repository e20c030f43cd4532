"""A record's text in 64 bits, of which near-identical texts share nearly all.

SimHash: Charikar, Similarity estimation techniques from rounding algorithms, STOC 2002; 64 bits and a
distance of 3 for near-identical: Manku, Jain & Das Sarma, Detecting near-duplicates for web crawling,
WWW 2007.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

SHINGLE = 2
"""Words in a row that count as one feature."""

MAX_WORDS = 500

NEAR = 3
"""Fingerprints (64 bits) that differ in so many bits at most are of near-identical texts."""

BANDS = 4
"""Three bits that differ leave one of four bands of 16 bits alike (pigeonhole)."""


def fingerprint(fields: Mapping[str, Any]) -> str:
    """The fingerprint of a record's fields, as 16 hex digits; "" without a word of text.

    Case, spaces and punctuation do not matter; the order of words does.

    >>> fingerprint({"text": "Where is my parcel?"}) == fingerprint({"text": "where is  my parcel"})
    True
    >>> fingerprint({"text": ""})
    ''
    """
    words = re.findall(r"\w+", " ".join(_texts(fields)).lower())[:MAX_WORDS]
    features = [" ".join(row) for row in zip(*(words[i:] for i in range(SHINGLE)), strict=False)]
    if not words:
        return ""
    said = features or words
    digests = [blake2b(feature.encode(), digest_size=8).digest() for feature in said]
    return f"{_most(int.from_bytes(b''.join(digests), 'little'), len(said)):016x}"


def _most(words: int, n: int) -> int:
    """Which of 64 bits are set in more than half of `n` words of 64 bits, which lie behind each other.

    All 64 are counted at once, as numbers of which each plane is one digit: the upper half of the words is
    added to the lower half, until one is left.

    >>> bin(_most(0b011 | 0b110 << 64 | 0b010 << 128, 3))
    '0b10'
    """
    planes, width = [words], 1 << (n - 1).bit_length()
    while width > 1:
        width //= 2
        shift, carry, sums = 64 * width, 0, []
        low = (1 << shift) - 1
        for plane in planes:
            upper, lower = plane >> shift, plane & low
            differs = upper ^ lower
            sums.append(differs ^ carry)
            carry = upper & lower | carry & differs
        planes = [*sums, carry]
    more, same = 0, 2**64 - 1
    for place, plane in reversed(list(enumerate(planes))):
        if n // 2 >> place & 1:
            same &= plane
        else:
            more, same = more | same & plane, same & ~plane
    return more


def distance(one: str, other: str) -> int:
    """In how many bits two fingerprints differ.

    >>> distance("000000000000000f", "0000000000000000")
    4
    """
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _texts(value: Any) -> Iterator[str]:
    """All strings within fields, those of chats and custom fields included; data URIs left out."""
    if isinstance(value, str):
        if not value.startswith("data:"):
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
