"""`preference` within one record, by a question that compares its replies: which is better, or a ranking.

The question's options stand for fields: an option is called as its field (`response-1`), or the field's name
ends in it after `-` or `_` (`A` is `reply_a`). Options of a label question that stand for no field, such as
`tie`, choose nobody.

- Of a label question, `p_chosen` is P(chosen) / (P(chosen) + P(rejected)): which of the two it is, given that
  it is one of them.
- Of a ranking, all pairs of items are compared. Its posterior has P(a before b) for one order of each pair;
  where the other one is asked for, p is 1 less this, and so counts standing level for the chosen item. Items
  that the distilled ranking has level are ties.

`margin` is P(chosen) - P(rejected) of a label question, the places between the two of a ranking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations

import pyarrow as pa

from argilla_distill.domain.versions.manifest import VersionQuestion
from argilla_distill.exports.formats.completions import GREY, NO_TEXT, TIED
from argilla_distill.exports.formats.preference import SAME, TIE, schema
from argilla_distill.exports.formats.rewarded import posterior_of
from argilla_distill.exports.readable_version import ReadableVersion, Row
from argilla_distill.exports.request import ExportRequest
from argilla_distill.exports.sieve import Sieve
from argilla_distill.exports.turns import Turns

COMPARED = ("label_selection", "ranking")


def comparing(source: ReadableVersion, request: ExportRequest) -> VersionQuestion | None:
    """The question that compares replies: the one that is named, or the only one where no reward is set."""
    found = [q for q in source.manifest.questions if _replies(q, source.fields)]
    if request.question:
        return next((q for q in found if q.name == request.question), None)
    return found[0] if len(found) == 1 and request.reward is None else None


class Choices:
    """Rows of prompt, chosen and rejected."""

    def __init__(
        self,
        source: ReadableVersion,
        request: ExportRequest,
        left_out: Counter[str],
        question: VersionQuestion,
    ) -> None:
        self._field_of = _replies(question, source.fields)
        self._turns = Turns.of(source, request, list(self._field_of.values()))
        self._question, self._sure, self._left_out = question, request.sure, left_out
        self.schema: pa.Schema = schema(self._turns)

    def rows(self, sieve: Sieve) -> Iterator[Row]:
        """The pairs of a version's records."""
        column = self._question.column
        parts = [f"{column}.{part}" for part in ("value", "posterior")]
        for row in sieve.rows([*self._turns.columns, *parts]):
            if row[column]["value"] is None:
                self._left_out["left open"] += 1
                continue
            prompt = self._turns.prompt_of(row["fields"])
            for better, worse, margin, p in self._compared(row[column]):
                chosen, rejected = (
                    self._turns.reply_of(row["fields"], self._field_of[o]) for o in (better, worse)
                )
                if prompt is None or chosen is None or rejected is None:
                    self._left_out[NO_TEXT] += 1
                elif chosen == rejected:
                    self._left_out[SAME] += 1
                else:
                    yield {
                        "chosen_id": row["record_id"],
                        "rejected_id": row["record_id"],
                        "prompt": prompt,
                        "chosen": chosen,
                        "rejected": rejected,
                        "margin": margin,
                        "p_chosen": p,
                    }

    def _compared(self, decided: Row) -> Iterator[tuple[str, str, float, float]]:
        """The pairs that are told apart: better, worse, margin, p_chosen."""
        posterior = posterior_of(decided)
        pairs = self._ranked if self._question.type == "ranking" else self._voted
        for better, worse, margin, p in pairs(decided, posterior):
            if abs(p - 0.5) < TIED or not margin:
                self._left_out[TIE] += 1
            elif p < self._sure:
                self._left_out[f"pairs {GREY}"] += 1
            else:
                yield better, worse, margin, p

    def _voted(
        self, decided: Row, posterior: Mapping[str, float]
    ) -> Iterator[tuple[str, str, float, float]]:
        best = decided["value"]
        if best not in self._field_of:
            self._left_out[TIE] += 1
            return
        for other in self._field_of:
            one, two = posterior.get(best, 0.0), posterior.get(other, 0.0)
            if other != best and one + two:
                yield best, other, one - two, one / (one + two)

    def _ranked(
        self, decided: Row, posterior: Mapping[str, float]
    ) -> Iterator[tuple[str, str, float, float]]:
        place = {each["value"]: each["rank"] for each in decided["value"]}
        ranked = [item for item in place if item in self._field_of]
        for one, other in combinations(sorted(ranked, key=lambda item: place[item]), 2):
            forth, back = posterior.get(f"{one} > {other}"), posterior.get(f"{other} > {one}")
            p = forth if forth is not None else 1 - (back if back is not None else 0.5)
            yield one, other, float(place[other] - place[one]), p


def _replies(question: VersionQuestion, fields: Mapping[str, str]) -> dict[str, str]:
    """Option → the field that it stands for; empty where fewer than two do.

    >>> which = {"type": "label_selection", "options": ("A", "B", "tie")}
    >>> asked = VersionQuestion("best", "best", strategy="learned", fit=1, votes=0, adjudications=0, **which)
    >>> _replies(asked, {"prompt": "text", "reply_a": "text", "reply_b": "text"})
    {'A': 'reply_a', 'B': 'reply_b'}
    """
    if question.type not in COMPARED:
        return {}
    found: dict[str, str] = {}
    for option in question.options:
        named = option.casefold()
        ends = [f for f in fields if f.casefold().endswith((f"-{named}", f"_{named}"))]
        same = [f for f in fields if f.casefold() == named]
        for field in same or (ends if len(ends) == 1 else []):
            found[option] = field
    return found if len(set(found.values())) > 1 else {}
