"""A model is not asked about texts of which it knows little: it is sure of these, too."""

from __future__ import annotations

import random

import numpy as np

from argilla_distill.workers.evaluation.segments import Kind, look
from argilla_distill.workers.evaluation.suspicion import Suspicion

TOPICS = {"old": ["parcel", "carrier", "tracking"], "new": ["voucher", "code", "checkout"]}
GOOD = {
    "old": ["see the order page for its day", "the mail has its number and link"],
    "new": ["it holds from twenty euros on", "enter it before you pay there"],
}
BAD = {
    "old": ["a drone threw everything into rivers", "nobody can ever know such things"],
    "new": ["rub your screen using golden coins", "every refused coupon doubles overnight"],
}


def texts(draw: random.Random, topic: str, good: bool, n: int) -> list[str]:
    """Prompts about a topic, with replies."""
    replies = (GOOD if good else BAD)[topic]
    asked = (" ".join(draw.choices(TOPICS[topic], k=3)) for _ in range(n))
    return [f"{each} {draw.choice(replies)}" for each in asked]


def of_rounds(flipped: int) -> list[Suspicion]:
    """Before any round the old topic. In round 1 a model fails at a quarter of the new one, in 2 nowhere.

    Parameters
    ----------
    flipped : of the good outputs of round 1 so many are labelled as bad.
    """
    draw = random.Random(1)
    parts = [
        (-1, 1, texts(draw, "old", True, 60)),
        (-1, 0, texts(draw, "old", False, 60)),
        (0, 1, texts(draw, "new", True, 60 - flipped)),
        (0, 0, texts(draw, "new", True, flipped)),
        (0, 0, texts(draw, "new", False, 20)),
        (1, 1, texts(draw, "new", True, 80)),
    ]
    every = [text for *_, some in parts for text in some]
    round_ = np.repeat([r for r, *_ in parts], [len(some) for *_, some in parts])
    said = np.repeat([label for _, label, _ in parts], [len(some) for *_, some in parts])
    names = ["round=1", "round=2"]
    kind = Kind("round", names, np.arange(len(every)), said, round_, round_)
    return look(every, said, 2, [str(n) for n in range(len(every))], [kind]).found["round"]


def test_an_earlier_model_whose_failures_nobody_repeats_does_not_make_its_labels_suspect() -> None:
    found = of_rounds(0)
    assert [each.segment for each in found if each.significant] == []
    earlier = next(each for each in found if each.segment == 0)
    assert (earlier.claims, earlier.sure, earlier.contradicted) == (80, 60, 0)


def test_wrong_labels_of_texts_that_are_known_are_still_suspect() -> None:
    found = of_rounds(20)
    assert [each.segment for each in found if each.significant] == [0]
