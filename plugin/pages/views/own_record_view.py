"""The page of one record as an annotator reads it who has answered it: what is decided, and why.

Nobody else is named, and nothing says how often anybody is right or whose answer weighs how much.
Whether they may read it at all is decided by `disclosure`. What overseers see is `record_view`. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from argilla_distill.domain.explanation.explain import (
    TO_ANNOTATORS,
    Review,
    arguments_of,
    explain,
    sides_of,
)
from argilla_distill.domain.explanation.sentences.evidence import evidence
from argilla_distill.domain.wording import Wording, percent
from argilla_distill.plugin.argilla.links import answered_link
from argilla_distill.plugin.pages.looked_up import Known
from argilla_distill.plugin.pages.views.decision_view import SHORT
from argilla_distill.plugin.pages.views.record_view import content, shown_fields, wording_of


@dataclass(frozen=True)
class OwnDecision:
    """One question of the record.

    Attributes
    ----------
    value : what is decided, None where nothing is; `percent` is how sure that is
    mine : what the visitor said; `agrees`: whether that is what is decided
    sides : who said what, counted: (value, how many)
    reviews : what reviewers decided, and their reasons, oldest first
    explanation : why, in a few sentences
    """

    name: str
    value: str | None
    percent: str
    mine: str | None
    agrees: bool
    sides: tuple[tuple[str, int], ...]
    reviews: tuple[tuple[str, str], ...]
    explanation: str

    @property
    def long(self) -> bool:
        """Whether the value takes much room."""
        return len(self.value or "") > SHORT


@dataclass(frozen=True)
class OwnRecordView:
    """The whole page. `fields` is None while Argilla cannot be asked; `away` says why."""

    record_id: str
    dataset_id: str
    dataset: str
    argilla_url: str
    fields: tuple[tuple[str, str], ...] | None
    away: str
    questions: tuple[OwnDecision, ...]
    audit: bool = False


def own_view(
    known: Known,
    number: int,
    argilla_url: str,
    fields: Mapping[str, Any] | None = None,
    away: str = "",
) -> OwnRecordView:
    """The page of a record for the annotator of this number.

    Parameters
    ----------
    argilla_url, fields, away : as `record_view.view` takes them.
    """
    questions: dict[str, dict[str, Any]] = json.loads(known.info.get("questions") or "{}")
    say = wording_of(questions, fields)
    return OwnRecordView(
        record_id=known.record_id,
        dataset_id=known.dataset_id,
        dataset=known.info.get("name", known.dataset_id),
        argilla_url="" if known.gone else answered_link(argilla_url, known.dataset_id),
        fields=shown_fields(fields),
        away=away,
        questions=tuple(
            _decision(name, questions[name], known, number, say, content(fields))
            for name in questions
            if name in known.decisions
        ),
        audit=known.audit,
    )


def _decision(
    name: str, question: Mapping[str, Any], known: Known, number: int, say: Wording, text: str
) -> OwnDecision:
    decision, entry, words = known.decisions[name], known.ledger, partial(say, name)
    sides = sides_of(name, decision, entry, words)
    reviews = [
        (said.at, words(said.values[name]), said.why or "")
        for said in entry.adjudications.values()
        if said.submitted and name in said.values
    ]
    given_reasons = [(value, why) for _, value, why in sorted(reviews)]
    explained = explain(
        decision,
        sides,
        str,
        kind=question.get("type", "label_selection"),
        words=words,
        sources={n: each.kind for n, each in known.annotators.items()},
        reviews=[Review(str(n), value, why) for n, (value, why) in enumerate(given_reasons)],
        evidence=evidence(decision.value, text, known.words.get(name, {})),
        arguments=arguments_of(sides, entry, known.info.get("explains", "")),
        telling=TO_ANNOTATORS,
    )
    answer = entry.answers.get(number)
    given = answer.values.get(name) if answer else None
    mine = None if given is None else words(given)
    value = None if decision.value is None else words(decision.value)
    return OwnDecision(
        name=name,
        value=value,
        percent=percent(decision.confidence),
        mine=mine,
        agrees=mine is not None and mine == value,
        sides=tuple((side, len(who)) for side, who in sides.items()),
        reviews=tuple(given_reasons),
        explanation=explained.why,
    )
