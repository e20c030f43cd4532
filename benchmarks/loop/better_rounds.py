"""Rounds of a chatbot that gets better: what it says in the later one is good, in the earlier one often not.

Prompts and replies are those of `make demo ARGS="--loop"`: people have labelled replies to prompts about five
topics; a chatbot that learned from them is asked about three new ones, too; and what it said is labelled, and
teaches the next one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.loop.chatbot import Chatbot
from demo.loop.crew import said
from demo.loop.dialogues import FAMILIAR, NEW, Reply, dialogues, some

PROMPTS, OUTPUTS = 100, 300
TAKE = (80, 120)
LATER = FAMILIAR + NEW + NEW

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class BetterRounds:
    """Records with a text, a prompt, a round (-1: before the first), and what was said (1: it helps)."""

    texts: list[str]
    groups: list[str]
    round: Ints
    said: Ints


def outputs_of_a_better_model(seed: int, bad_share: float = 0.0) -> BetterRounds:
    """Two rounds, and the records before them; in the later, so large a share of labels is wrong."""
    rng = np.random.default_rng(seed)
    rounds = [list(some(seed, dialogues(seed, "first", PROMPTS, FAMILIAR)))]
    for number, take in enumerate(TAKE, 1):
        bot = Chatbot(f"bot-{number}", [_row(reply) for each in rounds for reply in each])
        asked = dialogues(seed, f"round-{number}", OUTPUTS, LATER)
        picked = [bot.pick(replies).reply for replies in asked]
        rounds.append([picked[n] for n in rng.permutation(OUTPUTS)[:take]])
    every = [reply for each in rounds for reply in each]
    round_ = np.repeat(np.arange(len(rounds)) - 1, [len(each) for each in rounds])
    helps = np.array([reply.helps for reply in every], np.int64)
    wrong = (round_ == len(TAKE) - 1) & (rng.random(len(every)) < bad_share)
    texts = [f"{reply.prompt}\n{reply.text}" for reply in every]
    told = np.where(wrong, 1 - helps, helps)
    return BetterRounds(texts, [reply.prompt for reply in every], round_, told)


def _row(reply: Reply) -> str:
    text = f"{reply.prompt}\n{reply.text}"
    return json.dumps({"text": text, "label": said(reply.helps), "weight": 1.0})
