"""The effective settings of a dataset: `config` entries, one whenever they change. No secret is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from argilla_distill.domain.history.entry import Details, Entry
from argilla_distill.domain.history.record_state import digest
from argilla_distill.domain.records import Dataset, DatasetQuestion

CONFIG = "config"
"""The kind of these entries."""


@dataclass(frozen=True)
class Config:
    """What decides beside the answers how a dataset is distilled.

    Attributes
    ----------
    settings : the dataset's settings, defaults included, as JSON.
    overlap : so many submitted answers complete a record.
    questions : as Argilla had them.
    """

    settings: Mapping[str, Any]
    overlap: int
    questions: tuple[DatasetQuestion, ...]

    @classmethod
    def of(cls, settings: Mapping[str, Any], dataset: Dataset) -> Config:
        """Of a dataset, with its questions, and its settings."""
        return cls(settings, dataset.min_submitted, dataset.questions)

    @classmethod
    def of_entry(cls, entry: Entry) -> Config:
        """What a `config` entry tells."""
        return cls.read(entry.values)

    @classmethod
    def read(cls, json: Mapping[str, Any]) -> Config:
        """The inverse of `as_json`, also through JSON."""
        questions = [
            DatasetQuestion(**{**each, "labels": tuple(each["labels"])})
            for each in json["questions"]
        ]
        return cls(json["settings"], json["overlap"], tuple(questions))

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "settings": dict(self.settings),
            "overlap": self.overlap,
            "questions": [_question_json(question) for question in self.questions],
        }

    @property
    def digest(self) -> str:
        """By which two are told apart."""
        return digest(self.as_json())

    def entry(self) -> Entry:
        """The entry that says so."""
        return Entry(CONFIG, values=self.as_json(), details=Details(digest=self.digest))


def _question_json(question: DatasetQuestion) -> dict[str, Any]:
    """A question as it is stored; that it is required goes without saying, as in release 0.1."""
    json = {**asdict(question), "labels": list(question.labels)}
    if question.required:
        del json["required"]
    return json
