"""`preference`: pairs of replies to one prompt, of which one is better by its reward.

Replies belong together whose prompts are equal, letter by letter. All pairs of a prompt are compared, as
Ouyang et al. (Training language models to follow instructions with human feedback, NeurIPS 2022) did with
4 to 9 replies; of more than 9, nine are taken that are spread evenly from the best to the worst.

`p_chosen` is the probability that the chosen one is better, `margin` the difference of the expected rewards
(`domain.versions.rewards`). The better is who is more probably so; what is less sure than `min_confidence`
is the grey zone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pyarrow as pa

from argilla_distill.domain.versions.rewards.distribution import Distribution
from argilla_distill.exports.buckets import Buckets
from argilla_distill.exports.formats.completions import GREY, NO_TEXT, TIED
from argilla_distill.exports.formats.rewarded import Rewarded
from argilla_distill.exports.readable_version import ReadableVersion, Row
from argilla_distill.exports.request import ExportRequest
from argilla_distill.exports.sieve import Sieve
from argilla_distill.exports.turns import Turns

MAX_REPLIES = 9
"""Replies to one prompt that are compared with each other."""

ALONE = "the only reply to their prompt"
TIE, SAME = "pairs that are ties", "pairs of equal replies"


def schema(turns: Turns) -> pa.Schema:
    """The columns of pairs."""
    ids = [("chosen_id", pa.string()), ("rejected_id", pa.string())]
    said = [(name, turns.type) for name in ("prompt", "chosen", "rejected")]
    return pa.schema([*ids, *said, ("margin", pa.float64()), ("p_chosen", pa.float64())])


class Preference:
    """Rows of prompt, chosen and rejected."""

    def __init__(
        self, source: ReadableVersion, request: ExportRequest, left_out: Counter[str]
    ) -> None:
        self._rewarded = Rewarded(source, request, left_out)
        self._turns = Turns.of(source, request)
        self._sure, self._left_out = request.sure, left_out
        self.schema = schema(self._turns)

    def rows(self, sieve: Sieve) -> Iterator[Row]:
        """The pairs of a version's records. They are kept on disk until all have been seen."""
        with Buckets() as buckets:
            for row in sieve.rows([*self._turns.columns, *self._rewarded.columns]):
                prompt = self._turns.prompt_of(row["fields"])
                reply = self._turns.reply_of(row["fields"])
                if prompt is None or reply is None:
                    self._left_out[NO_TEXT] += 1
                elif (reward := self._rewarded.of(row)) is not None:
                    kept = [row["record_id"], prompt, reply, reward.values, reward.shares]
                    buckets.add(json.dumps(prompt), kept)
            for group in buckets.groups():
                yield from self._pairs([_Reply(*each) for each in group])

    def _pairs(self, replies: list[_Reply]) -> Iterator[Row]:
        if len(replies) == 1:
            self._left_out[ALONE] += 1
        for one, other in combinations(self._spread(replies), 2):
            p = one.reward.beats(other.reward)
            if one.text == other.text:
                self._left_out[SAME] += 1
            elif abs(p - 0.5) < TIED:
                self._left_out[TIE] += 1
            elif max(p, 1 - p) < self._sure:
                self._left_out[f"pairs {GREY}"] += 1
            else:
                chosen, rejected = (one, other) if p > 0.5 else (other, one)
                yield {
                    "chosen_id": chosen.id,
                    "rejected_id": rejected.id,
                    "prompt": chosen.prompt,
                    "chosen": chosen.text,
                    "rejected": rejected.text,
                    "margin": chosen.reward.mean - rejected.reward.mean,
                    "p_chosen": max(p, 1 - p),
                }

    def _spread(self, replies: list[_Reply]) -> list[_Reply]:
        """Nine at most, from the best to the worst."""
        if len(replies) <= MAX_REPLIES:
            return replies
        self._left_out[f"beyond {MAX_REPLIES} replies to one prompt"] += len(replies) - MAX_REPLIES
        ranked = sorted(replies, key=lambda reply: (-reply.reward.mean, reply.id))
        return [ranked[n * (len(ranked) - 1) // (MAX_REPLIES - 1)] for n in range(MAX_REPLIES)]


class _Reply:
    """One reply: its record, its prompt, its text, its reward."""

    def __init__(
        self, id_: str, prompt: Any, text: Any, values: list[float], shares: list[float]
    ) -> None:
        self.id, self.prompt, self.text = id_, prompt, text
        self.reward = Distribution(tuple(values), tuple(shares))
