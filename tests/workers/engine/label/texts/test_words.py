"""Texts as hashed counts of words: what is stored was hashed so, and has to be found again."""

from __future__ import annotations

import random
import re
import time
import zlib

import numpy as np
import pytest

from argilla_distill.workers.engine.label.texts import text_block, words
from argilla_distill.workers.engine.label.texts.text_block import TextBlock
from argilla_distill.workers.engine.label.texts.words import BASE, FEATURES, checksum, hashed

LETTERS = "abcXYZ019_ .,-!?\n\tÄöß€日本語😀’“”\ud800İ"


def number(word: bytes) -> int:
    """The number of a word, byte by byte."""
    value = sum(byte * pow(BASE, at, 2**64) for at, byte in enumerate(word)) % 2**64
    value = (value ^ (value >> 29)) * 0xBF58476D1CE4E5B9 % 2**64
    return value >> (64 - 13)


def counted(text: str) -> dict[int, int]:
    """The number of each word of a text, and how often it occurs, one word after the other."""
    found: dict[int, int] = {}
    plain = text.lower()
    if not plain.isascii():
        plain = re.sub(r"[^\w]+", " ", plain)
    for word in re.findall(rb"[0-9A-Za-z_\x80-\xff]{2,}", plain.encode("utf-8", "replace")):
        found[number(word)] = found.get(number(word), 0) + 1
    return found


def test_words_are_numbered_as_they_always_were() -> None:
    """These numbers are in what is stored: others would make two words of each."""
    [(numbers, counts, mark)] = hashed(["Sunny, and sunny: a long-winded Internationalisierung"])
    assert numbers.tolist() == sorted(
        map(number, (b"sunny", b"and", b"long", b"winded", b"internationalisierung"))
    )
    assert (sorted(counts.tolist()), mark) == ([1, 1, 1, 1, 2], 1_906_040_497)


@pytest.mark.parametrize("seed", range(4))
def test_texts_of_any_letters_and_lengths_are_hashed_word_by_word(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "CHUNK_BYTES", 300)
    draw = random.Random(seed)
    texts = ["".join(draw.choices(LETTERS, k=draw.choice([0, 1, 3, 40, 500]))) for _ in range(40)]
    texts.append("x" * draw.randint(0, 70) + " " + "ab" * draw.randint(0, 40))
    for text, (numbers, counts, mark) in zip(texts, hashed(texts), strict=True):
        assert dict(zip(numbers.tolist(), counts.tolist(), strict=True)) == counted(text)
        assert mark == checksum(text)


@pytest.mark.parametrize("length", [511, 512, 513, 519, 520, 521, 528, 4_097])
def test_long_words_are_numbered_as_short_ones_are(length: int) -> None:
    word = "".join(random.Random(length).choices("abcdef0123456789", k=length))
    [(numbers, _, _)] = hashed([f"and {word} and"])
    assert set(numbers.tolist()) == {number(b"and"), number(word.encode())}


def test_a_text_that_is_one_word_is_hashed_about_as_fast_as_any() -> None:
    """It was hashed eight bytes after the other: a megabyte took ten seconds of CPU, in each fit."""

    def cpu_s(text: str) -> float:
        start = time.process_time()
        hashed([text])
        return time.process_time() - start

    words_s = min(cpu_s("abcdefg " * 125_000) for _ in range(3))
    assert min(cpu_s("x" * 1_000_000) for _ in range(3)) < 20 * max(words_s, 0.01)


def block(seed: int, n: int) -> TextBlock:
    """Some rows with words at random, of which some have none."""
    rng = np.random.default_rng(seed)
    found = {}
    for row in rng.choice(10 * n + 1, n, replace=False).tolist():
        numbers = np.sort(rng.choice(FEATURES, rng.integers(0, 30), replace=False))
        counts = rng.integers(1, 256, len(numbers)).astype(np.uint8)
        found[row] = numbers.astype(np.uint16), counts, int(rng.integers(0, 2**32))
    return TextBlock.of(found)


def same(one: TextBlock, other: TextBlock) -> bool:
    columns = ("rows", "ends", "marks", "numbers", "counts")
    return all(np.array_equal(getattr(one, c), getattr(other, c)) for c in columns)


@pytest.mark.parametrize("n", [0, 1, 300])
def test_a_block_is_unpacked_as_it_was_packed(n: int) -> None:
    packed = text_block.packed(block(n, n))
    assert same(text_block.unpacked(packed), block(n, n))


def test_a_block_that_was_packed_whole_is_still_read() -> None:
    known = block(7, 20)
    sizes = np.array([len(known.rows), len(known.numbers)], "<i8").tobytes()
    columns = (known.rows, known.ends, known.marks, known.numbers, known.counts)
    kinds = ("<i8", "<i8", "<i8", "<u2", "u1")
    parts = [np.asarray(c, kind).tobytes() for c, kind in zip(columns, kinds, strict=True)]
    assert same(text_block.unpacked(zlib.compress(sizes + b"".join(parts), 1)), known)
