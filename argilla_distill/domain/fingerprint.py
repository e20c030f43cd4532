"""A record's text in 64 bits, of which near-identical texts share nearly all.

SimHash: Charikar, Similarity estimation techniques from rounding algorithms, STOC 2002; 64 bits and a
distance of 3 for near-identical: Manku, Jain & Das Sarma, Detecting near-duplicates for web crawling,
WWW 2007.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from struct import unpack
from typing import Any

SHINGLE = 2
"""Words in a row that count as one feature."""

MAX_WORDS = 500

NEAR = 3
"""Fingerprints (64 bits) that differ in so many bits at most are of near-identical texts."""

BANDS = 4
"""Three bits that differ leave one of four bands of 16 bits alike (pigeonhole)."""

LANE = 16
"""Bits in which the features that have a certain bit are counted."""

_LANES = [
    b"".join((byte >> bit & 1).to_bytes(LANE // 8, "little") for bit in range(8))
    for byte in range(256)
]
"""A byte with each of its bits in a lane of its own."""


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
    total = 0
    for feature in features or words:
        digest = blake2b(feature.encode(), digest_size=8).digest()
        total += int.from_bytes(b"".join([_LANES[byte] for byte in digest]), "little")
    if not words:
        return ""
    half, lanes = len(features or words) / 2, total.to_bytes(8 * 8 * LANE // 8, "little")
    counts = unpack("<64H", lanes)
    return f"{sum(1 << bit for bit in range(64) if counts[bit] > half):016x}"


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
