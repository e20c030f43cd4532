"""Sentences as words, and how many of them are wrong."""

from __future__ import annotations

import re


def words(sentence: str) -> list[str]:
    """In lower case, without punctuation."""
    return re.sub(r"[^\w\s]", "", sentence.lower()).split()


def distance(one: list[str], other: list[str]) -> int:
    """Words to insert, delete or replace."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]
