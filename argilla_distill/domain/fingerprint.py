"""A record's text in 64 bits, of which near-identical texts share nearly all.

SimHash: Charikar, Similarity estimation techniques from rounding algorithms, STOC 2002; 64 bits and a
distance of 3 for near-identical: Manku, Jain & Das Sarma, Detecting near-duplicates for web crawling,
WWW 2007.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
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
    together, ones = int.from_bytes(b"".join(digests), "little"), _every_64th(len(said))
    counts = ((together >> bit & ones).bit_count() for bit in range(64))
    return f"{sum(1 << bit for bit, n in enumerate(counts) if 2 * n > len(said)):016x}"


@lru_cache(MAX_WORDS)
def _every_64th(n: int) -> int:
    """The lowest bit of each of `n` words of 64 bits."""
    return sum(1 << 64 * place for place in range(n))


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
