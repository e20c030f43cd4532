"""One question of all versions, or of all runs, as columns: what `workers.evaluation.contests` decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from argilla_distill.domain.runs.run import Prediction
from argilla_distill.domain.versions.contest import Contest
from argilla_distill.domain.versions.manifest import VersionQuestion
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.evaluation.contests import (
    Audits,
    Between,
    Taught,
    of_models,
    of_rights,
)
from argilla_distill.workers.evaluation.tf_idf import Matrix, TfIdf
from argilla_distill.workers.use_cases.comparisons.sides import Row, VersionSide
from argilla_distill.workers.use_cases.comparisons.truths import Truth, how_right, read_value

MAX_LABELS = 20
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
            value = read_value(asked, truth.value)
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
        said = {
            s.name: [read_value(self.asked, s.value(self.name, r)) for r in ids] for s in self.sides
        }
        found = []
        for label in self.asked.labels if self.asked.type == "multi_label" else ("",):
            rights = {
                name: np.array(
                    [
                        how_right(self.asked, v, self.truths[r][0], label)
                        for v, r in zip(values, ids, strict=True)
                    ]
                )
                for name, values in said.items()
            }
            found += of_rights(self._blank(label), rights, audits)
        return found

    def models(self, texts: AllTexts, between: Between = lambda: None) -> list[Contest]:
        """Whose labels make the better small model: trained on all but the test split, measured on audits."""
        if self.asked.type == "label":
            return self._models(texts, "", self.asked.labels, between)
        if self.asked.type == "multi_label":
            return [
                contest
                for label in self.asked.labels
                for contest in self._models(texts, label, ("no", "yes"), between)
            ]
        return []

    def _models(
        self, texts: AllTexts, label: str, labels: Sequence[str], between: Between
    ) -> list[Contest]:
        if len(labels) > MAX_LABELS:
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
        blank = self._blank(label)
        return of_models(blank, texts.matrix, taught, truth, fold, prompts, pi, between=between)


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


def runs_contested(
    asked: Question,
    question: str,
    runs: Mapping[str, Mapping[str, Prediction]],
    truths: Mapping[str, Truth],
) -> list[Contest]:
    """Each pair of runs, on the audited records that all of them predict.

    Parameters
    ----------
    runs : name → record → prediction.
    """
    first = next(iter(runs.values()))
    right = {record: read_value(asked, truth.value) for record, truth in truths.items()}
    ids = sorted(
        record
        for record, value in right.items()
        if value is not None and all(record in each for each in runs.values())
    )
    groups = [first[record].group or record for record in ids]
    codes = np.unique(groups, return_inverse=True)[1].astype(np.int64) if ids else np.zeros(0, int)
    audits = Audits(np.array([truths[record].pi for record in ids]), codes)
    found = []
    for label in asked.labels if asked.type == "multi_label" else ("",):
        rights = {
            name: np.array(
                [
                    how_right(asked, read_value(asked, each[record].value), right[record], label)
                    for record in ids
                ]
            )
            for name, each in runs.items()
        }
        found += of_rights(Contest(question, label, "runs", "", ""), rights, audits)
    return found
