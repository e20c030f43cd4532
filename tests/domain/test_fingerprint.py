"""Near-identical texts have near-identical fingerprints, and others have not."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.domain.fingerprint import distance, fingerprint

WORDS = [
    "parcel",
    "order",
    "refund",
    "kettle",
    "account",
    "password",
    "late",
    "broken",
    "thanks",
    "please",
    "number",
    "street",
]


def text(seed: int, size: int) -> list[str]:
    draw = random.Random(seed)
    return [draw.choice(WORDS) + str(draw.randrange(40)) for _ in range(size)]


def of(*words: str) -> str:
    return fingerprint({"text": " ".join(words)})


def test_one_word_changed_in_a_long_text_is_near_identical() -> None:
    near = []
    for seed in range(50):
        words = text(seed, 200)
        near.append(distance(of(*words), of(*words[:100], "other", *words[101:])))
    assert sorted(near)[25] <= 3  # the median
    assert max(near) <= 10


def test_different_texts_are_far_apart() -> None:
    prints = [of(*text(seed, 30)) for seed in range(60)]
    pairs = [distance(a, b) for i, a in enumerate(prints) for b in prints[:i]]
    assert min(pairs) > 3
    assert 28 < sum(pairs) / len(pairs) < 36


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=40))
def test_case_and_punctuation_do_not_matter(words: list[str]) -> None:
    assert of(*words) == fingerprint({"text": ", ".join(words).upper() + "!"})


def test_texts_within_chats_count_and_images_do_not() -> None:
    chat = {"chat": [{"role": "user", "content": "Where is my parcel?"}]}
    image = {"image": "data:image/png;base64,AAAA"}
    assert fingerprint(chat) == fingerprint({"a": "user", "b": "Where is my parcel?"})
    assert fingerprint(image) == ""
    assert fingerprint({**chat, **image}) == fingerprint(chat)
