"""One question of all versions, or of all runs, as columns: what `workers.evaluation.contests` decides."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from argilla_distill.domain.runs.run import Prediction
from argilla_distill.domain.versions.contest import Contest
from argilla_distill.domain.versions.manifest import VersionQuestion
from argilla_distill.domain.wording.figures import count, many
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.evaluation.contests import (
    Audits,
    Between,
    Taught,
    of_models,
    of_rights,
)
from argilla_distill.workers.evaluation.tf_idf import Matrix, TfIdf
from argilla_distill.workers.use_cases.comparisons.sides import VersionSide
from argilla_distill.workers.use_cases.comparisons.truths import Truth, how_right, read_value

MAX_LABELS = 20
"""Questions with more labels are compared on audits alone: so many models take too long."""


MAX_TRAINED_ON = 20_000
"""On so many records a small model is trained at most. With m of them and n audits the interval of what two
models differ by is √(1 + n/m) times as wide as if they were without end: 1.025 times with 1,000 audits, and
1.006 with all of 90,000; what it takes grows with m."""


@dataclass(frozen=True)
class AllTexts:
    """Records that all versions have, and their texts as rows of a matrix.

    Attributes
    ----------
    ids : of those that small models are trained on and measured on, sorted.
    to_train_on, of : so many of so many labelled records that there are to be trained on.
    """

    ids: list[str]
    matrix: Matrix
    to_train_on: int
    of: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of models that were trained on some of the records."""
        if self.to_train_on == self.of:
            return ()
        some = f"{count(self.to_train_on)} of {many(self.of, 'labelled record')}"
        return (
            f"Small models are trained on {some}, drawn by chance, and on the same of each version.",
        )


def all_texts(sides: Sequence[VersionSide], audited: Container[str]) -> AllTexts:
    """Texts are turned into rows as they are read: only the rows are held.

    Of very many labelled records to train on some are drawn, by prompt and the same ones in every
    comparison; then only audited ones of the test split are read beside these.

    Raises
    ------
    InvalidRequest : no record is in all versions.
    """
    ids = sorted(set.intersection(*(set(side.places) for side in sides)))
    if not ids:
        names = " and ".join(side.name for side in sides)
        raise InvalidRequest(f"no record is in all of {names}: they have nothing to be compared by")
    first = sides[0]
    teach = [r for r in ids if not first.tests(r) and any(side.labels(r) for side in sides)]
    drawn, order = teach, list[str]()
    if len(teach) > MAX_TRAINED_ON:
        drawn = sorted(teach, key=lambda r: _lot(first.groups[first.places[r]]))[:MAX_TRAINED_ON]
        ids = sorted({*drawn, *(r for r in ids if r in audited and first.tests(r))})

    def texts() -> Iterator[str]:
        for record, text in sides[0].texts(frozenset(ids)):
            order.append(record)
            yield text

    matrix = TfIdf().fit_transform(texts())
    place = {record: number for number, record in enumerate(order)}
    rows = matrix[[place[record] for record in ids]]
    return AllTexts(ids, rows, len(drawn), len(teach))


def _lot(group: str) -> bytes:
    """By what is drawn: as good as chance, and the same in every run."""
    return blake2b(f"sample\0{group}".encode("utf-8", "surrogatepass"), digest_size=8).digest()


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
        self.said = {side.name: side.said(question.name, asked.labels) for side in sides}
        self.truths: dict[str, tuple[Value, float]] = {}
        for record, truth in sorted(truths.items()):
            value = read_value(asked, truth.value)
            if value is not None and all(record in side.places for side in sides):
                self.truths[record] = value, truth.pi

    def _blank(self, label: str = "") -> Contest:
        return Contest(self.name, label, "labels", "", "")

    def _blind(self, side: VersionSide, record: str) -> bool:
        """Whether it is known what a version says of a record without its audit."""
        known = (self.name, record) in side.held_out
        return known or not self.said[side.name].adjudicated[side.places[record]]

    def _value(self, side: VersionSide, record: str) -> Any:
        """What a version's strategy says of a record, without knowing its audit; in Argilla's JSON."""
        if (self.name, record) in side.held_out:
            return side.held_out[self.name, record]
        said, number = self.said[side.name], side.places[record]
        return None if said.adjudicated[number] else said.values[number]

    def labels(self) -> list[Contest]:
        """Whose labels are right more often, on the audits of which all tell something unseen."""
        ids = [r for r in self.truths if all(self._blind(side, r) for side in self.sides)]
        groups = [self.sides[0].groups[self.sides[0].places[r]] for r in ids]
        codes = (
            np.unique(groups, return_inverse=True)[1].astype(np.int64) if ids else np.zeros(0, int)
        )
        audits = Audits(np.array([self.truths[r][1] for r in ids]), codes)
        said = {
            s.name: [read_value(self.asked, self._value(s, r)) for r in ids] for s in self.sides
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
        taught = {
            side.name: self._taught(side, [side.places[r] for r in ids], label) for side in sides
        }
        first = sides[0]
        rows = [first.places[record] for record in ids]
        fold = np.array([0 if first.tests(record) else 1 for record in ids], np.int64)
        prompts = [first.groups[row] for row in rows]
        # an audit outside of the test split there is not; one that a moved text has put there is left out
        truth[fold != 0] = -1
        blank = self._blank(label)
        return of_models(blank, texts.matrix, taught, truth, fold, prompts, pi, between=between)

    def _taught(self, side: VersionSide, rows: Sequence[int], label: str) -> Taught:
        """What a version teaches: one label of a multi-label question, or all of a label question."""
        said, number = self.said[side.name], {v: n for n, v in enumerate(self.asked.labels)}
        values = [said.values[row] for row in rows]
        sure = said.sure[rows].astype(np.float64)
        if label:
            labels = np.array([-1 if v is None else int(label in v) for v in values], np.int64)
            yes = np.clip(sure[:, number[label]], 0.0, 1.0)
            posteriors = np.stack([1 - yes, yes], axis=1)
        else:
            labels = np.array([number.get(v, -1) for v in values], np.int64)
            whole = sure.sum(axis=1, keepdims=True)
            posteriors = np.where(whole > 0, sure / np.where(whole > 0, whole, 1.0), 0.0)
            blank = (whole[:, 0] <= 0) & (labels >= 0)
            posteriors[blank] = np.eye(len(number))[labels[blank]]
        posteriors[labels < 0] = 0.0
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
