"""`prompt-completion` and `unpaired-preference`: one reply a row.

The first has good replies only: what a model shall learn to say. The second has good and bad ones and says
which is which. A reply is good with the probability that its reward is above the middle of all rewards
(`domain.versions.rewards`); between `1 - min_confidence` and `min_confidence` is the grey zone, which
nobody is trained on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa

from argilla_distill.domain.versions.manifest import VersionQuestion
from argilla_distill.exports.formats.rewarded import Rewarded
from argilla_distill.exports.readable_version import ReadableVersion, Row
from argilla_distill.exports.request import ExportRequest
from argilla_distill.exports.sieve import Sieve
from argilla_distill.exports.turns import ASSISTANT, Turns

NO_TEXT = "without a prompt or a reply"
TIE, GREY = "ties: as probably good as bad", "in the grey zone"


class Completions:
    """Rows of prompt, completion, how good it is, and (`unpaired-preference`) whether it is."""

    def __init__(
        self, source: ReadableVersion, request: ExportRequest, left_out: Counter[str]
    ) -> None:
        self._rewarded = Rewarded(source, request, left_out)
        self._turns = Turns.of(source, request)
        self._labelled = request.format == "unpaired-preference"
        self._sure, self._left_out = request.sure, left_out

    @property
    def schema(self) -> pa.Schema:
        """The columns."""
        said = [("prompt", self._turns.type), ("completion", self._turns.type)]
        label = [("label", pa.bool_())] if self._labelled else []
        figures = [("p_good", pa.float64()), ("reward", pa.float64())]
        return pa.schema([("record_id", pa.string()), *said, *label, *figures])

    def rows(self, sieve: Sieve) -> Iterator[Row]:
        """The rows of a version's records."""
        middle = self._rewarded.composed.middle
        for row in sieve.rows([*self._turns.columns, *self._rewarded.columns]):
            prompt = self._turns.prompt_of(row["fields"])
            completion = self._turns.reply_of(row["fields"])
            if prompt is None or completion is None:
                self._left_out[NO_TEXT] += 1
                continue
            reward = self._rewarded.of(row)
            if reward is None:
                continue
            good = reward.above(middle)
            if why := self._why_not(good):
                self._left_out[why] += 1
                continue
            label = {"label": good > 0.5} if self._labelled else {}
            yield {
                "record_id": row["record_id"],
                "prompt": prompt,
                "completion": completion,
                **label,
                "p_good": good,
                "reward": reward.mean,
            }

    def _why_not(self, good: float) -> str:
        """Why a reply that is good with this probability is left out; "" where it is not."""
        if abs(good - 0.5) < TIED:
            return TIE
        if max(good, 1 - good) < self._sure:
            return GREY
        return "bad" if good < 0.5 and not self._labelled else ""


TIED = 1e-9
"""Probabilities that differ by less than this from a half are ties."""


class Corrections:
    """Rows of prompt and completion, where people wrote the completion: the answer to a text question."""

    def __init__(
        self,
        source: ReadableVersion,
        request: ExportRequest,
        left_out: Counter[str],
        question: VersionQuestion,
    ) -> None:
        self._turns = Turns.of(source, request, [request.prompt])
        self._question, self._left_out = question, left_out
        self._sure = request.min_confidence or 0.0

    @property
    def schema(self) -> pa.Schema:
        """The columns."""
        said = [("prompt", self._turns.type), ("completion", self._turns.type)]
        return pa.schema([("record_id", pa.string()), *said, ("confidence", pa.float64())])

    def rows(self, sieve: Sieve) -> Iterator[Row]:
        """The rows of a version's records."""
        column = self._question.column
        read = [*self._turns.columns, f"{column}.value", f"{column}.confidence"]
        for row in sieve.rows(read):
            decided = row[column]
            prompt = self._turns.prompt_of(row["fields"])
            completion = self._turns.said(decided["value"], ASSISTANT)
            if decided["value"] is None:
                self._left_out["left open"] += 1
            elif prompt is None or completion is None:
                self._left_out[NO_TEXT] += 1
            elif decided["confidence"] < self._sure:
                self._left_out[f"less sure than {self._sure:g}"] += 1
            else:
                yield {
                    "record_id": row["record_id"],
                    "prompt": prompt,
                    "completion": completion,
                    "confidence": decided["confidence"],
                }
