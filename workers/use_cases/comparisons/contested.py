"""One question of all versions, as columns: what `workers.evaluation.contests` decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from argilla_distill.domain.versions.contest import Contest
from argilla_distill.domain.versions.manifest import VersionQuestion
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.evaluation.contests import Audits, Taught, of_models, of_rights
from argilla_distill.workers.evaluation.tf_idf import Matrix, TfIdf
from argilla_distill.workers.models.values import from_argilla
from argilla_distill.workers.reporting.calibration import share_right
from argilla_distill.workers.use_cases.comparisons.sides import Row, Truth, VersionSide

MOST_LABELS = 20
"""Questions with more labels are compared on audits alone: so many models take too long."""


@dataclass(frozen=True)
class AllTexts:
    """The records that all versions have, and their texts as rows of a matrix."""

    ids: list[str]
    matrix: Matrix


def all_texts(sides: Sequence[VersionSide]) -> AllTexts:
    ids = sorted(set.intersection(*(set(side.rows) for side in sides)))
    texts = (sides[0].rows[i]["text"] for i in ids)
    return AllTexts(ids, TfIdf().fit_transform(texts))


class Contested:
    """One question of all versions."""

    def __init__(
        self,
        asked: Question,
        question: VersionQuestion,
        sides: Sequence[VersionSide],
        truths: Mapping[str, Truth],
    ) -> None:
        self.asked, self.name, self.sides = asked, question.name, sides
        self.truths: dict[str, tuple[Value, float]] = {}
        for record, truth in sorted(truths.items()):
            value = _read(asked, truth.value)
            if value is not None and all(record in side.rows for side in sides):
                self.truths[record] = value, truth.pi

    def _blank(self, label: str = "") -> Contest:
        return Contest(self.name, label, "labels", "", "")

    def labels(self) -> list[Contest]:
        """Whose labels are right more often, on the audits of which all tell something unseen."""
        ids = [r for r in self.truths if all(side.blind(self.name, r) for side in self.sides)]
        groups = [self.sides[0].rows[r]["group"] or r for r in ids]
        codes = (
            np.unique(groups, return_inverse=True)[1].astype(np.int64) if ids else np.zeros(0, int)
        )
        audits = Audits(np.array([self.truths[r][1] for r in ids]), codes)
        said = {s.name: [_read(self.asked, s.value(self.name, r)) for r in ids] for s in self.sides}
        if self.asked.type != "multi_label":
            rights = {
                name: np.array([self._right(v, r) for v, r in zip(values, ids, strict=True)])
                for name, values in said.items()
            }
            return of_rights(self._blank(), rights, audits)
        found = []
        for label in self.asked.labels:
            rights = {
                name: np.array(
                    [
                        float(v is not None and (label in v) == (label in self.truths[r][0]))
                        for v, r in zip(values, ids, strict=True)
                    ]
                )
                for name, values in said.items()
            }
            found += of_rights(self._blank(label), rights, audits)
        return found

    def _right(self, value: Value, record: str) -> float:
        return 0.0 if value is None else share_right(self.asked, value, self.truths[record][0])

    def models(self, texts: AllTexts) -> list[Contest]:
        """Whose labels make the better small model: trained on all but the test split, measured on audits."""
        if self.asked.type == "label":
            return self._models(texts, "", self.asked.labels)
        if self.asked.type == "multi_label":
            return [
                c for label in self.asked.labels for c in self._models(texts, label, ("no", "yes"))
            ]
        return []

    def _models(self, texts: AllTexts, label: str, labels: Sequence[str]) -> list[Contest]:
        if len(labels) > MOST_LABELS:
            return []
        ids, sides = texts.ids, self.sides
        number = {each: n for n, each in enumerate(labels)}
        truth = np.full(len(ids), -1)
        pi = np.ones(len(ids))
        for n, record in enumerate(ids):
            if record in self.truths:
                value, pi[n] = self.truths[record]
                truth[n] = int(label in value) if label else number.get(value, -1)
        taught = {}
        for side in sides:
            of = [side.of(self.name, record) for record in ids]
            taught[side.name] = _taught(of, label, number)
        rows_ = [sides[0].rows[record] for record in ids]
        fold = np.array([0 if row["split"] == "test" else 1 for row in rows_], np.int64)
        prompts = [row["group"] or record for row, record in zip(rows_, ids, strict=True)]
        # an audit outside of the test split there is not; one that a moved text has put there is left out
        truth[fold != 0] = -1
        return of_models(self._blank(label), texts.matrix, taught, truth, fold, prompts, pi)


def _taught(of: Sequence[Row], label: str, number: Mapping[str, int]) -> Taught:
    """What a version's column teaches: one label of a multi-label question, or all of a label question."""
    labels = np.full(len(of), -1)
    posteriors = np.zeros((len(of), len(number)))
    for n, each in enumerate(of):
        if each["value"] is None:
            continue
        sure = {p["value"]: p["p"] for p in each["posterior"]}
        if label:
            labels[n] = int(label in each["value"])
            yes = min(max(sure.get(label, 0.0), 0.0), 1.0)
            posteriors[n] = 1 - yes, yes
        elif each["value"] in number:
            labels[n] = number[each["value"]]
            row = np.array([max(sure.get(name, 0.0), 0.0) for name in number])
            posteriors[n] = row / row.sum() if row.sum() > 0 else np.eye(len(number))[labels[n]]
    return Taught(labels, posteriors)


def _read(asked: Question, value: Any) -> Value:
    """A value as the engine has it; None for none, and where the question does not take it any more."""
    if value is None:
        return None
    try:
        return from_argilla(asked, value)
    except BadValue:
        return None
